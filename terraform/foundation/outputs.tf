output "resource_group" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.lakehouse.name
}

output "resource_group_id" {
  description = "ARM id of the resource group."
  value       = azurerm_resource_group.lakehouse.id
}

output "location" {
  description = "Region."
  value       = azurerm_resource_group.lakehouse.location
}

output "workspace_id" {
  description = "Databricks' own number of the workspace."
  value       = azurerm_databricks_workspace.lakehouse.workspace_id
}

output "workspace_url" {
  description = "Host of the workspace, without a scheme."
  value       = azurerm_databricks_workspace.lakehouse.workspace_url
}

output "workspace_resource_id" {
  description = "ARM id of the workspace."
  value       = azurerm_databricks_workspace.lakehouse.id
}

output "storage_account" {
  description = "Name of the storage account."
  value       = azurerm_storage_account.lakehouse.name
}

output "storage_account_id" {
  description = "ARM id of the storage account."
  value       = azurerm_storage_account.lakehouse.id
}

output "containers" {
  description = "abfss URL of each container, with its final slash."
  value = {
    for key, container in azurerm_storage_container.lakehouse :
    key => "abfss://${container.name}@${azurerm_storage_account.lakehouse.name}.dfs.core.windows.net/"
  }
}

output "access_connector_id" {
  description = "ARM id of the access connector."
  value       = azurerm_databricks_access_connector.lakehouse.id
}

output "event_hubs_namespace" {
  description = "Name of the Event Hubs namespace; null without one."
  value       = one(azurerm_eventhub_namespace.lakehouse[*].name)
}

output "resolved" {
  description = "What was resolved once, for a folder that has only this state."
  value       = { setup_id = var.setup_id, budget_start = var.budget_start }
}
