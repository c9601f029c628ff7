"""What all Unity Catalog kinds do alike: names, ownership, visibility, what changes and what cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import (
    Bodies,
    changed,
    denied,
    exists,
    invalid,
    legal_name,
    missing,
    public,
    required,
)
from wizard.sandbox.domain.grants import KINDS, WORDS, Privileges, forget_grants
from wizard.sandbox.domain.principals import find_principal

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud


class UnityKind:
    """One kind of securable. The metastore follows from the caller's workspace; ids are full names, without case."""

    type: ClassVar[str]
    needed: ClassVar[tuple[str, ...]] = ("name",)
    fixed: ClassVar[tuple[str, ...]] = ()  # what an update cannot change

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.name = KINDS[self.type]

    # The hooks of each kind.
    def full_name(self, body: Body) -> str:
        return str(body["name"])

    def allow_create(self, rights: Privileges, body: Body) -> None:
        """Refuse a caller that may not make it here, or a body that cannot be."""
        raise NotImplementedError

    def complete(self, rights: Privileges, body: Body) -> Body:
        """`body` with what the service computes."""
        return body

    def check_update(self, rights: Privileges, old: Body, new: Body) -> None:
        """Refuse an update beyond what ownership allows."""

    def check_delete(self, rights: Privileges, body: Body, force: bool) -> None:
        """Refuse a delete of what is in use, unless forced."""

    def after_delete(self, rights: Privileges, body: Body) -> None:
        """Remove what goes with it."""

    # The operations.
    def create(self, caller: Caller, body: Body) -> Body:
        required(body, *self.needed)
        legal_name("unity", WORDS[self.type], str(body["name"]))
        rights = Privileges(self.cloud, caller)
        name = self.full_name(body)
        self.allow_create(rights, body)
        if self.cloud.store.get(self.name, rights.key(name)) is not None:
            raise exists(f"{WORDS[self.type]} '{name}' already exists", f"{self.type.upper()}_ALREADY_EXISTS")
        now, who = self.cloud.millis(), caller.name
        stored = {
            "owner": who,
            **{key: value for key, value in body.items() if value is not None and key != "skip_validation"},
            "full_name": name,
            "metastore_id": rights.id,
            **{"created_at": now, "created_by": who, "updated_at": now, "updated_by": who},
        }
        with self.cloud.store.transaction():
            stored = self.complete(rights, stored)
            self.cloud.store.put(self.name, rights.key(name), stored)
        return public(stored)

    def read(self, caller: Caller, id: str) -> Body:
        rights = Privileges(self.cloud, caller)
        body = rights.body(self.type, id)
        rights.reachable(self.type, id)
        if not rights.visible(self.type, id):
            raise denied(f"User does not have any privilege on {WORDS[self.type]} '{id}'.")
        return public(body)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        rights = Privileges(self.cloud, caller)
        old = rights.body(self.type, id)
        rights.need_manage(self.type, id)
        sent = {key: value for key, value in patch.items() if value is not None and key != "skip_validation"}
        if sent.pop("new_name", old["name"]) != old["name"]:
            raise CloudError(501, "NOT_IMPLEMENTED", f"the sandbox does not rename a {WORDS[self.type]}")
        for key in ("name", "full_name", *self.fixed):
            if key in sent and sent[key] != old.get(key):
                raise invalid(f"{key} of {WORDS[self.type]} '{id}' cannot be changed.")
        new = {**old, **sent}
        if new["owner"] != old["owner"] and find_principal(self.cloud, str(new["owner"])) is None:
            raise missing(f"Could not find principal with name {new['owner']}", "PRINCIPAL_DOES_NOT_EXIST")
        self.check_update(rights, old, new)
        if not changed(old, new):
            return public(old)
        new.update(updated_at=self.cloud.millis(), updated_by=caller.name)
        with self.cloud.store.transaction():
            self.cloud.store.put(self.name, rights.key(id), new)
            self._bind_when_isolated(rights, id, old, new)
        return public(new)

    def delete(self, caller: Caller, id: str, force: bool = False) -> None:
        """`force` is the API's query parameter: also what is not empty or in use."""
        rights = Privileges(self.cloud, caller)
        body = rights.body(self.type, id)
        rights.need_manage(self.type, id)
        self.check_delete(rights, body, force)
        with self.cloud.store.transaction():
            self.drop(rights, body)

    def drop(self, rights: Privileges, body: Body) -> None:
        """Remove it with all that belongs to it; who may was asked before."""
        name = str(body["full_name"])
        self.after_delete(rights, body)
        forget_grants(self.cloud, rights.id, self.type, name)
        self.cloud.store.delete(self.name, rights.key(name))

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """Those that the caller may see; filters compare names without case. `unbound`: also what is isolated from the
        workspace, to who manages it."""
        unbound = filters.pop("unbound", False)
        rights = Privileges(self.cloud, caller)
        return [
            public(body)
            for body in self.all(rights)
            if all(str(body.get(key, "")).lower() == str(value).lower() for key, value in filters.items())
            and (
                rights.visible(self.type, str(body["full_name"]))
                or (unbound and rights.manages(self.type, str(body["full_name"])))
            )
        ]

    def all(self, rights: Privileges) -> Bodies:
        """Every one in the metastore, whoever asks."""
        return [body for key, body in self.cloud.store.items(self.name) if key.startswith(f"{rights.id}/")]

    def _bind_when_isolated(self, rights: Privileges, id: str, old: Body, new: Body) -> None:
        """What becomes isolated is bound to the workspace it is isolated from."""
        mode = str(new.get("isolation_mode", ""))
        key = f"{rights.id}/{self.type}/{id.lower()}"
        if mode.endswith("ISOLATED") and mode != old.get("isolation_mode") and rights.caller.workspace:
            binding = {"workspace_id": int(rights.caller.workspace), "binding_type": "BINDING_TYPE_READ_WRITE"}
            if self.cloud.store.get("uc.binding", key) is None:
                self.cloud.store.put("uc.binding", key, {"bindings": [binding]})
