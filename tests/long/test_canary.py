"""No secret gets out, while a journey goes on or after: each is looked for in every form, everywhere.

The operator's secret comes from an environment variable, the principal's and a member's are made by the wizard."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.journey import canary
from tests.journey.canary import Canary, Seen, Watch
from tests.journey.conftest import RISK
from tests.journey.running import COMMAND
from wizard.sandbox import process

VARIABLE = "CANARY_OF_THE_OPERATOR"
MEMBER = "canary.member@lakehousesandbox.onmicrosoft.com"
HOME = Path.home()
CACHES = (HOME / ".cache", HOME / ".terraform.d", HOME / ".databricks", HOME / ".azure", HOME / ".config")


@dataclass
class Watched:
    """One setup: its folder, its temporary files, what its commands said, and what was there while they ran."""

    folder: Path
    temporary: Path
    secrets: dict[str, str]
    began: float = field(default_factory=time.time)
    said: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / ".wizard" / "sandbox"

    def may_hold(self, path: Path) -> bool:
        """The sandbox's own files, and those in which the wizard keeps what it made; all 0600."""
        kept = self.folder / ".wizard"
        ours = path.name == "principal-secret" or kept / "passwords" in path.parents or self.state in path.parents
        return ours and canary.private(path)

    def wizard(self, name: str, *arguments: str | Path) -> None:
        line = [*COMMAND, *map(str, arguments), "--folder", str(self.folder)]
        env = {**os.environ, "TMPDIR": str(self.temporary), VARIABLE: self.secrets["operator"]}
        with subprocess.Popen(
            line, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running:
            watch = Watch(running.pid, [self.temporary, self.folder], but=self._left_out)
            try:
                said, _nothing = running.communicate(timeout=900)
            finally:
                running.kill()
                self.seen.append(watch.stop())
        self.said[name] = f"exit {running.returncode}\n{said}"

    def _left_out(self, path: Path) -> bool:
        """What is looked at when all is over: the sandbox's tables and recordings are many."""
        return self.state in path.parents or path.name == "principal-secret" or "passwords" in path.parts

    def read_made(self) -> None:
        """Learn the secrets that the run made."""
        kept = self.folder / ".wizard"
        self.secrets["principal"] = (kept / "principal-secret").read_text(encoding="utf-8").strip()
        self.secrets["member"] = (kept / "passwords" / MEMBER).read_text(encoding="utf-8").strip()

    @property
    def canary(self) -> Canary:
        return Canary(self.secrets)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    place = tmp_path_factory.mktemp("canary")
    folder, temporary = place / "lakehouse", place / "temporary"
    temporary.mkdir()
    state = folder / ".wizard" / "sandbox"
    with process.connect(state, "clean") as connection:
        identities = connection.info["identities"]
    process.stop(state)  # so that the wizard starts it, as a child of its own
    secrets = {name: str(one.get("client_secret") or one["password"]) for name, one in identities.items()}
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    answers["sign_in"]["client_secret"] = f"env:{VARIABLE}"
    answers["service_principal"] = {"mode": "create", "role_set": "least_privilege"}
    answers["identity"] = {"create_members": [MEMBER]}
    given = place / "answers.yaml"
    given.write_text(yaml.safe_dump(answers), encoding="utf-8")
    one = Watched(folder, temporary, {**secrets, "operator": secrets["lakehouse-wizard"]})
    try:
        one.wizard("run", "run", "--target", "sandbox", "--answers", given, "--json")
        assert one.said["run"].startswith("exit 0"), one.said["run"][-6000:]
        one.read_made()
        with process.connect(state) as connection:
            connection.add_fault("error", match={"host": "arm"}, count=0)
            one.wizard("crash", "run", "--debug", "--until", "resource-providers")
            connection.clear_faults()
        one.wizard("again", "run", "--json")
        one.wizard("bundle", "doctor", "--bundle", place / "support.zip")
        assert one.said["bundle"].startswith("exit 0"), one.said["bundle"]
        yield one
    finally:
        process.stop(state)


def test_the_scanner_finds_a_planted_secret_in_every_form_and_place(tmp_path: Path) -> None:
    secret = 'plAnted~"secret"/with+signs&more'
    one = Canary({"planted": secret})
    for coded in (secret, json.dumps({"a": secret}), base64.b64encode(f"id:{secret}".encode()).decode(),
                  base64.urlsafe_b64encode(f"{secret}?".encode()).decode()):  # fmt: skip
        (tmp_path / "file").write_text(f"before {coded} after", encoding="utf-8")
        assert one.files(tmp_path), coded
        assert one.files(tmp_path, but=lambda path: True) == []
    (tmp_path / "file").unlink()
    with zipfile.ZipFile(tmp_path / "packed.tfplan", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("tfplan", f"x{secret}y")
    assert one.files(tmp_path) == [f"{tmp_path / 'packed.tfplan'}: planted as plain text (packed)"]
    (tmp_path / "packed.tfplan").write_text("nothing", encoding="utf-8")
    assert one.files(tmp_path) == []


def test_the_watch_finds_a_planted_secret_in_a_child_and_in_a_file_that_is_gone(tmp_path: Path) -> None:
    child = (
        "import os, sys; open(sys.argv[2], 'w').write(sys.argv[1]); print('written', flush=True); sys.stdin.read(); "
        "os.remove(sys.argv[2])"
    )
    parent = (
        "import subprocess, sys; "
        f"subprocess.run([sys.executable, '-c', {child!r}, *sys.argv[1:]], env={{'A': 'b' + sys.argv[1]}})"
    )
    words = [sys.executable, "-c", parent, "canary-of-a-child", str(tmp_path / "gone")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        watch = Watch(running.pid, [tmp_path], but=lambda path: False)
        assert running.stdout is not None
        assert running.stdout.readline() == b"written\n"
        watch.wait_for_a_look()
        running.communicate()  # which lets the child end
        seen = watch.stop()
    found = "\n".join(seen.leaks(Canary({"planted": "canary-of-a-child"})))
    assert "argv of" in found
    assert "environment of" in found
    assert f"{tmp_path / 'gone'}, for a time" in found


def test_the_watch_was_not_blind(watched: Watched) -> None:
    """It saw every kind of child, and the secret in those that need it."""
    kinds = set().union(*(seen.verbs for seen in watched.seen))
    assert {"init", "plan", "apply", "java", "wizard.sandbox.process", "wizard.sandbox.spark.driver"} <= kinds
    given = [
        environ
        for seen in watched.seen
        for (_pid, line), environ in seen.processes.items()
        if canary.needs_secrets(line.decode().split("\0"))
    ]
    assert any("principal as plain text" in watched.canary.sings(environ) for environ in given)
    plans = [path for seen in watched.seen for path in seen.contents if path.endswith(".tfplan")]
    assert plans


def test_no_child_has_a_secret_on_its_command_line_nor_needlessly_in_its_environment(watched: Watched) -> None:
    assert [leak for seen in watched.seen for leak in seen.leaks(watched.canary)] == []


def test_no_file_holds_one_but_those_made_for_it(watched: Watched) -> None:
    """State, plans, variables, logs, journal, receipts, what Spark and the sandbox wrote, temporary files."""
    assert watched.canary.files(watched.folder, watched.temporary, but=watched.may_hold) == []
    assert canary.tokens(watched.folder, watched.temporary, but=watched.may_hold) == []
    state = [path for path in (watched.folder / ".wizard" / "terraform").rglob("*.tfstate*") if path.is_file()]
    assert len(state) >= 4
    assert [path for path in state if not canary.private(path)] == []


def test_no_cache_of_the_user_holds_one(watched: Watched) -> None:
    def old(path: Path) -> bool:
        return path.stat().st_mtime < watched.began or path.stat().st_size > canary.SMALL

    places = [path for path in (*CACHES, *HOME.glob(".ivy2*")) if path.is_dir()]
    assert watched.canary.files(*places, but=old) == []


def test_what_a_crash_and_every_command_say_holds_none(watched: Watched) -> None:
    assert "Traceback" in watched.said["crash"], watched.said["crash"][-3000:]
    assert {name: found for name, said in watched.said.items() if (found := watched.canary.sings(said.encode()))} == {}


def test_the_support_bundle_holds_none(watched: Watched) -> None:
    packed = watched.folder.parent / "support.zip"
    assert len(zipfile.ZipFile(packed).namelist()) > 5
    assert watched.canary.sings(packed.read_bytes()) == []
