"""Setups in the sandbox, kept at chosen moments and brought back: equal worlds for what is compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wizard.sandbox import process
from wizard.sandbox.process import Connection

RISK = Path(__file__).parents[1] / "templates" / "answers" / "risk.yaml"


class Worlds:
    """One folder that every run uses, so that no path and no port differs; `keep` copies it, `at` brings one back."""

    def __init__(self, place: Path, env: Mapping[str, str]) -> None:
        self.folder, self._kept, self._env = place / "lakehouse", place / "kept", env

    def wizard(self, *arguments: str) -> str:
        """Run the wizard on the folder; what it wrote. Raises RuntimeError where it fails."""
        line = [sys.executable, "-m", "wizard.cli", "run", "--target", "sandbox", "--answers", str(RISK)]
        done = subprocess.run(
            [*line, "--folder", str(self.folder), "--json", *arguments],
            env=dict(self._env),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the journey ended {done.returncode}: {done.stdout[-3000:]}{done.stderr[-2000:]}")
        return done.stdout

    def terraform(self, root: str) -> Path:
        return self.folder / ".wizard" / "terraform" / root

    def keep(self, name: str) -> None:
        self.stop()
        shutil.copytree(self.folder, self._kept / name, symlinks=True)

    def made(self, name: str, root: str) -> Path:
        """The wizard's folder of one root as it was kept."""
        return self._kept / name / ".wizard" / "terraform" / root

    @contextmanager
    def at(self, name: str, latency: float) -> Iterator[Connection]:
        """The world of that moment, fresh, in a sandbox that takes `latency` seconds longer for each operation."""
        self.stop()
        if self.folder.exists():
            shutil.rmtree(self.folder)
        shutil.copytree(self._kept / name, self.folder, symlinks=True)
        with self.slow(latency) as connection:
            yield connection
        self.stop()

    @contextmanager
    def slow(self, latency: float) -> Iterator[Connection]:
        """The world as it stands, with a latency; taken away after."""
        with process.connect(self.folder / ".wizard" / "sandbox") as connection:
            connection.set_latency(latency)
            yield connection
            connection.set_latency(0)

    def stop(self) -> None:
        if self.folder.exists():
            process.stop(self.folder / ".wizard" / "sandbox")
