"""A `terraform` on PATH that notes when each of its processes began and ended, and in which folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.provisioning import binary

# bash knows the time without a process of its own.
SCRIPT = """#!/bin/bash
began=$EPOCHREALTIME
{program} "$@"
code=$?
echo "$began $EPOCHREALTIME $PWD $1" >> {log}
exit $code
"""


@dataclass(frozen=True, slots=True)
class Span:
    """One process: seconds of the clock, the root it ran in, and its command, as `plan`."""

    began: float
    ended: float
    root: str
    verb: str


class Watched:
    """Lives in `place`; measures wizard and bare runs alike, so that its own cost falls out."""

    def __init__(self, place: Path) -> None:
        self._log = place / "terraform.log"
        self._tools = place / "tools"
        self._tools.mkdir()
        program = binary.find(os.environ.get("PATH"), os.environ).argv
        script = self._tools / "terraform"
        script.write_text(SCRIPT.format(program=" ".join(program), log=self._log), encoding="utf-8")
        script.chmod(0o755)

    @property
    def program(self) -> Path:
        return self._tools / "terraform"

    def env(self) -> Mapping[str, str]:
        """This process's environment, with the noting Terraform first on PATH."""
        return {**os.environ, "PATH": f"{self._tools}{os.pathsep}{os.environ.get('PATH', '')}"}

    def spans(self) -> list[Span]:
        """What ran since the last call, in the order of its ends."""
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        words = [line.split() for line in lines]
        return [Span(float(began), float(ended), Path(cwd).name, verb) for began, ended, cwd, verb in words]

    def close(self) -> None:
        shutil.rmtree(self._tools)


def whole(spans: list[Span]) -> float:
    """Seconds from the first start to the last end, what lies between included."""
    return max(span.ended for span in spans) - min(span.began for span in spans)
