"""What a Key Vault refuses, told apart; what it keeps is exercised in tests/operations and the principal's states."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ODataV4Format

from wizard.cloud.endpoints import Endpoints
from wizard.cloud.keyvault import KeyVault
from wizard.setup.cancel import Cancellation


@pytest.mark.parametrize(
    ("inner", "said", "remedy"),
    [
        ("ForbiddenByFirewall", "cannot be reached from here", "firewall must let this machine in"),
        ("ForbiddenByConnection", "cannot be reached from here", "firewall must let this machine in"),
        ("ForbiddenByRbac", "may not use the secrets", "Key Vault Secrets Officer"),
    ],
)
def test_a_firewall_is_not_taken_for_a_missing_role(inner: str, said: str, remedy: str) -> None:
    refused = HttpResponseError("Forbidden")
    refused.status_code = 403
    refused.error = ODataV4Format({"code": "Forbidden", "message": "no", "innererror": {"code": inner}})
    credential: Any = None  # nothing is sent
    told = KeyVault(Endpoints(), credential, "kv-one", Cancellation())._told("name", refused)
    assert said in told.why
    assert remedy in told.remedy
