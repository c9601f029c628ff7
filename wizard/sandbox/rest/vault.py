"""The data plane of Key Vaults: `https://host/<vault>/secrets/…`, in Azure `https://<vault>.vault.azure.net/secrets/…`."""

from __future__ import annotations

from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.domain.key_vault import Secrets
from wizard.sandbox.rest.route import Call, Reply, Route


def _secrets(call: Call) -> Secrets:
    if "api-version" not in call.query:
        raise CloudError(400, "BadParameter", "api-version must be specified")
    return Secrets(call.cloud, call.caller, call.path["vault"], call.base_url)


async def get(call: Call) -> Reply:
    return Reply(body=_secrets(call).get(call.path["name"], call.path.get("version")))


async def put(call: Call) -> Reply:
    wanted = call.body if isinstance(call.body, dict) else {}
    return Reply(body=_secrets(call).put(call.path["name"], wanted))


async def versions(call: Call) -> Reply:
    return Reply(body={"value": _secrets(call).versions(call.path["name"]), "nextLink": None})


async def delete(call: Call) -> Reply:
    return Reply(body=_secrets(call).delete(call.path["name"]))


async def recover(call: Call) -> Reply:
    return Reply(body=_secrets(call).recover(call.path["name"]))


ONE = "/{vault}/secrets/{name}"

ROUTES = [
    Route("vault.secrets.versions", "GET", ONE + "/versions", versions),
    Route("vault.secrets.get", "GET", ONE, get),
    Route("vault.secrets.getVersion", "GET", ONE + "/{version}", get),
    Route("vault.secrets.set", "PUT", ONE, put),
    Route("vault.secrets.delete", "DELETE", ONE, delete),
    Route("vault.deletedSecrets.recover", "POST", "/{vault}/deletedsecrets/{name}/recover", recover),
]
