"""Terraform on a real disk that fills while it works: told with its place, and with space again the next run ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journey.disk import Disk

Fill = Callable[[str], dict[str, Any]]


@pytest.fixture
def filled(tmp_path: Path) -> Fill:
    """What `filling.main` tells of a moment; told whole, and right after the next run."""

    def fill(moment: str) -> dict[str, Any]:
        with Disk(tmp_path / "disk", 128 * 1024) as disk:
            command = [sys.executable, "-m", "tests.provisioning.filling", str(disk.place), moment]
            ran = subprocess.run(disk.on(command), capture_output=True, text=True, check=False, timeout=240)
        assert ran.returncode == 0, ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        told = found["told"]
        assert told["what"] == "There is no space left on this machine's disk"
        assert told["why"].startswith(f"{disk.place}/terraform/trial"), told
        assert "Free some space where the setup folder is, then run again" in told["next_action"]
        assert not found["left"]["plan"]  # no half of one is ever applied
        assert (found["right"], found["empty"]) == (True, True)
        return found

    return fill


def test_where_not_even_the_note_of_a_run_can_be_written_nothing_is_left_running(filled: Fill) -> None:
    found = filled("note")
    assert "/run.json could not be written" in found["told"]["why"]
    assert found["left"]["state_whole"]


def test_a_plan_that_could_not_be_kept_is_told_and_made_again(filled: Fill) -> None:
    found = filled("plan")
    assert "/saved.tfplan could not be written" in found["told"]["why"]
    assert found["left"]["state_whole"]
    assert found["said"] == []


def test_a_state_and_a_stream_that_were_cut_off_cost_the_next_run_nothing(filled: Fill) -> None:
    found = filled("apply")
    assert found["left"]["state_bytes"] > 0
    assert not found["left"]["state_whole"]
    assert found["said"] == [
        "a full disk cut the state off; it is as before that apply again, what was made is adopted"
    ]
