resource "databricks_cluster_policy" "lakehouse" {
  name        = var.policy_name
  description = "lakehouse-setup=${var.setup_id}"

  definition = jsonencode(merge(
    {
      spark_version = { type = "fixed", value = var.runtime }
      node_type_id  = { type = "fixed", value = var.node_type }
      num_workers   = { type = "range", minValue = 0, maxValue = var.max_workers, isOptional = true }

      # Optional, since job clusters end with their run and take no such attribute.
      autotermination_minutes = { type = "range", minValue = 10, maxValue = 240, isOptional = true }
    },
    { for key, value in var.tags : "custom_tags.${key}" => { type = "fixed", value = value } },
  ))
}

resource "databricks_permissions" "policy" {
  cluster_policy_id = databricks_cluster_policy.lakehouse.id

  access_control {
    group_name       = var.group_name
    permission_level = "CAN_USE"
  }
}

# Dedicated to the group: a cluster of a single user would let nobody else attach.
resource "databricks_cluster" "exploration" {
  cluster_name            = var.cluster_name
  policy_id               = databricks_cluster_policy.lakehouse.id
  spark_version           = var.runtime
  node_type_id            = var.node_type
  kind                    = "CLASSIC_PREVIEW"
  is_single_node          = true
  data_security_mode      = "SINGLE_USER"
  single_user_name        = var.group_name
  autotermination_minutes = var.autotermination_minutes
  custom_tags             = var.tags

  spark_conf = {
    "spark.databricks.sql.initial.catalog.namespace" = var.catalog
  }
}

resource "databricks_permissions" "exploration" {
  cluster_id = databricks_cluster.exploration.id

  access_control {
    group_name       = var.group_name
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_secret_scope" "lakehouse" {
  name = var.secret_scope
}

resource "databricks_secret_acl" "readers" {
  for_each = var.secret_readers

  scope      = databricks_secret_scope.lakehouse.name
  principal  = each.key
  permission = "READ"
}
