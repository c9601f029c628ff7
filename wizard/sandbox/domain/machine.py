"""The machine that the wizard runs on, as far as Azure knows it: which managed identities it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.entra_objects import matching
from wizard.sandbox.domain.entra_rights import PRINCIPAL

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

KIND, ID = "sandbox.settings", "machine"


def give(cloud: Cloud, name: str) -> Body:
    """Give the machine the managed identity of that name, made where there is none; the stored principal."""
    found = next((body for _id, body in cloud.store.items(PRINCIPAL) if matching(body, {"displayName": name})), None)
    if found is None:
        wanted = {"servicePrincipalType": "ManagedIdentity", "displayName": name}
        found = cloud.kind(PRINCIPAL).create(SYSTEM, wanted)
    held = _held(cloud)
    if found["id"] not in held:
        cloud.store.put(KIND, ID, {"identities": [*held, found["id"]]})
    return found


def take(cloud: Cloud) -> None:
    """Take every identity from the machine."""
    cloud.store.put(KIND, ID, {"identities": []})


def identity(cloud: Cloud, client_id: str | None) -> Caller:
    """Who the machine is; raises CloudError 400 as the instance metadata service does."""
    from wizard.sandbox.domain.entra import caller_of_principal

    held = [body for body in (cloud.store.get(PRINCIPAL, id) for id in _held(cloud)) if body is not None]
    if client_id:
        held = [body for body in held if matching(body, {"appId": client_id})]
    if not held:
        raise CloudError(400, "invalid_request", "Identity not found")
    if len(held) > 1:
        raise CloudError(
            400,
            "invalid_request",
            "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the "
            "token request",
        )
    return caller_of_principal(cloud, held[0])


def _held(cloud: Cloud) -> list[str]:
    found: list[str] = (cloud.store.get(KIND, ID) or {}).get("identities", [])
    return found
