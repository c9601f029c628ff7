"""What the contracts screen does beside drawing: opens the desk, saves it, and goes on or back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.contracts.edit import ContractDraft, Refused
from wizard.guided.desk import FILES, SECTION, Desk, Entry, seen_in
from wizard.setup.folder import Folder
from wizard.setup.stale import Edit, Stale, stale
from wizard.text import _, _n

if TYPE_CHECKING:
    from wizard.tui.app import WizardApp

EDIT = "edit"  # folder in .wizard of what an editor has before it


def open_desk(app: WizardApp) -> None:
    """As the answers and the files have it now, unless something on it is not saved."""
    assert app.store.draft is not None, "nobody is asked before the questions are known"
    if app.store.desk is None or not app.store.desk.changed or app.store.desk.draft is not app.store.draft:
        app.store.desk = Desk.of(Folder(app.folder), app.store.draft)


def blank() -> ContractDraft:
    """A draft of nothing, for what is asked before there is one."""
    from lakehouse_jobs.contract.model import Contract

    return ContractDraft(Contract("", "", "", ()))


def refusal(desk: Desk, name: str) -> str | None:
    """Why no new contract can have this name."""
    try:
        Desk(desk.folder, desk.draft, list(desk.entries)).new(name)
    except Refused as refused:
        return str(refused)
    return None


def propose(desk: Desk, path: Path) -> Entry:
    """Raises Unreadable."""
    from wizard.contracts.infer import infer

    return desk.propose(path, infer(path))


def look(desk: Desk, entry: Entry, number: int) -> None:
    """What the first run's sample of a model holds, told beside its columns."""
    from wizard.contracts.infer import Unreadable, infer

    path, draft = desk.sample_of(entry, number), entry.draft
    if path is not None and draft is not None:
        with suppress(Unreadable, OSError):
            found = infer(path)
            seen_in(found, draft, number)
            entry.rows[number] = found.rows


def lay_out(desk: Desk, entry: Entry) -> Path:
    """The text as a file for an editor, in the folder's private part; where it is. Raises OSError."""
    desk.folder.make_private()
    path = desk.folder.private / EDIT / entry.file
    path.parent.mkdir(mode=0o700, exist_ok=True)
    desk.folder.write(path, entry.text)
    return path


def done(app: WizardApp) -> None:
    """Save, and go on to the next questions; where a setup stands on what was, ask first."""
    from wizard.tui.dialogue import change

    found = _stale(app)
    stands = {step.name for step in app.store.steps.values() if step.state == "done"} & {*found.steps, *found.followers}

    def go_on() -> None:
        for name in stands:
            step = app.store.steps[name]
            step.state, step.why = "unknown", _("an answer changed: it is to be checked again")
        _saved(app)

    if stands:
        change(app, found, go_on, lambda: None)
    else:
        go_on()


def _stale(app: WizardApp) -> Stale:
    """What saving makes stale; a file that says something else is an edit of its own."""
    from wizard.journey import STEPS

    desk = _desk(app)
    if not desk.changed:
        return Stale((), (), ())
    before = str(app.store.draft.text(FILES)) if app.store.draft is not None else ""
    named = [f"{entry.path} *" if entry.changed else entry.spec for entry in desk.entries]
    found = stale([step() for step in STEPS], {FILES: before}, {FILES: f"{', '.join(named)} "})
    return Stale((Edit(FILES, before, ", ".join(named)),), found.steps, found.followers)


def _desk(app: WizardApp) -> Desk:
    assert isinstance(app.store.desk, Desk)
    return app.store.desk


def _saved(app: WizardApp) -> None:
    from wizard.tui import deeds

    if keep(app):
        deeds.form_taken(app, SECTION)


def keep(app: WizardApp) -> bool:
    """Write what is on the desk; a folder that cannot be written is told, and all stays on the desk."""
    from wizard.tui import deeds

    try:
        written = _desk(app).save()
    except OSError as error:
        app.say(_("{path} cannot be written: {error}", path=error.filename, error=error.strerror))
        return False
    deeds.keep(app)
    if written:
        app.store.said = _n("{n} contract was written into contracts/", "{n} contracts were written into contracts/",
                            len(written))  # fmt: skip
    return True


def unsaved(app: WizardApp) -> bool:
    """Whether leaving would lose something."""
    return isinstance(app.store.desk, Desk) and app.store.desk.changed


def back(app: WizardApp) -> None:
    from wizard.tui import deeds

    leave(app, lambda: deeds.form_before(app, SECTION))


def leave(app: WizardApp, then: Callable[[], None]) -> None:
    """Nothing that is not saved is lost without being asked about."""
    from wizard.tui.screens.dialogues import Ask

    if not unsaved(app):
        then()
        return
    desk = _desk(app)
    names = ", ".join(entry.name for entry in desk.entries if entry.changed) or _("the list")
    text = _("Not saved: {names}.", names=names)
    if desk.to_fix:
        text += " " + _("What is to be fixed is saved as it stands; the journey stops at it until it is.")

    def answered(answer: str | None) -> None:
        if answer == "save" and keep(app):
            then()
        elif answer == "lose":
            app.store.desk = Desk.of(desk.folder, desk.draft)
            then()

    answers = [("stay", _("Stay")), ("save", _("Save, then leave")), ("lose", _("Lose the changes"))]
    app.push_screen(Ask(_("Leave the contracts?"), text, answers), answered)
