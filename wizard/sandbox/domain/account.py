"""The Databricks account: workspaces, metastores, and who may enter which workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.databricks import RULES, Bodies, StoredKind, invalid, missing, public, required
from wizard.sandbox.domain.principals import (
    NAME_KEYS,
    find_principal,
    is_system,
    principal_by_id,
    require_account_admin,
    workspace_body,
)
from wizard.sandbox.domain.scim import GroupMembers, Principals
from wizard.sandbox.domain.secret_values import SecretValues

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


class Workspaces(StoredKind):
    """account.workspace: made and deleted by Azure Resource Manager alone."""

    name = "account.workspace"

    def absent(self, id: str) -> CloudError:
        return missing(f"Workspace {id} does not exist.")

    def create(self, caller: Caller, body: Body) -> Body:
        if not is_system(caller):
            raise invalid("Workspaces of an Azure account are created through Azure Resource Manager.")
        required(body, "workspace_id", "workspace_name", "location")
        self.save(caller, str(body["workspace_id"]), body)
        return body

    def read(self, caller: Caller, id: str) -> Body:
        require_account_admin(self.cloud, caller)
        body = self.load(caller, id)
        return body if is_system(caller) else public(body)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        if not is_system(caller):
            raise invalid("Workspaces of an Azure account are changed through Azure Resource Manager.")
        body = {**self.load(caller, id), **patch}
        self.save(caller, id, body)
        return body

    def delete(self, caller: Caller, id: str) -> None:
        """With everything that lives in the workspace; Unity Catalog's objects stay with the metastore."""
        if not is_system(caller):
            raise invalid("Workspaces of an Azure account are deleted through Azure Resource Manager.")
        self.load(caller, id)
        store = self.cloud.store
        with store.transaction():
            for kind in store.kinds():
                for key, _ in store.items(kind) if kind.startswith("ws.") else ():
                    if key.startswith(f"{id}/"):
                        store.delete(kind, key)
            for key, body in store.items("account.permissionAssignment"):
                if str(body["workspace_id"]) == id:
                    store.delete("account.permissionAssignment", key)
            store.delete("account.metastoreAssignment", id)
            store.delete(self.name, id)
        SecretValues(self.cloud.state).forget(id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        require_account_admin(self.cloud, caller)
        bodies = [body for _, body in self.cloud.store.items(self.name)]
        chosen = [b for b in bodies if all(str(b.get(k)) == str(v) for k, v in filters.items())]
        return chosen if is_system(caller) else [public(body) for body in chosen]


def region_of(text: str) -> str:
    """`Brazil South` and `brazilsouth` are one region."""
    return text.replace(" ", "").lower()


class Metastores(StoredKind):
    """account.metastore: one a region. Bodies are without the API's `metastore_info` around them."""

    name = "account.metastore"

    def absent(self, id: str) -> CloudError:
        return missing(f"Metastore '{id}' does not exist.", "METASTORE_DOES_NOT_EXIST")

    def create(self, caller: Caller, body: Body) -> Body:
        require_account_admin(self.cloud, caller)
        required(body, "name", "region")
        region = region_of(str(body["region"]))
        present = [m for _, m in self.cloud.store.items(self.name) if region_of(str(m["region"])) == region]
        if len(present) >= RULES["account"]["metastores_per_region"]:
            raise invalid(
                f"This account has reached the limit for metastores in region {region}: "
                f"'{present[0]['name']}' ({present[0]['metastore_id']}) exists.",
                "QUOTA_EXCEEDED",
            )
        id, now, who = self.cloud.guid(), self.cloud.millis(), caller.name
        stored = {
            "owner": who,
            "privilege_model_version": "1.0",
            "delta_sharing_scope": "INTERNAL",
            **{key: value for key, value in body.items() if value is not None},
            "metastore_id": id,
            "cloud": "azure",
            "global_metastore_id": f"azure:{region}:{id}",
            **{"created_at": now, "created_by": who, "updated_at": now, "updated_by": who},
        }
        return self.save(caller, id, stored)

    def read(self, caller: Caller, id: str) -> Body:
        require_account_admin(self.cloud, caller)
        return self.shown(self.load(caller, id))

    def shown(self, body: Body) -> Body:
        """With the name of the root credential derived from the id that was put."""
        out = public(body)
        wanted = body.get("storage_root_credential_id")
        for _, credential in self.cloud.store.items("uc.storageCredential") if wanted else ():
            if credential["id"] == wanted:
                out["storage_root_credential_name"] = credential["name"]
        return out

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        """Merge; a new owner must be a principal of the account."""
        require_account_admin(self.cloud, caller)
        old = self.load(caller, id)
        fixed = ("metastore_id", "region", "cloud", "global_metastore_id", "created_at", "created_by")
        new = {**old, **{k: v for k, v in patch.items() if v is not None and k not in fixed}}
        if new["owner"] != old["owner"] and find_principal(self.cloud, str(new["owner"])) is None:
            raise missing(f"Could not find principal with name {new['owner']}", "PRINCIPAL_DOES_NOT_EXIST")
        if new != old:
            new.update(updated_at=self.cloud.millis(), updated_by=caller.name)
            self.save(caller, id, new)
        return self.shown(new)

    def delete(self, caller: Caller, id: str, force: bool = False) -> None:
        """Refused while workspaces or objects use it, unless forced."""
        require_account_admin(self.cloud, caller)
        body = self.load(caller, id)
        store = self.cloud.store
        mine = [(k, key) for k in store.kinds() if k.startswith("uc.") for key, _ in store.items(k)]
        mine = [(kind, key) for kind, key in mine if key.startswith(f"{id}/")]
        used = [w for w, a in store.items("account.metastoreAssignment") if a["metastore_id"] == id]
        if not force and (used or any(kind != "uc.grants" for kind, _ in mine)):
            raise invalid(
                f"Metastore '{body['name']}' is not empty or still assigned to a workspace.", "METASTORE_NOT_EMPTY"
            )
        with store.transaction():
            for kind, key in mine:
                store.delete(kind, key)
            for workspace in used:
                store.delete("account.metastoreAssignment", workspace)
            store.delete(self.name, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        require_account_admin(self.cloud, caller)
        bodies = [self.shown(body) for _, body in self.cloud.store.items(self.name)]
        return [b for b in bodies if all(str(b.get(k)) == str(v) for k, v in filters.items())]


class MetastoreAssignments(StoredKind):
    """account.metastoreAssignment: id is the workspace's, body {workspace_id, metastore_id, default_catalog_name}."""

    name = "account.metastoreAssignment"

    def absent(self, id: str) -> CloudError:
        return missing(f"No metastore assigned for workspace {id}.", "METASTORE_DOES_NOT_EXIST")

    def create(self, caller: Caller, body: Body) -> Body:
        require_account_admin(self.cloud, caller)
        required(body, "workspace_id", "metastore_id")
        workspace = str(body["workspace_id"])
        place = workspace_body(self.cloud, workspace)
        metastore = self.cloud.kind("account.metastore").read(SYSTEM, str(body["metastore_id"]))
        if region_of(str(place["location"])) != region_of(str(metastore["region"])):
            raise invalid(
                f"Workspace {workspace} in {place['location']} cannot use a metastore in {metastore['region']}: "
                "both must be in the same region."
            )
        stored = {**body, "workspace_id": int(workspace), "metastore_id": str(body["metastore_id"])}
        return self.save(caller, workspace, stored)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        require_account_admin(self.cloud, caller)
        return self.create(caller, {**self.load(caller, id), **patch, "workspace_id": id})

    def read(self, caller: Caller, id: str) -> Body:
        require_account_admin(self.cloud, caller)
        workspace_body(self.cloud, id)
        return super().read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        require_account_admin(self.cloud, caller)
        self.load(caller, id)
        self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        require_account_admin(self.cloud, caller)
        bodies = [body for _, body in self.cloud.store.items(self.name)]
        return [b for b in bodies if all(str(b.get(k)) == str(v) for k, v in filters.items())]


class PermissionAssignments(StoredKind):
    """account.permissionAssignment: id `<workspace>|<principal>`, body {workspace_id, principal_id, permissions}."""

    name = "account.permissionAssignment"

    def absent(self, id: str) -> CloudError:
        return missing(f"No permission assignment {id}.")

    def create(self, caller: Caller, body: Body) -> Body:
        require_account_admin(self.cloud, caller)
        required(body, "workspace_id", "principal_id", "permissions")
        workspace, principal = str(body["workspace_id"]), str(body["principal_id"])
        workspace_body(self.cloud, workspace)
        if principal_by_id(self.cloud, principal) is None:
            raise missing(f"Principal {principal} does not exist in the account.")
        unknown = set(body["permissions"]) - set(RULES["workspace"]["permissions"])
        if unknown:
            raise invalid(f"Unknown workspace permission: {', '.join(sorted(unknown))}")
        stored = {
            "workspace_id": int(workspace),
            "principal_id": int(principal),
            "permissions": list(body["permissions"]),
        }
        return self.shown(self.save(caller, f"{workspace}|{principal}", stored))

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        return self.create(caller, {**self.load(caller, id), **patch})

    def read(self, caller: Caller, id: str) -> Body:
        require_account_admin(self.cloud, caller)
        return self.shown(self.load(caller, id))

    def shown(self, body: Body) -> Body:
        """With `principal`, which the provider crashes without."""
        found = principal_by_id(self.cloud, str(body["principal_id"]))
        principal: Body = {"principal_id": body["principal_id"]}
        if found:
            keys = {"account.user": "user_name", "account.group": "group_name"}
            principal[keys.get(found[0], "service_principal_name")] = found[1].get(NAME_KEYS[found[0]])
            principal["display_name"] = found[1].get("displayName")
        return {**public(body), "principal": principal}

    def delete(self, caller: Caller, id: str) -> None:
        require_account_admin(self.cloud, caller)
        self.load(caller, id)
        self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        require_account_admin(self.cloud, caller)
        bodies = [self.shown(body) for _, body in self.cloud.store.items(self.name)]
        return [b for b in bodies if all(str(b.get(k)) == str(v) for k, v in filters.items())]


def first_login(cloud: Cloud, person: Caller) -> Body:
    """What a Global Administrator's first login to the account console does: the person becomes account admin."""
    roles = cloud.kind("entra.directoryRoleAssignment").list(SYSTEM, principalId=person.oid)
    if not any(role.get("roleDefinitionId") == GLOBAL_ADMINISTRATOR for role in roles):
        raise CloudError(403, "PERMISSION_DENIED", f"{person.name} is not a Global Administrator of the tenant.")
    role = {"value": RULES["account"]["admin_role"]}
    found = find_principal(cloud, person.name, "account.user")
    kind = cloud.kind("account.user")
    if found is None:
        return kind.create(SYSTEM, {"userName": person.name, "externalId": person.oid, "roles": [role]})
    patch = {"Operations": [{"op": "add", "path": "roles", "value": [role]}]}
    return kind.update(SYSTEM, found[1], patch)


def register(cloud: Cloud) -> None:
    """Add the account's kinds."""
    for name in NAME_KEYS:
        cloud.add(Principals(cloud, name))
    for kind in (Workspaces, Metastores, MetastoreAssignments, PermissionAssignments, GroupMembers):
        cloud.add(kind(cloud))
