"""Two runs never load one model at once, and a dead run stands in nobody's way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lakehouse_jobs import claims
from lakehouse_jobs.claims import FOLDER, Busy, Claims, Stopped


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    first, second = Claims("first"), Claims("second", wait=60)
    order: list[str] = []
    waiting = threading.Event()

    def later() -> None:
        waiting.set()
        with second.on(str(tmp_path)):
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with first.on(str(tmp_path)):
            future = pool.submit(later)
            waiting.wait()
            assert not future.done()
            order.append("first")
        future.result()
    assert order == ["first", "second"]
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_whoever_cannot_wait_so_long_is_refused_with_the_others_name(tmp_path: Path) -> None:
    with Claims("first").on(str(tmp_path)):
        with (
            pytest.raises(Busy, match="run first is loading this model") as refused,
            Claims("late", 0).on(str(tmp_path)),
        ):
            raise AssertionError("both hold it")
        assert "run again when it has ended" in str(refused.value)
    with Claims("late", 0).on(str(tmp_path)):
        assert [path.name.partition("-")[0] for path in (tmp_path / FOLDER).iterdir()] == ["late"]


def test_a_cancelled_run_waits_no_longer(tmp_path: Path) -> None:
    stopped = Claims("stopped", wait=60)
    stopped.stop.set()
    with Claims("first").on(str(tmp_path)), pytest.raises(Stopped), stopped.on(str(tmp_path)):
        raise AssertionError("both hold it")


def test_many_at_once_are_never_two(tmp_path: Path) -> None:
    inside, most, guard = [0], [0], threading.Lock()
    entered = []

    def one(number: int) -> None:
        with Claims(f"run-{number}", wait=120).on(str(tmp_path)):
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                entered.append(number)
            (tmp_path / "work").write_text(str(number))
            with guard:
                inside[0] -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(8)))
    assert (sorted(entered), most) == (list(range(8)), [1])


def test_the_claim_of_a_process_that_was_killed_is_taken_over_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\nfrom lakehouse_jobs.claims import Claims\n"
        "with Claims('killed').on(sys.argv[1]):\n    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    with Claims("next", wait=0).on(str(tmp_path)):
        assert [path.name.partition("-")[0] for path in (tmp_path / FOLDER).iterdir()] == ["next"]


def test_a_claim_from_another_machine_lives_as_long_as_it_is_touched(tmp_path: Path) -> None:
    claim = tmp_path / FOLDER / "elsewhere-1.json"
    claim.parent.mkdir()
    claim.write_text(json.dumps({"run": "elsewhere", "machine": "another", "pid": 1, "born": "1"}))
    with pytest.raises(Busy, match="run elsewhere"), Claims("next", wait=0).on(str(tmp_path)):
        raise AssertionError("it is alive")
    old = claim.stat().st_mtime - claims.STALE - 1
    os.utime(claim, (old, old))
    with Claims("next", wait=0).on(str(tmp_path)):
        assert not claim.exists()


def test_a_claim_is_touched_while_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "BEAT", 0.01)
    with Claims("long") as held, held.on(str(tmp_path)):
        path = next((tmp_path / FOLDER).glob("*.json"))
        before = path.stat().st_ino
        while path.exists() and path.stat().st_ino == before:
            threading.Event().wait(0.01)
        assert json.loads(path.read_text())["run"] == "long"
