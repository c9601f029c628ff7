"""One run in plain mode: what the engine says becomes lines, what a step waits for is asked, Ctrl+C is answered."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.guided.intents import Intent, Wish
from wizard.guided.messages import Asked, Faulted, Idle
from wizard.guided.session import Session
from wizard.prompts.narrator import Narrator, clock
from wizard.prompts.terminal import Interrupted, Leave, Terminal
from wizard.prompts.words import AGAIN, EDIT, GO, HELP, LEAVE, PLAY, STOP
from wizard.text import _, _n

if TYPE_CHECKING:
    from wizard.report.closing import Closing

OFTEN = 5  # seconds, said where the next look is not known
WISHES = {GO: Wish.GO, PLAY: Wish.CLICK, AGAIN: Wish.AGAIN}


@dataclass(slots=True)
class End:
    """How a run ended. `result` is None where none came about: `fault` says why."""

    result: str | None = None
    fault: Faulted | None = None
    closing: Closing | None = None
    summary: Any = None  # the same as an event


class Run:
    """One run from its begin to its end. `domain` is the lakehouse's name, typed before data is lost."""

    def __init__(self, terminal: Terminal, session: Session, narrator: Narrator, domain: str) -> None:
        self._terminal, self._session, self._narrator, self._domain = terminal, session, narrator, domain
        self._persons: dict[str, Asked] = {}  # steps that look by themselves while a word or a click is waited for
        self._told: dict[str, tuple[str, ...]] = {}  # of these, those whose offer was told, and what it was
        self._said: dict[str, tuple[str, ...]] = {}  # steps that have had their word, and on what, until it is heard
        self._end = End()
        self._stopping: float | None = None  # since when (monotonic)
        self._offered = self._insisted = False  # to stop at once, or wanted
        self.leaving = self.editing = False  # what the person stopped it for

    def go(self) -> End:
        """Begin, and follow to the end."""
        self._session.submit(Intent(Wish.RUN))
        while True:
            try:
                event = self._terminal.event(self._until)
            except (Interrupted, Leave):
                self._stop()
                continue
            for line in self._narrator.still():
                self._terminal.say(line)
            self._offer_leaving()
            if event is None:
                if self._terminal.gone.requested:
                    self._halt(leaving=True)
                if self._terminal.gone.insisted:
                    self._insist()
            elif isinstance(event, str):
                self._typed(event.strip())
            elif isinstance(event, Idle):
                self._end.result = event.result
                return self._end
            else:
                self._take(event)

    def _take(self, event: Any) -> None:
        for line in self._narrator.lines(event):
            self._terminal.say(line)
        match event.event:
            case "asked":
                self._asked(event)
            case "faulted":
                self._end.fault = event
                self._terminal.say(event.words)
            case "closed":
                self._end.closing = event.closing
            case "summary":
                self._end.summary = event
            case "answered" | "apply_started":
                self._persons.pop(event.step, None)
                self._said.pop(event.step, None)

    # what a step waits for

    def _asked(self, asked: Asked) -> None:
        """A step waits for a word: one that looks by itself goes on listening, of any other the word is asked now."""
        if self._stopping is not None or self._said.get(asked.step) == asked.changes:
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
                if self._stopping is not None:
                    return
        self._answer(asked, word)

    def _answer(self, asked: Asked, word: str) -> None:
        if word in WISHES:
            self._said[asked.step] = asked.changes
            self._session.submit(Intent(WISHES[word], asked.step))
        else:
            self.editing = word == EDIT
            self._halt(leaving=word == STOP)

    def _decided(self, asked: Asked) -> str:
        from wizard.prompts.decisions import approve, lose, retry

        name = self._narrator.name(asked.step)
        if asked.what == "agree":
            return lose(self._terminal, name, asked, self._domain or asked.step)
        if asked.what == "retry":
            return retry(self._terminal, name)
        return approve(self._terminal, name, asked, self._narrator.steps[asked.step].rights)

    def _offer(self, asked: Asked) -> None:
        """What can be done while a step waits for a person."""
        say, every = self._terminal.say, OFTEN
        if asked.until is not None:
            every = max(1, round(asked.until - time.monotonic()))
        if asked.what == "approve":
            from wizard.prompts.decisions import plan

            plan(self._terminal, self._narrator.name(asked.step), asked, self._narrator.steps[asked.step].rights)
        say("  " + _("checking in {n} s, then less and less often, and going on by itself", n=every))
        if self._terminal.attended:
            if asked.what == "approve":
                say("  " + _("{go}: the wizard does this", go=GO))
            say("  " + _("Enter looks now, {edit} changes answers, {stop} stops", edit=EDIT, stop=STOP))
            if asked.clicks:
                say("  " + _("{play} plays the person here: {clicks}", play=PLAY, clicks="; ".join(asked.clicks)))

    def _typed(self, word: str) -> None:
        """A line that was typed while nothing was asked."""
        waiting = [*self._persons.values()]
        able = {
            GO: [asked for asked in waiting if asked.what == "approve"],
            PLAY: [asked for asked in waiting if asked.clicks],
            AGAIN: waiting,
        }
        if word == LEAVE and self._offered:
            self._insist()
        elif word in (STOP, LEAVE):
            self._stop()
        elif word == EDIT:
            self.editing = True
            self._halt(leaving=False)
        elif word == HELP:
            for line in self._narrator.state():
                self._terminal.say(line)
            for asked in waiting:
                self._offer(asked)
        elif word in ("", *able):
            for asked in able[word or AGAIN]:
                self._answer(asked, word or AGAIN)
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
            if self._stopping is not None:
                if abandon(self._terminal, working):
                    self._insist()
            elif stop(self._terminal, working):
                self._halt(leaving=True)
        except (Interrupted, Leave):  # a second one means it
            self._halt(leaving=True)

    def _halt(self, *, leaving: bool) -> None:
        self.leaving = self.leaving or leaving
        if self._stopping is not None:
            return
        self._stopping = time.monotonic()
        self._session.submit(Intent(Wish.STOP))
        if working := len(self._narrator.working):
            words = _n(
                "stopping: {n} step ends the calls it has sent and saves its state",
                "stopping: {n} steps end the calls they have sent and save their state",
                working,
            )
            self._terminal.say(words)

    @property
    def _until(self) -> float | None:
        """Seconds to the next line that time alone brings."""
        due = [] if self._narrator.until is None else [self._narrator.until]
        if self._stopping is not None and not self._offered and self._terminal.attended:
            due.append(max(0.0, self._stopping + self._session.launch.insist_after - time.monotonic()))
        return min(due, default=None)

    def _offer_leaving(self) -> None:
        """Once it has not stopped for long, not to wait for it any more."""
        if self._stopping is None or self._offered or not self._terminal.attended:
            return
        lasts = time.monotonic() - self._stopping
        if lasts < self._session.launch.insist_after:
            return
        self._offered = True
        words = _(
            "It has not stopped yet, {time} after you asked. Type {leave} to stop at once: Terraform then goes on by "
            "itself until the calls it has sent have ended, and keeps its state; any other call under way may still "
            "take effect. The next run finds all of it, and goes on from there.",
            time=clock(lasts),
            leave=LEAVE,
        )
        self._terminal.say(words)

    def _insist(self) -> None:
        """Not to wait for what is under way; a second time ends where even that does not."""
        if self._insisted and not self._terminal.gone.requested:
            from wizard.prompts.decisions import end

            end(self._terminal)
        self._insisted = True
        self._session.submit(Intent(Wish.INSIST))
