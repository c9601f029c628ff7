locals {
  nat = var.network == "nat_gateway"

  subnets = {
    host      = cidrsubnet(var.address_space, 1, 0)
    container = cidrsubnet(var.address_space, 1, 1)
  }
}

resource "azurerm_virtual_network" "lakehouse" {
  name                = "vnet-${var.workspace}"
  resource_group_name = azurerm_resource_group.lakehouse.name
  location            = azurerm_resource_group.lakehouse.location
  address_space       = [var.address_space]
  tags                = var.tags
}

resource "azurerm_subnet" "cluster" {
  for_each = local.subnets

  name                            = "snet-${var.workspace}-${each.key}"
  resource_group_name             = azurerm_resource_group.lakehouse.name
  virtual_network_name            = azurerm_virtual_network.lakehouse.name
  address_prefixes                = [each.value]
  default_outbound_access_enabled = !local.nat

  delegation {
    name = "databricks"

    service_delegation {
      name = "Microsoft.Databricks/workspaces"
      actions = [
        "Microsoft.Network/virtualNetworks/subnets/join/action",
        "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action",
        "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action",
      ]
    }
  }
}

# Databricks writes the rules it needs into this group through the delegation.
resource "azurerm_network_security_group" "cluster" {
  name                = "nsg-${var.workspace}"
  resource_group_name = azurerm_resource_group.lakehouse.name
  location            = azurerm_resource_group.lakehouse.location
  tags                = var.tags
}

resource "azurerm_subnet_network_security_group_association" "cluster" {
  for_each = local.subnets

  subnet_id                 = azurerm_subnet.cluster[each.key].id
  network_security_group_id = azurerm_network_security_group.cluster.id
}

resource "azurerm_public_ip" "egress" {
  count = local.nat ? 1 : 0

  name                = "pip-${var.workspace}"
  resource_group_name = azurerm_resource_group.lakehouse.name
  location            = azurerm_resource_group.lakehouse.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway" "egress" {
  count = local.nat ? 1 : 0

  name                = "ng-${var.workspace}"
  resource_group_name = azurerm_resource_group.lakehouse.name
  location            = azurerm_resource_group.lakehouse.location
  sku_name            = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "egress" {
  count = local.nat ? 1 : 0

  nat_gateway_id       = azurerm_nat_gateway.egress[0].id
  public_ip_address_id = azurerm_public_ip.egress[0].id
}

resource "azurerm_subnet_nat_gateway_association" "egress" {
  for_each = { for name, range in local.subnets : name => range if local.nat }

  subnet_id      = azurerm_subnet.cluster[each.key].id
  nat_gateway_id = azurerm_nat_gateway.egress[0].id
}
