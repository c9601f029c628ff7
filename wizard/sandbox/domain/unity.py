"""Unity Catalog: storage credentials, external locations, workspace bindings; and all its kinds together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller
from wizard.sandbox.domain.databricks import Bodies, denied, exists, invalid, not_modelled, required
from wizard.sandbox.domain.grants import WORDS, Grants, Privileges, does_not_exist, forget_grants, securable
from wizard.sandbox.domain.unity_kind import UnityKind
from wizard.sandbox.domain.unity_objects import Catalogs, Schemas, Tables, Volumes
from wizard.sandbox.domain.unity_storage import connector, overlap, parts_of, require_access

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

ISOLATION = ("ISOLATION_MODE_OPEN", "ISOLATION_MODE_ISOLATED")


def check_isolation(body: Body, legal: tuple[str, ...]) -> None:
    if body.get("isolation_mode", legal[0]) not in legal:
        raise invalid(f"isolation_mode {body['isolation_mode']} is not one of {', '.join(legal)}.")


class StorageCredentials(UnityKind):
    """uc.storageCredential: an access connector's identity."""

    type = "storage_credential"
    needed = ("name", "azure_managed_identity")
    fixed = ("id",)

    def allow_create(self, rights: Privileges, body: Body) -> None:
        rights.need("metastore", rights.id, "CREATE_STORAGE_CREDENTIAL")
        self.check(body)

    def check(self, body: Body) -> None:
        required(body["azure_managed_identity"], "access_connector_id")
        connector(self.cloud, str(body["azure_managed_identity"]["access_connector_id"]))
        check_isolation(body, ISOLATION)

    def complete(self, rights: Privileges, body: Body) -> Body:
        identity = {"credential_id": self.cloud.guid(), **body["azure_managed_identity"]}
        return {
            "isolation_mode": ISOLATION[0],
            "read_only": False,
            **body,
            "id": self.cloud.guid(),
            "azure_managed_identity": identity,
        }

    def check_update(self, rights: Privileges, old: Body, new: Body) -> None:
        # The provider sends the identity back without its credential_id.
        new["azure_managed_identity"] = {**old["azure_managed_identity"], **new["azure_managed_identity"]}
        self.check(new)

    def check_delete(self, rights: Privileges, body: Body, force: bool) -> None:
        users = [loc for loc in ExternalLocations(self.cloud).all(rights) if loc["credential_name"] == body["name"]]
        if users and not force:
            raise invalid(
                f"Storage credential '{body['name']}' cannot be deleted because it is used by external location "
                f"'{users[0]['name']}'.",
                "STORAGE_CREDENTIAL_IN_USE",
            )

    # An account admin makes the metastore's own credential without a workspace.
    def create_in(self, caller: Caller, metastore: str, body: Body) -> Body:
        """A credential of a metastore, by its id; the caller was found to be account admin."""
        required(body, *self.needed)
        self.check(body)
        key = f"{metastore}/{str(body['name']).lower()}"
        if self.cloud.store.get(self.name, key) is not None:
            raise exists(f"Storage Credential '{body['name']}' already exists", "STORAGE_CREDENTIAL_ALREADY_EXISTS")
        now, who = self.cloud.millis(), caller.name
        times = {"created_at": now, "created_by": who, "updated_at": now, "updated_by": who}
        ids = {"full_name": body["name"], "metastore_id": metastore, "id": self.cloud.guid()}
        identity = {"credential_id": self.cloud.guid(), **body["azure_managed_identity"]}
        made = {"isolation_mode": ISOLATION[0], "read_only": False, "owner": who, **body, **times, **ids}
        stored = {**made, "azure_managed_identity": identity}
        self.cloud.store.put(self.name, key, stored)
        return stored

    def read_in(self, metastore: str, name: str) -> Body:
        body = self.cloud.store.get(self.name, f"{metastore}/{name.lower()}")
        if body is None:
            raise does_not_exist(self.type, name)
        return body

    def delete_in(self, metastore: str, name: str) -> None:
        self.read_in(metastore, name)
        forget_grants(self.cloud, metastore, self.type, name)
        self.cloud.store.delete(self.name, f"{metastore}/{name.lower()}")


