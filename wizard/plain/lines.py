"""One line of text for one event: a symbol and a word, never colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from rich.markup import escape

from wizard.setup.events import (
    AnswersChanged,
    Applied,
    ApplyStarted,
    Checked,
    Event,
    LeftBehind,
    ModelRows,
    Progress,
    ResourceChanged,
    RunEnded,
    RunStarted,
    StepProblem,
    StepRemoved,
    Waiting,
)
from wizard.text import _, figure

MARKS = {"create": "+", "delete": "−"}  # as the plan marks them; anything else changes what is there
INDENT = " " * 12
RAW_LINES = 5  # of what the service itself said


def line(event: Event) -> str | None:  # noqa: PLR0911, PLR0912 - one return a kind of event
    """The text for `event` with rich markup, or None where a line would only be noise."""
    match event:
        case RunStarted():
            return escape(
                _("{command} against {target}, setup {id}", command=event.command, target=event.target,
                  id=event.setup_id)
            )  # fmt: skip
        case AnswersChanged():
            return f"[yellow]{_('! changed'):<10}[/] {escape(event.text)}"
        case Checked():
            return _checked(event)
        case ApplyStarted():
            return f"[cyan]{_('▶ apply'):<10}[/] {escape(event.step)}"
        case Applied():
            return f"{_('· applied'):<10} {escape(event.step)} ({figure(event.seconds, '.1f')} s)"
        case StepProblem():
            return f"[red]{_('✗ failed'):<10}[/] {escape(event.step)}{_below(problem_lines(event.problem))}"
        case StepRemoved():
            return f"[green]{_('✓ removed'):<10}[/] {escape(event.step)}"
        case LeftBehind():
            return f"[yellow]{_('! left'):<10}[/] {escape(event.step)}: {escape(event.what)}"
        case Progress():
            return f"{INDENT}{escape(event.step)}: {escape(event.text)}"
        case Waiting():
            return f"{INDENT}{escape(event.step)}: {escape(_('waits for {what}', what=event.what))}"
        case ResourceChanged():
            return _resource(event)
        case ModelRows() if event.taken is not None and event.state != "running":
            return _rows(event)
        case RunEnded():
            return _ended(event)
    return None


def _rows(event: ModelRows) -> str:
    """Where the rows of a model's newest run went, and by which rules rows were set aside."""
    seldom = ((event.discarded, _("discarded")), (event.deleted, _("deleted")))
    parts = [
        *((event.valid, _("valid")), (event.quarantined, _("quarantined"))),
        *((event.duplicates, _("duplicates")), (event.stale, _("stale"))),
        *(each for each in seldom if each[0]),
    ]
    total = " + ".join(f"{figure(count or 0, ',')} {word}" for count, word in parts)
    check = _("equal") if event.balanced else _("not equal")
    text = f"{INDENT}" + escape(
        _("{model}: {n} rows in = {parts}: {check}", model=event.model, n=figure(event.taken or 0, ","), parts=total,
          check=check)
    )  # fmt: skip
    for rule, count in sorted(event.rules.items(), key=lambda item: (-item[1], item[0])):
        text += f"\n{INDENT}  " + escape(_("{rule}: {n} rows failed it", n=figure(count, ","), rule=rule))
    return text


def _checked(event: Checked) -> str:
    mark = {
        "done": f"[green]{_('✓ done'):<10}[/]",
        "todo": f"[yellow]{_('○ to do'):<10}[/]",
        "blocked": f"[magenta]{_('■ blocked'):<10}[/]",
        "unknown": f"[red]{_('? unknown'):<10}[/]",
    }[event.verdict]
    text = f"{mark} {escape(event.step)}: {escape(event.why)}"
    for change in event.changes:
        text += f"\n{INDENT}{escape(change)}"
    if event.guide:
        text += _below(guide_lines(event.guide))
    if event.problem and not event.waits:
        text += _below(problem_lines(event.problem))
    return text


def guide_lines(guide: Mapping[str, object]) -> list[str]:
    """What a person does, line by line, without markup."""
    lines = [str(guide["headline"]), _("who: {who}", who=guide["who"])]
    actions = guide.get("actions")
    if isinstance(actions, (list, tuple)):
        lines += [f"{number}. {action}" for number, action in enumerate(actions, start=1)]
    if guide.get("link"):
        lines.append(str(guide["link"]))
    return lines


def problem_lines(problem: Mapping[str, object]) -> list[str]:
    """What went wrong, line by line, without markup."""
    labels = (
        ("what", _("what: {text}")),
        ("why", _("why: {text}")),
        ("next_action", _("next: {text}")),
        ("who", _("who can: {text}")),
        ("step", _("go back to: {text}")),
        ("command", _("command: {text}")),
        ("link", _("link: {text}")),
        ("raw_code", _("code: {text}")),
        ("request_id", _("request id: {text}")),
        ("log", _("log: {text}")),
    )
    lines = [label.format(text=problem[key]) for key, label in labels if problem.get(key)]
    raw = str(problem.get("raw_message") or "").split("\n")
    lines += [_("its words: {text}", text=text.strip()) for text in raw[:RAW_LINES] if text.strip()]
    return lines


def _below(lines: list[str]) -> str:
    return "".join(f"\n{INDENT}{escape(text)}" for text in lines)


def _resource(event: ResourceChanged) -> str | None:
    if event.state not in ("done", "failed"):
        return None
    words = {
        "create": _("created"),
        "update": _("updated"),
        "replace": _("replaced"),
        "delete": _("deleted"),
        "import": _("imported"),
    }
    word = words.get(event.action)
    if word is None:
        return None
    mark = MARKS.get(event.action, "~") if event.state == "done" else "✗"
    seconds = "" if event.seconds is None else f" ({figure(event.seconds, '.1f')} s)"
    return f"{INDENT}{mark} {word} {escape(event.address)}{seconds}"


def _ended(event: RunEnded) -> str:
    words = {
        "done": _("✓ done: all that was asked for is as wanted"),
        "blocked": _("■ blocked: a person must act; run again afterwards"),
        "failed": _("✗ failed: see above; run again to go on from there"),
        "cancelled": _("■ cancelled: run again to go on"),
        "planned": _("○ to do: nothing was changed; the lines above say what would be"),
    }
    return f"{words[event.result]} ({figure(event.seconds, '.1f')} s)"
