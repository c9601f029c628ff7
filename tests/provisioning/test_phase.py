"""One root module through its life with the real Terraform: planned, applied, changed, destroyed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.provisioning.conftest import CANARY, MakePhase, Told
from wizard.provisioning import stream
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.phase import STATE
from wizard.setup.cancel import Cancellation, Cancelled


def test_the_plan_of_the_check_is_what_is_applied(make_phase: MakePhase, told: Told) -> None:
    phase = make_phase()
    found = phase.plan({"label": "first"})
    assert not found.empty
    assert found.summary.headline == "2 to add, 0 to change, 0 to destroy, 0 to replace"
    assert not found.detailed
    assert phase.detailed().outputs == {"nothing": None}  # the other is known after the apply
    assert phase.detailed().summary.changes == found.summary.changes
    assert phase.saved_plan.exists()

    assert phase.apply() == {"label": "first"}
    assert not phase.saved_plan.exists()
    assert phase.outputs() == {"label": "first"}
    assert stream.ResourceEvent("terraform_data.kept", "create", "started") in told

    again = phase.plan({"label": "first"})
    assert again.empty
    assert again.outputs == {"label": "first"}
    assert not phase.saved_plan.exists()


def test_a_replacement_is_planned_with_its_reason(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    phase.apply()
    changed = phase.plan({"label": "second"})
    assert changed.summary.headline == "0 to add, 1 to change, 0 to destroy, 1 to replace"
    assert (
        "replace terraform_data.replaced, because triggers_replace (first → second) cannot be changed in place"
        in changed.summary.words
    )


def test_destroy_is_planned_first_and_leaves_nothing(make_phase: MakePhase) -> None:
    phase = make_phase()
    assert not phase.holds_anything()
    phase.plan({"label": "first"})
    phase.apply()
    assert phase.holds_anything()
    planned = phase.plan(phase.kept_variables(), destroy=True)
    assert planned.summary.headline == "0 to add, 0 to change, 2 to destroy, 0 to replace"
    phase.apply()
    assert not phase.holds_anything()
    assert phase.plan(phase.kept_variables(), destroy=True).empty


def test_no_secret_is_in_any_file_and_every_file_is_private(make_phase: MakePhase, tmp_path: Path) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    _private(tmp_path / "work")
    phase.apply()
    phase.plan({"label": "second"})
    _private(tmp_path / "work")


def _private(root: Path) -> None:
    files = [path for path in root.rglob("*") if path.is_file()]
    assert any(path.name == "saved.tfplan" for path in files) or any(path.name == "terraform.tfstate" for path in files)
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_no_secret_is_an_argument(make_phase: MakePhase, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[list[str]] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, args: list[str], *rest: Any, **options: Any) -> None:
            lines.append(args)
            super().__init__(args, *rest, **options)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    phase = make_phase()
    phase.plan({"label": "first"})
    phase.apply()
    verbs = [line[1] for line in lines]
    assert [verb for verb in verbs if verb != "version"] == ["init", "plan", "apply"]  # the version is asked once
    assert not [word for line in lines for word in line if CANARY in word]
    assert not [word for line in lines for word in line if word.startswith(("-target", "-auto-approve", "-var"))]


def test_init_runs_once(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    streams = [phase.folder / f"{verb}.jsonl" for verb in ("init", "plan")]
    for path in streams:  # each run of a command begins its own anew
        path.unlink()
    make_phase().plan({"label": "second"})
    assert [path.exists() for path in streams] == [False, True]


def test_the_callers_own_terraform_settings_do_not_leak_in(
    make_phase: MakePhase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_ARGS", "-nonsense")
    monkeypatch.setenv("ARM_CLIENT_ID", "somebody-else")
    monkeypatch.setenv("TF_VAR_label", "from outside")
    phase = make_phase()
    assert not {"TF_CLI_ARGS", "ARM_CLIENT_ID", "TF_VAR_label"} & phase.env.keys()
    assert "TF_VAR_client_secret" not in phase.env  # for plan and apply alone
    assert phase.plan({"label": "first"}).summary.counts["create"] == 2


def test_a_misspelt_argument_fails_with_its_place(make_phase: MakePhase) -> None:
    phase = make_phase()
    (phase.source / "main.tf").write_text('resource "terraform_data" "x" {\n  inptu = 1\n}\n')
    with pytest.raises(TerraformFailed) as caught:
        phase.plan({})
    assert "inptu" in str(caught.value)
    assert caught.value.addresses == ("main.tf:2",)


@pytest.mark.parametrize("embedded", [False, True], ids=["on PATH", "embedded"])
def test_cancel_is_one_interrupt_and_a_clean_end(
    make_phase: MakePhase, told: Told, tmp_path: Path, no_terraform: dict[str, str], embedded: bool
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)  # nobody ever writes into it, so the resource never ends by itself
    cancel = Cancellation()
    phase = make_phase(cancel, extra=no_terraform if embedded else None)
    phase.plan({"label": "first", "gate": str(gate)})

    def stop(event: stream.Event) -> None:
        if event == stream.ResourceEvent("terraform_data.slow[0]", "create", "started"):
            cancel.request()

    told.on = stop
    with pytest.raises(Cancelled):
        phase.apply()

    said = (phase.folder / "apply.jsonl").read_text()
    assert "Interrupt received" in said
    assert "Two interrupts" not in said
    assert not (phase.folder / ".terraform.tfstate.lock.info").exists()
    state = json.loads((phase.folder / STATE).read_text())
    assert {item["name"] for item in state["resources"]} >= {"kept", "replaced"}
    assert not phase.saved_plan.exists()


def test_a_later_run_goes_on_where_a_cancelled_one_stopped(make_phase: MakePhase, told: Told) -> None:
    cancel = Cancellation()
    cancel.request()
    with pytest.raises(Cancelled):
        make_phase(cancel).plan({"label": "first"})
    phase = make_phase()
    phase.plan({"label": "first"})
    assert phase.apply() == {"label": "first"}
