"""What a step's work area says, by its state and kind: pure functions from the store to text."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from textual.content import Content

from wizard.text import _, _n
from wizard.tui.store import StepState, Store
from wizard.tui.symbols import MARKS, Symbols

LABEL = 7  # cells before the text of a labelled line
LONG = 10.0  # seconds after which it is said what is waited for


def clock(seconds: float) -> str:
    """As 2:14, or 1:02:14."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@dataclass(slots=True)
class Page:
    """Lines with a hanging label, wrapped to `width` cells."""

    width: int
    lines: list[Content] = field(default_factory=list)

    def add(self, label: str, text: str, style: str = "") -> None:
        room = max(16, self.width - LABEL - 1)
        wrapped = [part for line in text.splitlines() or [""] for part in textwrap.wrap(line, room) or [""]]
        for number, part in enumerate(wrapped):
            head = label.ljust(LABEL) if number == 0 else " " * LABEL
            self.lines.append(Content.assemble((head, "bold"), (part, style) if style else part))

    def plain(self, text: str, style: str = "") -> None:
        for line in text.splitlines():
            for part in textwrap.wrap(line, max(16, self.width), subsequent_indent="  ") or [""]:
                self.lines.append(Content.styled(part, style) if style else Content(part))

    def numbered(self, label: str, texts: Iterable[str]) -> None:
        for number, text in enumerate(texts, start=1):
            room = max(16, self.width - LABEL - 4)
            for line, part in enumerate(textwrap.wrap(text, room) or [""]):
                head = (label if number == 1 else "").ljust(LABEL) if line == 0 else " " * LABEL
                count = f"{number}  " if line == 0 else "   "
                self.lines.append(Content.assemble((head, "bold"), count, part))

    def gap(self) -> None:
        if self.lines:
            self.lines.append(Content(""))

    @property
    def content(self) -> Content:
        return Content("\n").join(self.lines)


def title(step: StepState, symbols: Symbols) -> Content:
    """The step's number and name, its state in words, and how long it takes."""
    mark = MARKS[step.shown]
    parts: list[str | tuple[str, str]] = [(f"{step.number:>2}  {step.info.title}", "bold"), "   "]
    parts.append((symbols.both(step.shown), mark.style))
    if step.state == "running" and step.elapsed is not None:
        parts.append("  " + _("{time} elapsed", time=clock(step.elapsed)))
    return Content.assemble(*parts)


def meter(step: StepState, symbols: Symbols) -> str:
    done, of_all = step.progress
    if not of_all or step.activity == "check" or step.asked is not None:
        return ""
    return f"{symbols.bar(done / of_all, 30)}  " + _("{done} of {all}", done=done, all=of_all)


def waiting(step: StepState) -> str:
    """What runs now, and what it waits for after a while."""
    if step.state != "running":
        return ""
    words = {"check": _("checking"), "apply": _("applying"), "": _("working")}
    text = words.get(step.activity, step.activity)
    if step.waiting:
        text = _("waiting for {what}", what=step.waiting)
    return text


def body(store: Store, step: StepState, symbols: Symbols, width: int) -> Content:
    page = Page(width)
    if store.fault:
        _fault(page, store)
    if step.problem and (step.asked == "retry" or step.state in ("failed", "unknown", "blocked")):
        _problem(page, step)
    if step.asked in ("approve", "agree"):
        _plan(page, step, symbols)
    elif step.guide and step.state in ("blocked", "running"):
        _guide(page, step, symbols)
    elif not page.lines:
        _quiet(page, store, step, symbols)
    return page.content


def _fault(page: Page, store: Store) -> None:
    page.plain(store.fault, "$state-failed")
    if store.fault_in_answers:
        page.plain(_("Correct it under Edit the answers, or in answers.yaml; then run again."))
    page.gap()


def _problem(page: Page, step: StepState) -> None:
    problem = step.problem or {}
    for label, key in ((_("What"), "what"), (_("Why"), "why"), (_("Next"), "next_action"), (_("Link"), "link")):
        if problem.get(key):
            page.add(label, str(problem[key]), "$state-failed" if key == "what" else "")
    page.gap()
    for label, key in ((_("Code"), "raw_code"), (_("Call"), "request_id"), (_("Log"), "log")):
        if problem.get(key):
            page.add(label, str(problem[key]))
    if problem.get("raw_message"):
        page.add(_("Words"), "\n".join(str(problem["raw_message"]).splitlines()[:5]))
    page.gap()


def _plan(page: Page, step: StepState, symbols: Symbols) -> None:
    page.plain(step.asked_why, "bold")
    page.plain(_("Nothing is changed yet."))
    page.gap()
    for change in step.asked_changes:
        page.plain(f"  {change}")
    page.gap()
    if step.asked == "agree":
        page.plain(_("Data is lost for good, and cannot be brought back. Plan again is the harmless way."), "bold")
    if step.info.kind != "terraform" and step.info.rights:
        page.add(_("Rights"), ", ".join(step.info.rights))
    if step.clicks:
        page.add(_("Or"), _("play the person: {clicks}", clicks="; ".join(step.clicks)))


def _guide(page: Page, step: StepState, symbols: Symbols) -> None:
    guide = step.guide or {}
    page.plain(str(guide.get("headline", "")), "bold")
    page.gap()
    page.numbered(_("Do"), [str(action) for action in guide.get("actions", ())])
    page.gap()
    if guide.get("link"):
        page.add(_("Link"), str(guide["link"]))
    page.add(_("Who"), str(guide.get("who", "")))
    page.add(_("Why"), step.why)
    page.gap()
    _watching(page, step, symbols)


def _watching(page: Page, step: StepState, symbols: Symbols) -> None:
    if step.next_look is not None:
        seconds = max(0, round(step.next_look - time.monotonic()))
        page.plain(f"{symbols.both('running')}   " + _("looks by itself, next in {n} s", n=seconds), "$state-running")
    elif step.state == "running":
        page.plain(f"{symbols.both('running')}   " + _("looking now"), "$state-running")
    if step.seen:
        at, verdict, why = step.seen[-1]
        state = "done" if verdict == "done" else "todo"
        looks = _n("{n} look", "{n} looks", len(step.seen))
        page.plain(f"{symbols.both(state)}   {why}   {at.astimezone():%H:%M:%S}, {looks}")
    if step.clicks:
        page.plain(_("In the sandbox P plays the person: {clicks}", clicks="; ".join(step.clicks)))


def _quiet(page: Page, store: Store, step: StepState, symbols: Symbols) -> None:
    if step.why:
        page.plain(step.why)
    elif step.state == "todo":
        page.plain(_("not checked yet") if store.mode is None else _("waits for its turn"))
    if step.changes and step.state in ("todo", "blocked"):
        page.gap()
        page.plain(_("A run would:"))
        for change in step.changes:
            page.plain(f"  {change}")
