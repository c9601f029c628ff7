"""Setups in the sandbox, kept at chosen moments and brought back: equal worlds for what is compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wizard.sandbox import process
from wizard.sandbox.control import SandboxError
from wizard.sandbox.process import Connection

PORT_SECONDS = 60
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
        with self._connected() as connection:
            connection.set_latency(latency)
            yield connection
            connection.set_latency(0)

    def _connected(self) -> Connection:
        """A port that the kept world knows may for a moment be another program's."""
        deadline = time.monotonic() + PORT_SECONDS
        while True:
            try:
                return process.connect(self.folder / ".wizard" / "sandbox")
            except SandboxError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)  # nobody tells when another program lets the port go

    def stop(self) -> None:
        if self.folder.exists():
            process.stop(self.folder / ".wizard" / "sandbox")