class ExternalLocations(UnityKind):
    """uc.externalLocation: a URL that a credential reaches; no two overlap."""

    type = "external_location"
    needed = ("name", "url", "credential_name")

    def allow_create(self, rights: Privileges, body: Body) -> None:
        rights.need("metastore", rights.id, "CREATE_EXTERNAL_LOCATION")
        self.check(rights, body, validate=not body.get("skip_validation"))

    def check(self, rights: Privileges, body: Body, *, validate: bool = True) -> None:
        credential = rights.body("storage_credential", str(body["credential_name"]))
        rights.need("storage_credential", str(body["credential_name"]), "CREATE_EXTERNAL_LOCATION")
        check_isolation(body, ISOLATION)
        parts_of(str(body["url"]))
        for other in self.all(rights):
            if str(other["name"]).lower() != str(body["name"]).lower() and overlap(str(other["url"]), str(body["url"])):
                raise invalid(
                    f"Input path url '{body['url']}' overlaps with an existing external location '{other['name']}'.",
                    "LOCATION_OVERLAP",
                )
        if validate:
            require_access(self.cloud, credential, str(body["url"]))

    def complete(self, rights: Privileges, body: Body) -> Body:
        credential = rights.body("storage_credential", str(body["credential_name"]))
        return {
            "isolation_mode": ISOLATION[0],
            "read_only": False,
            "fallback": False,
            **body,
            "credential_id": credential["id"],
        }

    def check_update(self, rights: Privileges, old: Body, new: Body) -> None:
        check_isolation(new, ISOLATION)
        if (new["url"], new["credential_name"]) != (old["url"], old["credential_name"]):
            self.check(rights, new)
            new["credential_id"] = rights.body("storage_credential", str(new["credential_name"]))["id"]

    def check_delete(self, rights: Privileges, body: Body, force: bool) -> None:
        inside = [v for v in Volumes(self.cloud).all(rights) if overlap(str(body["url"]), str(v["storage_location"]))]
        roots = [c for c in Catalogs(self.cloud).all(rights) if c.get("storage_root")]
        inside += [c for c in roots if overlap(str(body["url"]), str(c["storage_root"]))]
        if inside and not force:
            raise invalid(
                f"External location '{body['name']}' is not empty: '{inside[0]['full_name']}' lies in it.",
                "EXTERNAL_LOCATION_IN_USE",
            )


class Bindings:
    """uc.binding: id `<type>/<name>`, body {bindings: [{workspace_id, binding_type}]}.

    `update` takes `{add: […], remove: […]}`."""

    name = "uc.binding"

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def _place(self, caller: Caller, id: str) -> tuple[Privileges, str]:
        text, _, name = id.partition("/")
        type, rights = securable(text), Privileges(self.cloud, caller)
        if type not in ("catalog", "external_location", "storage_credential"):
            raise invalid(f"{text} cannot be bound to workspaces.")
        rights.body(type, name)
        if not rights.manages(type, name):
            raise denied(f"User is not an owner of {WORDS[type]} '{name}'.")
        return rights, f"{rights.id}/{type}/{name.lower()}"

    def read(self, caller: Caller, id: str) -> Body:
        _, key = self._place(caller, id)
        return self.cloud.store.get(self.name, key) or {"bindings": []}

    def create(self, caller: Caller, body: Body) -> Body:
        """Add the bindings of `body` to the object `body["id"]`."""
        required(body, "id")
        return self.update(caller, str(body["id"]), {"add": body.get("bindings") or []})

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        _, key = self._place(caller, id)
        held = {int(b["workspace_id"]): b for b in self.read(caller, id)["bindings"]}
        for binding in patch.get("remove") or []:
            held.pop(int(binding["workspace_id"]), None)
        for binding in patch.get("add") or []:
            number = int(binding["workspace_id"])
            if self.cloud.store.get("account.workspace", str(number)) is None:
                raise invalid(f"Workspace {number} does not exist.")
            type = binding.get("binding_type") or "BINDING_TYPE_READ_WRITE"
            held[number] = {"workspace_id": number, "binding_type": type}
        body = {"bindings": [held[number] for number in sorted(held)]}
        self.cloud.store.put(self.name, key, body)
        return body

    def delete(self, caller: Caller, id: str) -> None:
        _, key = self._place(caller, id)
        self.cloud.store.delete(self.name, key)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        raise not_modelled("a list of all bindings")


def register(cloud: Cloud) -> None:
    """Add Unity Catalog's kinds."""
    for kind in (StorageCredentials, ExternalLocations, Catalogs, Schemas, Volumes, Tables):
        cloud.add(kind(cloud))
    cloud.add(Grants(cloud))
    cloud.add(Bindings(cloud))
