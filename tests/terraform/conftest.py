"""The Terraform that tests of the root modules run."""

from __future__ import annotations

import os

import pytest

from wizard.provisioning import binary


@pytest.fixture(scope="session")
def terraform() -> tuple[str, ...]:
    """How Terraform is started here: on PATH, or embedded."""
    return binary.find(os.environ["PATH"], os.environ).argv
