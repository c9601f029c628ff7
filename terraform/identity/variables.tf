variable "setup_id" {
  description = "Id of this setup, carried by everything it makes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{4,64}$", var.setup_id))
    error_message = "The setup id has 4 to 64 letters, digits and hyphens."
  }
}

variable "group_name" {
  description = "Name of the group whose members work in the lakehouse."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.group_name))
    error_message = "The group's name has 1 to 64 letters, digits, underscores, periods and hyphens."
  }
}

variable "principal_object_id" {
  description = "Object id of the service principal, which owns the group."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.principal_object_id))
    error_message = "The object id is a GUID."
  }
}

variable "member_upns" {
  description = "User principal names of existing users to be members; guests have #EXT# in theirs."
  type        = set(string)

  validation {
    condition     = length(var.member_upns) > 0 && alltrue([for upn in var.member_upns : can(regex("^[^@\\s]+@[^@\\s]+$", upn))])
    error_message = "At least one member, each by user principal name, as in name@domain."
  }
}
