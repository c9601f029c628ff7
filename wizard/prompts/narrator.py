"""What the engine does, as lines that are only appended; what lasts says so every 30 s, what stays the same once a
minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from wizard.guided.acts import BEGUN, ENDED
from wizard.guided.messages import StepInfo
from wizard.plain.lines import guide_lines, problem_lines
from wizard.text import N_, _, _n

STILL = 30.0  # seconds without a line after which a step says that it still waits
SAME = 60.0  # seconds after which a look that found nothing new is told
WORDS = {"done": N_("done"), "todo": N_("to do"), "blocked": N_("blocked"), "unknown": N_("unknown")}


def clock(seconds: float) -> str:
    """As 2:14, or 1:02:14."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@dataclass(slots=True)
class Going:
    """A step that is under way: what it does, since when, and when it last said something (monotonic)."""

    what: str
    began: float
    spoke: float


@dataclass(slots=True)
class Seen:
    """What was last told of a step."""

    verdict: str
    why: str
    at: float
    last: datetime
    looks: int = 1


@dataclass(slots=True)
class Narrator:
    """Turns events into lines. `log` is where the log of a step lies."""

    log: Callable[[str], Path]
    now: Callable[[], float] = time.monotonic
    steps: dict[str, StepInfo] = field(default_factory=dict)
    _going: dict[str, Going] = field(default_factory=dict)
    _seen: dict[str, Seen] = field(default_factory=dict)
    _estimate: str = ""

    def know(self, steps: tuple[StepInfo, ...]) -> None:
        self.steps = {step.name: step for step in steps}

    def name(self, step: str) -> str:
        """As `[6/18] foundation`."""
        number = [*self.steps].index(step) + 1 if step in self.steps else 0
        return f"[{number}/{len(self.steps)}] {step}"

    def lines(self, event: Any) -> list[str]:
        """The lines for an event; none where it would only be noise."""
        teller = getattr(self, f"_on_{event.event}", None)
        told = [*teller(event)] if teller is not None else []
        step = getattr(event, "step", None)
        if told and step in self._going:
            self._going[step].spoke = self.now()
        return told

    def still(self) -> list[str]:
        """Lines for the steps that have been silent for long."""
        now, told = self.now(), []
        for step, going in self._going.items():
            if now - going.spoke >= STILL:
                going.spoke = now
                time_ = clock(now - going.began)
                told.append(_("{step}: still waiting for {what}, {time}", step=self.name(step), what=going.what,
                              time=time_))  # fmt: skip
        return told

    @property
    def until(self) -> float | None:
        """Seconds to the next line that time alone brings; None while nothing is under way."""
        due = [going.spoke + STILL for going in self._going.values()]
        return max(0.0, min(due) - self.now()) if due else None

    def state(self) -> list[str]:
        """Every step with what is known of it now."""
        told = []
        for step in self.steps:
            if step in self._going:
                told.append(f"{self.name(step)}: {_('running')}, {self._going[step].what}")
            elif step in self._seen:
                seen = self._seen[step]
                line = f"{self.name(step)}: {_(WORDS[seen.verdict])}, {seen.why}"
                if seen.looks > 1:
                    line += "; " + _n("last looked at {time}, {n} look", "last looked at {time}, {n} looks", seen.looks,
                                      time=f"{seen.last.astimezone():%H:%M:%S}")  # fmt: skip
                told.append(line)
            else:
                told.append(f"{self.name(step)}: {_('not looked at yet')}")
        return told

    @property
    def working(self) -> list[str]:
        return [*self._going]

    # by event

    def _start(self, step: str, what: str) -> None:
        now = self.now()
        going = self._going.get(step)
        if going is None:
            self._going[step] = Going(what, now, now)
        else:
            going.what = what

    def _on_run_started(self, event: Any) -> Iterator[str]:
        self._going.clear()
        self._seen.clear()
        yield _("{command} against {target}, setup {id}", command=event.command, target=event.target, id=event.setup_id)

    def _on_answers_changed(self, event: Any) -> Iterator[str]:
        yield event.text

    def _on_check_started(self, event: Any) -> Iterator[str]:
        self._start(event.step, _("the check"))
        yield from ()

    def _on_checked(self, event: Any) -> Iterator[str]:
        self._going.pop(event.step, None)
        now, before = self.now(), self._seen.get(event.step)
        same = before is not None and (before.verdict, before.why) == (event.verdict, event.why)
        if same and before is not None:
            before.looks, before.last = before.looks + 1, event.at
            if event.verdict in ("blocked", "todo") and now - before.at >= SAME:
                before.at = now
                yield _("{step}: {word} still, after {n} looks: {why}", step=self.name(event.step),
                        word=_(WORDS[event.verdict]), n=before.looks, why=event.why)  # fmt: skip
            return
        self._seen[event.step] = Seen(event.verdict, event.why, now, event.at)
        yield f"{self.name(event.step)}: {_(WORDS[event.verdict])}, {event.why}"
        if event.guide:
            yield from _below(guide_lines(event.guide))
        if event.problem and not event.waits:
            yield from _below(problem_lines(event.problem))

    def _on_apply_started(self, event: Any) -> Iterator[str]:
        self._start(event.step, _("the apply"))
        known = self.steps.get(event.step)
        if known is not None and known.kind == "terraform":
            yield _("{step}: running, the log is {path}", step=self.name(event.step), path=self.log(event.step))
        else:
            yield _("{step}: running", step=self.name(event.step))

    def _on_applied(self, event: Any) -> Iterator[str]:
        yield _("{step}: applied in {time}", step=self.name(event.step), time=clock(event.seconds))

    def _on_failed(self, event: Any) -> Iterator[str]:
        self._going.pop(event.step, None)
        self._seen[event.step] = Seen("unknown", str(event.problem.get("what", "")), self.now(), event.at)
        yield _("{step}: failed", step=self.name(event.step))
        yield from _below(problem_lines(event.problem))

    def _on_progress(self, event: Any) -> Iterator[str]:
        if event.step in self._going:
            self._going[event.step].what = event.text
        yield f"{self.name(event.step)}: {event.text}"

    def _on_waiting(self, event: Any) -> Iterator[str]:
        if event.step in self._going:
            self._going[event.step].what = event.what
        yield _("{step}: waits for {what}", step=self.name(event.step), what=event.what)

    def _on_left_behind(self, event: Any) -> Iterator[str]:
        yield f"{self.name(event.step)}: {event.what}"

    def _on_resource(self, event: Any) -> Iterator[str]:
        words = {"started": BEGUN, "done": ENDED, "failed": BEGUN}.get(event.state, {}).get(event.action)
        if words is None:
            return
        text = _(words, name=event.address)
        if event.state == "started":
            self._start(event.step, event.address)
        elif event.state == "failed":
            text = _("failed: {what}", what=text)
        elif event.seconds is not None:
            text += f", {clock(event.seconds)}"
        yield f"{self.name(event.step)}: {text}"

    def _on_run_ended(self, event: Any) -> Iterator[str]:
        self._going.clear()
        words = {
            "done": _("done: all that was asked for is as wanted"),
            "blocked": _("blocked: a person must act; run again afterwards"),
            "failed": _("failed: see above; run again to go on from there"),
            "cancelled": _("cancelled: what is done stays; run again to go on"),
            "planned": _("to do: nothing was changed"),
        }
        yield f"{words[event.result]}, {clock(event.seconds)}"

    def _on_asked(self, event: Any) -> Iterator[str]:
        self._going.pop(event.step, None)  # it waits for the person
        yield from ()

    def _on_estimated(self, event: Any) -> Iterator[str]:
        if event.words != self._estimate:
            self._estimate = event.words
            yield _("estimate a month: {words}", words=event.words)

    def _on_said(self, event: Any) -> Iterator[str]:
        yield event.words


def _below(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
