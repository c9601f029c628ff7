"""What the app knows, as plain data: filled by events, read by screens; a screen can always be built again from it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wizard.guided.acts import act
from wizard.text import N_, _, currency, figure
from wizard.tui.lines import Lines, LogEntry

if TYPE_CHECKING:
    from wizard.guided.desk import Desk
    from wizard.guided.messages import Named, Priced, StepInfo
    from wizard.setup.draft import Draft

CLOUDS = {"azure": "Azure", "sandbox": "SANDBOX"}  # targets, as the header names them: which one is seen at a glance
SEEN = 50  # looks at a guided step that are kept
GROUPS = {  # by the step that begins each
    "preflight": N_("PREPARE"),
    "service-principal": N_("PERMISSIONS"),
    "foundation": N_("BUILD"),
    "contracts": N_("DATA"),
    "summary": N_("FINISH"),
}


@dataclass(slots=True)
class Row:
    """One resource of a Terraform run. `state`: todo, running, done or failed; `seconds` since its start."""

    address: str
    action: str
    state: str
    seconds: float | None = None
    name: str | None = None  # the object's own


@dataclass(slots=True)
class StepState:
    """All that is known of one step. `state` is a key of `symbols.MARKS`; `asked` what it waits for a word on."""

    info: StepInfo
    number: int
    state: str = "todo"
    why: str = ""
    changes: tuple[str, ...] = ()
    guide: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    found: tuple[dict[str, str], ...] = ()  # what the check looked at: `what`, and its `state`
    link: str | None = None  # where a person sees it
    activity: str = ""
    applying: bool = False
    waiting: str = ""
    began: float | None = None  # monotonic
    ended: float | None = None
    asked: str | None = None
    asked_since: float = 0.0  # monotonic
    asked_why: str = ""
    asked_changes: tuple[str, ...] = ()
    next_look: float | None = None
    clicks: tuple[str, ...] = ()
    left: str = ""  # what a stop at once left under way
    models: dict[str, Any] = field(default_factory=dict)  # by name: the newest ModelRows, its counts kept
    rows: dict[str, Row] = field(default_factory=dict)
    seen: deque[tuple[datetime, str, str]] = field(default_factory=lambda: deque(maxlen=SEEN))
    log: Lines = field(default_factory=Lines)

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def logged(self) -> int:
        """Lines that ever came."""
        return self.log.came

    @property
    def shown(self) -> str:
        """The state as the list shows it: a step that waits for a word is the person's turn."""
        if self.asked == "person" and self.guide is not None:
            return "turn"
        if self.asked in ("approve", "agree", "person") and self.state not in ("blocked", "failed"):
            return "turn"
        return self.state

    @property
    def elapsed(self) -> float | None:
        if self.began is None:
            return None
        return (self.ended if self.ended is not None else time.monotonic()) - self.began

    @property
    def progress(self) -> tuple[int, int]:
        """Resources that are done, of all."""
        return sum(row.state == "done" for row in self.rows.values()), len(self.rows)

    @property
    def only_stands(self) -> bool:
        """Its rows are what a check found in place; nothing is made or changed."""
        return all(row.action == "noop" for row in self.rows.values())


