data "azuread_user" "member" {
  for_each = var.member_upns

  user_principal_name = each.key
}

resource "azuread_group" "engineers" {
  display_name            = var.group_name
  description             = "lakehouse-setup=${var.setup_id}"
  security_enabled        = true
  owners                  = [var.principal_object_id]
  prevent_duplicate_names = true
}

# One by one, so that people whom an administrator adds by hand stay.
resource "azuread_group_member" "engineers" {
  for_each = var.member_upns

  group_object_id  = azuread_group.engineers.object_id
  member_object_id = data.azuread_user.member[each.key].object_id
}
