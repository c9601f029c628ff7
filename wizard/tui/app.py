"""The app: turns events into the store as they come, keys into actions, and actions into intents."""

from __future__ import annotations

import asyncio
import gc
import math
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text
from textual.app import App
from textual.content import Content
from textual.events import Event, Key

from wizard import exits, interruption
from wizard.guided.intents import Intent, Wish
from wizard.guided.launch import Launch
from wizard.setup.cancel import Cancellation
from wizard.text import _
from wizard.tui import deeds, pace
from wizard.tui.actions import BY_NAME, by_key
from wizard.tui.bridge import Bridge
from wizard.tui.driver import driver
from wizard.tui.screens.base import Drawn
from wizard.tui.screens.welcome import WelcomeScreen
from wizard.tui.store import CLOUDS, StepState, Store
from wizard.tui.symbols import Symbols, needs_ascii, needs_mono
from wizard.tui.theme import THEMES

if TYPE_CHECKING:
    from wizard.guided.session import Session

TURN = 0.25  # least seconds between two batches of events, but for what a person waits for
SOON = 0.01  # seconds from the first event of a batch to its end: what is said in one breath is drawn once
LOG_TURN = 0.25  # seconds between two drawings of a log that pours in: nobody reads faster, and keys come between
KEY_TURN = 0.05  # seconds after a key in which no log is drawn: what it says comes first, and the next key as well
SPELL = 0.01  # seconds that a batch may take, and that keys have before the next one
PART = 100  # events after which the clock is looked at
CLOCK = 1.0  # seconds between two looks at the clock
AWAY = 900.0  # seconds out of focus after which nobody is thought to watch: who clicks in a browser beside it does
WIDE, GAP = 110, 3  # columns from which there is room for all; cells that part what is left from what is right


