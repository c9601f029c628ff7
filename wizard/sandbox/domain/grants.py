"""Unity Catalog's privileges: who holds what, and the kind `uc.grants`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import RULES, Bodies, denied, invalid, missing, required
from wizard.sandbox.domain.principals import (
    EVERYBODY,
    find_principal,
    identities,
    is_account_admin,
    is_system,
    workspace_level,
)

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

KINDS = {
    "catalog": "uc.catalog",
    "schema": "uc.schema",
    "table": "uc.table",
    "volume": "uc.volume",
    "external_location": "uc.externalLocation",
    "storage_credential": "uc.storageCredential",
}
WORDS = {
    "metastore": "Metastore",
    "catalog": "Catalog",
    "schema": "Schema",
    "table": "Table",
    "volume": "Volume",
    "external_location": "External Location",
    "storage_credential": "Storage Credential",
}


def securable(text: str) -> str:
    """`EXTERNAL-LOCATION` as `external_location`; 400 for what is not a securable."""
    type = text.lower().replace("-", "_").replace(" ", "_")
    if type not in WORDS:
        raise invalid(f"SECURABLE_TYPE {text} is not a supported securable type.")
    return type


def metastore_of(cloud: Cloud, workspace: str | None) -> Body:
    """The metastore assigned to a workspace; 404 without one."""
    assignment = cloud.store.get("account.metastoreAssignment", workspace or "")
    metastore = cloud.store.get("account.metastore", str(assignment["metastore_id"])) if assignment else None
    if metastore is None:
        raise missing("No metastore assigned for the current workspace.", "METASTORE_DOES_NOT_EXIST")
    return metastore


def does_not_exist(type: str, name: str) -> CloudError:
    return missing(f"{WORDS[type]} '{name}' does not exist.", f"{type.upper()}_DOES_NOT_EXIST")


def ancestors(type: str, name: str) -> list[tuple[str, str]]:
    """The containers of an object, nearest first: of c.s.t, the schema c.s and the catalog c."""
    parts = name.split(".")
    if type in ("table", "volume"):
        return [("schema", ".".join(parts[:2])), ("catalog", parts[0])]
    return [("catalog", parts[0])] if type == "schema" else []


def top_of(type: str, name: str) -> tuple[str, str]:
    """What is isolated or not as a whole: the catalog of an object, else the object itself."""
    return ("catalog", name.partition(".")[0]) if type in ("catalog", "schema", "table", "volume") else (type, name)


class Privileges:
    """What one caller may do in its workspace's metastore.

    Owners hold everything on what they own, not on what is in it; grants hold for what is in it too."""

    def __init__(self, cloud: Cloud, caller: Caller) -> None:
        self.cloud, self.caller = cloud, caller
        workspace_level(cloud, caller)
        self.metastore = metastore_of(cloud, caller.workspace)
        self.id = str(self.metastore["metastore_id"])
        self.system = is_system(caller)
        self.names = identities(cloud, caller)

    def key(self, name: str) -> str:
        return f"{self.id}/{name.lower()}"

    def body(self, type: str, name: str) -> Body:
        """The stored securable; 404 in its own words."""
        if type == "metastore":
            if name.lower() not in (self.id, str(self.metastore["name"]).lower()):
                raise does_not_exist(type, name)
            return self.metastore
        body = self.cloud.store.get(KINDS[type], self.key(name))
        if body is None:
            raise does_not_exist(type, name)
        return body

    def grants(self, type: str, name: str) -> dict[str, list[str]]:
        """Principal, as granted, to privileges."""
        name = self.id if type == "metastore" else name
        return self.cloud.store.get("uc.grants", f"{self.id}/{type}/{name.lower()}") or {}

    def granted(self, type: str, name: str) -> set[str]:
        """Privileges granted to the caller or its groups on this very object."""
        return {p for who, held in self.grants(type, name).items() if who.lower() in self.names for p in held}

    @property
    def metastore_admin(self) -> bool:
        return self.system or str(self.metastore["owner"]).lower() in self.names

    def owns(self, type: str, name: str) -> bool:
        if self.system:
            return True
        return str(self.body(type, name).get("owner", "")).lower() in self.names

    def manages(self, type: str, name: str) -> bool:
        """May change, drop and grant: an owner of it or of a container, MANAGE, or the metastore's admin."""
        if self.metastore_admin:
            return True
        places = [(type, name), *ancestors(type, name)]
        return any(self.owns(*place) or "MANAGE" in self.granted(*place) for place in places)

    def has(self, type: str, name: str, *privileges: str) -> bool:
        """Whether the caller holds one of `privileges` on the object."""
        if self.owns(type, name):
            return (
                type != "metastore"
                or self.system
                or bool(set(privileges) & set(RULES["privileges"]["metastore_admin"]))
            )
        held = set().union(*(self.granted(*place) for place in [(type, name), *ancestors(type, name)]))
        beyond = set(RULES["privileges"]["beyond_all"])
        return any(p in held or ("ALL_PRIVILEGES" in held and p not in beyond) for p in privileges)

    def need(self, type: str, name: str, *privileges: str) -> None:
        self.reachable(type, name)
        if not self.has(type, name, *privileges):
            wanted = " or ".join(p.replace("_", " ") for p in privileges)
            raise denied(f"User does not have {wanted} on {WORDS[type]} '{name}'.")

    def need_use(self, name: str) -> None:
        """USE CATALOG and, below a schema, USE SCHEMA on the containers of `name`."""
        parts = name.split(".")
        self.need("catalog", parts[0], "USE_CATALOG")
        if len(parts) > 2:
            self.need("schema", ".".join(parts[:2]), "USE_SCHEMA")

    def need_manage(self, type: str, name: str) -> None:
        self.reachable(type, name)
        if not self.manages(type, name):
            raise denied(f"User is not an owner of {WORDS[type]} '{name}'.")

    def reachable(self, type: str, name: str) -> None:
        """Refuse what is isolated from this workspace."""
        top = top_of(type, name)
        if top[0] != "metastore" and not self.bound(*top):
            raise denied(f"{WORDS[top[0]]} '{top[1]}' is not accessible in current workspace")

    def bound(self, type: str, name: str) -> bool:
        body = self.body(type, name)
        if self.system or not str(body.get("isolation_mode", "")).endswith("ISOLATED"):
            return True
        bindings = self.cloud.store.get("uc.binding", f"{self.id}/{type}/{name.lower()}") or {"bindings": []}
        return any(str(binding["workspace_id"]) == self.caller.workspace for binding in bindings["bindings"])

    def visible(self, type: str, name: str) -> bool:
        """Whether the caller may see that the object is there."""
        if type != "metastore" and not self.bound(*top_of(type, name)):
            return False
        if self.manages(type, name) or any(self.granted(*place) for place in [(type, name), *ancestors(type, name)]):
            return True
        return type in ("catalog", "schema") and self._inside(name)

    def _inside(self, name: str) -> bool:
        """Whether something inside a container was granted to the caller or is its own."""
        inside = name.lower() + "."
        for type in ("schema", "table", "volume"):
            for key, body in self.cloud.store.items(KINDS[type]):
                full = key.removeprefix(f"{self.id}/")
                if full.startswith(inside) and (
                    str(body.get("owner", "")).lower() in self.names or self.granted(type, full)
                ):
                    return True
        return False


