"""What a step's work area says, by its state and kind: pure functions from the store to text."""

from __future__ import annotations

import math
import textwrap
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textual.content import Content

from wizard.text import _, _n, figure
from wizard.tui.kinds import KINDS, ORDER, SIGNS, Group, groups
from wizard.tui.loaded import models
from wizard.tui.store import StepState, Store
from wizard.tui.symbols import MARKS, Symbols

LABEL = 9  # cells before the text of a labelled line
MOST_TO_DO, RAW_LINES = 3, 5  # of a problem
LAST_LINES, LOOK_BACK = 2, 50  # lines of the log that are shown with it, and looked through for them
WORTH_SAYING, MINUTE = 10.0, 60.0  # seconds from which on people ask how long it takes
LONGER = 2  # times as long as ever is longer than usual
KIND = 26  # cells of a kind's words


def clock(seconds: float) -> str:
    """As 2:14, or 1:02:14."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _wrapped(text: str, cells: int) -> list[str]:
    """Lines of at most `cells`; an address is not broken at its hyphens."""
    return textwrap.wrap(text, cells, break_on_hyphens=False) or [""]


@dataclass(slots=True)
class Page:
    """Lines with a hanging label, wrapped to `width` cells."""

    width: int
    lines: list[Content] = field(default_factory=list)

    def add(self, label: str, text: str, style: str = "") -> None:
        room = max(16, self.width - LABEL - 1)
        wrapped = [part for line in text.splitlines() or [""] for part in _wrapped(line, room)]
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
            for line, part in enumerate(_wrapped(text, room)):
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
    """The step's number and name, and its state in words."""
    mark = MARKS[step.shown]
    parts: list[str | tuple[str, str]] = [(f"{step.number:>2}  {step.info.title}", "bold"), "   "]
    parts.append((symbols.both(step.shown), mark.style))
    if step.state in ("failed", "cancelled") and step.elapsed is not None:
        parts.append("   " + _("after {time}", time=clock(step.elapsed)))
    return Content.assemble(*parts)


def meter(step: StepState, symbols: Symbols) -> str:
    done, of_all = step.progress
    if not of_all or step.activity == "check" or step.asked is not None or step.only_stands:
        return ""
    return f"{symbols.bar(done / of_all, 30)}  " + _("{done} of {all}", done=done, all=of_all)


def waiting(step: StepState, usual: tuple[float, float] | None = None) -> str:
    """What runs now, or what it waits for, and since when: the one thing that moves. `usual`: the shortest and the
    longest apply of the step before, in seconds."""
    if step.state != "running":
        return ""
    words = {"check": _("checking"), "apply": _("applying"), "": _("working")}
    text = words.get(step.activity, step.activity)
    if step.waiting:
        text = _("waiting for {what}", what=step.waiting)
    if step.elapsed is None:
        return text
    text += "   " + _("{time} elapsed", time=clock(step.elapsed))
    if usual is None or not step.applying or max(usual[1], step.elapsed) < WORTH_SAYING:
        return text
    if step.elapsed > LONGER * usual[1]:
        return f"{text}, " + _("longer than usual; the log says what it is at")
    return f"{text}, {_span(*usual)}"


