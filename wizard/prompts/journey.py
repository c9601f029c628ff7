"""Plain mode: questions, the run, its end; the same session as the app's, told and asked in lines."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard import exits
from wizard.guided.intents import Intent, Wish
from wizard.guided.messages import Asked, Faulted, Idle
from wizard.guided.session import Launch, Session
from wizard.prompts.narrator import Narrator
from wizard.prompts.terminal import Interrupted, Leave, Terminal
from wizard.prompts.words import HELP, choose
from wizard.setup.folder import Folder
from wizard.text import _, _n

if TYPE_CHECKING:
    from wizard.report.closing import Closing
    from wizard.setup.draft import Draft

JOIN_SECONDS = 600.0
CODES = {
    "done": exits.DONE,
    "planned": exits.DONE,
    "blocked": exits.PERSON_NEEDED,
    "failed": exits.FAILED,
    "cancelled": exits.CANCELLED,
}
PLAY, STOP, EDIT, KEEP, LEAVE = "p", "stop", "edit", "keep", "leave"


class PlainJourney:
    """One guided journey in one folder. `as_json` shows the summary as JSON too."""

    def __init__(self, launch: Launch, terminal: Terminal, *, as_json: bool = False) -> None:
        self.launch, self._terminal, self._as_json = replace(launch, look=False, watches=True), terminal, as_json
        self._session = Session(self.launch, terminal.post)
        self.folder = Folder(launch.folder)
        self._narrator = Narrator(self.folder.log_file)
        self._draft: Draft | None = None
        self._loaded: Any = None
        self._closing: Closing | None = None
        self._summary: Any = None
        self._faulted: Faulted | None = None
        self._persons: dict[str, Asked] = {}  # steps that wait for what a person does elsewhere
        self._told: dict[str, tuple[str, ...]] = {}  # of these, those whose offer was told, and what it was
        self._said: dict[str, tuple[str, ...]] = {}  # steps that have had their word, and on what, until it is heard
        self._leaving = self._editing = False
        self._stopping = False
        self._result: str | None = None

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
            if self._run() is None and self._terminal.attended and not self._leaving:
                new = False
                if self._editing:
                    self._edit()
                continue
            return self._end()

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
        from wizard.prompts.contracts import editors
        from wizard.prompts.questions import Asker

        assert self._draft is not None
        Asker(self._terminal, self._draft, self._keep, editors(self._terminal, self.folder, self._draft)).from_section(
            first
        )
        self._terminal.say(_("All is answered; the answers are in {path}", path=self.folder.answers_file))

    def _edit(self) -> None:
        """Go through the sections once more, from the one that is chosen."""
        assert self._draft is not None
        self._editing = False
        names = [section.name for section in self._draft.sections]
        about = {section.name: section.about or _("its questions") for section in self._draft.sections}
        to_fix = self._draft.to_fix
        default = to_fix[0] if to_fix else names[0]
        chosen = choose(self._terminal, _("Which section?"), about, default=default)
        self._draft.asked |= {*names}
        self._one(names.index(chosen))

    def _one(self, number: int) -> None:
        from wizard.prompts.contracts import editors
        from wizard.prompts.questions import Asker

        assert self._draft is not None
        asker = Asker(self._terminal, self._draft, self._keep, editors(self._terminal, self.folder, self._draft))
        asker.section(self._draft.sections[number])
        self._keep()

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
            return "go"
        while True:
            chosen = choose(
                self._terminal,
                _("What now?"),
                {
                    "go": _("go through the journey; each step asks the world first") if new
                    else _("go on with the journey, from the first thing that is not true"),
                    EDIT: _("change answers"),
                    LEAVE: _("leave; the answers are kept"),
                },
                default="go",
                help_=_("Nothing is changed before a step says what it would do and you agree."),
            )  # fmt: skip
            if chosen != "go" or not self._draft.to_fix:
                return chosen
            self._terminal.say(_("first to be answered: {sections}", sections=", ".join(self._draft.to_fix)))

    # the run

    def _run(self) -> str | None:
        """One run to its end; its result, or None where the person is asked again what to do."""
        self._faulted, self._stopping, self._editing = None, False, False
        for kept in (self._persons, self._told, self._said):
            kept.clear()
        self._session.submit(Intent(Wish.RUN))
        while True:
            try:
                event = self._terminal.event(self._narrator.until)
            except (Interrupted, Leave):
                self._stop()
                continue
            for line in self._narrator.still():
                self._terminal.say(line)
            if event is None:
                if self._terminal.gone.requested:
                    self._halt(leaving=True)
            elif isinstance(event, str):
                self._typed(event.strip())
            elif isinstance(event, Idle):
                return self._ended(event)
            else:
                self._take(event)

    def _take(self, event: Any) -> None:
        for line in self._narrator.lines(event):
            self._terminal.say(line)
        match event.event:
            case "asked":
                self._asked(event)
            case "faulted":
                self._faulted = event
                self._terminal.say(event.words)
            case "closed":
                self._closing = event.closing
            case "summary":
                self._summary = event
            case "answered" | "apply_started":
                self._persons.pop(event.step, None)
                self._said.pop(event.step, None)

    def _ended(self, event: Idle) -> str | None:
        self._result = event.result
        if self._editing or (event.result is None and self._faulted is not None):
            return None
        return event.result

    def _asked(self, asked: Asked) -> None:
        """A step waits for a word: one that looks by itself goes on listening, of any other the word is asked now."""
        if self._stopping or self._said.get(asked.step) == asked.changes:
            return
        if asked.until is not None:
            self._persons[asked.step] = asked
            if self._told.get(asked.step) != asked.changes:
                self._told[asked.step] = asked.changes
                self._offer(asked)
            return
        while True:
            try:
                word = self._decided(asked)
                break
            except (Interrupted, Leave):
                self._stop()
                if self._stopping:
                    return
        self._answer(asked, word)

    def _answer(self, asked: Asked, word: str) -> None:
        wishes = {"go": Wish.GO, PLAY: Wish.CLICK, "again": Wish.AGAIN}
        if word in wishes:
            self._said[asked.step] = asked.changes
            self._session.submit(Intent(wishes[word], asked.step))
        else:
            self._editing = word == EDIT
            self._halt(leaving=word == STOP)

    def _decided(self, asked: Asked) -> str:
        from wizard.prompts.decisions import approve, lose, retry

        domain = self._draft.text("project.domain") if self._draft else ""
        name = self._narrator.name(asked.step)
        if asked.what == "agree":
            return lose(self._terminal, name, asked, domain or asked.step)
        if asked.what == "retry":
            return retry(self._terminal, name)
        rights = self._narrator.steps[asked.step].rights
        return approve(self._terminal, name, asked, rights)

    def _offer(self, asked: Asked) -> None:
        """What can be done while a step waits for a person."""
        say, every = self._terminal.say, 5
        if asked.until is not None:
            every = max(1, round(asked.until - time.monotonic()))
        if asked.what == "approve":
            from wizard.prompts.decisions import plan

            plan(self._terminal, self._narrator.name(asked.step), asked, self._narrator.steps[asked.step].rights)
        say("  " + _("checking every {n} s, and going on by itself", n=every))
        if self._terminal.attended:
            if asked.what == "approve":
                say("  " + _("go: the wizard does this"))
            say("  " + _("Enter looks now, {edit} changes answers, {stop} stops", edit=EDIT, stop=STOP))
            if asked.clicks:
                say("  " + _("{play} plays the person here: {clicks}", play=PLAY, clicks="; ".join(asked.clicks)))

    def _typed(self, word: str) -> None:
        """A line that was typed while nothing was asked."""
        waiting = [*self._persons.values()]
        able = {
            "go": [asked for asked in waiting if asked.what == "approve"],
            PLAY: [asked for asked in waiting if asked.clicks],
            "again": waiting,
        }
        if word in (STOP, LEAVE):
            self._stop()
        elif word == EDIT:
            self._editing = True
            self._halt(leaving=False)
        elif word == HELP:
            for line in self._narrator.state():
                self._terminal.say(line)
            for asked in waiting:
                self._offer(asked)
        elif word in ("", *able):
            for asked in able[word or "again"]:
                self._answer(asked, word or "again")
        else:
            self._terminal.say(_("nothing is asked now; {help} tells what goes on, {stop} stops", help=HELP, stop=STOP))

    # stopping

    def _stop(self) -> None:
        """Ctrl+C: ask, where somebody is there to answer."""
        if self._terminal.gone.requested or not self._terminal.attended:
            self._halt(leaving=True)
            return
        from wizard.prompts.decisions import abandon, stop

        working = [self._narrator.name(step) for step in self._narrator.working]
        try:
            if self._stopping:
                abandon(self._terminal, working)
            elif stop(self._terminal, working):
                self._halt(leaving=True)
        except (Interrupted, Leave):  # a second one means it
            self._halt(leaving=True)

    def _halt(self, *, leaving: bool) -> None:
        self._leaving = self._leaving or leaving
        if not self._stopping:
            self._stopping = True
            self._session.submit(Intent(Wish.STOP))
            working = len(self._narrator.working)
            if working:
                self._terminal.say(_n("stopping: {n} step ends the calls it has sent and saves its state",
                                      "stopping: {n} steps end the calls they have sent and save their state",
                                      working))  # fmt: skip

    # after the run

    def _end(self) -> int:
        if self._result is None:
            return self._faulted.code if self._faulted else exits.CANCELLED
        if self._closing is not None:
            from wizard.prompts.summary import show

            show(self._closing, self._summary if self._as_json else None, self._terminal)
        return CODES[self._result]
