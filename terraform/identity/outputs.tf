output "group_name" {
  description = "Name of the group."
  value       = azuread_group.engineers.display_name
}

output "group_object_id" {
  description = "Object id of the group."
  value       = azuread_group.engineers.object_id
}

output "member_upns" {
  description = "User principal names of the members, sorted."
  value       = sort(var.member_upns)
}
