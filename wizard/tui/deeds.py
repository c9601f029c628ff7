"""What the app does beside the engine: goes from screen to screen, copies, saves, exports."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.guided.intents import Intent, Wish
from wizard.text import LANGUAGES, _, current, use
from wizard.tui.store import StepState

if TYPE_CHECKING:
    from wizard.setup.draft import Draft
    from wizard.tui.app import WizardApp

LAST_LINES = 50
CONTRACTS = "contracts"  # the section that has a screen of its own


def show(app: WizardApp, kind: str) -> None:
    from wizard.tui.screens.destroy import DestroyScreen
    from wizard.tui.screens.journey import JourneyScreen
    from wizard.tui.screens.summary import SummaryScreen
    from wizard.tui.screens.welcome import WelcomeScreen

    screens = {"welcome": WelcomeScreen, "journey": JourneyScreen, "summary": SummaryScreen, "destroy": DestroyScreen}
    if app.top is None or app.top.kind != kind:
        app.switch_screen(screens[kind]())


def speak(app: WizardApp) -> None:
    """The next language: screens are built again; what a step told before stays as it was told, until it is checked."""
    names = [*LANGUAGES]
    use(names[(names.index(current()) + 1) % len(names)])
    top, draft = app.top, app.store.draft
    if draft is not None:
        draft.retell()
    if top is not None:
        app.switch_screen(top.again())


def begin(app: WizardApp) -> None:
    """The questions, from the first on."""
    if app.store.draft is not None:
        _form(app, app.store.draft.sections[0].name)


def run(app: WizardApp) -> None:
    show(app, "journey")
    app.submit(Intent(Wish.RUN))


def destroy(app: WizardApp) -> None:
    """Look at what is there, and show what would go."""
    show(app, "destroy")
    app.submit(Intent(Wish.DESTROY))


def edit(app: WizardApp, section: str | None) -> None:
    """The questions of a section; a run that is under way is asked about first."""
    draft = app.store.draft
    if draft is None:
        return
    name = section or draft.sections[0].name
    if app.store.mode == "run":
        from wizard.tui.dialogue import stop_to_edit

        stop_to_edit(app, lambda: _form(app, name))
    else:
        _form(app, name)


def _form(app: WizardApp, section: str) -> None:
    from wizard.tui.screens.form import FormScreen

    assert app.store.draft is not None, "nobody is asked before the questions are known"
    if section == CONTRACTS:
        from wizard.tui.contracts_deeds import open_desk
        from wizard.tui.screens.contracts import ContractsScreen

        open_desk(app)
        app.switch_screen(ContractsScreen())
        return
    app.switch_screen(FormScreen(app.store.draft, section))


def texts_of(draft: Draft, section: str) -> dict[str, str]:
    """What stands in the fields of a section, by key."""
    found = next(each for each in draft.sections if each.name == section)
    return {question.key: draft.text(question.key) for question in found.questions}


def form_done(app: WizardApp, section: str, before: dict[str, str]) -> None:
    """Take the answers; where a setup stands on what stood in the fields `before`, ask first."""
    from wizard.journey import STEPS
    from wizard.setup.stale import stale

    draft = app.store.draft
    assert draft is not None
    found = stale([step() for step in STEPS], before, texts_of(draft, section))
    stands = {step.name for step in app.store.steps.values() if step.state == "done"}
    if not stands & {*found.steps, *found.followers}:
        form_taken(app, section)
        return
    from wizard.tui.dialogue import change

    def changed() -> None:
        for name in {*found.steps, *found.followers} & stands:
            step = app.store.steps[name]
            step.state, step.why = "unknown", _("an answer changed: it is to be checked again")
        form_taken(app, section)

    def kept() -> None:
        for key, text in before.items():
            draft.answer(key, text)
        _form(app, section)

    change(app, found, changed, kept)


def form_taken(app: WizardApp, section: str) -> None:
    """Save, and go to the next section; after the last to the journey."""
    draft = app.store.draft
    assert draft is not None
    keep(app)
    names = [each.name for each in draft.sections]
    after = names[names.index(section) + 1 :]
    if after:
        _form(app, after[0])
    elif draft.to_fix:
        _form(app, draft.to_fix[0])
    else:
        app.store.answered = True
        show(app, "journey")


def form_before(app: WizardApp, section: str) -> None:
    draft = app.store.draft
    assert draft is not None
    keep(app)
    names = [each.name for each in draft.sections]
    number = names.index(section)
    if number:
        _form(app, names[number - 1])
    else:
        show(app, "welcome")


def keep(app: WizardApp) -> None:
    """Save the answers as they are; a folder that cannot be written is told, the answers stay in the form."""
    from wizard.setup.folder import Folder

    if app.store.draft is None:
        return
    try:
        app.store.draft.save(Folder(app.folder))
    except OSError as error:
        app.store.fault = _("answers.yaml cannot be written: {error}", error=error.strerror)


def copy(app: WizardApp, text: str) -> None:
    """To the terminal's clipboard, and into a file, since not every terminal has one, nor says so. The second time the
    text is shown alone, so that the terminal's own mouse can take it."""
    if not text:
        return
    app.copy_to_clipboard(text)
    path = _write(app, "clipboard.txt", text)
    words = _("copied; it also stands in {path}. Copy once more shows it alone", path=path) if path else _(
        "copied. Copy once more shows it alone")  # fmt: skip
    if app.store.said == words and text == app.copied:
        from wizard.tui.screens.dialogues import Alone

        app.push_screen(Alone(text))
    app.copied = text
    app.say(words)


