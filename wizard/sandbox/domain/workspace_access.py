"""Access lists of a workspace's objects, and secret scopes with theirs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import (
    RULES,
    Bodies,
    denied,
    exists,
    invalid,
    legal_name,
    missing,
    not_modelled,
    required,
)
from wizard.sandbox.domain.principals import ADMINS, USERS, find_principal, workspace_level, workspace_names
from wizard.sandbox.domain.secret_values import SecretValues
from wizard.sandbox.domain.workspace_kind import WorkspaceKind, access_list, can_see, principal_in, require_level

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

OBJECTS = {"clusters": "ws.cluster", "cluster-policies": "ws.policy", "jobs": "ws.job"}


class Permissions(WorkspaceKind):
    """ws.permissions: id `clusters/<id>`, `cluster-policies/<id>`, `jobs/<id>`.

    `create` and `replace` set the whole list (PUT), `update` adds to it (PATCH), `delete` leaves none."""

    name = "ws.permissions"

    def _creator(self, caller: Caller, id: str) -> str:
        """Who made the object; its kind's own "does not exist" where it is gone."""
        place, _, object = id.partition("/")
        if place not in OBJECTS:
            raise not_modelled(f"permissions of {place}")
        workspace_level(self.cloud, caller)
        body = self.cloud.store.get(OBJECTS[place], self.key(caller, object))
        if body is None:
            raise missing(f"{RULES['permission_levels'][place]['type'].title()} {object} does not exist.")
        return str(body["creator_user_name"])

    def read(self, caller: Caller, id: str) -> Body:
        creator = self._creator(caller, id)
        if not can_see(self.cloud, caller, id, creator):
            raise denied(f"{caller.name} does not have permission to view the permissions of {id}.")
        place = id.partition("/")[0]
        rule = RULES["permission_levels"][place]
        entries = [
            {
                **{key: value for key, value in entry.items() if key != "permission_level"},
                "all_permissions": [{"permission_level": entry["permission_level"], "inherited": False}],
            }
            for entry in access_list(self.cloud, caller, id)
        ]
        strongest = "CAN_MANAGE" if "CAN_MANAGE" in rule["levels"] else rule["levels"][-1]
        inherited = {"permission_level": strongest, "inherited": True, "inherited_from_object": [f"/{place}/"]}
        entries.append({"group_name": ADMINS, "all_permissions": [inherited]})
        return {"object_id": f"/{id}", "object_type": rule["type"], "access_control_list": entries}

    def create(self, caller: Caller, body: Body) -> Body:
        required(body, "id")
        return self.replace(caller, str(body["id"]), body)

    def replace(self, caller: Caller, id: str, body: Body) -> Body:
        return self._set(caller, id, list(body.get("access_control_list") or []))

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        fresh = list(patch.get("access_control_list") or [])
        names = {principal_in(entry).lower() for entry in fresh}
        kept = [e for e in access_list(self.cloud, caller, id) if principal_in(e).lower() not in names]
        return self._set(caller, id, kept + fresh)

    def _set(self, caller: Caller, id: str, entries: Bodies) -> Body:
        creator = self._creator(caller, id)
        levels = RULES["permission_levels"][id.partition("/")[0]]["levels"]
        require_level(self.cloud, caller, id, creator, "CAN_MANAGE" if "CAN_MANAGE" in levels else levels[-1])
        for entry in entries:
            name = principal_in(entry)
            if name.lower() not in (ADMINS, USERS) and find_principal(self.cloud, name) is None:
                raise missing(f"Principal: {name} does not exist.")
            if entry.get("permission_level") not in (*levels, "CAN_MANAGE"):
                raise invalid(f"Permission level {entry.get('permission_level')} is not one of {', '.join(levels)}.")
        kept = [e for e in entries if principal_in(e).lower() != ADMINS]
        self.save(caller, id, {"access_control_list": kept})
        return self.read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        self._set(caller, id, [])
        self.remove(caller, id)


class SecretScopes(WorkspaceKind):
    """ws.secretScope: id is its name, body {name, backend_type}."""

    name = "ws.secretScope"

    def absent(self, id: str) -> CloudError:
        return missing(f"Scope {id} does not exist!")

    def create(self, caller: Caller, body: Body) -> Body:
        workspace_level(self.cloud, caller)
        scope = str(body.get("scope") or body.get("name") or "")
        legal_name("secret_scope", "Scope", scope)
        if body.get("scope_backend_type", "DATABRICKS") != "DATABRICKS":
            raise not_modelled("secret scopes backed by Azure Key Vault")
        if self.cloud.store.get(self.name, self.key(caller, scope)):
            raise exists(f"Scope {scope} already exists!")
        manager = USERS if body.get("initial_manage_principal") == USERS else caller.name
        with self.cloud.store.transaction():
            made = self.save(caller, scope, {"name": scope, "backend_type": "DATABRICKS"})
            acl = {"scope": scope, "principal": manager, "permission": "MANAGE"}
            self.cloud.store.put("ws.secretAcl", self.key(caller, f"{scope}|{manager}"), acl)
        return made

    def require(self, caller: Caller, scope: str, level: str) -> None:
        """Refuse a caller that holds less than `level` on the scope."""
        self.load(caller, scope)
        if not self.holds(caller, scope, level):
            raise denied(f"User {caller.name} does not have {level} permission on scope {scope}.")

    def holds(self, caller: Caller, scope: str, level: str) -> bool:
        names = workspace_names(self.cloud, caller)
        levels = RULES["secret_levels"]
        prefix = self.key(caller, f"{scope}|")
        return ADMINS in names or any(
            levels.index(acl["permission"]) >= levels.index(level)
            for key, acl in self.cloud.store.items("ws.secretAcl")
            if key.startswith(prefix) and str(acl["principal"]).lower() in names
        )

    def read(self, caller: Caller, id: str) -> Body:
        self.require(caller, id, "READ")
        return super().read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        self.require(caller, id, "MANAGE")
        with self.cloud.store.transaction():
            for kind, start in (("ws.secret", f"{id}/"), ("ws.secretAcl", f"{id}|")):
                for key, _ in self.cloud.store.items(kind):
                    if key.startswith(self.key(caller, start)):
                        self.cloud.store.delete(kind, key)
            self.remove(caller, id)
        SecretValues(self.cloud.state).forget(self.key(caller, id))

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        workspace_level(self.cloud, caller)
        return [body for body in self.all(caller) if self.holds(caller, str(body["name"]), "READ")]


