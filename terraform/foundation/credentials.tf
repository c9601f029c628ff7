# Ephemeral: never written to state or to a saved plan, so they are given to plan and again to apply.
# Null leaves the provider to its own environment.

variable "tenant_id" {
  description = "Entra tenant in which the principal signs in."
  type        = string
  default     = null
  nullable    = true
  ephemeral   = true
  sensitive   = true
}

variable "client_id" {
  description = "Client id of the principal that applies this module."
  type        = string
  default     = null
  nullable    = true
  ephemeral   = true
  sensitive   = true
}

variable "client_secret" {
  description = "Client secret of the principal that applies this module."
  type        = string
  default     = null
  nullable    = true
  ephemeral   = true
  sensitive   = true
}
