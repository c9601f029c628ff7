"""A plan that was begun early counts for its own variables only, and its failure is no matter."""

from __future__ import annotations

from tests.provisioning.conftest import MakePhase
from wizard.provisioning.ahead import Ahead
from wizard.provisioning.plans import PlanResult
from wizard.provisioning.summary import PlanSummary

EMPTY = PlanResult(empty=True, summary=PlanSummary())


def test_it_counts_for_the_variables_that_it_was_made_of() -> None:
    assert Ahead({"a": [1, 2]}, lambda: EMPTY).result({"a": (1, 2)}) is EMPTY
    assert Ahead({"a": [1, 2]}, lambda: EMPTY).result({"a": [2, 1]}) is None


def test_one_that_went_wrong_is_none() -> None:
    def make() -> PlanResult:
        raise RuntimeError("no plan")

    assert Ahead({}, make).result({}) is None


def test_a_folder_is_at_rest_between_its_runs(make_phase: MakePhase) -> None:
    phase = make_phase()
    assert not phase.at_rest
    phase.plan({"label": "first"})
    assert phase.at_rest
    phase.apply()
    assert Ahead(phase.kept_variables(), lambda: phase.plan({"label": "first"})).result({"label": "first"}) is not None
    (phase.folder / "run.json").write_text('{"pid": 1, "process": "", "boot": "", "host": "", "verb": "plan", '
                                           '"output": "plan.jsonl", "at": ""}')  # fmt: skip
    assert not phase.at_rest
