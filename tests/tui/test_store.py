"""Events in, plain data out: what each state of a step comes to."""

from __future__ import annotations

import pytest

from tests.tui.scenes import AT, begun
from wizard.guided.messages import Answered, Asked, Estimated, Idle, Loaded, StepInfo
from wizard.journey import questions
from wizard.setup.draft import Draft
from wizard.setup.events import (
    ApplyStarted,
    Checked,
    CheckStarted,
    LogLine,
    ResourceChanged,
    RunEnded,
    RunStarted,
    StepProblem,
)
from wizard.tui.lines import LOG_LINES, WIDEST
from wizard.tui.store import Store

NAMES = ("preflight", "foundation", "account-admin")


@pytest.fixture
def store() -> Store:
    store = Store()
    infos = tuple(StepInfo(name, name.title(), "terraform", (), None, ()) for name in NAMES)
    store.apply(Loaded(infos, "sandbox", fixed_target=False, draft=Draft(questions()), answered=False))
    store.apply(RunStarted(command="run", target="sandbox", setup_id="0" * 12, steps=NAMES))
    return store


def test_a_step_from_its_check_to_its_end(store: Store) -> None:
    step = store.steps["foundation"]
    store.apply(CheckStarted(step="foundation"))
    assert step.state == "running"
    store.apply(ResourceChanged(step="foundation", address="a.b", action="create", state="planned"))
    store.apply(Checked(step="foundation", verdict="todo", why="1 to add", changes=("create a.b",)))
    store.apply(Asked("foundation", "approve", ("create a.b",), "1 to add"))
    assert step.shown == "turn"
    assert store.current is step
    store.apply(Answered("foundation"))
    store.apply(ApplyStarted(step="foundation"))
    store.apply(ResourceChanged(step="foundation", address="a.b", action="create", state="done", seconds=1.0))
    assert step.progress == (1, 1)
    store.apply(Checked(step="foundation", verdict="done", why="applied"))
    assert step.state == "done"


def test_a_step_that_only_waits_for_others_is_todo_and_one_that_needs_a_person_is_blocked(store: Store) -> None:
    store.apply(Checked(step="foundation", verdict="blocked", why="waits for preflight", waits=True))
    assert store.steps["foundation"].state == "todo"
    guide: dict[str, object] = {"headline": "log in", "actions": ("there",), "who": "an admin", "link": None}
    store.apply(Checked(step="account-admin", verdict="blocked", why="no admin", guide=guide))
    assert store.steps["account-admin"].state == "blocked"


def test_a_question_that_stands_is_not_pushed_aside_by_a_later_one(store: Store) -> None:
    store.apply(Asked("account-admin", "approve"))
    store.apply(Asked("foundation", "approve"))
    store.apply(Asked("account-admin", "approve"))  # it looked again, and still asks
    assert store.current is store.steps["account-admin"]
    store.apply(Answered("account-admin"))
    assert store.current is store.steps["foundation"]


def test_what_was_stopped_is_cancelled_and_not_failed(store: Store) -> None:
    store.apply(CheckStarted(step="foundation"))
    store.apply(ApplyStarted(step="foundation"))
    store.apply(RunEnded(result="cancelled", exit_code=130, seconds=1))
    store.apply(Idle("cancelled", "run"))
    assert store.steps["foundation"].state == "cancelled"
    assert store.mode is None


def test_a_failure_keeps_its_problem_and_comes_into_view(store: Store) -> None:
    store.apply(CheckStarted(step="preflight"))
    store.apply(StepProblem(step="preflight", problem={"what": "no disk", "why": "full", "next_action": "free some"}))
    assert store.steps["preflight"].state == "failed"
    assert store.current is store.steps["preflight"]


def test_a_log_is_bounded_in_view_and_counted_whole(store: Store) -> None:
    for number in range(LOG_LINES + 10):
        store.apply(LogLine(step="foundation", level="info", text=str(number)))
    step = store.steps["foundation"]
    assert len(step.log) == LOG_LINES
    assert step.logged == LOG_LINES + 10
    assert step.log[-1].text == str(LOG_LINES + 9)


def test_of_a_line_only_what_is_shown_is_kept(store: Store) -> None:
    store.apply(LogLine(step="foundation", level="info", text="x" * 100_000))
    assert store.steps["foundation"].log[-1].text == "x" * WIDEST


def test_what_terraform_does_is_told_in_whole_words(store: Store) -> None:
    for state in ("planned", "started", "failed"):
        store.apply(
            ResourceChanged.model_validate({"step": "foundation", "address": "a.b", "action": "create", "state": state})
        )
    told = [entry.text for entry in store.steps["foundation"].log]
    assert told == ["will create a.b", "creates a.b", "could not create a.b"]


def test_it_is_the_target_that_says_that_its_prices_are_no_real_ones(store: Store) -> None:
    store.apply(Estimated("USD 58.40", note="plausible figures"))
    assert store.estimate_note == "plausible figures"
    store.apply(Estimated("USD 58.40"))
    assert store.estimate_note == ""


def test_what_stands_has_a_row_and_what_is_only_read_has_none() -> None:
    def told(address: str, action: str, state: str) -> ResourceChanged:
        return ResourceChanged.model_validate(
            {"at": AT, "step": "identity", "address": address, "action": action, "state": state}
        )

    store = Store()
    events = (told("data.azuread_user.member", "read", "done"), told("azuread_group.engineers", "noop", "done"))
    for event in [*begun("identity"), *events]:
        store.apply(event)
    step = store.steps["identity"]
    assert [(row.address, row.state) for row in step.rows.values()] == [("azuread_group.engineers", "done")]
    assert step.only_stands
    for state in ("planned", "started", "failed"):
        store.apply(told("azuread_group.engineers", "update", state))
    store.apply(told("azuread_group.engineers", "noop", "done"))
    assert step.rows["azuread_group.engineers"].state == "done", "the check is believed, not what went before"
