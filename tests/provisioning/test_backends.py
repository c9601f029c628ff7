"""A root's state behind HTTP: locked, moved there and back, copied before each apply, and never shown."""

from __future__ import annotations

import base64
import json
import os
import signal
import stat
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.provisioning.conftest import MakePhase, Told
from tests.sandbox.conftest import Http
from wizard.provisioning import backups, errored, http_lock, left_lock, living, stream
from wizard.provisioning.backend import BLOCK, HTTP, RECORD, Backend, recorded
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.phase import STATE, Phase
from wizard.provisioning.state import names_objects
from wizard.sandbox.process import Connection
from wizard.setup.step import StepFailed

USER = "lakehouse-wizard"
HELD = {
    "ID": "11111111-2222-3333-4444-555555555555",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "ana@build-7",
    "Version": "1.11.4",
    "Created": "2026-01-02T03:04:05.678Z",
    "Path": "",
}


class Remote:
    """The sandbox's store: a backend for each name, and what lies there."""

    def __init__(self, sandbox: Connection, prefix: str) -> None:
        self.info, self._prefix = sandbox.info, prefix
        self.secret: str = self.info["identities"][USER]["client_secret"]
        word = base64.b64encode(f"{USER}:{self.secret}".encode()).decode()
        self._http, self._headers = Http(self.info["ca_file"]), {"Authorization": f"Basic {word}"}

    def backend(self, name: str = "trial", password: str = "env:STATES") -> Backend:
        address = f"{self.info['endpoints']['states']}/{self._prefix}-{name}"
        fields = {"address": address, "lock_address": address, "unlock_address": address}
        return Backend(HTTP, fields, {"TF_HTTP_USERNAME": USER}, {"TF_HTTP_PASSWORD": password})

    def ask(self, method: str, which: Backend, body: Any = None) -> Any:
        answer = self._http(method, which.place, body=body, headers=self._headers)
        return json.loads(answer.text or "{}")

    def env(self, which: Backend) -> Mapping[str, str]:
        return dict.fromkeys(which.secrets, self.secret)

    def opening(self, which: Backend) -> Mapping[str, str]:
        """All that a request of ours needs."""
        return {**which.plain, **self.env(which), "SSL_CERT_FILE": str(self.info["ca_file"])}


MakeRemote = Callable[..., Phase]


