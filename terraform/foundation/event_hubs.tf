resource "azurerm_eventhub_namespace" "lakehouse" {
  count = var.event_hubs ? 1 : 0

  name                         = var.event_hubs_namespace
  resource_group_name          = azurerm_resource_group.lakehouse.name
  location                     = azurerm_resource_group.lakehouse.location
  sku                          = "Standard"
  capacity                     = var.event_hubs_units
  minimum_tls_version          = "1.2"
  local_authentication_enabled = false
  tags                         = var.tags
}

resource "azurerm_role_assignment" "principal_event_hubs" {
  count = var.event_hubs ? 1 : 0

  scope                = azurerm_eventhub_namespace.lakehouse[0].id
  role_definition_name = "Azure Event Hubs Data Sender"
  principal_id         = var.principal_object_id
  principal_type       = "ServicePrincipal"
  description          = "lakehouse-setup=${var.setup_id}"

  # One that is adopted keeps its own: the provider could change it only by taking the right away for a moment.
  lifecycle {
    ignore_changes = [description]
  }
}
