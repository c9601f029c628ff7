"""Terraform by hand, as somebody without the wizard runs it: the same program, root, variables and target."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from wizard.provisioning import cli_config
from wizard.provisioning.phase import STATE, VARIABLES
from wizard.sandbox.process import Connection

PLAN = ("plan", "-input=false", "-out=by-hand.tfplan")
FROM_NOTHING = (("init", "-input=false"), PLAN, ("apply", "-input=false", "by-hand.tfplan"))


class Bare:
    """One folder for each root, below `place`."""

    def __init__(self, place: Path, program: Path, env: Mapping[str, str]) -> None:
        self._place, self._program, self._inherited = place, program, env

    def prepare(self, root: str, made: Path, *, with_state: bool = False) -> None:
        """A fresh folder for `root`: its files and its variables, and its state where wanted, from `made`, the
        wizard's own folder of it."""
        folder = self._place / root
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for path in (*made.glob("*.tf"), made / VARIABLES, *([made / STATE] if with_state else [])):
            shutil.copy(path, folder)

    def run(self, root: str, connection: Connection, commands: Sequence[Sequence[str]]) -> None:
        """One after the other, in one shell. Raises RuntimeError with what Terraform said."""
        line = " && ".join(" ".join((str(self._program), *command)) for command in commands)
        info = connection.info
        principal = info["identities"][info["principal"]]
        secrets = {
            "tenant_id": info["tenant_id"],
            "client_id": principal["client_id"],
            "client_secret": principal["client_secret"],
        }
        rc = cli_config.write(self._place / "shared")
        env = cli_config.environment(rc, secrets, connection.target.terraform_env, self._inherited)
        done = subprocess.run(
            ["/bin/bash", "-c", line], cwd=self._place / root, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{line} in {root} ended {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