@pytest.fixture
def remote(sandbox: Connection, tmp_path: Path) -> Remote:
    return Remote(sandbox, tmp_path.name)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make_remote(make_phase: MakePhase, remote: Remote, said: list[str], sandbox: Connection) -> MakeRemote:
    def make(which: Backend | None) -> Phase:
        phase = make_phase(extra={"SSL_CERT_FILE": sandbox.info["ca_file"]})
        phase.backend, phase.backend_env, phase.say = which or Backend(), remote.env, said.append
        return phase

    return make


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that somebody holds is waited for no second."""
    monkeypatch.setattr("wizard.provisioning.command.REMOTE_LOCK_TIMEOUT", "0s")


def test_the_state_is_there_and_only_there(make_remote: MakeRemote, remote: Remote, tmp_path: Path) -> None:
    where = remote.backend()
    make_remote(where).plan({"label": "first"})
    assert not names_objects(tmp_path / "work")
    make_remote(where).apply()
    assert names_objects(tmp_path / "work")
    assert [item["name"] for item in remote.ask("GET", where)["resources"]] == ["kept", "replaced"]
    assert list(tmp_path.rglob("*.tfstate")) == [tmp_path / "work/trial/.terraform" / STATE]  # Terraform's own note
    assert make_remote(where).outputs() == {"label": "first"}
    assert make_remote(where).holds_anything()
    assert make_remote(where).plan({"label": "first"}).empty

    make_remote(where).plan({"label": "first"}, destroy=True)
    make_remote(where).apply()
    assert not make_remote(where).holds_anything()
    assert not names_objects(tmp_path / "work")


def test_no_file_and_no_argument_holds_the_password(
    make_remote: MakeRemote, remote: Remote, tmp_path: Path, told: Told
) -> None:
    where = remote.backend()
    make_remote(where).plan({"label": "first"})
    assert_private(tmp_path, remote.secret)  # the saved plan is there
    make_remote(where).apply()
    make_remote(where).plan({"label": "second"})
    assert_private(tmp_path, remote.secret)
    assert not [event for event in told if remote.secret in str(event)]


def assert_private(root: Path, secret: str) -> None:
    files = [path for path in root.rglob("*") if path.is_file() and "source" not in path.parts]
    assert {BLOCK, RECORD, "saved.tfplan"} <= {path.name for path in files}
    for path in files:
        assert secret.encode() not in path.read_bytes(), path
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.usefixtures("impatient")
def test_who_holds_the_state_is_told(make_remote: MakeRemote, remote: Remote) -> None:
    where = remote.backend()
    remote.ask("LOCK", where, HELD)
    with pytest.raises(StepFailed) as caught:
        make_remote(where).plan({"label": "first"})
    problem = caught.value.problem
    assert problem.what == "The state of trial is held by somebody else"
    assert problem.why == "apply by ana on build-7, since 2026-01-02T03:04:05.678Z"
    assert HELD["ID"] in problem.next_action
    assert remote.ask("GET", where) == {}
    remote.ask("UNLOCK", where, HELD)
    assert not make_remote(where).plan({"label": "first"}).empty


class Dead:
    """An apply that was killed with its wizard while it held the lock: its note and the lock are there still."""

    def __init__(self, phase: Phase, told: Told, tmp_path: Path) -> None:
        gate, record = tmp_path / "gate", phase.folder / living.RECORD
        os.mkfifo(gate)
        noted: list[bytes] = []

        def kill(event: stream.Event) -> None:
            if isinstance(event, stream.ResourceEvent) and event.state == "started" and "slow" in event.address:
                noted.append(record.read_bytes())
                os.kill(json.loads(noted[0])["pid"], signal.SIGKILL)
                # What the dead one started ends; it may have started nothing, and then nobody opens the gate.
                threading.Thread(target=gate.write_text, args=("",), daemon=True).start()

        told.on = kill
        phase.plan({"label": "first", "gate": str(gate)})
        with pytest.raises(TerraformFailed):
            phase.apply()
        told.on = lambda event: None
        record.write_bytes(noted[0])


def test_the_lock_that_a_dead_run_left_is_freed(
    make_remote: MakeRemote, remote: Remote, told: Told, said: list[str], tmp_path: Path
) -> None:
    where = remote.backend()
    Dead(make_remote(where), told, tmp_path)
    assert http_lock.holder(where, remote.opening(where))["Operation"] == "OperationTypeApply"
    make_remote(where).plan({"label": "first"})
    assert said == ["the lock that a dead run left at the state of trial is freed"]
    assert not (make_remote(where).folder / left_lock.FILE).exists()
    assert http_lock.holder(where, remote.opening(where)) == {}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("other", ["Who", "Operation", "Created"])
def test_a_lock_that_a_dead_run_did_not_leave_stays(
    make_remote: MakeRemote, remote: Remote, told: Told, tmp_path: Path, other: str
) -> None:
    where = remote.backend()
    Dead(make_remote(where), told, tmp_path)
    left = http_lock.holder(where, remote.opening(where))
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    mine = {**left, other: {"Who": "ana@build-7", "Operation": "OperationTypePlan", "Created": later}[other]}
    remote.ask("UNLOCK", where)
    remote.ask("LOCK", where, mine)
    with pytest.raises(StepFailed) as caught:
        make_remote(where).plan({"label": "first"})
    assert caught.value.problem.raw_code == "StateHeld"
    assert http_lock.holder(where, remote.opening(where)) == mine


def test_a_held_state_takes_none_that_was_left_beside_it(make_remote: MakeRemote, remote: Remote) -> None:
    where = remote.backend()
    phase = make_remote(where)
    phase.plan({"label": "first"})
    phase.apply()
    beside = phase.folder / errored.FILE
    held = remote.ask("GET", where)
    beside.write_text(json.dumps({**held, "serial": held["serial"] + 1}))
    remote.ask("LOCK", where, HELD)
    with pytest.raises(StepFailed) as caught:
        phase.plan({"label": "first"})
    assert caught.value.problem.why == "apply by ana on build-7, since 2026-01-02T03:04:05.678Z"
    assert beside.exists()
    remote.ask("UNLOCK", where, HELD)
    assert phase.plan({"label": "first"}).empty
    assert remote.ask("GET", where)["serial"] > held["serial"]
    assert not beside.exists()


def test_a_state_moves_and_leaves_nothing_that_is_taken_for_it(
    make_remote: MakeRemote, remote: Remote, said: list[str], tmp_path: Path
) -> None:
    first, second = remote.backend("first"), remote.backend("second")
    make_remote(None).plan({"label": "first"})
    make_remote(None).apply()
    for number, (old, new) in enumerate([(Backend(), first), (first, second), (second, Backend())]):
        assert recorded(tmp_path / "work/trial").place == old.place
        assert make_remote(new).plan({"label": "first"}).empty
        assert f"from {old.place} to {new.place}" in said[number]
    assert len(said) == 3
    assert not (tmp_path / "work/trial" / BLOCK).exists()
    assert not (tmp_path / "work/trial" / RECORD).exists()
    copies = list((tmp_path / "backups/terraform").iterdir())
    assert copies
    assert {stat.S_IMODE(path.stat().st_mode) for path in copies} == {0o600}


def test_a_local_state_is_set_aside_when_it_moved(make_remote: MakeRemote, remote: Remote, tmp_path: Path) -> None:
    make_remote(None).plan({"label": "first"})
    make_remote(None).apply()
    assert make_remote(remote.backend()).holds_anything()
    assert not (tmp_path / "work/trial" / STATE).exists()
    assert not (tmp_path / "work/trial" / f"{STATE}.backup").exists()


def test_a_move_broken_off_is_taken_up_again(make_remote: MakeRemote, remote: Remote, said: list[str]) -> None:
    """Killed after the copy, before the note of it: the copy is known by its lineage."""
    where = remote.backend()
    make_remote(None).plan({"label": "first"})
    make_remote(None).apply()
    local = make_remote(None)
    remote.ask("POST", where, json.loads((local.folder / STATE).read_text()))
    assert make_remote(where).plan({"label": "first"}).empty
    assert said == [f"the state of trial is in {where.place} already"]


def test_no_state_is_moved_over_anothers(make_remote: MakeRemote, remote: Remote, tmp_path: Path) -> None:
    where = remote.backend()
    make_remote(None).plan({"label": "first"})
    make_remote(None).apply()
    mine = (tmp_path / "work/trial" / STATE).read_text()
    others = {**json.loads(mine), "lineage": "another"}
    remote.ask("POST", where, others)
    with pytest.raises(StepFailed) as caught:
        make_remote(where).plan({"label": "first"})
    assert caught.value.problem.raw_code == "StateTaken"
    assert remote.ask("GET", where) == others
    assert (tmp_path / "work/trial" / STATE).read_text() == mine
    assert make_remote(None).plan({"label": "first"}).empty


def test_an_emptied_state_may_be_moved_over(make_remote: MakeRemote, remote: Remote) -> None:
    where = remote.backend()
    make_remote(None).plan({"label": "first"})
    make_remote(None).apply()
    emptied = {"version": 4, "terraform_version": "1.11.4", "serial": 9, "lineage": "another", "resources": []}
    remote.ask("POST", where, emptied)
    assert make_remote(where).plan({"label": "first"}).empty


def test_each_apply_keeps_a_copy_and_only_the_newest_stay(
    make_phase: MakePhase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "KEPT", 2)
    for label in ("first", "second", "third", "fourth"):
        phase = make_phase()
        phase.plan({"label": label})
        phase.apply()
    copies = sorted((tmp_path / "backups/terraform").iterdir())
    held = [json.loads(path.read_text())["outputs"]["label"]["value"] for path in copies]
    assert held == ["second", "third"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in copies} == {0o600}
