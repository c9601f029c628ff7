"""azurerm's resources that are more than one object in one body, and its data sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.providers.mapping import Field, get, put, remove
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.resource import Plain
from wizard.sandbox.providers.values import Values, known

ROLE_DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions/"


class ResourceGroup(Plain):
    def delete(self, session: Session, state: Values) -> None:
        """Refused while anything is in it, unless the provider's feature is switched off."""
        from wizard.sandbox.domain.arm_id import parse_id
        from wizard.sandbox.domain.arm_kind import inside

        guarded = session.features.get("resource_group", {}).get("prevent_deletion_if_contains_resources")
        id = self.cloud_id(session, state)
        found = [inner for _, inner in inside(self.cloud, parse_id(id))] if guarded is not False else []
        if found:
            raise CloudError(
                409,
                "ResourceGroupNotEmpty",
                f'the Resource Group "{state["name"]}" still contains Resources: {", ".join(sorted(found))}',
            )
        Plain.delete(self, session, state)


class Workspace(Plain):
    def body(self, session: Session, values: Values) -> Body:
        body = Plain.body(self, session, values)
        group = values.get("managed_resource_group_name") or f"databricks-rg-{values['resource_group_name']}"
        put(body, "properties.managedResourceGroupId", f"/subscriptions/{session.subscription}/resourceGroups/{group}")
        return body


class RoleAssignment(Plain):
    """The name is a GUID of our making; the role is given by name or by id."""

    def body(self, session: Session, values: Values) -> Body:
        values["name"] = values.get("name") or self.cloud.guid()
        if not values.get("role_definition_id"):
            values["role_definition_id"] = self._role_id(session, str(values["role_definition_name"]))
        body = Plain.body(self, session, values)
        remove(body, "properties.scope")
        return body

    def _role_id(self, session: Session, name: str) -> str:
        from wizard.sandbox.domain.authorization import roles

        for role in roles().values():
            if role.name.lower() == name.lower():
                return f"/subscriptions/{session.subscription}{ROLE_DEFINITIONS}{role.id}"
        raise CloudError(404, "RoleDefinitionDoesNotExist", f"could not find role '{name}'")

    def state(self, session: Session, body: Body, base: Values) -> Values:
        from wizard.sandbox.domain.authorization import role_of

        state = Plain.state(self, session, body, base)
        role = role_of(str(state["role_definition_id"]))
        if role is not None:
            state["role_definition_name"] = role.name
        return state


class Association(Plain):
    """A property of the subnet: its network security group, or its NAT gateway."""

    @property
    def field(self) -> Field:
        return next(one for one in self.spec.mapping.fields if not one.direction)

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = known(plan)
        body = self.kind().read(session.caller, values["subnet_id"])
        if get(body, self.field.path):
            self.refuse_existing(session, values["subnet_id"])
        put(body, self.field.path, values[self.field.attribute])
        return self.state(session, self.kind().create(session.caller, body), values)

    def read(self, session: Session, state: Values) -> Values | None:
        found = Plain.read(self, session, state)
        return found if found and found.get(self.field.attribute) else None

    def delete(self, session: Session, state: Values) -> None:
        body = self._present(session, state)
        if body is not None and get(body, self.field.path):
            remove(body, self.field.path.removesuffix(".id"))
            self.kind().create(session.caller, body)

    def _present(self, session: Session, state: Values) -> Body | None:
        try:
            found: Body = self.kind().read(session.caller, self.cloud_id(session, state))
        except CloudError as error:
            if error.status == 404:
                return None
            raise
        return found


class NatGatewayPublicIp(Association):
    """One element of the NAT gateway's public addresses."""

    path = "properties.publicIpAddresses"

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = known(plan)
        body = self.kind().read(session.caller, values["nat_gateway_id"])
        if self._holds(body, values):
            raise CloudError(409, "AlreadyExists", f'A resource with the ID "{self._id(values)}" already exists')
        put(body, self.path, [*(get(body, self.path) or []), {"id": values["public_ip_address_id"]}])
        self.kind().create(session.caller, body)
        return {**values, "id": self._id(values)}

    def read(self, session: Session, state: Values) -> Values | None:
        body = self._present(session, state)
        return known(state) if body is not None and self._holds(body, state) else None

    def delete(self, session: Session, state: Values) -> None:
        body = self._present(session, state)
        if body is not None and self._holds(body, state):
            mine = str(state["public_ip_address_id"]).lower()
            put(body, self.path, [one for one in get(body, self.path) if one["id"].lower() != mine])
            self.kind().create(session.caller, body)

    def _id(self, values: Values) -> str:
        return f"{values['nat_gateway_id']}|{values['public_ip_address_id']}"

    def _holds(self, body: Body, values: Values) -> bool:
        mine = str(values["public_ip_address_id"]).lower()
        return any(str(one["id"]).lower() == mine for one in get(body, self.path) or [])


class Budget(Plain):
    """Its filter is one condition, or several under `and`."""

    def write(self, values: Values, body: Body, prior: Values | None) -> None:
        Plain.write(self, values, body, prior)
        blocks = values.get("filter") or []
        parts: list[Body] = [
            {rest: {key: one[key] for key in ("name", "operator", "values")}}
            for block in blocks
            for name, rest in (("dimension", "dimensions"), ("tag", "tags"))
            for one in block.get(name) or []
        ]
        if parts:
            put(body, "properties.filter", parts[0] if len(parts) == 1 else {"and": parts})
        else:
            remove(body, "properties.filter")

    def state(self, session: Session, body: Body, base: Values) -> Values:
        state = Plain.state(self, session, body, base)
        given = get(body, "properties.filter") or {}
        parts = given.get("and") or ([given] if given else [])
        block = {
            name: [part[rest] for part in parts if rest in part]
            for name, rest in (("dimension", "dimensions"), ("tag", "tags"))
        }
        return {**state, "filter": [block] if parts else []}


def client_config(cloud: Cloud, session: Session, config: Values) -> Values:
    tenant, oid = session.caller.tenant, session.caller.oid
    return {
        "id": f"{tenant}/{session.subscription}/{session.client_id}/{oid}",
        "client_id": session.client_id,
        "object_id": oid,
        "subscription_id": session.subscription,
        "tenant_id": tenant,
    }


def subscription(cloud: Cloud, session: Session, config: Values) -> Values:
    from wizard.sandbox.domain.world import world

    id = str(config.get("subscription_id") or session.subscription)
    name = {key.lower(): value for key, value in world(cloud).subscriptions.items()}.get(id.lower())
    if name is None or not cloud.authorization.touches(session.caller, f"/subscriptions/{id}"):
        raise CloudError(404, "SubscriptionNotFound", f"The subscription '{id}' could not be found.")
    return {
        "id": f"/subscriptions/{id}",
        "subscription_id": id,
        "display_name": name,
        "tenant_id": world(cloud).tenant_id,
        "state": "Enabled",
        "location_placement_id": "Public_2014-09-01",
        "quota_id": "PayAsYouGo_2014-09-01",
        "spending_limit": "Off",
        "tags": {},
    }


HANDLERS: dict[str, type[Plain]] = {
    "resource_group": ResourceGroup,
    "workspace": Workspace,
    "role_assignment": RoleAssignment,
    "association": Association,
    "nat_gateway_public_ip": NatGatewayPublicIp,
    "budget": Budget,
}
DATA_SOURCES: dict[str, Callable[[Cloud, Session, Values], dict[str, Any]]] = {
    "azurerm_client_config": client_config,
    "azurerm_subscription": subscription,
}