class SecretPart(WorkspaceKind):
    """What lies in a scope."""

    def scopes(self) -> SecretScopes:
        return SecretScopes(self.cloud)


class ScopeSecrets(SecretPart):
    """ws.secret: id `<scope>/<key>`, body {scope, key, last_updated_timestamp}; values lie elsewhere."""

    name = "ws.secret"

    def absent(self, id: str) -> CloudError:
        scope, _, key = id.partition("/")
        return missing(f"Failed to get secret {key} for scope {scope}.")

    def create(self, caller: Caller, body: Body) -> Body:
        """Put: `string_value`, or `bytes_value` in base64."""
        required(body, "scope", "key")
        scope, key = str(body["scope"]), str(body["key"])
        self.scopes().require(caller, scope, "WRITE")
        legal_name("secret_key", "Key", key)
        value = body.get("string_value")
        if value is None and body.get("bytes_value") is not None:
            value = base64.b64decode(body["bytes_value"]).decode("utf-8")
        if value is None:
            raise invalid("Either string_value or bytes_value must be given.")
        id = f"{scope}/{key}"
        SecretValues(self.cloud.state).put(self.key(caller, id), value)
        return self.save(caller, id, {"scope": scope, "key": key, "last_updated_timestamp": self.cloud.millis()})

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        scope, _, key = id.partition("/")
        return self.create(caller, {**patch, "scope": scope, "key": key})

    def read(self, caller: Caller, id: str) -> Body:
        """Without the value, as secrets/list shows it."""
        self.scopes().require(caller, id.partition("/")[0], "READ")
        return super().read(caller, id)

    def value(self, caller: Caller, id: str) -> str:
        self.read(caller, id)
        return SecretValues(self.cloud.state).get(self.key(caller, id))

    def delete(self, caller: Caller, id: str) -> None:
        self.scopes().require(caller, id.partition("/")[0], "WRITE")
        self.load(caller, id)
        self.remove(caller, id)
        SecretValues(self.cloud.state).forget(self.key(caller, id))

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """Those of `scope`."""
        scope = str(filters.get("scope", ""))
        self.scopes().require(caller, scope, "READ")
        return [body for body in self.all(caller) if body["scope"] == scope]

    def readable(self, caller: Caller) -> dict[str, dict[str, str]]:
        """scope -> key -> value of everything the caller may read: what a job's run gets."""
        found: dict[str, dict[str, str]] = {}
        for scope in self.scopes().list(caller):
            name = str(scope["name"])
            found[name] = {
                str(secret["key"]): self.value(caller, f"{name}/{secret['key']}")
                for secret in self.list(caller, scope=name)
            }
        return found


class SecretAcls(SecretPart):
    """ws.secretAcl: id `<scope>|<principal>`, body {scope, principal, permission}."""

    name = "ws.secretAcl"

    def absent(self, id: str) -> CloudError:
        scope, _, principal = id.partition("|")
        return missing(f"Failed to get secret acl for principal {principal} for scope {scope}.")

    def create(self, caller: Caller, body: Body) -> Body:
        required(body, "scope", "principal", "permission")
        scope, principal = str(body["scope"]), str(body["principal"])
        self.scopes().require(caller, scope, "MANAGE")
        if principal not in (ADMINS, USERS) and find_principal(self.cloud, principal) is None:
            raise missing(f"Principal {principal} does not exist.")
        if body["permission"] not in RULES["secret_levels"]:
            raise invalid(f"Permission {body['permission']} is not one of {', '.join(RULES['secret_levels'])}.")
        stored = {"scope": scope, "principal": principal, "permission": body["permission"]}
        return self.save(caller, f"{scope}|{principal}", stored)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        return self.create(caller, {**self.load(caller, id), **patch})

    def read(self, caller: Caller, id: str) -> Body:
        self.scopes().require(caller, id.partition("|")[0], "MANAGE")
        return super().read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        self.scopes().require(caller, id.partition("|")[0], "MANAGE")
        self.load(caller, id)
        self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        scope = str(filters.get("scope", ""))
        self.scopes().require(caller, scope, "MANAGE")
        return [body for body in self.all(caller) if body["scope"] == scope]


def register(cloud: Cloud) -> None:
    for kind in (Permissions, SecretScopes, ScopeSecrets, SecretAcls):
        cloud.add(kind(cloud))
