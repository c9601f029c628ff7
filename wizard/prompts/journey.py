"""Plain mode: questions, the run, its end; the same session as the app's, told and asked in lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard import exits
from wizard.guided.intents import Intent, Wish
from wizard.guided.launch import Launch
from wizard.guided.messages import Faulted
from wizard.guided.session import Session
from wizard.prompts.narrator import Narrator
from wizard.prompts.running import Run
from wizard.prompts.terminal import Interrupted, Leave, Terminal
from wizard.prompts.words import EDIT, GO, HELP, LEAVE, choose
from wizard.setup.folder import Folder
from wizard.text import _

if TYPE_CHECKING:
    from wizard.prompts.questions import Asker
    from wizard.setup.draft import Draft

JOIN_SECONDS = 600.0


class PlainJourney:
    """One guided journey in one folder. `as_json` shows the summary as JSON too."""

    def __init__(self, launch: Launch, terminal: Terminal, *, as_json: bool = False) -> None:
        self.launch, self._terminal, self._as_json = replace(launch, look=False, watches=True), terminal, as_json
        self._session = Session(self.launch, terminal.post)
        self.folder = Folder(launch.folder)
        self._narrator = Narrator(self.folder.log_file)
        self._draft: Draft | None = None
        self._loaded: Any = None
        self._faulted: Faulted | None = None

    def go(self) -> int:
        """From the welcome to the end; the exit code."""
        self._session.start()
        try:
            return self._welcome()
        except (Leave, Interrupted):
            self._terminal.say()
            self._terminal.say(_("Leaving; run again to go on."))
            if self.folder.answers_file.is_file():
                self._terminal.say(_("All answers given so far are kept in {path}", path=self.folder.answers_file))
            return exits.CANCELLED
        finally:
            self._session.close()
            self._session.join(JOIN_SECONDS)

    # before the run

    def _welcome(self) -> int:
        say = self._terminal.say
        say(_("Lakehouse Wizard, plain mode. {help} explains wherever something is asked; Ctrl+C stops, Ctrl+D leaves.",
              help=HELP))  # fmt: skip
        say(_("Folder: {folder}", folder=self.folder.root))
        if not self._load():
            return self._told_fault()
        if self.launch.target is None and not self._loaded.fixed_target:
            target = choose(
                self._terminal,
                _("Which cloud?"),
                {
                    "azure": _("your subscription"),
                    "sandbox": _("rehearse everything on this machine, costs nothing"),
                },
                default=None,
            )
            self._session.submit(Intent(Wish.TARGET, value=target))
            if not self._load():
                return self._told_fault()
        say(_("Cloud: {target}", target=self._loaded.target))
        new = not self._loaded.answered
        self._answers(new)
        while True:
            chosen = self._menu(new)
            if chosen == LEAVE:
                raise Leave
            if chosen == EDIT:
                self._edit()
                continue
            code = self._run()
            if code is not None:
                return code
            new = False

    def _load(self) -> bool:
        """Wait until the journey and the folder are known, and what can be proposed is."""
        self._loaded, self._faulted = None, None
        while True:
            event = self._next()
            match getattr(event, "event", ""):
                case "loaded":
                    self._loaded, self._draft = event, event.draft
                    self._narrator.know(event.steps)
                case "proposed":
                    if self._draft is not None:
                        self._draft.propose(event.answers)
                    return True
                case "faulted":
                    self._faulted = event
                case "idle":
                    return False

    def _next(self) -> Any:
        return self._terminal.event(None)

    def _told_fault(self) -> int:
        assert self._faulted is not None
        self._terminal.say(self._faulted.words)
        return self._faulted.code

    def _answers(self, new: bool) -> None:
        """Ask what was not asked yet; a folder whose answers are whole is asked nothing."""
        draft = self._draft
        assert draft is not None
        if new:
            draft.asked.clear()
        open_ = [number for number, section in enumerate(draft.sections)
                 if section.name not in draft.asked or draft.complaints(section.name)]  # fmt: skip
        if not open_:
            self._terminal.say(_("The answers are there: {path}", path=self._loaded_from()))
            return
        self._ask(open_[0])

    def _loaded_from(self) -> object:
        return self.folder.answers_file if self.folder.answers_file.is_file() else self.launch.answers

    def _ask(self, first: int) -> None:
        self._asker().from_section(first)
        self._terminal.say(_("All is answered; the answers are in {path}", path=self.folder.answers_file))

    def _edit(self) -> None:
        """Go through the sections once more, from the one that is chosen."""
        assert self._draft is not None
        names = [section.name for section in self._draft.sections]
        about = {section.name: section.about or _("its questions") for section in self._draft.sections}
        to_fix = self._draft.to_fix
        default = to_fix[0] if to_fix else names[0]
        chosen = choose(self._terminal, _("Which section?"), about, default=default)
        self._draft.asked |= {*names}
        self._asker().section(self._draft.sections[names.index(chosen)])
        self._keep()

    def _asker(self) -> Asker:
        from wizard.prompts.advised import Advised
        from wizard.prompts.contracts import editors
        from wizard.prompts.questions import Asker

        assert self._draft is not None
        offered, advice = editors(self._terminal, self.folder, self._draft), self._session.advice
        advised = Advised(advice, self._draft, self._terminal) if advice is not None else None
        return Asker(self._terminal, self._draft, self._keep, offered, advised)

    def _keep(self) -> None:
        """Save the answers as they are; a folder that cannot be written is told, the answers stay."""
        assert self._draft is not None
        unfinished = any(section.name not in self._draft.asked for section in self._draft.sections)
        try:
            self._draft.save(self.folder, unfinished=unfinished)
        except OSError as error:
            self._terminal.say(_("answers.yaml cannot be written: {error}", error=error.strerror))

    def _menu(self, new: bool) -> str:
        assert self._draft is not None
        if not self._terminal.attended:
            return GO
        while True:
            chosen = choose(
                self._terminal,
                _("What now?"),
                {
                    GO: _("go through the journey; each step asks the world first") if new
                    else _("go on with the journey, from the first thing that is not true"),
                    EDIT: _("change answers"),
                    LEAVE: _("leave; the answers are kept"),
                },
                default=GO,
                help_=_("Nothing is changed before a step says what it would do and you agree."),
            )  # fmt: skip
            if chosen != GO or not self._draft.to_fix:
                return chosen
            self._terminal.say(_("first to be answered: {sections}", sections=", ".join(self._draft.to_fix)))

    # the run

    def _run(self) -> int | None:
        """One run to its end; the exit code, or None where the person is asked again what to do."""
        assert self._draft is not None
        run = Run(self._terminal, self._session, self._narrator, self._draft.text("project.domain"))
        end = run.go()
        if run.editing and not self._terminal.gone.requested:
            self._edit()
            return None
        if end.result is None:
            asked_again = self._terminal.attended and not run.leaving
            return None if asked_again else end.fault.code if end.fault else exits.CANCELLED
        if end.closing is not None:
            from wizard.prompts.summary import show

            show(end.closing, end.summary if self._as_json else None, self._terminal)
        return exits.OF_RESULT[end.result]
