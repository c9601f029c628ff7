"""Command lines, through python-terraform's builder. No secret is ever part of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wizard.provisioning.binary import Binary

LOCK_TIMEOUT = "600s"  # another run may still be finishing after its wizard was killed


def _build(binary: Binary, command: str, *arguments: str, **options: Any) -> list[str]:
    from python_terraform import IsFlagged, Terraform

    builder = Terraform(terraform_bin_path=binary.argv[0])
    flags = {name: IsFlagged if value is True else value for name, value in options.items()}
    line: list[str] = builder.generate_cmd_string(command, *arguments, no_color=IsFlagged, **flags)
    return [*binary.argv, *line[1:]]


def init(binary: Binary) -> list[str]:
    return _build(binary, "init", input="false")


def plan(binary: Binary, out: Path, *, destroy: bool = False) -> list[str]:
    """Exit code 0 means nothing to do, 2 means changes."""
    extra = {"destroy": True} if destroy else {}
    return _build(
        binary,
        "plan",
        json=True,
        input="false",
        detailed_exitcode=True,
        lock_timeout=LOCK_TIMEOUT,
        out=str(out),
        **extra,
    )


def apply(binary: Binary, plan_file: Path) -> list[str]:
    """Only ever of a saved plan, so never with -auto-approve or -target."""
    return _build(binary, "apply", str(plan_file), json=True, input="false", lock_timeout=LOCK_TIMEOUT)


def show(binary: Binary, plan_file: Path) -> list[str]:
    return _build(binary, "show", str(plan_file), json=True)


def output(binary: Binary) -> list[str]:
    return _build(binary, "output", json=True)


def state_list(binary: Binary) -> list[str]:
    from python_terraform import Terraform

    # `state list` knows no -no-color.
    line: list[str] = Terraform(terraform_bin_path=binary.argv[0]).generate_cmd_string("state list")
    return [*binary.argv, *line[1:]]
