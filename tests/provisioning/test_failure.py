"""The cloud's own code and request id are found in what the providers say."""

from __future__ import annotations

import pytest

from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.stream import Diagnostic

AZURE = (
    'creating Resource Group "rsgdrisk": unexpected status 403 (403 Forbidden) with error: AuthorizationFailed: '
    "The client '8a52c7e9' does not have authorization to perform action "
    "'Microsoft.Resources/subscriptions/resourcegroups/write'.\nRequest ID: 5d2c7f10-11aa-4b3e-9c5d-0f1e2d3c4b5a"
)
OLD_AZURE = 'Code="QuotaExceeded" Message="no cores left" x-ms-request-id: "5d2c7f10-11aa-4b3e-9c5d-0f1e2d3c4b5a"'
CLUSTER = (
    "cannot create cluster: failed to reach RUNNING, got TERMINATED: AZURE_QUOTA_EXCEEDED_EXCEPTION: no cores left"
)


@pytest.mark.parametrize(
    ("text", "code", "request_id"),
    [
        (AZURE, "AuthorizationFailed", "5d2c7f10-11aa-4b3e-9c5d-0f1e2d3c4b5a"),
        (OLD_AZURE, "QuotaExceeded", "5d2c7f10-11aa-4b3e-9c5d-0f1e2d3c4b5a"),
        (CLUSTER, "AZURE_QUOTA_EXCEEDED_EXCEPTION", None),
        ('{"error":{"code":"StorageAccountAlreadyTaken","message":"taken"}}', "StorageAccountAlreadyTaken", None),
        ("rpc error: code = Unknown desc = broken", None, None),
        ("Unsupported argument", None, None),
    ],
)
def test_code_and_request_id(text: str, code: str | None, request_id: str | None) -> None:
    failed = TerraformFailed("foundation", "apply", 1, [Diagnostic("error", text)])
    assert (failed.raw_code, failed.request_id) == (code, request_id)


def test_every_error_is_kept_with_its_resource() -> None:
    errors = [
        Diagnostic("error", "one", "of them", address="azurerm_subnet.cluster"),
        Diagnostic("error", "two", place="main.tf:4"),
    ]
    failed = TerraformFailed("foundation", "plan", 1, errors)
    assert failed.headline == "one"
    assert failed.text == "one\nof them\n\ntwo"
    assert failed.addresses == ("azurerm_subnet.cluster", "main.tf:4")


def test_a_crash_without_diagnostics_is_told_by_its_complaints() -> None:
    assert TerraformFailed("foundation", "plan", 2, [], "panic: nil").headline == "panic: nil"
    assert TerraformFailed("foundation", "plan", 2, []).headline == "terraform plan ended 2"
