"""Azure Resource Manager: the management SDKs where they are small, plain requests elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.core.polling import LROPoller
from azure.mgmt.authorization.v2022_04_01 import AuthorizationManagementClient
from azure.mgmt.authorization.v2022_04_01.models import RoleAssignmentCreateParameters
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from wizard.cloud import api_versions
from wizard.cloud.credentials import Credential
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.pipeline import REPEATABLE, Body, RestClient, client_options
from wizard.cloud.policies import Bearer, Seen, listed

COMPUTE_API, SKUS_API = "2024-07-01", "2021-07-01"
ELIGIBILITY_API = "2020-10-01"
FEATURES_API, COST_API = "2021-07-01", "2025-03-01"
POLLING_SECONDS = 1  # where the service names no interval of its own
_ASSIGNMENTS = uuid.UUID("6d1f6e6c-5b63-4c0e-9d5e-8f6d4b7a2c11")  # namespace of our deterministic names


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    name: str
    state: str  # Enabled, Warned, PastDue, Disabled, Deleted
    tenant_id: str | None


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    id: str
    scope: str
    role_id: str  # the GUID alone, lower case
    principal_id: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class NameCheck:
    free: bool
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    name: str
    label: str
    used: int
    limit: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Region:
    """`group` is the geography, as South America; `pair` the name of the region paired with it, empty where none is."""

    name: str
    group: str
    pair: str


@dataclass(frozen=True, slots=True)
class Sku:
    """A virtual machine size in one region; `restrictions` are the reason codes that forbid it there. What is
    restricted in some zones only can be had in the others."""

    name: str
    family: str
    vcpus: int
    restrictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    id: str
    name: str
    type: str
    location: str | None
    tags: dict[str, str] = field(default_factory=dict)


class ArmClient:
    """One subscription. Every method raises azure-core's HttpResponseError on a refusal."""

    def __init__(self, endpoints: Endpoints, credential: Credential, subscription_id: str) -> None:
        self.subscription_id = subscription_id
        self.scope = f"/subscriptions/{subscription_id}"

        def options() -> dict[str, Any]:
            """Of one client: a policy belongs to one pipeline."""
            return {
                "base_url": endpoints.arm,
                "credential_scopes": [endpoints.arm_scope],
                "polling_interval": POLLING_SECONDS,
                "authentication_policy": Bearer(credential, endpoints.arm_scope),
                **client_options(endpoints),
            }

        self._authorization = AuthorizationManagementClient(credential, subscription_id, **options())
        self._resources = ResourceManagementClient(credential, subscription_id, **options())
        self._subscriptions = SubscriptionClient(credential, **options())
        self._rest = RestClient(endpoints.arm, endpoints, credential, endpoints.arm_scope)

    def subscriptions(self) -> list[Subscription]:
        """Every subscription that the caller sees."""
        return [
            Subscription(
                str(item.subscription_id), item.display_name or "", _text(item.state), getattr(item, "tenant_id", None)
            )
            for item in listed(self._subscriptions.subscriptions.list())
        ]

    def regions(self) -> list[Region]:
        """Every region that the subscription may use."""
        found = []
        for item in listed(self._subscriptions.subscriptions.list_locations(self.subscription_id)):
            told = item.metadata
            if _text(getattr(told, "region_type", None)) in ("", "Physical"):
                pairs = getattr(told, "paired_region", None) or ()
                pair = next((each.name for each in pairs if each.name), "")
                found.append(Region(item.name or "", getattr(told, "geography_group", None) or "", pair))
        return found

    def provider_state(self, namespace: str) -> str:
        """NotRegistered, Registering, Registered or Unregistering."""
        return _text(self._resources.providers.get(namespace).registration_state)

    def register_provider(self, namespace: str) -> None:
        """Starts the registration; `provider_state` tells when it is done."""
        self._resources.providers.register(namespace, **REPEATABLE)

    def role_id(self, role_name: str) -> str | None:
        """The GUID of a role by its name."""
        for role in listed(self._authorization.role_definitions.list(self.scope, filter=f"roleName eq '{role_name}'")):
            return _guid(role.id)
        return None

    def role_assignments(self, principal_id: str, *, at_or_above: bool = True) -> list[RoleAssignment]:
        """What a principal holds by itself. Azure also lists what it holds *below* the subscription; by default
        only a scope equal to the subscription or above it counts."""
        return self._assignments(f"principalId eq '{principal_id}'", at_or_above=at_or_above)

    def roles_reaching(self, principal_id: str) -> list[RoleAssignment]:
        """What a principal holds at or above the subscription, by itself or by a group it is in."""
        return self._assignments(f"assignedTo('{principal_id}')", at_or_above=True)

    def _assignments(self, filter: str, *, at_or_above: bool) -> list[RoleAssignment]:
        found = listed(self._authorization.role_assignments.list_for_subscription(filter=filter))
        assignments = [
            RoleAssignment(
                id=str(item.id),
                scope=item.scope or "",
                role_id=_guid(item.role_definition_id),
                principal_id=str(item.principal_id),
                condition=item.condition,
            )
            for item in found
        ]
        return [item for item in assignments if not at_or_above or self.covers(item.scope)]

    def eligible_roles(self, principal_id: str) -> list[RoleAssignment]:
        """Azure roles that the principal, or a group it is in, may activate (PIM) at or above the subscription, but
        does not hold now."""
        path = f"{self.scope}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances"
        query = {"api-version": ELIGIBILITY_API, "$filter": f"assignedTo('{principal_id}')"}
        rows = self._rest.pages(path, query=query, items="value", next_page="nextLink")
        found = [(str(row.get("id")), row.get("properties") or {}) for row in rows]
        roles = [
            RoleAssignment(
                id, str(item.get("scope")), _guid(item.get("roleDefinitionId")), str(item.get("principalId"))
            )
            for id, item in found
        ]
        return [role for role in roles if self.covers(role.scope)]

    def covers(self, scope: str) -> bool:
        """Whether `scope` is the subscription or lies above it (the root, or a management group)."""
        plain = scope.rstrip("/").lower()
        above = plain == "" or plain.startswith("/providers/microsoft.management/managementgroups/")
        return above or plain == self.scope.lower()

    def assign_role(
        self,
        role_id: str,
        principal_id: str,
        principal_type: str,
        condition: str | None = None,
        *,
        scope: str | None = None,
        name: str | None = None,
    ) -> None:
        """Assign at the subscription, or at `scope`; an equal assignment that exists already is success. The type
        is named, or the call would race the replication of a new principal. `name`: of the assignment whose condition
        is changed."""
        where = scope or self.scope
        name = name or self._assignment_name(role_id, principal_id, where)
        wanted = RoleAssignmentCreateParameters(
            role_definition_id=f"{self.scope}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
            principal_id=principal_id,
            principal_type=principal_type,
            condition=condition,
            condition_version="2.0" if condition else None,
        )
        try:
            self._authorization.role_assignments.create(where, name, wanted)
        except ResourceExistsError as error:
            if error_code(error) != "RoleAssignmentExists":
                raise

    def made_here(self, assignment: RoleAssignment) -> bool:
        """Whether `assign_role` made it: such an assignment has a name computed from what it assigns."""
        name = self._assignment_name(assignment.role_id, assignment.principal_id)
        return assignment.id.rsplit("/", 1)[-1].lower() == name

    def _assignment_name(self, role_id: str, principal_id: str, scope: str | None = None) -> str:
        return str(uuid.uuid5(_ASSIGNMENTS, f"{scope or self.scope}|{role_id}|{principal_id}".lower()))

    def unassign_role(self, assignment_id: str) -> None:
        """Absent is success."""
        try:
            self._authorization.role_assignments.delete_by_id(assignment_id)
        except ResourceNotFoundError:
            return

    def storage_name(self, name: str) -> NameCheck:
        return self._name_check("Microsoft.Storage", api_versions.STORAGE, name, "Microsoft.Storage/storageAccounts")

    def event_hubs_name(self, name: str) -> NameCheck:
        return self._name_check("Microsoft.EventHub", api_versions.EVENT_HUBS, name, None)

    def _name_check(self, namespace: str, api: str, name: str, kind: str | None) -> NameCheck:
        answer = self._rest.send(
            "POST",
            f"{self.scope}/providers/{namespace}/checkNameAvailability",
            query={"api-version": api},
            body={"name": name, "type": kind} if kind else {"name": name},
            repeatable=True,
        )
        return NameCheck(
            bool(answer.get("nameAvailable")), str(answer.get("reason") or ""), str(answer.get("message") or "")
        )

    def usages(self, location: str) -> dict[str, Usage]:
        """vCPU quota of a region, by the row's name (`cores`, or a family)."""
        path = f"{self.scope}/providers/Microsoft.Compute/locations/{location}/usages"
        rows = self._rest.pages(path, query={"api-version": COMPUTE_API}, items="value", next_page="nextLink")
        return {
            row["name"]["value"]: Usage(
                row["name"]["value"], row["name"].get("localizedValue", ""), row["currentValue"], row["limit"]
            )
            for row in rows
        }

    def skus(self, location: str) -> list[Sku]:
        """Every virtual machine size that a region offers, restricted ones among them."""
        path = f"{self.scope}/providers/Microsoft.Compute/skus"
        query = {"api-version": SKUS_API, "$filter": f"location eq '{location}'"}
        rows = self._rest.pages(path, query=query, items="value", next_page="nextLink")
        return [_sku(row) for row in rows if row.get("resourceType", "virtualMachines") == "virtualMachines"]

    def resources(self, resource_type: str) -> list[Resource]:
        """Every resource of one type in the subscription."""
        found = listed(self._resources.resources.list(filter=f"resourceType eq '{resource_type}'"))
        return [
            Resource(str(item.id), item.name or "", item.type or "", item.location, dict(item.tags or {}))
            for item in found
        ]

    def held_by_group(self, name: str) -> list[str] | None:
        """The ids of all that a resource group holds; None where there is no such group."""
        try:
            return [str(item.id) for item in listed(self._resources.resources.list_by_resource_group(name))]
        except ResourceNotFoundError:
            return None

    def resource(self, resource_id: str, api_version: str) -> Body | None:
        """A resource's body; None where it does not exist."""
        try:
            return self._rest.send("GET", resource_id, query={"api-version": api_version})
        except ResourceNotFoundError:
            return None

    def put(self, resource_id: str, api_version: str, body: Body) -> Body:
        """Make a resource, or make it so; the answer may come before it is there (see `made`)."""
        return self._rest.send("PUT", resource_id, query={"api-version": api_version}, body=body)

    def made(self, resource_id: str, api_version: str) -> bool:
        """Whether a resource is there and ready. Raises where the service gave its making up."""
        body = self.resource(resource_id, api_version)
        state = ((body or {}).get("properties") or {}).get("provisioningState")
        if state in ("Failed", "Canceled"):
            raise HttpResponseError(message=f"{resource_id}: provisioningState {state}")
        return body is not None and state in (None, "Succeeded")

    def delete(self, resource_id: str, api_version: str) -> Callable[[], bool]:
        """Starts a deletion; the answer tells whether it is done, and raises if it failed."""
        poller: LROPoller[None] = self._resources.resources.begin_delete_by_id(resource_id, api_version=api_version)

        def done() -> bool:
            if not poller.done():
                return False
            poller.result()
            return True

        return done

    def feature_state(self, namespace: str, name: str) -> str:
        answer = self._rest.send("GET", self._feature(namespace, name), query={"api-version": FEATURES_API})
        return str(answer.get("properties", {}).get("state", "NotRegistered"))

    def register_feature(self, namespace: str, name: str) -> None:
        self._rest.send(
            "POST", f"{self._feature(namespace, name)}/register", query={"api-version": FEATURES_API}, repeatable=True
        )

    def _feature(self, namespace: str, name: str) -> str:
        return f"{self.scope}/providers/Microsoft.Features/providers/{namespace}/features/{name}"

    def cost(self, scope: str, query: Body) -> list[dict[str, Any]]:
        """Rows of a cost query, each by column name; empty where nothing was billed yet."""
        path = f"{scope}/providers/Microsoft.CostManagement/query"
        answer = self._rest.send("POST", path, query={"api-version": COST_API}, body=query, repeatable=True)
        rows: list[dict[str, Any]] = []
        seen = Seen()
        while properties := answer.get("properties"):
            columns = [column["name"] for column in properties.get("columns", ())]
            rows += [dict(zip(columns, row, strict=True)) for row in properties.get("rows", ())]
            link = properties.get("nextLink")
            if not link:
                break
            seen.add(str(link))
            answer = self._rest.send("POST", link, body=query, repeatable=True)
        return rows


def error_code(error: Exception) -> str:
    """The service's own code, as `RoleAssignmentExists`; empty where the answer carried none."""
    code = getattr(getattr(error, "error", None), "code", None)
    return code if isinstance(code, str) else ""


def _sku(row: Body) -> Sku:
    capabilities = {item.get("name"): item.get("value") for item in row.get("capabilities") or ()}
    reasons = tuple(
        str(item["reasonCode"])
        for item in row.get("restrictions") or ()
        if item.get("reasonCode") and item.get("type", "Location") == "Location"
    )
    return Sku(row["name"], row.get("family", ""), int(capabilities.get("vCPUs") or 0), reasons)


def _guid(resource_id: str | None) -> str:
    return (resource_id or "").rsplit("/", 1)[-1].lower()


def _text(value: Any) -> str:
    """A value of an SDK's enumeration, or the text it stands for."""
    return str(getattr(value, "value", value) or "")
