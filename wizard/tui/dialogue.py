"""What the app asks before it does something that stops work or loses data, and its help."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from wizard.guided.intents import Intent, Wish
from wizard.text import _, _n
from wizard.tui.actions import of_screen, possible, texts
from wizard.tui.screens.dialogues import Ask, Pick, Show
from wizard.tui.store import StepState
from wizard.tui.told import Page, clock
from wizard.tui.usual import key_name, usual
from wizard.tui.widgets.field import Field, label

if TYPE_CHECKING:
    from wizard.setup.stale import Stale
    from wizard.tui.app import WizardApp

WIDEST, FRAME = 80, 5  # cells of a dialogue, of its frame and scrollbar
TEXT_CELLS, KEY_CELLS = 27, 9  # of the list of actions
LEAST_WORDS = 20  # cells under which an action is listed without its words


def stop(app: WizardApp) -> None:
    """Ask; then one interrupt to what runs, which ends its current calls and keeps its state."""
    if app.store.stopping is not None:
        _stopping(app)
        return
    answers = [
        ("keep", _("Keep going")),
        ("stop", _("Stop after the current calls")),
        ("quit", _("Stop, then quit")),
    ]

    def answered(answer: str | None) -> None:
        if answer == "quit":
            app.leave()
        elif answer == "stop":
            app.submit(Intent(Wish.STOP))

    app.push_screen(Ask(_("Stop?"), _stop_words(app), answers), answered)


def _stopping(app: WizardApp) -> None:
    """Ctrl+C once more: it stops already, and may be left when it is over, or after a while at once."""
    if app.store.may_insist:
        stop_at_once(app)
        return

    def answered(answer: str | None) -> None:
        if answer == "quit":
            app.leave()

    answers = [("wait", _("Wait")), ("quit", _("Quit when it has stopped"))]
    app.push_screen(Ask(_("It is stopping"), _stop_words(app), answers), answered)


def stop_at_once(app: WizardApp) -> None:
    """Not to wait any more for what is under way, which may be left."""
    since = app.store.stopping
    names = ", ".join(step.info.title for step in app.store.running) or _("the last calls")
    text = _("{names} has not stopped yet, {time} after you asked.", names=names,
             time=clock(time.monotonic() - since if since is not None else 0)) + "\n" + _(
        "Terraform then goes on by itself until the calls it has sent have ended, and keeps its state. If the machine "
        "ends before that, what it was creating may exist without standing in its state. Any other call under way may "
        "still take effect. The next run finds all of it, and goes on from there."
    )  # fmt: skip

    def answered(answer: str | None) -> None:
        if answer == "now":
            app.submit(Intent(Wish.INSIST))

    app.push_screen(Ask(_("Stop at once?"), text, [("wait", _("Wait")), ("now", _("Stop at once"))]), answered)


def _stop_words(app: WizardApp) -> str:
    running = app.store.running
    if not running:
        return _("Nothing is being changed now. What is done stays; Go on continues from here.")
    names = ", ".join(step.info.title for step in running)
    left = sum(of_all - done for done, of_all in (step.progress for step in running))
    words = _("{names} is at work.", names=names)
    if left:
        words += " " + _n("{n} resource is to go.", "{n} resources are to go.", left)
    return f"{words}\n" + _(
        "It ends the calls it has sent, saves its state and stops. The step then says cancelled. "
        "Nothing is undone, and Go on continues from here."
    )


def stop_to_edit(app: WizardApp, then: Callable[[], None]) -> None:
    """An answer can be changed while nothing runs."""
    answers = [("keep", _("Keep going")), ("stop", _("Stop, then edit"))]

    def answered(answer: str | None) -> None:
        if answer == "stop":
            app.submit(Intent(Wish.STOP))
            then()

    app.push_screen(Ask(_("Stop to edit the answers?"), _stop_words(app), answers), answered)


def change(app: WizardApp, found: Stale, changed: Callable[[], None], kept: Callable[[], None]) -> None:
    """What an edit makes stale, before it counts. Nothing is applied without a new plan."""
    steps, symbols = app.store.steps, app.symbols
    lines = [edit.words for edit in found.edits]
    count = len(found.steps) + len(found.followers)
    lines += ["", _n("{n} step must be checked again:", "{n} steps must be checked again:", count)]
    for name in (*found.steps, *found.followers):
        reads = _("reads this answer") if name in found.steps else _("stands on one that does")
        lines.append(f"  {symbols.symbol('unknown')} {steps[name].number:>2}  {steps[name].info.title}: {reads}")
    lines += ["", _("The checks only read. Nothing is applied without a new plan that you approve.")]
    answers = [("keep", _("Keep the old answer")), ("change", _("Change"))]

    def answered(answer: str | None) -> None:
        changed() if answer == "change" else kept()

    app.push_screen(Ask(_("Change this answer?"), "\n".join(lines), answers), answered)


def agree(app: WizardApp, step: StepState | None) -> None:
    """Losing data takes the domain's name, typed."""
    if step is None:
        return
    text = step.asked_why + "\n" + "\n".join(step.asked_changes)
    answers = [("keep", _("Keep the data")), ("lose", _("Apply, and lose this data"))]

    def answered(answer: str | None) -> None:
        if answer == "lose":
            app.submit(Intent(Wish.GO, step.name))

    app.push_screen(Ask(_("Lose this data for good?"), text, answers, word=app.store.domain or step.name), answered)


