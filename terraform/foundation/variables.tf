variable "subscription_id" {
  description = "Subscription that holds everything."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.subscription_id))
    error_message = "The subscription id is a GUID."
  }
}

variable "principal_object_id" {
  description = "Object id of the service principal (not of its application)."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.principal_object_id))
    error_message = "The object id is a GUID."
  }
}

variable "location" {
  description = "Azure region by its programmatic name, as in brazilsouth."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.location))
    error_message = "The region is written in lower case without spaces, as in brazilsouth."
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

variable "tags" {
  description = "Tags of every object that can have them; the setup id is among them."
  type        = map(string)

  validation {
    condition     = lookup(var.tags, "lakehouse-setup", "") != ""
    error_message = "The tags name the setup: lakehouse-setup = <id>."
  }
}

variable "resource_group" {
  description = "Name of the resource group."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$", var.resource_group))
    error_message = "A resource group's name has 1 to 90 letters, digits and _ ( ) . - and does not end with a period."
  }
}

variable "managed_resource_group" {
  description = "Name of the group that Azure Databricks makes and manages; one for each workspace."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$", var.managed_resource_group)) && var.managed_resource_group != var.resource_group
    error_message = "The managed group has a legal name of its own, other than the resource group's."
  }
}

variable "storage_account" {
  description = "Name of the storage account, unique in all of Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.storage_account))
    error_message = "A storage account's name has 3 to 24 lower-case letters and digits."
  }
}

variable "container_prefix" {
  description = "What the names of the containers raw, log and catalog begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,54}[a-z0-9-])?$", var.container_prefix)) && !strcontains(var.container_prefix, "--")
    error_message = "Container names have 3 to 63 lower-case letters, digits and single hyphens, and begin with a letter or digit."
  }
}

variable "workspace" {
  description = "Name of the Databricks workspace."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{3,64}$", var.workspace))
    error_message = "A workspace's name has 3 to 64 letters, digits, underscores and hyphens."
  }
}

variable "access_connector" {
  description = "Name of the access connector, whose identity reaches the storage."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{3,64}$", var.access_connector))
    error_message = "An access connector's name has 3 to 64 letters, digits, underscores and hyphens."
  }
}

variable "event_hubs_namespace" {
  description = "Name of the Event Hubs namespace, unique in all of Azure; used if event_hubs is true."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$", var.event_hubs_namespace))
    error_message = "A namespace's name has 6 to 50 letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "event_hubs" {
  description = "Whether to make an Event Hubs namespace; it is billed while idle."
  type        = bool
  default     = false
}

variable "event_hubs_units" {
  description = "Throughput units of the Event Hubs namespace, each billed by the hour; used if event_hubs is true."
  type        = number
  default     = 1

  validation {
    condition     = var.event_hubs_units >= 1 && var.event_hubs_units <= 40 && floor(var.event_hubs_units) == var.event_hubs_units
    error_message = "A namespace of the Standard tier has 1 to 40 throughput units."
  }
}

variable "network" {
  description = "How clusters reach the internet: nat_gateway (no public addresses on nodes) or public_egress (each node has one, no gateway is billed)."
  type        = string
  default     = "nat_gateway"

  validation {
    condition     = contains(["nat_gateway", "public_egress"], var.network)
    error_message = "The network is nat_gateway or public_egress."
  }
}

variable "address_space" {
  description = "Private IPv4 range of the virtual network; it is cut into two subnets."
  type        = string
  default     = "10.139.0.0/20"

  validation {
    condition     = can(cidrhost(var.address_space, 0)) && try(tonumber(split("/", var.address_space)[1]) <= 24, false)
    error_message = "The range is in CIDR form and at least a /24."
  }
}

variable "monthly_budget" {
  description = "Budget of a month, in the subscription's currency; mails are sent at 80 and 100 percent."
  type        = number

  validation {
    condition     = var.monthly_budget > 0
    error_message = "The budget is above 0."
  }
}

variable "budget_contact" {
  description = "E-mail address that is told when the budget runs out."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+$", var.budget_contact))
    error_message = "The contact is an e-mail address."
  }
}

variable "budget_start" {
  description = "First day of the budget's first month, as 2026-01-01T00:00:00Z; fixed once, so that plans stay empty."
  type        = string

  validation {
    condition     = can(regex("^\\d{4}-\\d{2}-01T00:00:00Z$", var.budget_start))
    error_message = "A budget starts on the first of a month: YYYY-MM-01T00:00:00Z."
  }
}

variable "raw_cool_after_days" {
  description = "Days after which raw files that nobody changed move to the cool tier."
  type        = number
  default     = 30

  validation {
    condition     = var.raw_cool_after_days >= 1
    error_message = "At least one day."
  }
}

variable "log_retention_days" {
  description = "Days after which log files are deleted."
  type        = number
  default     = 90

  validation {
    condition     = var.log_retention_days >= 1
    error_message = "At least one day."
  }
}