def _span(least: float, most: float) -> str:
    """How long something usually takes, in whole minutes, or in seconds where it is less than one."""
    if most < MINUTE:
        return _("usually up to {n} s", n=math.ceil(most))
    first, last = int(least // MINUTE), math.ceil(most / MINUTE)
    if first in (0, last):
        return _("usually up to {n} min", n=last)
    return _("usually {first} to {last} min", first=first, last=last)


def body(store: Store, step: StepState, symbols: Symbols, width: int) -> Content:
    page = Page(width)
    if store.fault:
        _fault(page, store)
    if step.problem and (step.asked == "retry" or step.state in ("failed", "unknown", "blocked")):
        _problem(page, store, step)
    if step.asked == "approve" and step.guide:
        _guide(page, step, symbols)
        _offer(page, step)
    elif step.asked in ("approve", "agree"):
        _plan(page, store, step, symbols)
    elif step.guide and step.state in ("blocked", "running"):
        _guide(page, step, symbols)
    elif not page.lines and step.models:
        if step.why:
            page.plain(step.why.partition(";")[0])
            page.gap()
        models(page, [*step.models.values()], symbols)
    elif not page.lines:
        _quiet(page, store, step, symbols)
    return page.content


def _fault(page: Page, store: Store) -> None:
    page.plain(store.fault, "$state-failed")
    if store.fault_in_answers:
        page.plain(_("Correct it under Edit the answers, or in answers.yaml; then run again."))
    page.gap()


def _problem(page: Page, store: Store, step: StepState) -> None:
    """What, why, at most three things to do, who can and where, the codes for who asks for help, what was said last."""
    problem = step.problem or {}
    page.add(_("What"), str(problem.get("what", "")), "$state-failed")
    if problem.get("why"):
        page.add(_("Why"), str(problem["why"]))
    to_do = str(problem.get("next_action") or "").splitlines()[:MOST_TO_DO]
    if len(to_do) > 1:
        page.numbered(_("Next"), to_do)
    elif to_do:
        page.add(_("Next"), to_do[0])
    _where(page, store, step, problem)
    if step.asked == "retry" and step.next_look is not None:
        seconds = max(0, round(step.next_look - time.monotonic()))
        page.plain(_("looks by itself, next in {n} s", n=seconds), "$state-running")
    page.gap()
    _codes(page, problem)
    words = [line for line in str(problem.get("raw_message") or "").splitlines() if line.strip()][:RAW_LINES]
    if words:
        page.add(_("Words"), "\n".join(words))
    told = {str(problem.get("what", "")), *words}
    newest = (step.log[at] for at in range(max(0, len(step.log) - LOOK_BACK), len(step.log)))
    last = [entry for entry in newest if entry.text not in told][-LAST_LINES:]
    if last:
        page.add(_("Last"), "\n".join(f"{entry.at.astimezone():%H:%M:%S} {entry.text}" for entry in last))
    page.gap()


def _where(page: Page, store: Store, step: StepState, problem: Mapping[str, Any]) -> None:
    """Who can do the next action, and where it is done."""
    back = store.steps.get(str(problem.get("step") or ""))
    if problem.get("who"):
        page.add(_("Who"), str(problem["who"]))
    if back is not None and back is not step:
        page.add(_("Back to"), f"{back.number}  {back.info.title}")
    if problem.get("command"):
        page.add(_("Command"), str(problem["command"]))
    if problem.get("link"):
        page.add(_("Link"), str(problem["link"]))


def _codes(page: Page, problem: Mapping[str, Any]) -> None:
    """Code and request in one line where there is room, and where the log is."""
    code, request = (str(problem.get(key) or "") for key in ("raw_code", "request_id"))
    both = Content.assemble((_("Code").ljust(LABEL), "bold"), code, "     ", (_("Request"), "bold"), f"  {request}")
    if code and request and both.cell_length <= page.width:
        page.lines.append(both)
    else:
        for label, text in ((_("Code"), code), (_("Request"), request)):
            if text:
                page.add(label, text)
    if problem.get("log"):
        page.add(_("Log"), str(problem["log"]))


def _plan(page: Page, store: Store, step: StepState, symbols: Symbols) -> None:
    page.plain(step.asked_why, "bold")
    page.plain(_("Nothing is changed yet."))
    page.gap()
    if step.asked == "agree" and step.info.kind == "terraform":  # what is lost, in words, before the whole plan
        for number, loss in enumerate(step.asked_changes):
            page.add(_("Careful") if number == 0 else "", loss, "$state-failed")
        page.gap()
    _changes(page, store, step)
    page.gap()
    if step.asked == "agree":
        page.plain(_("Data is lost for good, and cannot be brought back. Plan again is the harmless way."), "bold")
    if step.info.kind != "terraform" and step.info.rights:
        page.add(_("Rights"), ", ".join(step.info.rights))
    if step.clicks:
        page.add(_("Or"), _("play the person: {clicks}", clicks="; ".join(step.clicks)))


def _offer(page: Page, step: StepState) -> None:
    """What the wizard would do in the person's place, and with which rights."""
    page.gap()
    page.plain(_("Or let the wizard do it. Nothing is changed yet; it would:"), "bold")
    for change in step.asked_changes:
        page.plain(f"  {change}")
    if step.info.rights:
        page.add(_("Rights"), ", ".join(step.info.rights))


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
    _found(page, step, symbols)


def _watching(page: Page, step: StepState, symbols: Symbols) -> None:
    if step.next_look is not None:
        seconds = max(0, round(step.next_look - time.monotonic()))
        page.plain(f"{symbols.both('running')}   " + _("looks by itself, next in {n} s", n=seconds), "$state-running")
    elif step.state == "running" or step.asked is not None:
        page.plain(f"{symbols.both('running')}   " + _("looking now"), "$state-running")
    if step.seen:
        at, verdict, why = step.seen[-1]
        state = "done" if verdict == "done" else "todo"
        looks = _n("{n} look", "{n} looks", len(step.seen))
        page.plain(f"{symbols.both(state)}   {why}   {at.astimezone():%H:%M:%S}, {looks}")
    if step.clicks:
        page.plain(_("In the sandbox P plays the person: {clicks}", clicks="; ".join(step.clicks)))


def _found(page: Page, step: StepState, symbols: Symbols) -> None:
    """What the check looked at, each with its state: a symbol and a word, then what it is."""
    wide = max((len(symbols.both(each["state"])) for each in step.found), default=0) + 2
    for each in step.found:
        mark = symbols.both(each["state"])
        first, *more = _wrapped(each["what"], max(16, page.width - wide))
        page.lines.append(Content.assemble((mark, MARKS[each["state"]].style), " " * (wide - len(mark)) + first))
        page.lines += [Content(" " * wide + line) for line in more]


def _quiet(page: Page, store: Store, step: StepState, symbols: Symbols) -> None:
    if step.left:
        page.add(_("Left"), step.left)
        page.gap()
    if step.why:
        page.plain(step.why)
    elif step.state == "todo":
        page.plain(_("not checked yet") if store.mode is None else _("waits for its turn"))
    if step.found:
        page.gap()
        _found(page, step, symbols)
    if step.link:
        page.gap()
        page.add(_("Link"), step.link)
    if step.changes and step.state in ("todo", "blocked"):
        page.gap()
        page.plain(_("A run would:"))
        for change in step.changes:
            page.plain(f"  {change}")


def _changes(page: Page, store: Store, step: StepState) -> None:
    """A Terraform plan by kind, what is lost first, with its price; any other as its step tells it."""
    found = groups(step.rows.values(), store.estimate_lines) if step.info.kind == "terraform" else []
    if not found:
        for change in step.asked_changes:
            page.plain(f"  {change}")
        return
    words = {"delete": _("destroy"), "replace": _("replace"), "update": _("change"), "create": _("add"),
             "import": _("adopt")}  # fmt: skip
    counts = {action: sum(len(group.names) for group in found if group.action == action) for action in ORDER}
    total = "    ".join(f"{SIGNS[each]} {words[each]} {count}" for each, count in counts.items() if count)
    costs = [group.monthly for group in found if group.monthly is not None and group.action == "create"]
    if costs:
        total += "      " + _("+ {cost} / month", cost=money(store, sum(costs)))
    page.plain(total, "bold")
    page.gap()
    for group in found:
        head = f"{SIGNS[group.action]:<3} {_group_words(group):<{KIND}} "
        price = "" if group.monthly is None else _("{cost} / month", cost=money(store, group.monthly))
        room = max(16, page.width - len(head) - len(price) - 2)
        names = textwrap.wrap(", ".join(group.names), room) or [""]
        page.lines.append(Content(f"{head}{names[0]:<{room}}  {price}"))
        page.lines += [Content(" " * len(head) + more) for more in names[1:]]


def _group_words(group: Group) -> str:
    words = _(KINDS[group.kind]) if group.kind in KINDS else group.kind
    return (f"{len(group.names)} x {words}" if len(group.names) > 1 else words)[:KIND]


def money(store: Store, amount: float) -> str:
    """An amount in the currency of the estimate."""
    return f"{store.estimate.partition(' ')[0]} {figure(amount, '.2f')}"