def load_config(app: WizardApp) -> None:
    """Answers out of the reference's configuration; they replace what stood in the fields they answer."""

    def answered(name: str | None) -> None:
        draft = app.store.draft
        if name and draft is not None:
            import yaml

            from wizard.steps.config_import import ConfigInvalid, import_config

            try:
                draft.take(yaml.safe_load(import_config(Path(name))))
            except (ConfigInvalid, OSError) as error:
                app.push_screen(Show(_("It cannot be loaded"), Content(str(error))))
                return
            app.edit(None)

    found = sorted(app.folder.absolute().glob("*.y*ml"))
    app.push_screen(Pick(_("Which file?"), [(str(path), path.name) for path in found]), answered)


def help_for(app: WizardApp) -> None:
    """What this screen is for, and every key that means something on it."""
    top = app.top
    if top is None:
        return
    about = {
        "welcome": _("The folder keeps one setup. What is shown was asked just now, nothing is remembered."),
        "form": _("Each answer is judged as you type. Continue goes to what is to be fixed, else on."),
        "contracts": _(
            "What comes in, column by column. The YAML is what will be written; the table and your editor change it."
        ),
        "journey": _("Each step asks the world first, shows what it would change, and asks again afterwards."),
        "destroy": _("Everything that would go is shown first. It goes only after the name was typed."),
        "summary": _("What stands, what it costs, and how to do it again without a screen."),
    }[top.kind]
    page = Page(_room(app))
    asked = [field for field in top.query(Field) if field.has_pseudo_class("focus-within")]
    for field in asked:
        page.plain(f"{label(field.question)}: {field.question.meaning}.", "bold")
        for head, text in field.explained():
            page.add(head, text)
        page.gap()
    page.plain(about)
    page.gap()
    listed = of_screen(top.kind)
    for keys, (_key, text, words) in dict.fromkeys(zip((action.keys for action in listed), texts(listed), strict=True)):
        page.add(" ".join(key_name(key) for key in keys), f"{text}: {words}")
    page.gap()
    for names, words in usual():
        page.plain(f"{names}: {words}")
    app.push_screen(Show(_("Help"), page.content))


def palette(app: WizardApp) -> None:
    """Every action that is possible now, to be searched."""
    top = app.top
    if top is None:
        return
    actions = [action for action in possible(top.view) if action.name != "palette"]
    room = _room(app) - TEXT_CELLS - KEY_CELLS
    options = []
    for action, (key, text, words) in zip(actions, texts(actions), strict=True):
        first, *more = textwrap.wrap(words, room) if room >= LEAST_WORDS else [""]
        lines = [f"{text:<{TEXT_CELLS}}{key:<{KEY_CELLS}}{first}"]
        lines += [" " * (TEXT_CELLS + KEY_CELLS) + line for line in more]
        options.append((action.name, "\n".join(lines)))

    def picked(name: str | None) -> None:
        if name:
            app.act(name)

    app.push_screen(Pick(_("Actions"), options), picked)


def _room(app: WizardApp) -> int:
    """Cells of a line in a dialogue."""
    return min(WIDEST, app.size.width * 95 // 100) - FRAME
