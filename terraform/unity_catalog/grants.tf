locals {
  schema_privileges = {
    bronze = ["USE_SCHEMA", "CREATE_FUNCTION", "CREATE_TABLE", "CREATE_VOLUME", "EXECUTE", "MODIFY", "SELECT"]
    silver = ["USE_SCHEMA", "CREATE_FUNCTION", "CREATE_TABLE", "EXECUTE", "MODIFY", "SELECT"]
    gold   = ["USE_SCHEMA", "CREATE_FUNCTION", "CREATE_TABLE", "EXECUTE", "MODIFY", "SELECT"]
    ops    = ["USE_SCHEMA"]
  }

  volume_privileges = {
    landing     = ["READ_VOLUME", "WRITE_VOLUME"]
    checkpoints = ["READ_VOLUME", "WRITE_VOLUME"]
    libraries   = ["READ_VOLUME"]
    runs        = ["READ_VOLUME"]
  }
}

resource "databricks_grants" "catalog" {
  catalog = databricks_catalog.lakehouse.name

  grant {
    principal  = databricks_group.engineers.display_name
    privileges = ["USE_CATALOG"]
  }

  # Nothing is granted in a workspace to a group that is not in it.
  depends_on = [databricks_mws_permission_assignment.engineers]
}

resource "databricks_grants" "external_location" {
  for_each = toset(["raw", "log"])

  external_location = databricks_external_location.lakehouse[each.key].name

  grant {
    principal  = databricks_group.engineers.display_name
    privileges = ["CREATE_EXTERNAL_TABLE", "READ_FILES", "WRITE_FILES"]
  }

  depends_on = [databricks_mws_permission_assignment.engineers]
}

resource "databricks_grants" "schema" {
  for_each = local.schema_privileges

  schema = databricks_schema.lakehouse[each.key].id

  grant {
    principal  = databricks_group.engineers.display_name
    privileges = each.value
  }

  depends_on = [databricks_mws_permission_assignment.engineers]
}

resource "databricks_grants" "volume" {
  for_each = local.volume_privileges

  volume = databricks_volume.lakehouse[each.key].id

  grant {
    principal  = databricks_group.engineers.display_name
    privileges = each.value
  }

  depends_on = [databricks_mws_permission_assignment.engineers]
}
