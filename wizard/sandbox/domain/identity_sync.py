"""Automatic identity management: an account that takes its people and groups from Entra by itself.

Source: learn.microsoft.com/azure/databricks/admin/users-groups/automatic-identity-management and the IAM v2 API of the
SDK: resolving makes what is missing, and is an error where the account does not do so; a group that stands for one of
Entra keeps Entra's members, and takes none by SCIM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.domain.core import SYSTEM, Body, Caller
from wizard.sandbox.domain.databricks import denied, invalid, missing
from wizard.sandbox.domain.entra_rights import MEMBER, PRINCIPAL, USER
from wizard.sandbox.domain.principals import find_principal, is_system, require_account_admin

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

SETTINGS, ID = "sandbox.settings", "identity_sync"
KINDS = {  # of the account: of Entra, its name there, its name in the account
    "account.user": (USER, "userPrincipalName", "userName"),
    "account.servicePrincipal": (PRINCIPAL, "appId", "applicationId"),
}


def is_on(cloud: Cloud) -> bool:
    return cloud.store.get(SETTINGS, ID) is not None


def turn_on(cloud: Cloud) -> None:
    """As an account admin does in the console."""
    cloud.store.put(SETTINGS, ID, {"on": True})


def resolve(cloud: Cloud, caller: Caller, kind: str, external_id: str) -> Body:
    """The account's user or service principal that stands for the object of Entra, made where it is missing."""
    require_account_admin(cloud, caller)
    if not is_on(cloud):
        raise invalid("Automatic identity management is not enabled for this account.", "FEATURE_DISABLED")
    of_entra, name, key = KINDS[kind]
    there = cloud.store.get(of_entra, external_id)
    if there is None:
        raise missing(f"There is no identity with the external id {external_id} in the identity provider.")
    found = find_principal(cloud, str(there[name]), kind)
    if found is not None:
        return {**found[2], "id": found[1]}
    shown = {key: there[name], "displayName": there["displayName"], "externalId": external_id}
    return cloud.kind(kind).create(SYSTEM, shown)


def synced(cloud: Cloud, group: Body) -> bool:
    """Whether a group's members are Entra's."""
    return bool(group.get("externalId")) and is_on(cloud)


def keep_members(cloud: Cloud, caller: Caller, group: Body) -> None:
    """Refuse a change of members that only Entra may make."""
    if synced(cloud, group) and not is_system(caller):
        raise denied(f"Members of the external group '{group['displayName']}' are managed in the identity provider.")


def members_of(cloud: Cloud, group: Body) -> list[str]:
    """SCIM ids of the members that Entra has, who are in the account from then on."""
    ids = []
    for _key, edge in cloud.store.items(MEMBER):
        if edge["groupId"] != group["externalId"]:
            continue
        for kind, (of_entra, _name, _own) in KINDS.items():
            if cloud.store.get(of_entra, edge["memberId"]) is not None:
                ids.append(str(resolve(cloud, SYSTEM, kind, edge["memberId"])["id"]))
    return ids