class WizardApp(App[int], inherit_bindings=False):
    """Draws the store and decides nothing. `session` works in a thread of its own."""

    CSS_PATH = Path(__file__).parent / "first.tcss"
    TITLE = "Lakehouse Wizard"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own form
        (0, "-tiny"),
        (60, "-narrow"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"),
        (18, "-mid"),
        (32, "-tall"),
    ]

    def __init__(self, launch: Launch) -> None:
        super().__init__(driver_class=driver())
        self.launch = launch
        self.store, self.bridge = Store(launch.insist_after), Bridge(wake=self._wake)
        self._home: asyncio.AbstractEventLoop | None = None  # the loop of the app's thread, once it runs
        self._pumped, self._due = 0.0, False  # monotonic: the last batch; whether the next one is arranged
        self.symbols = Symbols(launch.ascii or needs_ascii())
        self.animation_level = "none"
        self.leaving = False
        self._log_due, self._log_owed = 0.0, False  # monotonic: when the log may be drawn again; whether it must
        self.away_since = math.inf  # monotonic; when the terminal went out of focus, where it is
        self.copied = ""  # what was copied last
        self.last_key = 0.0  # monotonic; when the keyboard was last used
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = launch.theme or ("mono" if needs_mono() else "dark")

    def get_default_screen(self) -> WelcomeScreen:
        """At the bottom of the stack: an empty screen of Textual's own below it would make the first one a tenth
        slower."""
        return WelcomeScreen()

    def on_mount(self) -> None:
        self._home = asyncio.get_running_loop()
        self._arrange()  # what came before
        self._hear_signals()
        self.set_interval(CLOCK, self.tick)
        self.call_after_refresh(self.start)

    def on_unmount(self) -> None:
        self.bridge.close()  # who still speaks is not left waiting

    @cached_property
    def session(self) -> Session:
        """The engine's side."""
        from wizard.guided.session import Session

        return Session(replace(self.launch, watches=True), self.bridge.post)

    def start(self) -> None:
        """The first screen stands; what is heavy is loaded from here on, in the session's thread."""
        self.session.start()

    def _hear_signals(self) -> None:
        """A hang-up or a wish to terminate stops what runs, as Ctrl+C does, and then ends the app. An interrupt that
        is sent and not typed would else cancel the app and leave what runs alone."""
        loop = asyncio.get_running_loop()
        heard = ((signal.SIGTERM, self.terminate), (signal.SIGINT, self.terminate), (signal.SIGHUP, self.hang_up))
        for number, hear in heard:
            with suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
                loop.add_signal_handler(number, hear)

    def terminate(self) -> None:
        """The second one does not wait for what is under way, as the second Ctrl+C of a run without a screen."""
        if self.leaving:
            self.submit(Intent(Wish.INSIST))
        else:
            self.leave()

    def hang_up(self) -> None:
        """The terminal is gone: nobody can be asked or told any more."""
        interruption.hang_up(Cancellation())
        if isinstance(over := getattr(self._driver, "exit_event", None), threading.Event):
            over.set()  # else its thread would read an end of file without a pause
        self.leave()

    def _fatal_error(self) -> None:
        """A defect of the app itself is told in a line, where Textual would print a traceback with what was typed.
        What runs is stopped after, as by Ctrl+C."""
        error = self._exception
        self.bridge.close()
        self.panic(Text(_("The app itself failed: {error}", error=repr(error)) + "\n" + _(
            "What runs is stopped. Everything answered is saved; start again to go on.")))  # fmt: skip

    def _wake(self, urgent: bool) -> None:
        """From any thread: there is something to take."""
        with suppress(RuntimeError):  # the app has ended
            if self._home is not None:
                self._home.call_soon_threadsafe(self._arrange, urgent)

    def _arrange(self, urgent: bool = False) -> None:
        """A batch as soon as it may be; at once, where somebody waits for it."""
        if self._home is not None and (urgent or not self._due):
            self._due = True
            left = 0.0 if urgent else self._pumped + TURN - time.monotonic()
            self._home.call_later(max(SOON, left), self.call_next, self.pump)

    def pump(self) -> None:
        """Take what the engine said since the last turn, and draw once. What takes too long waits for the next turn,
        which then comes soon: keys come first."""
        self._due, self._pumped = False, time.monotonic()
        if not self.screen_stack:  # the app ends
            return
        events: list[Any] = []
        until = time.monotonic() + SPELL
        while part := self.bridge.drain(PART):
            events += part
            for event in part:
                self.store.apply(event)
            if time.monotonic() > until:
                self._due = True
                self.set_timer(SPELL, self.pump)
                break
        if not events and not self._log_owed:
            return
        if not gc.isenabled() and any(event.event in ("loaded", "faulted") for event in events):
            pace.loaded()
        if any(event.event == "summary" for event in events):
            self.switch("summary")
        if self.leaving and any(event.event == "idle" for event in events):
            self.leave()
            return
        if self.screen is self.top and all(event.event == "log" for event in events):
            now = time.monotonic()
            typed = now - self.last_key < KEY_TURN and now < self._log_due + LOG_TURN
            self._log_owed = typed or now < self._log_due
            if self._log_owed:
                self._arrange()
            else:
                self.top.draw_log()
                self._log_due = time.monotonic() + LOG_TURN
        else:
            self._log_owed = False
            self.draw()

    def tick(self) -> None:
        """The clocks; no dialogue has one. What nobody sees now is not looked at by itself either."""
        if self.store.mode is not None and self.top is not None:
            self.session.show(self.top.kind == "journey" and time.monotonic() - self.away_since < AWAY)
            self.top.draw()

    def draw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Drawn):
                screen.draw()

    def header(self) -> Content:
        """One line: which lakehouse, which cloud and where; at the right what it may and what it would cost a month.
        Where there is no room, the budget goes first, then the region."""
        store, columns = self.store, self.size.width - 2
        target = CLOUDS.get(store.target, "")
        placed = ", ".join(filter(None, (target, store.region)))
        cost = ""
        if store.estimate and store.estimate_note:
            cost = _("would cost {estimate} / month", estimate=store.estimate)
        elif store.estimate:
            cost = _("estimate {estimate} / month", estimate=store.estimate)
        budget = _("budget {amount}", amount=store.budget) + "   " if cost and store.budget else ""
        name, wide = "Lakehouse Wizard", self.size.width >= WIDE
        for where, right in ((placed, budget + cost if wide else cost), (target, cost)):
            left = "".join(f"   {each}" for each in (store.domain, where) if each)
            room = columns - cell_len(name + left + right)
            if room >= GAP:
                break
        return Content.assemble((name, "bold"), left, " " * max(GAP, room) if right else "", right)

    @property
    def _dialogue(self) -> ModuleType:
        """Loaded with the first question, and not before the first screen."""
        from wizard.tui import dialogue

        return dialogue

    # keys and actions

    def on_app_blur(self) -> None:
        self.away_since = time.monotonic()

    def on_app_focus(self) -> None:
        self.away_since = math.inf

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key):
            self.last_key = time.monotonic()
        await super().on_event(event)

    @property
    def top(self) -> Drawn | None:
        """The screen under every dialogue."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Drawn)), None)

    def action_press(self, key: str) -> None:
        if self.top is None:
            return
        action = by_key(key, self.top.view)
        if action is not None:
            self.act(action.name)

    def act(self, name: str) -> None:
        """Carry out an action of the table, where it is possible now."""
        screen, action = self.top, BY_NAME[name]
        if screen is None or screen.kind not in action.screens or not action.when(screen.view):
            return
        if screen.has_class("-under") and name not in ("stop", "quit"):
            return  # nobody agrees to what cannot be seen
        if action.wish is not None:
            self.submit(Intent(action.wish, screen.step.name if screen.step else ""))
            return
        do = getattr(screen, f"do_{name}", None) or getattr(self, f"do_{name}")
        do()

    def submit(self, intent: Intent) -> None:
        if intent.wish in (Wish.RUN, Wish.CHECK, Wish.DESTROY):
            self.store.begin(intent.wish.value)
            self.leaving = False
        if intent.wish is Wish.STOP and self.store.mode is not None and self.store.stopping is None:
            self.store.stopping = time.monotonic()
        self.session.submit(intent)

    # where to go

    def switch(self, kind: str) -> None:
        """Show another screen; each can be built again from the store at any time."""
        deeds.show(self, kind)

    def begin(self) -> None:
        deeds.begin(self)

    def go_on(self) -> None:
        deeds.run(self)

    def edit(self, section: str | None) -> None:
        deeds.edit(self, section)

    def form_done(self, section: str, before: dict[str, str]) -> None:
        deeds.form_done(self, section, before)

    def form_before(self, section: str) -> None:
        deeds.form_before(self, section)

    # what is done beside the engine

    def say(self, words: str) -> None:
        self.store.said = words
        self.draw()

    def copy(self, text: str) -> None:
        deeds.copy(self, text)

    def save_report(self, step: StepState | None) -> None:
        deeds.save_report(self, step)

    def save_log(self, step: StepState | None) -> None:
        deeds.save_log(self, step)

    def export(self) -> None:
        deeds.export(self)

    def load_config(self) -> None:
        self._dialogue.load_config(self)

    def agree(self, step: StepState | None) -> None:
        self._dialogue.agree(self, step)

    def do_destroy(self) -> None:
        deeds.destroy(self)

    def do_stop(self) -> None:
        self._dialogue.stop(self)

    def do_stop_now(self) -> None:
        self._dialogue.stop_at_once(self)

    def do_quit(self) -> None:
        if self.store.desk is not None and self.store.desk.changed:
            from wizard.tui.contracts_deeds import leave

            leave(self, self.leave)
        else:
            self.leave()

    def do_help(self) -> None:
        self._dialogue.help_for(self)

    def do_palette(self) -> None:
        self._dialogue.palette(self)

    def do_theme(self) -> None:
        names = list(THEMES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def do_language(self) -> None:
        deeds.speak(self)

    def do_alphabet(self) -> None:
        self.symbols.ascii = not self.symbols.ascii
        self.draw()

    def leave(self) -> None:
        """End; what runs is stopped first, and waited for."""
        if self.store.mode is not None:
            self.leaving = True
            if self.store.stopping is None:
                self.submit(Intent(Wish.STOP))
            return
        self.session.close()
        self.exit(exits.OF_RESULT.get(self.store.result or "", 0) if self.store.last_mode in ("run", "destroy") else 0)

    @property
    def folder(self) -> Path:
        return self.launch.folder
