"""What Terraform's process inherits."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.provisioning.cli_config import environment


@pytest.mark.parametrize(
    ("inherited", "extra", "bundle"),
    [
        ({}, {}, None),
        ({"REQUESTS_CA_BUNDLE": "/ours.pem"}, {}, "/ours.pem"),
        ({"CURL_CA_BUNDLE": "/ours.pem"}, {}, "/ours.pem"),
        ({"REQUESTS_CA_BUNDLE": "/pythons.pem", "SSL_CERT_FILE": "/gos.pem"}, {}, "/gos.pem"),
        ({"REQUESTS_CA_BUNDLE": "/ours.pem"}, {"SSL_CERT_FILE": "/targets.pem"}, "/targets.pem"),
    ],
)
def test_a_bundle_for_python_is_one_for_terraform(
    inherited: dict[str, str], extra: dict[str, str], bundle: str | None
) -> None:
    made = environment(Path("terraform.rc"), {}, extra, inherited)
    assert made.get("SSL_CERT_FILE") == bundle
    assert "REQUESTS_CA_BUNDLE" not in made


def test_nothing_else_comes_along() -> None:
    made = environment(Path("terraform.rc"), {}, {}, {"ARM_CLIENT_SECRET": "x", "TF_LOG": "trace", "PATH": "/bin"})
    assert made["PATH"] == "/bin"
    assert not {"ARM_CLIENT_SECRET", "TF_LOG"} & made.keys()