class Grants:
    """uc.grants: id `<type>/<full name>`, body {privilege_assignments: [{principal, privileges}]}."""

    name = "uc.grants"

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def read(self, caller: Caller, id: str) -> Body:
        """All assignments to a manager of the object; to others their own."""
        type, name, rights = self._place(caller, id)
        if not self._may_manage(rights, type, name) and not rights.visible(type, name):
            raise denied(f"User does not have MANAGE on {WORDS[type]} '{name}'.")
        everything = self._may_manage(rights, type, name)
        held = rights.grants(type, name)
        shown = [
            {"principal": who, "privileges": sorted(privileges)}
            for who, privileges in sorted(held.items())
            if privileges and (everything or who.lower() in rights.names)
        ]
        return {"privilege_assignments": shown}

    def effective(self, caller: Caller, id: str) -> Bodies:
        """What each principal was granted on the object and on what it is in; as `read`, to a manager everybody's."""
        type, name, rights = self._place(caller, id)
        everything = self._may_manage(rights, type, name)
        if not everything and not rights.visible(type, name):
            raise denied(f"User does not have MANAGE on {WORDS[type]} '{name}'.")
        held: dict[str, Bodies] = {}
        for place in [(type, name), *ancestors(type, name)]:
            above = {"inherited_from_type": place[0].upper(), "inherited_from_name": place[1]}
            for who, privileges in rights.grants(*place).items():
                if everything or who.lower() in rights.names:
                    told = [{"privilege": p, **(above if place != (type, name) else {})} for p in sorted(privileges)]
                    held.setdefault(who, []).extend(told)
        return [{"principal": who, "privileges": privileges} for who, privileges in sorted(held.items())]

    def create(self, caller: Caller, body: Body) -> Body:
        """Authoritative: afterwards the object has these assignments and no others."""
        required(body, "id")
        id = str(body["id"])
        present = {a["principal"]: a["privileges"] for a in self.read(caller, id)["privilege_assignments"]}
        wanted = {a["principal"]: a["privileges"] for a in body.get("privilege_assignments") or []}
        changes = [
            {
                "principal": who,
                "add": list(wanted.get(who, [])),
                "remove": sorted(set(present.get(who, [])) - {_privilege(p) for p in wanted.get(who, [])}),
            }
            for who in {**present, **wanted}
        ]
        return self.update(caller, id, {"changes": changes})

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        """Apply `changes[].{principal, add[], remove[]}`, all or none."""
        type, name, rights = self._place(caller, id)
        if not self._may_manage(rights, type, name):
            raise denied(f"User does not have MANAGE on {WORDS[type]} '{name}'.")
        held = {who: set(privileges) for who, privileges in rights.grants(type, name).items()}
        for change in patch.get("changes") or []:
            who = self._principal(str(change.get("principal", "")), held)
            added = {_privilege(p) for p in change.get("add") or []}
            unknown = added - set(RULES["privileges"][type])
            if unknown:
                raise invalid(
                    f"Privilege {sorted(unknown)[0]} is not applicable to this entity [{WORDS[type]}: {name}]."
                )
            removed = {_privilege(p) for p in change.get("remove") or []}
            held[who] = held.get(who, set()) - removed | added
        key = f"{rights.id}/{type}/{rights.id if type == 'metastore' else name.lower()}"
        left = {who: sorted(privileges) for who, privileges in held.items() if privileges}
        if left:
            self.cloud.store.put(self.name, key, left)
        else:
            self.cloud.store.delete(self.name, key)
        return self.read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        """Take every assignment away."""
        present = self.read(caller, id)["privilege_assignments"]
        changes = [{"principal": a["principal"], "remove": a["privileges"]} for a in present]
        self.update(caller, id, {"changes": changes})

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """All grants that stand on objects of the metastore; each with its id."""
        metastore = metastore_of(self.cloud, caller.workspace)["metastore_id"]
        ids = [key.removeprefix(f"{metastore}/") for key, _ in self.cloud.store.items(self.name)]
        return [
            {"id": id, **self.read(caller, id)} for id in ids if self._place(caller, id)[2].visible(*id.split("/", 1))
        ]

    def _place(self, caller: Caller, id: str) -> tuple[str, str, Privileges]:
        text, _, name = id.partition("/")
        type = securable(text)
        rights = Privileges(self.cloud, caller)
        rights.body(type, name)
        return type, name, rights

    def _may_manage(self, rights: Privileges, type: str, name: str) -> bool:
        # "Account admins can grant privileges on metastores": the one thing they may without owning it.
        account = type == "metastore" and is_account_admin(self.cloud, rights.caller)
        return account or rights.manages(type, name)

    def _principal(self, name: str, held: dict[str, set[str]]) -> str:
        """The principal as it is called in the account; 404 for nobody."""
        if name.lower() == EVERYBODY:
            return EVERYBODY
        found = find_principal(self.cloud, name)
        if found is None:
            known = next((who for who in held if who.lower() == name.lower()), None)
            if known is None:
                raise missing(f"Could not find principal with name {name}", "PRINCIPAL_DOES_NOT_EXIST")
            return known
        return name


def _privilege(text: str) -> str:
    return text.upper().replace(" ", "_")


def forget_grants(cloud: Cloud, metastore: str, type: str, name: str) -> None:
    """Remove the grants and bindings of an object that goes."""
    for kind in ("uc.grants", "uc.binding"):
        cloud.store.delete(kind, f"{metastore}/{type}/{name.lower()}")
