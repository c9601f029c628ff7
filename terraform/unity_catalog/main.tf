# Everything is owned by the principal that makes it, so that it can always change and remove it;
# the group works through grants.

locals {
  mark = "lakehouse-setup=${var.setup_id}"

  schemas = {
    bronze = "Raw rows as they came, with load date and file metadata."
    silver = "Typed by contract, one row per key."
    gold   = "Ready for analysis."
    ops    = "Checkpoints, libraries and run records."
  }

  volumes = {
    landing     = { schema = "bronze", location = "${var.containers.raw}landing" }
    checkpoints = { schema = "ops", location = "${var.containers.catalog}checkpoints" }
    libraries   = { schema = "ops", location = null }
    runs        = { schema = "ops", location = null }
  }
}

resource "databricks_storage_credential" "lakehouse" {
  name           = "${var.catalog}-credential"
  comment        = local.mark
  isolation_mode = "ISOLATION_MODE_ISOLATED"
  force_destroy  = true

  azure_managed_identity {
    access_connector_id = var.access_connector_id
  }

  depends_on = [databricks_mws_permission_assignment.principal]
}

# Metastores are shared with other workspaces: what is isolated is seen from ours only.
resource "databricks_external_location" "lakehouse" {
  for_each = toset(["raw", "log", "catalog"])

  name            = "${var.catalog}-${each.key}"
  url             = var.containers[each.key]
  credential_name = databricks_storage_credential.lakehouse.name
  comment         = local.mark
  isolation_mode  = "ISOLATION_MODE_ISOLATED"
  force_destroy   = true
}

resource "databricks_catalog" "lakehouse" {
  name           = var.catalog
  storage_root   = "${databricks_external_location.lakehouse["catalog"].url}managed"
  comment        = local.mark
  isolation_mode = "ISOLATED"
  force_destroy  = true # jobs make tables that Terraform does not know

  properties = {
    lakehouse-setup = var.setup_id
  }
}

resource "databricks_schema" "lakehouse" {
  for_each = local.schemas

  catalog_name  = databricks_catalog.lakehouse.name
  name          = each.key
  comment       = each.value
  force_destroy = true

  properties = {
    lakehouse-setup = var.setup_id
  }
}

resource "databricks_volume" "lakehouse" {
  for_each = local.volumes

  catalog_name     = databricks_catalog.lakehouse.name
  schema_name      = databricks_schema.lakehouse[each.value.schema].name
  name             = each.key
  volume_type      = each.value.location == null ? "MANAGED" : "EXTERNAL"
  storage_location = each.value.location
  comment          = local.mark

  depends_on = [databricks_external_location.lakehouse]
}
