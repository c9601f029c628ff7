locals {
  containers = toset(["raw", "log", "catalog"])
}

resource "azurerm_storage_account" "lakehouse" {
  name                            = var.storage_account
  resource_group_name             = azurerm_resource_group.lakehouse.name
  location                        = azurerm_resource_group.lakehouse.location
  account_kind                    = "StorageV2"
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  access_tier                     = "Hot"
  is_hns_enabled                  = true
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  local_user_enabled              = false
  tags                            = var.tags
}

resource "azurerm_storage_container" "lakehouse" {
  for_each = local.containers

  name                  = "${var.container_prefix}${each.key}"
  storage_account_id    = azurerm_storage_account.lakehouse.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "lakehouse" {
  storage_account_id = azurerm_storage_account.lakehouse.id

  rule {
    name    = "raw-to-cool"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["${azurerm_storage_container.lakehouse["raw"].name}/"]
    }

    actions {
      base_blob {
        tier_to_cool_after_days_since_modification_greater_than = var.raw_cool_after_days
      }
    }
  }

  rule {
    name    = "log-retention"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["${azurerm_storage_container.lakehouse["log"].name}/"]
    }

    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = var.log_retention_days
      }
    }
  }
}

resource "azurerm_role_assignment" "connector_storage" {
  scope                = azurerm_storage_account.lakehouse.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_databricks_access_connector.lakehouse.identity[0].principal_id
  principal_type       = "ServicePrincipal"
  description          = "lakehouse-setup=${var.setup_id}"

  # One that is adopted keeps its own: the provider could change it only by taking the right away for a moment.
  lifecycle {
    ignore_changes = [description]
  }
}
