"""Key Vault's secrets by the wizard's own client, and the roles that one may activate."""

from __future__ import annotations

from typing import Any

import pytest
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.operations.running import GROUP, LOCATION, Exercise, Surface
from wizard.cloud.arm import ArmClient
from wizard.cloud.keyvault import API, KeyVault
from wizard.cloud.pipeline import RestClient
from wizard.setup.cancel import Cancellation
from wizard.setup.secret_ref import SecretMissing

VAULT, OFFICER = "kv-operations", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"


def a_vaults_secrets(s: Surface) -> None:
    id = f"{s.scope}/resourceGroups/{GROUP}/providers/Microsoft.KeyVault/vaults/{VAULT}"
    providers = s.arm(ResourceManagementClient).providers
    providers.register("Microsoft.KeyVault")
    while providers.get("Microsoft.KeyVault").registration_state != "Registered":
        continue
    properties = {"tenantId": s.info["tenant_id"], "sku": {"family": "A", "name": "standard"}}
    wanted: dict[str, Any] = {"location": LOCATION, "properties": properties}
    s.pipeline("arm").send("PUT", id, query={"api-version": "2023-07-01"}, body=wanted)
    credential: Any = s.credential
    vault = KeyVault(s.endpoints, credential, VAULT, Cancellation())
    with pytest.raises(SecretMissing, match="may not use"):
        vault.secret("one")
    me = s.info["identities"]["lakehouse-wizard"]["object_id"]
    client = ArmClient(s.endpoints, credential, s.info["subscription_id"])
    client.assign_role(OFFICER, me, "ServicePrincipal", scope=id)
    assert vault.secret("one") is None
    vault.set_secret("one", "first")
    vault.set_secret("one", "second")
    assert vault.secret("one") == "second"
    plain = RestClient(s.endpoints.vault.format(vault=VAULT), s.endpoints, credential, s.endpoints.vault_scope)
    first, second = plain.send("GET", "/secrets/one/versions", query=API)["value"]
    assert plain.send("GET", f"/secrets/one/{first['id'].rsplit('/', 1)[1]}", query=API)["value"] == "first"
    assert second["id"] != first["id"]
    vault.delete_secret("one")
    vault.delete_secret("one")
    assert vault.secret("one") is None
    vault.set_secret("one", "third")  # the name is held by the vault's soft delete: recovered, then set
    assert vault.secret("one") == "third"
    s.pipeline("arm").send("DELETE", id, query={"api-version": "2023-07-01"})


def roles_to_activate(s: Surface) -> None:
    credential: Any = s.credential
    client = ArmClient(s.endpoints, credential, s.info["subscription_id"])
    assert client.eligible_roles(s.info["identities"]["lakehouse-wizard"]["object_id"]) == []


EXERCISES: list[Exercise] = [a_vaults_secrets, roles_to_activate]
