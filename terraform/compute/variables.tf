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

variable "tags" {
  description = "Tags of every cluster; the setup id is among them."
  type        = map(string)

  validation {
    condition     = lookup(var.tags, "lakehouse-setup", "") != ""
    error_message = "The tags name the setup: lakehouse-setup = <id>."
  }
}

variable "cluster_name" {
  description = "Name of the exploration cluster."
  type        = string

  validation {
    condition     = can(regex("^[^\\s].{0,98}[^\\s]$", var.cluster_name))
    error_message = "A cluster's name has 2 to 100 characters."
  }
}

variable "policy_name" {
  description = "Name of the cluster policy, unique in the workspace."
  type        = string

  validation {
    condition     = can(regex("^[^\\s].{0,98}[^\\s]$", var.policy_name))
    error_message = "A policy's name has 2 to 100 characters."
  }
}

variable "secret_scope" {
  description = "Name of the secret scope; its values are written by SDK, so that none stands in the state."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.@-]{1,128}$", var.secret_scope))
    error_message = "A scope's name has 1 to 128 letters, digits, underscores, periods, @ and hyphens."
  }
}

variable "secret_readers" {
  description = "Groups that may read the scope. None by default: it holds the principal's own credential."
  type        = set(string)
  default     = []
}

variable "node_type" {
  description = "Azure VM size of every node."
  type        = string

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9_]+$", var.node_type))
    error_message = "A node type is an Azure VM size, as Standard_DS3_v2."
  }
}

variable "runtime" {
  description = "Databricks runtime, as 17.3.x-scala2.13; fixed once, so that plans stay empty."
  type        = string

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9x]+", var.runtime))
    error_message = "A runtime is a version key, as 17.3.x-scala2.13."
  }
}

variable "autotermination_minutes" {
  description = "Minutes of idleness after which the exploration cluster stops."
  type        = number
  default     = 20

  validation {
    condition     = var.autotermination_minutes >= 10 && var.autotermination_minutes <= 240
    error_message = "Between 10 and 240 minutes."
  }
}

variable "max_workers" {
  description = "Most workers that a cluster under the policy may have; 0 allows single nodes only."
  type        = number
  default     = 2

  validation {
    condition     = var.max_workers >= 0 && var.max_workers <= 20
    error_message = "Between 0 and 20 workers."
  }
}
