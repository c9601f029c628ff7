"""Principal and people inside the Databricks account: found, made where missing, made admin; never disabled."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service.iam import Patch, PatchOp, PatchSchema

from wizard.text import _

if TYPE_CHECKING:
    from databricks.sdk import AccountClient

ADMIN = "account_admin"
SCHEMAS = [PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who must be in the account. `name` is a client id or a user principal name."""

    kind: Literal["principal", "user"]
    name: str
    display_name: str
    admin: bool


@dataclass(frozen=True, slots=True)
class Present:
    """The same, as the account has it."""

    id: str
    active: bool
    admin: bool


def find(account: AccountClient, member: Member) -> Present | None:
    """By name; None if the account does not know it. Raises DatabricksError, 403 to who is no admin."""
    attribute = "applicationId" if member.kind == "principal" else "userName"
    query = f'{attribute} eq "{member.name}"'
    wanted = f"id,{attribute},active,roles"
    listed: Any = (
        account.service_principals_v2.list(filter=query, attributes=wanted)
        if member.kind == "principal"
        else account.users_v2.list(filter=query, attributes=wanted)
    )
    for item in listed:
        name = item.application_id if member.kind == "principal" else item.user_name
        if (name or "").lower() == member.name.lower():
            return _details(account, member, item)
    return None


def admins(account: AccountClient) -> list[str]:
    """Who has the role now, by name: people, service principals, and groups, whose members have it too.

    The search need not know roles, so all are listed; an account has 10,000 at the most, which is one page."""
    wanted = "id,userName,applicationId,displayName,active,roles"
    everybody: Any = chain(
        account.users_v2.list(attributes=wanted),
        account.service_principals_v2.list(attributes=wanted),
        account.groups_v2.list(attributes="id,displayName,roles"),
    )
    having = (
        each
        for each in everybody
        if getattr(each, "active", None) is not False and ADMIN in {role.value for role in each.roles or ()}
    )
    return sorted(str(getattr(each, "user_name", None) or each.display_name) for each in having)


def _details(account: AccountClient, member: Member, listed: Any) -> Present:
    """Read by id, since a search need not tell the roles; what is not known everywhere yet is as the search has it."""
    people: Any = account.service_principals_v2 if member.kind == "principal" else account.users_v2
    try:
        item = people.get(str(listed.id))
    except NotFound:
        item = listed
    roles = {role.value for role in item.roles or ()}
    return Present(str(listed.id), item.active is not False, ADMIN in roles)


def lacks(member: Member, found: Present | None) -> list[str]:
    """What an apply would do for one member, in words."""
    if found is None:
        changes = [_("add {name} to the Databricks account", name=member.display_name)]
        return [*changes, _("make {name} account admin", name=member.display_name)] if member.admin else changes
    changes = [] if found.active else [_("activate {name} in the Databricks account", name=member.display_name)]
    if member.admin and not found.admin:
        changes.append(_("make {name} account admin", name=member.display_name))
    return changes


def ensure(account: AccountClient, member: Member) -> None:
    """Make what `lacks` named. Repeatable, also beside somebody who does the same."""
    found = find(account, member)
    if found is None:
        try:
            made = _create(account, member)
        except ResourceConflict:  # made meanwhile, by a sync from Entra perhaps
            found = find(account, member)
            if found is None:
                raise
        else:
            found = Present(made, active=True, admin=False)
    operations = []
    if not found.active:
        operations.append(Patch(op=PatchOp.REPLACE, path="active", value=[{"value": "true"}]))
    if member.admin and not found.admin:
        operations.append(Patch(op=PatchOp.ADD, path="roles", value=[{"value": ADMIN}]))
    if not operations:
        return
    if member.kind == "principal":
        account.service_principals_v2.patch(found.id, operations=operations, schemas=SCHEMAS)
    else:
        account.users_v2.patch(found.id, operations=operations, schemas=SCHEMAS)


def _create(account: AccountClient, member: Member) -> str:
    made: Any = (
        account.service_principals_v2.create(application_id=member.name, display_name=member.display_name, active=True)
        if member.kind == "principal"
        else account.users_v2.create(user_name=member.name, display_name=member.display_name, active=True)
    )
    return str(made.id)
