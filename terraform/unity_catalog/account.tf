# People and principal belong to the account-admin step; here they are only read.
data "databricks_user" "member" {
  provider = databricks.accounts
  for_each = var.member_upns

  user_name = each.key
}

data "databricks_service_principal" "principal" {
  provider = databricks.accounts

  application_id = var.principal_client_id
}

resource "databricks_group" "engineers" {
  provider = databricks.accounts

  display_name = var.group_name
  external_id  = var.group_object_id
}

# Where the account takes a group's members from Entra by itself, none may be added here.
resource "databricks_group_member" "people" {
  provider = databricks.accounts
  for_each = var.members_synced ? toset([]) : var.member_upns

  group_id  = databricks_group.engineers.id
  member_id = data.databricks_user.member[each.key].id
}

# Whoever makes a cluster dedicated to a group has to be in the group.
resource "databricks_group_member" "principal" {
  provider = databricks.accounts
  count    = var.members_synced ? 0 : 1

  group_id  = databricks_group.engineers.id
  member_id = data.databricks_service_principal.principal.id
}

resource "databricks_mws_permission_assignment" "engineers" {
  provider = databricks.accounts

  workspace_id = var.workspace_id
  principal_id = databricks_group.engineers.id
  permissions  = ["USER"]
}

resource "databricks_mws_permission_assignment" "principal" {
  provider = databricks.accounts

  workspace_id = var.workspace_id
  principal_id = data.databricks_service_principal.principal.id
  permissions  = ["ADMIN"]
}
