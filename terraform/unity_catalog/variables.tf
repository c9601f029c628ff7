variable "accounts_host" {
  description = "URL of the Databricks account host."
  type        = string
  default     = "https://accounts.azuredatabricks.net"

  validation {
    condition     = can(regex("^https://[^/]+$", var.accounts_host))
    error_message = "The host is an https URL without a path."
  }
}

variable "account_id" {
  description = "Id of the Databricks account."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.account_id))
    error_message = "The account id is a GUID."
  }
}

variable "workspace_id" {
  description = "Databricks' own number of the workspace."
  type        = string

  validation {
    condition     = can(regex("^[0-9]+$", var.workspace_id))
    error_message = "The workspace id has digits only."
  }
}

variable "workspace_host" {
  description = "URL of the workspace, with its scheme."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+$", var.workspace_host))
    error_message = "The host is an https URL without a path."
  }
}

variable "workspace_resource_id" {
  description = "ARM id of the workspace: with it the principal is let in before anybody added it there."
  type        = string

  validation {
    condition     = can(regex("^/subscriptions/.+/providers/Microsoft.Databricks/workspaces/[^/]+$", var.workspace_resource_id))
    error_message = "The id is that of a Microsoft.Databricks workspace."
  }
}

variable "setup_id" {
  description = "Id of this setup, carried by everything it makes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{4,64}$", var.setup_id))
    error_message = "The setup id has 4 to 64 letters, digits and hyphens."
  }
}

variable "catalog" {
  description = "Name of the catalog, unique in the metastore."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9_]{1,64}$", var.catalog))
    error_message = "A catalog name has 1 to 64 lower-case letters, digits and underscores."
  }
}

variable "group_name" {
  description = "Name of the group whose members work in the lakehouse."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.group_name))
    error_message = "The name has 1 to 64 letters, digits, underscores, periods and hyphens."
  }
}

variable "group_object_id" {
  description = "Object id of the group in Entra, which the account's group stands for."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.group_object_id))
    error_message = "The object id is a GUID."
  }
}

variable "member_upns" {
  description = "User principal names of the group's members; each is a user of the account already."
  type        = set(string)

  validation {
    condition     = length(var.member_upns) > 0
    error_message = "At least one member."
  }
}

variable "members_synced" {
  description = "Whether the account takes the group's members from Entra by itself (automatic identity management)."
  type        = bool
  default     = false
}

variable "principal_client_id" {
  description = "Client id of the principal that jobs run as; it is known to the account already."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.principal_client_id))
    error_message = "The client id is a GUID."
  }
}

variable "access_connector_id" {
  description = "ARM id of the access connector whose identity reaches the storage."
  type        = string
}

variable "containers" {
  description = "abfss URLs, with their final slash, of the containers raw, log and catalog."
  type = object({
    raw     = string
    log     = string
    catalog = string
  })

  validation {
    condition     = alltrue([for url in values(var.containers) : can(regex("^abfss://[^@/]+@[^/]+/$", url))])
    error_message = "A container's URL has the form abfss://container@account.host/ with its final slash."
  }
}