def save_log(app: WizardApp, step: StepState | None) -> None:
    if step is not None:
        lines = [f"{entry.at.isoformat()} {entry.level} {entry.text}" for entry in step.log]
        path = _write(app, f"{step.name}-{_now()}.log", "\n".join(lines) + "\n")
        app.say(_("the log was written to {path}", path=path))


def save_report(app: WizardApp, step: StepState | None) -> None:
    """What went wrong, for somebody who helps; the events are redacted, so it holds no secret."""
    from wizard import __version__

    if step is None or step.problem is None:
        return
    lines = [f"lakehouse-wizard {__version__}", f"step: {step.name}", f"target: {app.store.target}"]
    lines += [f"{key}: {value}" for key, value in step.problem.items() if value]
    lines += ["", *(f"{entry.at.isoformat()} {entry.level} {entry.text}" for entry in [*step.log][-LAST_LINES:])]
    path = _write(app, f"report-{step.name}-{_now()}.txt", "\n".join(lines) + "\n")
    app.say(_("the report was written to {path}", path=path))


def export(app: WizardApp) -> None:
    """The summary as JSON and HTML, and the newest receipt's Markdown beside them."""
    import json

    from wizard.report.exported import summary_html
    from wizard.text import language

    data = app.store.summary
    if data is None:
        return
    page = summary_html(data, name=app.store.domain, language=language())
    paths = [_write(app, "summary.json", json.dumps(data, indent=2, default=str) + "\n")]
    paths.append(_write(app, "summary.html", page))
    if data.get("receipt"):
        receipt = Path(str(data["receipt"])).with_suffix(".md")
        with suppress(OSError):
            paths.append(_write(app, "summary.md", receipt.read_text(encoding="utf-8")))
    app.say(_("written: {paths}", paths=", ".join(str(path) for path in paths if path)))


def _write(app: WizardApp, name: str, text: str) -> Path | None:
    from wizard.setup.folder import Folder

    folder = Folder(app.folder)
    try:
        folder.write(folder.private / name, text)
    except OSError:
        return None
    return folder.private / name


def _now() -> str:
    return f"{datetime.now():%Y%m%dT%H%M%S}"
