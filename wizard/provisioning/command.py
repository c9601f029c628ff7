"""Command lines, through python-terraform's builder. No secret is ever part of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wizard.provisioning.binary import Binary

LOCK_TIMEOUT = "600s"  # another run may still be finishing after its wizard was killed
# A remote state is held by somebody at another machine, who may be at it for an hour: the user is told soon.
REMOTE_LOCK_TIMEOUT = "10s"


def _build(binary: Binary, command: str, *arguments: str, **options: Any) -> list[str]:
    from python_terraform import IsFlagged, Terraform

    builder = Terraform(terraform_bin_path=binary.argv[0])
    flags = {name: IsFlagged if value is True else value for name, value in options.items()}
    line: list[str] = builder.generate_cmd_string(command, *arguments, no_color=IsFlagged, **flags)
    return [*binary.argv, *line[1:]]


def init(binary: Binary, *, reconfigure: bool = False, upgrade: bool = False) -> list[str]:
    """`reconfigure` takes the backend as it stands, without moving a state; `upgrade` moves the providers' pins."""
    extra = {name: True for name, wanted in (("reconfigure", reconfigure), ("upgrade", upgrade)) if wanted}
    return _build(binary, "init", input="false", **extra)


def plan(binary: Binary, out: Path, *, destroy: bool = False, lock_timeout: str = LOCK_TIMEOUT) -> list[str]:
    """Exit code 0 means nothing to do, 2 means changes."""
    extra = {"destroy": True} if destroy else {}
    return _build(
        binary,
        "plan",
        json=True,
        input="false",
        detailed_exitcode=True,
        lock_timeout=lock_timeout,
        out=str(out),
        **extra,
    )


def apply(binary: Binary, plan_file: Path, *, lock_timeout: str = LOCK_TIMEOUT) -> list[str]:
    """Only ever of a saved plan, so never with -auto-approve or -target."""
    return _build(binary, "apply", str(plan_file), json=True, input="false", lock_timeout=lock_timeout)


def show(binary: Binary, plan_file: Path) -> list[str]:
    return _build(binary, "show", str(plan_file), json=True)


def output(binary: Binary) -> list[str]:
    return _build(binary, "output", json=True)


def state_list(binary: Binary) -> list[str]:
    return _state(binary, "list")


def state_pull(binary: Binary) -> list[str]:
    """Prints the whole state: for a file of ours, never for a screen."""
    return _state(binary, "pull")


def state_push(binary: Binary, document: Path, *, force: bool = False) -> list[str]:
    """Refused by Terraform where a newer state, or, without `force`, one of another lineage is there."""
    return _state(binary, "push", *(["-force"] if force else []), str(document))


def force_unlock(binary: Binary, id: str) -> list[str]:
    """Only ever of a lock that a dead run of ours left (see left_lock.py)."""
    from python_terraform import Terraform

    line: list[str] = Terraform(terraform_bin_path=binary.argv[0]).generate_cmd_string("force-unlock", "-force", id)
    return [*binary.argv, *line[1:]]


def _state(binary: Binary, verb: str, *arguments: str) -> list[str]:
    from python_terraform import Terraform

    # The `state` commands know no -no-color.
    line: list[str] = Terraform(terraform_bin_path=binary.argv[0]).generate_cmd_string(f"state {verb}", *arguments)
    return [*binary.argv, *line[1:]]
