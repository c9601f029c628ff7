"""Key Vaults whose data plane is ruled by Azure roles, and the secrets in them; values lie beside the store, 0600.

Source of codes and actions: learn.microsoft.com/rest/api/keyvault/secrets and /azure/key-vault/general/rbac-guide."""

from __future__ import annotations

from wizard.sandbox.domain.arm_id import ResourceId
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError, NoSuchHost
from wizard.sandbox.domain.secret_values import SecretValues
from wizard.sandbox.domain.world import world

VAULT, SECRET = "Microsoft.KeyVault/vaults", "vault.secret"
ACTION = "Microsoft.KeyVault/vaults/secrets"


class Vaults(ArmKind):
    """Soft delete of secrets is on; a vault itself goes for good."""

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        if properties["tenantId"].lower() != world(self.cloud).tenant_id:
            raise CloudError(400, "BadRequest", f"The tenant ID '{properties['tenantId']}' is not the subscription's.")
        if not properties["enableRbacAuthorization"]:
            raise CloudError(501, "NotImplemented", "the sandbox models Key Vaults that are ruled by Azure roles only")

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        body["properties"]["vaultUri"] = f"https://{rid.name.lower()}.vault.azure.net/"

    def removed(self, rid: ResourceId, body: Body) -> None:
        place = f"vault/{rid.name.lower()}"
        for key, _body in list(self.cloud.store.items(SECRET)):
            if key.startswith(f"{place}/"):
                self.cloud.store.delete(SECRET, key)
        SecretValues(self.cloud.state).forget(place)


class Secrets:
    """The data plane of one vault, for one caller; bodies are REST API 7.4's. Raises CloudError in its codes."""

    def __init__(self, cloud: Cloud, caller: Caller, vault: str, base_url: str) -> None:
        self._cloud, self._caller, self._url = cloud, caller, f"{base_url}/{vault.lower()}"
        self._vault, self._values = vault.lower(), SecretValues(cloud.state)
        found = [body for _id, body in cloud.store.items(VAULT) if body["name"].lower() == self._vault]
        if not found:
            raise NoSuchHost(f"{self._vault}.vault.azure.net")
        self._scope = str(found[0]["id"])

    def get(self, name: str, version: str | None = None) -> Body:
        self._require("getSecret/action", name)
        body = self._stored(name)
        wanted = version or body["versions"][-1]["version"]
        one = next((each for each in body["versions"] if each["version"] == wanted), None)
        if one is None:
            raise _missing(f"{name}/{wanted}")
        return {**self._shown(name, one), "value": self._values.get(self._key(name, wanted))}

    def put(self, name: str, wanted: Body) -> Body:
        self._require("setSecret/action", name)
        body = self._cloud.store.get(SECRET, self._key(name)) or {"versions": [], "deleted": False}
        if body["deleted"]:
            raise CloudError(
                409,
                "Conflict",
                f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in "
                "this state, the secret can only be recovered or purged.",
                inner="ObjectIsDeletedButRecoverable",
            )
        if not isinstance(wanted.get("value"), str):
            raise CloudError(400, "BadParameter", "The request body is missing or invalid: property 'value'.")
        now = int(self._cloud.now().timestamp())
        version = self._cloud.guid().replace("-", "")
        one: Body = {
            "version": version,
            "tags": wanted.get("tags") or {},
            "attributes": {"enabled": True, "created": now, "updated": now, "recoveryLevel": "Recoverable"},
        }
        self._values.put(self._key(name, version), wanted["value"])
        self._cloud.store.put(SECRET, self._key(name), {**body, "versions": [*body["versions"], one]})
        return {**self._shown(name, one), "value": wanted["value"]}

    def versions(self, name: str) -> list[Body]:
        self._require("readMetadata/action", name)
        return [self._shown(name, one) for one in self._stored(name)["versions"]]

    def delete(self, name: str) -> Body:
        self._require("delete", name)
        body = self._stored(name)
        self._cloud.store.put(SECRET, self._key(name), {**body, "deleted": True})
        return {**self._shown(name, body["versions"][-1]), "recoveryId": f"{self._url}/deletedsecrets/{name}"}

    def recover(self, name: str) -> Body:
        self._require("recover/action", name)
        body = self._cloud.store.get(SECRET, self._key(name))
        if body is None or not body["deleted"]:
            raise CloudError(404, "SecretNotFound", f"Deleted Secret not found: {name}")
        self._cloud.store.put(SECRET, self._key(name), {**body, "deleted": False})
        return self._shown(name, body["versions"][-1])

    def _key(self, *parts: str) -> str:
        return "/".join(("vault", self._vault, *(part.lower() for part in parts)))

    def _require(self, verb: str, name: str) -> None:
        action = f"{ACTION}/{verb}"
        if not self._cloud.authorization.allows(self._caller, action, f"{self._scope}/secrets/{name}", data=True):
            raise CloudError(
                403,
                "Forbidden",
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or "
                f"role definitions were changed recently, please observe propagation time.\r\nCaller: "
                f"appid={self._caller.name};oid={self._caller.oid}\r\nAction: '{action}'\r\n"
                f"Resource: '{self._scope.lower()}/secrets/{name}'\r\nAssignment: (not found)",
                inner="ForbiddenByRbac",
            )

    def _stored(self, name: str) -> Body:
        body = self._cloud.store.get(SECRET, self._key(name))
        if body is None or body["deleted"]:
            raise _missing(name)
        return body

    def _shown(self, name: str, one: Body) -> Body:
        id = f"{self._url}/secrets/{name}/{one['version']}"
        return {"id": id, "attributes": one["attributes"], "tags": one["tags"]}


def _missing(name: str) -> CloudError:
    return CloudError(
        404,
        "SecretNotFound",
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may "
        "be able to recover it using the correct recovery command.",
    )
