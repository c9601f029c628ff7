"""What only a person can do: the clicks in a portal, a browser, a mailbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wizard.sandbox.domain import (
    arm_compute,
    arm_cost,
    arm_providers,
    authorization_eligibility,
    identity_sync,
    portal_sign_in,
)
from wizard.sandbox.domain.account import first_login, region_of
from wizard.sandbox.domain.arm_id import GROUP
from wizard.sandbox.domain.arm_providers import register_provider
from wizard.sandbox.domain.authorization import roles as azure_roles
from wizard.sandbox.domain.build import assign_role, grant_graph_roles
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, CloudError
from wizard.sandbox.domain.entra import REVOKED, caller_by_oid
from wizard.sandbox.domain.entra_objects import matching
from wizard.sandbox.domain.entra_rights import DEVICE_CODE, ELIGIBILITY, PRINCIPAL, USER, directory_data
from wizard.sandbox.domain.key_vault import VAULT
from wizard.sandbox.domain.world import load_scenario, world

LEAST_PRIVILEGE = ("User.ReadWrite.All", "Group.ReadWrite.All", "Application.Read.All", "Domain.Read.All")
MOST_DAYS = 365
METASTORE_PRIVILEGES = ("CREATE_CATALOG", "CREATE_EXTERNAL_LOCATION", "CREATE_STORAGE_CREDENTIAL")


@dataclass(frozen=True, slots=True)
class Click:
    """`wants` names its values, `does` tells in words what came of it. `least` of them are needed."""

    wants: tuple[str, ...]
    meaning: str
    does: Callable[..., str]
    least: int | None = None

    def takes(self, values: Sequence[str]) -> bool:
        return (len(self.wants) if self.least is None else self.least) <= len(values) <= len(self.wants)


def click(cloud: Cloud, name: str, values: Sequence[str]) -> str:
    """Do one click; says what came of it. Raises CloudError 400 naming the clicks there are."""
    found = CLICKS.get(name)
    if found is None or not found.takes(values):
        known = "; ".join(
            f"{key} {' '.join(want.upper() for want in one.wants)} ({one.meaning})" for key, one in CLICKS.items()
        )
        raise CloudError(400, "UnknownClick", f"the portal's clicks are: {known}")
    with cloud.store.transaction():
        return found.does(cloud, *values)


def identity(cloud: Cloud, name: str) -> tuple[str, Body]:
    """(kind, stored body) of a person or principal: by its name in the scenario, object id, user principal
    name, client id or display name. Raises CloudError 404."""
    known = load_scenario(world(cloud).scenario)["identities"].get(name)
    wanted = known["object_id"] if known else name
    for kind, keys in (
        (USER, ("id", "userPrincipalName", "displayName")),
        (PRINCIPAL, ("id", "appId", "displayName")),
    ):
        for _id, body in cloud.store.items(kind):
            if any(matching(body, {key: wanted}) for key in keys):
                return kind, body
    there = ", ".join(load_scenario(world(cloud).scenario)["identities"])
    raise CloudError(
        404, "Request_ResourceNotFound", f"there is nobody called '{name}' in the tenant; there are: {there}"
    )


def _first_login(cloud: Cloud, user: str = "") -> str:
    """Of the scenario's operator, where nobody is named."""
    user = user or str(load_scenario(world(cloud).scenario)["operator"])
    _kind, body = identity(cloud, user)
    person = caller_by_oid(cloud, body["id"])
    if person is None or person.kind != "user":
        raise CloudError(400, "NotAPerson", f"'{user}' is not a person who can log in to the account console")
    first_login(cloud, person)
    return f"{person.name} logged in to the Databricks account console and is account admin"


def _assign_owner(cloud: Cloud, principal: str) -> str:
    kind, body = identity(cloud, principal)
    for subscription in world(cloud).subscriptions:
        assign_role(cloud, f"/subscriptions/{subscription}", "Owner", body["id"], "user" if kind == USER else "app")
    return f"{body['displayName']} is Owner of the subscription"


def _grant_app_roles(cloud: Cloud, principal: str) -> str:
    kind, body = identity(cloud, principal)
    if kind != PRINCIPAL:
        raise CloudError(400, "NotAnApplication", f"'{principal}' is a person: app roles are for applications")
    grant_graph_roles(cloud, body["id"], LEAST_PRIVILEGE)
    return f"{body['displayName']} holds {', '.join(LEAST_PRIVILEGE)} with admin consent"


def _share_metastores(cloud: Cloud, principal: str) -> str:
    """Of each workspace: its region's metastore is assigned to it, and the principal may build in it."""
    _kind, body = identity(cloud, principal)
    opened = []
    for workspace in cloud.kind("account.workspace").list(SYSTEM):
        here = region_of(str(workspace["location"]))
        everything = cloud.kind("account.metastore").list(SYSTEM)
        metastore = next((each for each in everything if region_of(str(each["region"])) == here), None)
        if metastore is None:
            continue
        id = str(workspace["workspace_id"])
        assignment = {"workspace_id": id, "metastore_id": metastore["metastore_id"]}
        cloud.kind("account.metastoreAssignment").create(SYSTEM, assignment)
        change = {"principal": body.get("appId") or body["userPrincipalName"], "add": list(METASTORE_PRIVILEGES)}
        inside = replace(SYSTEM, workspace=id)
        cloud.kind("uc.grants").update(inside, f"metastore/{metastore['metastore_id']}", {"changes": [change]})
        opened.append(f"{metastore['name']} to the workspace {id}")
    if not opened:
        raise CloudError(400, "NothingToShare", "no workspace is in a region that has a metastore")
    granted = ", ".join(METASTORE_PRIVILEGES)
    return f"the owner opened {'; '.join(opened)}, and granted {body['displayName']} {granted}"


