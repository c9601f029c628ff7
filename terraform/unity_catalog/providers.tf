provider "databricks" {
  alias               = "accounts"
  host                = var.accounts_host
  account_id          = var.account_id
  azure_tenant_id     = var.tenant_id
  azure_client_id     = var.client_id
  azure_client_secret = var.client_secret

  # Without an end of its own the provider retries for ever when a host does not answer.
  http_timeout_seconds  = 60
  retry_timeout_seconds = 300
}

provider "databricks" {
  host                        = var.workspace_host
  azure_workspace_resource_id = var.workspace_resource_id
  azure_tenant_id             = var.tenant_id
  azure_client_id             = var.client_id
  azure_client_secret         = var.client_secret

  http_timeout_seconds  = 60
  retry_timeout_seconds = 300
}