class Store:
    """The whole of it. `apply` takes one event and returns the steps that changed; None means everything may have."""

    def __init__(self, insist_after: float = 60.0) -> None:
        """`insist_after`: seconds of stopping after which it may be stopped at once."""
        self._insist_after = insist_after
        self.steps: dict[str, StepState] = {}
        self.usual: Mapping[str, tuple[float, float]] = {}  # by step: its shortest and longest apply before, s
        self.draft: Draft | None = None
        self.desk: Desk | None = None  # the contracts, once they were looked at
        self.target, self.fixed_target = "", False
        self.answered = False  # the person gave answers, here or in a file
        self.mode: str | None = None  # check or run, while one is under way
        self.stopping: float | None = None  # since when (monotonic)
        self.result: str | None = None
        self.last_mode = ""
        self.fault, self.fault_in_answers = "", False
        self.said = ""
        self.summary: dict[str, Any] | None = None
        self.estimate, self.estimate_note = "", ""  # the note tells where the prices are not the cloud's own
        self.estimate_lines: tuple[tuple[str, float | None], ...] = ()
        self.priced: Priced | None = None  # what the forms tell beside the rules; may be of answers that are no more
        self.named: Named | None = None
        self.proposed = False
        self.removals: list[Any] | None = None  # what a destroy takes away, by step, in its order
        self.removed: set[str] = set()  # of these steps, those that are gone
        self.destroy_word = ""  # to be typed, while it is asked for
        self._takers: dict[str, Callable[[Any], None]] = {
            name.removeprefix("_on_"): getattr(self, name) for name in dir(self) if name.startswith("_on_")
        }

    def apply(self, event: Any) -> str | None:
        """Take one event; the name of the step it was about, if any. Events that mean nothing here are passed over."""
        taker = self._takers.get(event.event)
        if taker is not None:
            taker(event)
        return getattr(event, "step", None)

    @property
    def current(self) -> StepState | None:
        """The step to look at: the one that waits longest for a word, else the first that runs, else the first that is
        not done. A question that stands is never pushed aside by another: Enter would answer what nobody has read."""
        order = list(self.steps.values())
        asked = [step for step in order if step.asked is not None]
        if asked:
            return min(asked, key=lambda step: step.asked_since)
        for wanted in (
            lambda step: step.state == "running",
            lambda step: step.state in ("failed", "blocked", "unknown", "cancelled"),
            lambda step: step.state != "done",
        ):
            if (found := next(filter(wanted, order), None)) is not None:
                return found
        return order[-1] if order else None

    @property
    def domain(self) -> str:
        """The lakehouse's name, as the answers have it."""
        return self.draft.text("project.domain") if self.draft is not None else ""

    @property
    def region(self) -> str:
        return self.draft.text("project.location") if self.draft is not None and self.domain else ""

    @property
    def budget(self) -> str:
        """Of a month, in the subscription's currency."""
        return self.draft.text("foundation.monthly_budget") if self.draft is not None else ""

    def begin(self, mode: str) -> None:
        """It is asked for, and stands here before the session says so: a second Enter begins nothing."""
        self.mode, self.result, self.fault, self.stopping = mode, None, "", None

    @property
    def may_insist(self) -> bool:
        """Whether it was asked to stop so long ago that nobody needs to wait for it any more."""
        return self.stopping is not None and time.monotonic() - self.stopping >= self._insist_after

    @property
    def running(self) -> list[StepState]:
        return [step for step in self.steps.values() if step.state == "running"]

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps.values())

    # what the session says

    def _on_loaded(self, event: Any) -> None:
        self.steps = {info.name: StepState(info, number) for number, info in enumerate(event.steps, start=1)}
        self.target, self.fixed_target = event.target, event.fixed_target
        self.draft, self.answered, self.usual = event.draft, event.answered, event.usual

    def _on_proposed(self, event: Any) -> None:
        if self.draft is not None:
            self.draft.propose(event.answers)
        self.proposed = True

    def _on_asked(self, event: Any) -> None:
        step = self.steps[event.step]
        if step.asked is None:
            step.asked_since = time.monotonic()
        step.asked, step.next_look, step.clicks = event.what, event.until, event.clicks
        step.asked_changes, step.asked_why = event.changes, event.why
        step.activity = step.waiting = ""

    def _on_answered(self, event: Any) -> None:
        step = self.steps[event.step]
        step.asked = step.next_look = None
        self.said = ""

    def _on_faulted(self, event: Any) -> None:
        self.fault, self.fault_in_answers = event.words, event.invalid_answers

    def _on_said(self, event: Any) -> None:
        self.said = event.words

    def _on_idle(self, event: Any) -> None:
        self.destroy_word = ""
        self.mode = self.stopping = None
        self.result, self.last_mode = event.result, event.mode
        for step in self.steps.values():
            step.asked = step.next_look = None

    def _on_priced(self, event: Any) -> None:
        from wizard.guided.messages import PRICE_KEYS, texts

        self.priced = event
        if event.monthly is not None and self.draft is not None and event.asked == texts(self.draft, PRICE_KEYS):
            plus = "" if event.complete else "+"
            self.estimate = f"{currency(event.currency)} {figure(event.monthly, '.2f')}{plus}"
            self.estimate_note = event.note

    def _on_named(self, event: Any) -> None:
        self.named = event

    def _on_estimated(self, event: Any) -> None:
        self.estimate, self.estimate_lines, self.estimate_note = event.words, event.lines, event.note

    # what the engine says

    def _on_run_started(self, event: Any) -> None:
        self.mode, self.fault, self.summary, self.result = event.command, "", None, None
        self.fixed_target = self.fixed_target or event.command == "run"  # a run keeps the target in the folder
        if event.command == "destroy":
            self.removals, self.removed, self.destroy_word = None, set(), ""
        for step in self.steps.values():
            fresh = StepState(step.info, step.number, log=step.log)
            self.steps[step.name] = fresh

    def _on_destroy_plan(self, event: Any) -> None:
        self.removals = [planned for planned in event.steps if planned.objects or planned.kept]

    def _on_destroy_asked(self, event: Any) -> None:
        self.destroy_word = event.word

    def _on_removed(self, event: Any) -> None:
        self.removed.add(event.step)
        self.steps[event.step].state = "todo"
        for thing in event.objects:
            self._log(self.steps[event.step], event.at, "info", _("gone: {thing}", thing=thing))

    def _on_answers_changed(self, event: Any) -> None:
        self.said = event.text

    def _on_run_ended(self, event: Any) -> None:
        for step in self.steps.values():
            if step.state == "running":
                step.state = "cancelled" if event.result == "cancelled" else "unknown"
                step.ended = time.monotonic()
                step.activity = step.waiting = ""

    def _on_check_started(self, event: Any) -> None:
        step = self.steps[event.step]
        if step.began is None or step.state != "running":
            step.began, step.ended = time.monotonic(), None
        step.state, step.activity, step.applying = "running", "check", False

    def _on_checked(self, event: Any) -> None:
        step = self.steps[event.step]
        step.state, step.why, step.changes = event.verdict, event.why, event.changes
        step.guide, step.problem, step.found, step.link = event.guide, event.problem, event.found, event.link
        step.activity = step.waiting = ""
        step.ended = time.monotonic()
        step.next_look = None
        if step.state == "done":
            step.asked = None  # it came true while it was asked about
        if event.waits:
            step.state, step.problem, step.began = "todo", None, None
        step.seen.append((event.at, event.verdict, event.why))
        level = "warn" if event.verdict in ("blocked", "unknown") else "info"
        self._log(step, event.at, level, event.why)

    def _on_apply_started(self, event: Any) -> None:
        step = self.steps[event.step]
        step.state, step.activity, step.applying, step.ended = "running", "apply", True, None
        step.began = time.monotonic()

    def _on_applied(self, event: Any) -> None:
        self._log(self.steps[event.step], event.at, "info", _("applied in {n} s", n=figure(event.seconds, ".1f")))

    def _on_failed(self, event: Any) -> None:
        step = self.steps[event.step]
        step.state, step.problem, step.ended = "failed", event.problem, time.monotonic()
        step.why, step.guide = str(event.problem.get("what", "")), None
        step.activity = step.waiting = ""
        self._log(step, event.at, "error", step.why)

    def _on_progress(self, event: Any) -> None:
        step = self.steps[event.step]
        step.activity, step.waiting = event.text, ""
        self._log(step, event.at, "info", event.text)

    def _on_waiting(self, event: Any) -> None:
        step = self.steps[event.step]
        step.waiting = event.what
        self._log(step, event.at, "info", event.what)

    def _on_left_behind(self, event: Any) -> None:
        self.steps[event.step].left = event.what
        self._log(self.steps[event.step], event.at, "warn", event.what)

    def _on_resource(self, event: Any) -> None:
        step = self.steps[event.step]
        state = {"planned": "todo", "started": "running", "progress": "running"}.get(event.state, event.state)
        if event.action == "noop":
            stands = step.rows.setdefault(event.address, Row(event.address, "noop", state, None, event.name))
            stands.state = state  # it is there; where it was made in this run, its row says so already
            return
        if event.state == "planned" and step.activity != "apply" and all(r.state != "todo" for r in step.rows.values()):
            step.rows.clear()  # a new plan
        row = step.rows.get(event.address)
        if event.action == "read":
            pass  # what is only looked up is nobody's row
        elif row is None:
            step.rows[event.address] = Row(event.address, event.action, state, event.seconds, event.name)
        else:
            row.action, row.state, row.seconds = event.action, state, event.seconds
        if event.state != "progress":
            level = "error" if event.state == "failed" else "info"
            self._log(step, event.at, level, act(event.action, event.state, event.address))

    def _on_model(self, event: Any) -> None:
        models, before = self.steps[event.step].models, self.steps[event.step].models.get(event.model)
        if before is not None and event.taken is None:  # how a run goes says nothing of rows
            event = before.model_copy(update={"state": event.state, "words": event.words})
        models[event.model] = event

    def _on_log(self, event: Any) -> None:
        self._log(self.steps[event.step], event.at, event.level, event.text)

    def _on_summary(self, event: Any) -> None:
        self.summary, self.said = event.model_dump(), ""

    def _log(self, step: StepState, at: datetime, level: str, text: str) -> None:
        for line in text.splitlines() or [""]:
            step.log.append(LogEntry(at, level, line))
