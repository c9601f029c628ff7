"""A root module that needs no provider but Terraform's own, and a phase around it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from wizard.provisioning import stream
from wizard.provisioning.phase import Phase
from wizard.setup.cancel import Cancellation

MODULE = """
variable "client_secret" {
  type      = string
  default   = null
  ephemeral = true
  sensitive = true
}

variable "label" { type = string }
variable "gate"  {
  type    = string
  default = ""
}

resource "terraform_data" "kept" {
  input = var.label
}

resource "terraform_data" "replaced" {
  triggers_replace = var.label
}

resource "terraform_data" "slow" {
  count      = var.gate == "" ? 0 : 1
  depends_on = [terraform_data.kept]
  input      = var.label # so that the state grows when the gate opens, whatever was written before

  provisioner "local-exec" {
    command = "exec cat ${var.gate}"  # so that its end is the shell's, and none is left
  }
}

output "label" { value = terraform_data.kept.output }
output "nothing" { value = null }
"""
VERSIONS = 'terraform {\n  required_version = ">= 1.10"\n}\n'
LABEL = {"label": "first"}
CANARY = "canary-7f3a91-secret"


class Told(list[stream.Event]):
    """Events as they came, with a hook to act on one."""

    def __init__(self) -> None:
        self.on: Callable[[stream.Event], None] = lambda event: None

    def __call__(self, event: stream.Event) -> None:
        self.append(event)
        self.on(event)


MakePhase = Callable[..., Phase]


@pytest.fixture
def no_terraform(tmp_path: Path) -> dict[str, str]:
    """An environment with a shell on PATH, and no Terraform."""
    folder = tmp_path / "only-a-shell"
    folder.mkdir()
    for name in ("sh", "cat"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return {"PATH": str(folder)}


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def make_phase(tmp_path: Path, told: Told) -> MakePhase:
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.tf").write_text(MODULE)
    (source / "versions.tf").write_text(VERSIONS)

    def make(cancel: Cancellation | None = None, extra: Mapping[str, str] | None = None) -> Phase:
        return Phase(
            name="trial",
            source=source,
            folder=tmp_path / "work" / "trial",
            shared=tmp_path / "work",
            secrets={"client_secret": CANARY},
            extra_env={"PATH": os.environ["PATH"], **(extra or {})},
            cancel=cancel or Cancellation(),
            tell=told,
        )

    return make


@pytest.fixture
def applied(make_phase: MakePhase) -> Phase:
    """A root whose state names two objects, made of LABEL."""
    phase = make_phase()
    phase.plan(LABEL)
    phase.apply()
    return phase
