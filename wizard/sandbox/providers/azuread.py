"""azuread's groups and users, whose owners and members are objects of their own, and its data sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.providers.mapping import Mapping
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.resource import Plain
from wizard.sandbox.providers.spec import spec
from wizard.sandbox.providers.values import Values, known


class Group(Plain):
    def create(self, session: Session, plan: Values, config: Values) -> Values:
        if plan.get("prevent_duplicate_names"):
            self._refuse_duplicate(session, str(plan["display_name"]))
        return Plain.create(self, session, plan, config)

    def _refuse_duplicate(self, session: Session, name: str) -> None:
        found = self.kind().list(session.caller, displayName=name)
        if found:
            raise CloudError(
                400,
                "DuplicateName",
                f"preventing a duplicate: there is a group with the name {name!r}, object id {found[0]['id']}",
            )

    def body(self, session: Session, values: Values) -> Body:
        body = Plain.body(self, session, values)
        body.setdefault("mailNickname", self.cloud.guid()[:8])
        for name in ("owners", "members"):
            if values.get(name):
                body[name] = list(values[name])
        return body

    def update(self, session: Session, prior: Values, plan: Values, config: Values) -> Values:
        oid = str(prior["object_id"])
        for added in sorted(set(plan.get("owners") or []) - set(prior.get("owners") or [])):
            self.kind().add_owner(session.caller, oid, added)
        wanted, present = set(plan.get("members") or []), set(prior.get("members") or [])
        members = self.cloud.kind("entra.groupMember")
        for added in sorted(wanted - present):
            members.create(session.caller, {"groupId": oid, "memberId": added})
        for gone in sorted(present - wanted):
            members.delete(session.caller, f"{oid}/{gone}")
        return Plain.update(self, session, prior, plan, config)

    def state(self, session: Session, body: Body, base: Values) -> Values:
        oid = body["id"]
        members = self.cloud.kind("entra.groupMember").list(session.caller, groupId=oid)
        owners = self.kind().owners(session.caller, oid)
        state = Plain.state(self, session, body, base)
        return {
            **state,
            "members": sorted(one["memberId"] for one in members),
            "owners": sorted(one["id"] for one in owners),
        }


class User(Plain):
    def body(self, session: Session, values: Values) -> Body:
        body = Plain.body(self, session, values)
        body.setdefault("mailNickname", str(values["user_principal_name"]).partition("@")[0])
        return body

    def patch(self, prior: Values, values: Values) -> Body:
        patch = Plain.patch(self, prior, values)
        if prior.get("password") == values.get("password"):
            patch.pop("passwordProfile", None)
        return patch


def _mapped(type: str, body: Body) -> Values:
    found = spec("azuread", type)
    mapping = found.mapping if found else Mapping()
    state: Values = known(mapping.to_state(body, {}, {}))
    return state


def _one(cloud: Cloud, session: Session, kind: str, what: str, filters: dict[str, Any]) -> Body:
    found = cloud.kind(kind).list(session.caller, **filters)
    if not found:
        said = ", ".join(f'{key} "{value}"' for key, value in filters.items())
        raise CloudError(404, "Request_ResourceNotFound", f"{what} with {said} was not found")
    return found[0]


_USER_KEYS = {
    "object_id": "id",
    "user_principal_name": "userPrincipalName",
    "mail": "mail",
    "mail_nickname": "mailNickname",
    "employee_id": "employeeId",
}


def user(cloud: Cloud, session: Session, config: Values) -> Values:
    filters = {rest: config[name] for name, rest in _USER_KEYS.items() if config.get(name)}
    if len(filters) != 1:
        raise CloudError(400, "InvalidArguments", f"one of `{','.join(_USER_KEYS)}` must be specified")
    found = _one(cloud, session, "entra.user", "User", filters)
    return {**_mapped("azuread_user", found), "id": found["id"]}


def users(cloud: Cloud, session: Session, config: Values) -> Values:
    """All, or those given by one of the lists; one that is missing is an error unless `ignore_missing`."""
    lists = {"object_ids": "id", "user_principal_names": "userPrincipalName", "mails": "mail"}
    lists |= {"mail_nicknames": "mailNickname", "employee_ids": "employeeId"}
    kind = cloud.kind("entra.user")
    if config.get("return_all"):
        found = kind.list(session.caller)
    else:
        found = []
        for name, rest in lists.items():
            for wanted in config.get(name) or []:
                matches = kind.list(session.caller, **{rest: wanted})
                if not matches and not config.get("ignore_missing"):
                    raise CloudError(404, "Request_ResourceNotFound", f'User with {rest} "{wanted}" was not found')
                found += matches
    shown = [_mapped("azuread_user", one) for one in found]
    columns = {name: [one.get(rest) or "" for one in found] for name, rest in lists.items()}
    return {**columns, "users": shown, "id": f"users#{cloud.guid(*[one['id'] for one in found] or ['none'])}"}


def service_principal(cloud: Cloud, session: Session, config: Values) -> Values:
    keys = {"object_id": "id", "client_id": "appId", "display_name": "displayName"}
    filters = {rest: config[name] for name, rest in keys.items() if config.get(name)}
    if len(filters) != 1:
        raise CloudError(400, "InvalidArguments", f"one of `{','.join(keys)}` must be specified")
    found = _one(cloud, session, "entra.servicePrincipal", "Service principal", filters)
    roles = found.get("appRoles") or []
    return {
        "id": f"/servicePrincipals/{found['id']}",
        "object_id": found["id"],
        "client_id": found["appId"],
        "display_name": found.get("displayName"),
        "account_enabled": found.get("accountEnabled", True),
        "application_tenant_id": session.caller.tenant,
        "app_role_ids": {role["value"]: role["id"] for role in roles if role.get("value")},
        "app_roles": [
            {
                "allowed_member_types": role.get("allowedMemberTypes", []),
                "description": role.get("description"),
                "display_name": role.get("displayName"),
                "enabled": role.get("isEnabled", True),
                "id": role["id"],
                "value": role.get("value"),
            }
            for role in roles
        ],
        "type": found.get("servicePrincipalType", "Application"),
    }


def client_config(cloud: Cloud, session: Session, config: Values) -> Values:
    ids = {"tenant_id": session.caller.tenant, "client_id": session.client_id, "object_id": session.caller.oid}
    return {**ids, "id": "-".join(ids.values())}


def domains(cloud: Cloud, session: Session, config: Values) -> Values:
    found = cloud.kind("entra.domain").list(session.caller)
    shown = [
        {
            "domain_name": one["id"],
            "default": one.get("isDefault", False),
            "initial": one.get("isInitial", False),
            "root": one.get("isRoot", True),
            "verified": one.get("isVerified", True),
            "admin_managed": one.get("isAdminManaged", True),
            "authentication_type": one.get("authenticationType", "Managed"),
            "supported_services": one.get("supportedServices", []),
        }
        for one in found
        if one.get("isVerified", True) or config.get("include_unverified")
    ]
    for name in ("default", "initial", "root"):
        if config.get(f"only_{name}"):
            shown = [one for one in shown if one[name]]
    return {"domains": shown, "id": f"domains#{cloud.guid(*[one['domain_name'] for one in shown])}"}


HANDLERS: dict[str, type[Plain]] = {"group": Group, "user": User}
DATA_SOURCES: dict[str, Callable[[Cloud, Session, Values], Values]] = {
    "azuread_user": user,
    "azuread_users": users,
    "azuread_service_principal": service_principal,
    "azuread_client_config": client_config,
    "azuread_domains": domains,
}