def _complete_device_code(cloud: Cloud, user_code: str, user: str) -> str:
    _kind, body = identity(cloud, user)
    cloud.kind(DEVICE_CODE).update(SYSTEM, user_code.upper(), {"user": body["id"]})
    return f"{body['displayName']} signed in with the code {user_code.upper()}"


def _revoke_sessions(cloud: Cloud, name: str) -> str:
    kind, body = identity(cloud, name)
    cloud.store.put(kind, body["id"], {**body, REVOKED: cloud.millis()})
    return f"every session of {body['displayName']} until now is revoked"


def _set_policy(cloud: Cloud, name: str, policy: str) -> str:
    kind, body = identity(cloud, name)
    return portal_sign_in.set_policy(cloud, kind, body, policy)


def _make_eligible(cloud: Cloud, name: str, role: str) -> str:
    _kind, body = identity(cloud, name)
    roles: dict[str, Any] = directory_data()["directory_roles"]
    azure = [one.name for one in azure_roles().values()]
    if role in azure:
        for subscription in world(cloud).subscriptions:
            authorization_eligibility.make(cloud, f"/subscriptions/{subscription}", role, body["id"])
        return f"{body['displayName']} may activate the role {role} on the subscription"
    if role not in roles:
        raise CloudError(400, "UnknownRole", f"the roles are: {', '.join((*roles, *azure))}")
    cloud.kind(ELIGIBILITY).create(SYSTEM, {"principalId": body["id"], "roleDefinitionId": roles[role]})
    return f"{body['displayName']} may activate the role {role}"


def _make_key_vault(cloud: Cloud, vault: str, name: str) -> str:
    kind, body = identity(cloud, name)
    subscription = next(iter(world(cloud).subscriptions))
    register_provider(cloud, SYSTEM, subscription, "Microsoft.KeyVault")
    group = f"/subscriptions/{subscription}/resourceGroups/rg-vaults"
    cloud.kind(GROUP).create(SYSTEM, {"id": group, "location": "brazilsouth"})
    id = f"{group}/providers/{VAULT}/{vault}"
    properties = {"tenantId": world(cloud).tenant_id, "sku": {"family": "A", "name": "standard"}}
    cloud.kind(VAULT).create(SYSTEM, {"id": id, "location": "brazilsouth", "properties": properties})
    assign_role(cloud, id, "Key Vault Secrets Officer", body["id"], "user" if kind == USER else "app")
    return f"the Key Vault {vault} is there, and {body['displayName']} may use its secrets"


def _grant_quota(cloud: Cloud, location: str, row: str, limit: str) -> str:
    for subscription in world(cloud).subscriptions:
        arm_compute.change_quota(cloud, subscription, location, row, limit)
    return f"the limit of {row} in {location} is {limit} vCPUs"


def _begin_registration(cloud: Cloud, namespace: str, looks: str) -> str:
    if not looks.isdecimal():
        raise CloudError(400, "NotLooks", f"'{looks}' is no number of looks")
    for subscription in world(cloud).subscriptions:
        arm_providers.begin_slowly(cloud, subscription, namespace, int(looks[:4]))
    return f"the registration of {namespace} has begun, and ends after {looks} looks"


def _sync_identities(cloud: Cloud) -> str:
    identity_sync.turn_on(cloud)
    return "the Databricks account takes its people and groups from Entra by itself"


def _pass_days(cloud: Cloud, days: str) -> str:
    if not days.isdecimal() or not 0 < int(days[:4]) <= MOST_DAYS:
        raise CloudError(400, "NotDays", f"'{days}' is no number of days from 1 to {MOST_DAYS}")
    return f"the bill is told as if {arm_cost.let_pass(cloud, int(days))} days had passed"


CLICKS = {
    "first-login": Click(
        ("user",), "a Global Administrator's first login to the Databricks account console", _first_login, least=0
    ),
    "assign-owner": Click(("principal",), "Owner on the subscription", _assign_owner),
    "grant-app-roles": Click(("principal",), "the least-privilege Graph roles, with consent", _grant_app_roles),
    "share-metastore": Click(
        ("principal",),
        "a metastore's owner assigns it to the workspaces and grants what builds in it",
        _share_metastores,
    ),
    "complete-device-code": Click(("user_code", "user"), "sign in with a device code", _complete_device_code),
    "revoke-sessions": Click(("name",), "tokens from before are refused", _revoke_sessions),
    "grant-quota": Click(
        ("location", "row", "limit"), "the limit of a quota's row, cores or a family, is changed", _grant_quota
    ),
    "begin-registration": Click(
        ("namespace", "looks"), "somebody registers a resource provider, slowly", _begin_registration
    ),
    "conditional-access": Click(
        ("name", "policy"), "a policy meets a sign-in: mfa, device, block or none", _set_policy
    ),
    "subscription-state": Click(
        ("state",), "the subscription is enabled, or disabled", portal_sign_in.subscription_state
    ),
    "machine-identity": Click(
        ("name",), "this machine gets a managed identity; none takes them away", portal_sign_in.machine_identity
    ),
    "sync-identities": Click(
        (), "an account admin turns on automatic identity management in the Databricks account", _sync_identities
    ),
    "pass-days": Click(("days",), "days pass, for the bill alone", _pass_days),
    "make-key-vault": Click(
        ("vault", "name"), "somebody makes a Key Vault, and lets a person or principal use its secrets", _make_key_vault
    ),
    "make-eligible": Click(
        ("name", "role"), "a role of the directory or of the subscription, to activate when needed", _make_eligible
    ),
}
