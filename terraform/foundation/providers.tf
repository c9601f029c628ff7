provider "azurerm" {
  subscription_id = var.subscription_id
  tenant_id       = var.tenant_id
  client_id       = var.client_id
  client_secret   = var.client_secret

  # Shared keys of the storage account are off.
  storage_use_azuread = true

  features {
    databricks_workspace {
      # The workspace's own default catalog would otherwise block its removal.
      force_delete = true
    }

    resource_group {
      # What others put into our group is theirs.
      prevent_deletion_if_contains_resources = true
    }

    storage {
      # Owner has no right on blob data, and nothing here needs the data plane.
      data_plane_available = false
    }
  }
}
