"""Entra's groups and people, by real Terraform."""

from __future__ import annotations

from collections.abc import Callable

from tests.sandbox.providers.conftest import OWNER, Served, Terraform
from wizard.sandbox.domain.core import SYSTEM

Make = Callable[..., Terraform]
GROUP = f"""
provider "azuread" {{
  tenant_id     = var.tenant_id
  client_id     = var.client_id
  client_secret = var.client_secret
}}
variable "about" {{
  default = "lakehouse-setup=proof"
}}
data "azuread_user" "owner" {{
  user_principal_name = "{OWNER}"
}}
data "azuread_client_config" "me" {{}}
resource "azuread_group" "it" {{
  display_name            = "data_engineer"
  description             = var.about
  security_enabled        = true
  owners                  = [data.azuread_client_config.me.object_id]
  prevent_duplicate_names = true
}}
resource "azuread_group_member" "it" {{
  group_object_id  = azuread_group.it.object_id
  member_object_id = data.azuread_user.owner.object_id
}}
"""


def test_a_guest_becomes_a_member_and_a_second_run_changes_nothing(terraform: Make, served: Served) -> None:
    root = terraform(GROUP)
    root.apply()
    (group,) = served.cloud.kind("entra.group").list(SYSTEM, displayName="data_engineer")
    (member,) = served.cloud.kind("entra.groupMember").list(SYSTEM, groupId=group["id"])
    assert served.cloud.kind("entra.user").read(SYSTEM, OWNER)["id"] == member["memberId"]
    assert root.plan() == []
    root.variables["about"] = "another"
    assert root.actions() == {"azuread_group.it": ["update"]}
    root.apply()
    assert served.cloud.kind("entra.group").read(SYSTEM, group["id"])["description"] == "another"
    root.destroy()
    assert served.cloud.kind("entra.group").list(SYSTEM) == []


def test_a_membership_taken_away_by_hand_is_given_again(terraform: Make, served: Served) -> None:
    root = terraform(GROUP)
    root.apply()
    members = served.cloud.kind("entra.groupMember")
    (member,) = members.list(SYSTEM)
    members.delete(SYSTEM, f"{member['groupId']}/{member['memberId']}")
    assert root.actions() == {"azuread_group_member.it": ["create"]}
    root.apply()
    assert root.plan() == []


def test_a_second_group_of_the_name_is_prevented_and_the_first_is_imported(terraform: Make, served: Served) -> None:
    terraform(GROUP).apply()
    other = terraform(GROUP)
    assert "preventing a duplicate" in other.fails("apply", "-auto-approve", "-input=false")
    (group,) = served.cloud.kind("entra.group").list(SYSTEM)
    (member,) = served.cloud.kind("entra.groupMember").list(SYSTEM)
    ids = {"azuread_group": f"/groups/{group['id']}"}
    ids["azuread_group_member"] = f"{group['id']}/member/{member['memberId']}"
    other.write("".join(f'import {{\n to = {k}.it\n id = "{v}"\n}}\n' for k, v in ids.items()), "imports.tf")
    assert "2 imported, 0 added" in other.apply()
    assert other.plan() == []


def test_who_is_not_there_is_named(terraform: Make) -> None:
    said = terraform(GROUP.replace(OWNER, "nobody@example.com")).fails("plan", "-input=false")
    assert 'User with userPrincipalName "nobody@example.com" was not found' in said


def test_people_principals_and_domains_are_read(terraform: Make, served: Served) -> None:
    root = terraform(
        GROUP
        + f"""
data "azuread_users" "all" {{
  user_principal_names = ["{OWNER}"]
}}
data "azuread_domains" "all" {{
  only_default = true
}}
data "azuread_service_principal" "graph" {{
  client_id = "00000003-0000-0000-c000-000000000000"
}}
output "it" {{
  value = {{
    people  = data.azuread_users.all.users[*].user_principal_name
    domain  = data.azuread_domains.all.domains[0].domain_name
    app     = contains(keys(data.azuread_service_principal.graph.app_role_ids), "User.ReadWrite.All")
  }}
}}
"""
    )
    root.apply()
    assert root.outputs()["it"] == {"people": [OWNER], "domain": "lakehousesandbox.onmicrosoft.com", "app": True}


def test_without_the_graph_app_role_nothing_is_made(terraform: Make, served: Served) -> None:
    roles = served.cloud.kind("entra.appRoleAssignment")
    for role in roles.list(SYSTEM, principalId=served.caller.oid):
        roles.delete(SYSTEM, role["id"])
    said = terraform(GROUP).fails("apply", "-auto-approve", "-input=false")
    assert "unexpected status 403 (403 Forbidden) with error: Authorization_RequestDenied" in said
