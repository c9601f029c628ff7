"""A run that outlives its wizard is followed to its end; what a dead run left is cleared; nobody's lock is broken."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.provisioning.conftest import MakePhase, Told
from wizard.provisioning import living, lock, stream
from wizard.provisioning.living import Record, Started
from wizard.setup.cancel import Cancellation, Cancelled
from wizard.setup.step import StepFailed

# A wizard of its own process: plans and applies what its test made ready, and says when the apply is under way.
WIZARD = """
import json, os, sys
from pathlib import Path
from wizard.provisioning.phase import Phase
from wizard.provisioning import stream
from wizard.setup.cancel import Cancellation

def tell(event):
    if event == stream.ResourceEvent("terraform_data.slow[0]", "create", "started"):
        print("under way", flush=True)

source, folder, gate, path = sys.argv[1:]
phase = Phase("trial", Path(source), Path(folder), Path(folder).parent, {"client_secret": "x"}, {"PATH": path},
              Cancellation(), tell)
phase.plan({"label": "first", "gate": gate})
phase.apply()
"""


class Killed:
    """An apply whose wizard was killed while it waits at `gate`."""

    def __init__(self, tmp_path: Path, phase_source: Path, folder: Path, path: str) -> None:
        self.gate = tmp_path / "gate"
        os.mkfifo(self.gate)
        argv = [sys.executable, "-c", WIZARD, str(phase_source), str(folder), str(self.gate), path]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as wizard:
            assert wizard.stdout is not None
            assert wizard.stdout.readline() == "under way\n"
            wizard.kill()
        started = Record(folder).read()
        assert started is not None
        self.started = started

    def open_gate(self) -> None:
        with self.gate.open("w"):
            pass


@pytest.fixture(params=["on PATH", "embedded"])
def killed(
    request: pytest.FixtureRequest, tmp_path: Path, make_phase: MakePhase, no_terraform: dict[str, str]
) -> Iterator[Killed]:
    phase = make_phase()
    path = no_terraform["PATH"] if request.param == "embedded" else os.environ["PATH"]
    killed = Killed(tmp_path, phase.source, phase.folder, path)
    yield killed
    if killed.started.alive:
        children = psutil.Process(killed.started.pid).children(recursive=True)
        for process in [psutil.Process(killed.started.pid), *children]:
            process.kill()


def test_a_run_that_goes_on_is_followed_to_its_end(killed: Killed, make_phase: MakePhase, told: Told) -> None:
    phase, waits = make_phase(), list[str]()

    def seen(what: str) -> None:
        waits.append(what)
        threading.Thread(target=killed.open_gate).start()

    phase.on_wait = seen
    assert killed.started.alive
    assert stat.S_IMODE(Record(phase.folder).path.stat().st_mode) == 0o600
    assert killed.started.plan is not None
    found = phase.plan({"label": "first", "gate": str(killed.gate)})
    assert found.empty  # what the followed run made is there
    (wait,) = waits
    assert f"process {killed.started.pid}" in wait
    assert stream.ChangeSummary("apply", 3, 0, 0) in told
    assert stream.ResourceEvent("terraform_data.kept", "create", "started") not in told  # was told before
    assert not killed.started.alive
    assert not Record(phase.folder).path.exists()
    assert not phase.saved_plan.exists()


@pytest.mark.parametrize("before", [False, True], ids=["not yet interrupted", "interrupted by its own wizard"])
def test_a_followed_run_gets_one_interrupt_in_all(killed: Killed, make_phase: MakePhase, before: bool) -> None:
    cancel = Cancellation()
    phase = make_phase(cancel)
    if before:
        Record(phase.folder).note_interrupt()

    def stop(what: str) -> None:
        cancel.request()
        if before:
            threading.Thread(target=killed.open_gate).start()

    phase.on_wait = stop
    with pytest.raises(Cancelled):
        phase.plan({"label": "first", "gate": str(killed.gate)})
    said = (phase.folder / "apply.jsonl").read_text()
    assert ("Interrupt received" in said) is not before
    assert "Two interrupts" not in said
    assert json.loads((phase.folder / "terraform.tfstate").read_text())["resources"]
    assert not Record(phase.folder).path.exists()


def test_a_dead_run_s_plan_note_and_lock_are_cleared(killed: Killed, make_phase: MakePhase) -> None:
    phase = make_phase()
    terraform = psutil.Process(killed.started.pid)
    for process in [terraform, *terraform.children(recursive=True)]:
        process.kill()
    _gone(killed.started)
    state = phase.folder / "terraform.tfstate"
    assert phase.saved_plan.exists()
    assert lock.note_of(state).exists()  # the note stays; the lock itself went with its process
    found = phase.plan({"label": "first"})
    assert not lock.note_of(state).exists()
    assert not Record(phase.folder).path.exists()
    # Terraform had written down what it had made; what it was making when killed may be there or not.
    assert [change for change in found.summary.changes if "slow" not in change.address] == []


def _gone(started: Started) -> None:
    for _look in range(500):
        if not started.alive:
            return
        threading.Event().wait(0.01)
    raise AssertionError(started)


@pytest.mark.parametrize("what", ["another start of the machine", "another process of that number"])
def test_a_pid_alone_proves_nothing(make_phase: MakePhase, what: str) -> None:
    phase = make_phase()
    phase.folder.mkdir(parents=True)
    Record(phase.folder).note(os.getpid(), "apply", phase.folder / "apply.jsonl", None)
    path = Record(phase.folder).path
    data = json.loads(path.read_text())
    data["boot" if "machine" in what else "process"] = "other"
    path.write_text(json.dumps(data))
    phase.plan({"label": "first"})
    assert not path.exists()


def test_a_run_of_another_machine_is_left_alone(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.folder.mkdir(parents=True)
    path = Record(phase.folder).path
    Record(phase.folder).note(os.getpid(), "apply", phase.folder / "apply.jsonl", None)
    path.write_text(path.read_text().replace(socket.gethostname(), "elsewhere"))
    with pytest.raises(StepFailed) as caught:
        phase.plan({"label": "first"})
    assert "elsewhere" in caught.value.problem.why
    assert str(path) in caught.value.problem.next_action
    assert path.exists()


def test_a_held_state_is_waited_for_by_name_and_never_taken(killed: Killed, make_phase: MakePhase) -> None:
    phase, waits = make_phase(), list[str]()
    state = phase.folder / "terraform.tfstate"
    with pytest.raises(StepFailed) as caught:
        lock.wait_until_free(state, Cancellation(), waits.append, seconds=0.2)
    holder = lock.holder(state)
    assert holder is not None
    assert (holder.pid, holder.host) == (killed.started.pid, socket.gethostname())
    assert f"process {holder.pid} on {holder.host}, since 2" in waits[0]
    assert caught.value.problem.raw_code == "StateHeld"
    assert lock.note_of(state).exists()


def test_another_machine_s_lock_is_never_freed(make_phase: MakePhase, tmp_path: Path) -> None:
    state = tmp_path / "terraform.tfstate"
    note = lock.note_of(state)
    note.write_text(json.dumps({"Who": "ana@elsewhere", "Created": "2020-01-01", "Operation": "OperationTypeApply"}))
    with pytest.raises(StepFailed) as caught:
        lock.wait_until_free(state, Cancellation(), lambda what: None, seconds=0.1)
    assert "apply by ana, process ? on elsewhere, since 2020-01-01" in caught.value.problem.why
    assert note.exists()


@pytest.mark.parametrize("content", ['{"version": 4, "resou', "\0\0\0", ""])
def test_a_truncated_state_is_told_with_its_remedy(make_phase: MakePhase, content: str) -> None:
    phase = make_phase()
    for label in ("first", "second"):
        phase.plan({"label": label})
        phase.apply()
    state = phase.folder / "terraform.tfstate"
    state.write_text(content)
    for action in (lambda: phase.plan({"label": "second"}), phase.holds_anything):
        with pytest.raises(StepFailed) as caught:
            action()
        assert f"cp {state}.backup {state}" in caught.value.problem.next_action
    assert state.read_text() == content


def test_the_start_of_a_dead_process_is_nothing() -> None:
    with subprocess.Popen(["true"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert living.start_of(child.pid) is None  # dead, and not buried
    assert living.start_of(child.pid) is None
    assert living.start_of(os.getpid())
