resource "azurerm_resource_group" "lakehouse" {
  name     = var.resource_group
  location = var.location
  tags     = var.tags
}

resource "azurerm_databricks_workspace" "lakehouse" {
  name                        = var.workspace
  resource_group_name         = azurerm_resource_group.lakehouse.name
  managed_resource_group_name = var.managed_resource_group
  location                    = azurerm_resource_group.lakehouse.location
  sku                         = "premium" # Unity Catalog needs it, and standard cannot be had any more
  tags                        = var.tags

  # Nodes reach the control plane over its public endpoint, with all of Databricks' own rules.
  network_security_group_rules_required = "AllRules"

  custom_parameters {
    no_public_ip                                         = local.nat
    virtual_network_id                                   = azurerm_virtual_network.lakehouse.id
    public_subnet_name                                   = azurerm_subnet.cluster["host"].name
    private_subnet_name                                  = azurerm_subnet.cluster["container"].name
    public_subnet_network_security_group_association_id  = azurerm_subnet_network_security_group_association.cluster["host"].id
    private_subnet_network_security_group_association_id = azurerm_subnet_network_security_group_association.cluster["container"].id
  }

  # Its nodes need their way out from their first start, and until their last stop.
  depends_on = [
    azurerm_nat_gateway_public_ip_association.egress,
    azurerm_subnet_nat_gateway_association.egress,
  ]
}

resource "azurerm_databricks_access_connector" "lakehouse" {
  name                = var.access_connector
  resource_group_name = azurerm_resource_group.lakehouse.name
  location            = azurerm_resource_group.lakehouse.location
  tags                = var.tags

  identity {
    type = "SystemAssigned"
  }
}
