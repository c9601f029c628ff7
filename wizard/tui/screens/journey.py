"""The journey: the steps at the left, the work of one of them at the right, its log below."""

from __future__ import annotations

import time

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, OptionList, Static

from wizard.text import _
from wizard.tui import told
from wizard.tui.actions import JOURNEY, link_of, section_to_mend
from wizard.tui.screens.base import Drawn
from wizard.tui.store import StepState
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.logpane import LogPane
from wizard.tui.widgets.rail import Rail, Strip
from wizard.tui.widgets.rows import Rows
from wizard.tui.widgets.words import Words

REST = 0.3  # seconds that the keyboard rests before a new question can be answered


class JourneyScreen(Drawn):
    """Looks at the step that needs looking at, until another is chosen from the list; Esc looks there again."""

    kind = JOURNEY

    def __init__(self) -> None:
        super().__init__()
        self._chosen: str | None = None
        self._was: tuple[str | None, str | None] = (None, None)

    def again(self) -> JourneyScreen:
        screen = JourneyScreen()
        screen._chosen = self._chosen
        return screen

    @property
    def step(self) -> StepState | None:
        store = self.wizard.store
        return store.steps.get(self._chosen or "") or store.current

    def parts(self) -> ComposeResult:
        yield Strip(id="strip")
        with Horizontal(id="middle"):
            yield Rail()
            with Vertical(id="work"):
                yield Words(id="title")
                yield Words(id="meter")
                with VerticalScroll(id="body-scroll", can_focus=False):
                    yield Words(id="body")
                yield Rows()
                yield Words(id="waiting")
                yield Words(id="said")
                yield ButtonRow(self.kind)
                yield LogPane()

    def draw(self) -> None:
        if not self.ready or not self.query(Strip) or not self.query(LogPane):
            return
        store, step, symbols = self.wizard.store, self.step, self.wizard.symbols
        self.query_one(Strip).draw(store, step, symbols)
        self.query_one(Rail).draw(store, step, symbols)
        if step is not None:
            self._draw_step(step)
        super().draw()
        now = (step.name if step else None, step.asked if step else None)
        if now != self._was:
            self._was = now
            if now[1] is not None and not isinstance(self.focused, (OptionList, Input)):
                self.set_focus(None)  # an Enter that was meant for what stood here before answers nothing
                self.call_after_refresh(self.focus_first)

    def _draw_step(self, step: StepState) -> None:
        wizard = self.wizard
        width = self.query_one("#work").content_size.width or wizard.size.width
        title = self.query_one("#title", Static)
        if title.styles.display != "none":  # a clock that nobody sees would lay the screen out each second
            title.update(told.title(step, wizard.symbols))
        meter, waiting = told.meter(step, wizard.symbols), told.waiting(step, wizard.store.usual.get(step.name))
        if wizard.store.stopping is not None and waiting:
            since = told.clock(time.monotonic() - wizard.store.stopping)
            waiting = _("stopping since {time}: {what}", time=since, what=waiting)
        for name, text in (("#meter", meter), ("#waiting", waiting), ("#said", wizard.store.said)):
            line = self.query_one(name, Static)
            line.set_class(not text, "-off")  # not `display`, which the full log could not overrule
            line.update(f"{wizard.symbols.symbol('running')} {text}" if name == "#waiting" else text)
        self.query_one("#work").set_class(bool(wizard.store.said), "-said")  # it leaves room for the buttons
        body = told.body(wizard.store, step, wizard.symbols, width - 2)
        self.query_one("#body", Static).update(body)
        self.query_one("#body-scroll").set_class(not body.plain, "-off")
        rows, shown = self.query_one(Rows), bool(step.rows) and step.asked is None and not step.problem
        rows.set_class(not shown, "-off")
        self.query_one("#body-scroll").set_class(shown, "-beside-rows")
        self.query_one("#body-scroll").set_class(step.asked is not None, "-asks")
        self.query_one("#work").set_class(step.asked is not None and step.guide is not None, "-guided")
        if shown:
            rows.draw(step, wizard.symbols)
        self.query_one(LogPane).draw(step, str(wizard.launch.folder))

    def draw_log(self) -> None:
        """The log alone, where nothing else is new."""
        if self.ready and self.query(LogPane):
            self.query_one(LogPane).draw(self.step, str(self.wizard.launch.folder))

    def focus_first(self) -> None:
        """The main button; that of a question once the keyboard rests, so that nobody answers what came under a finger
        that was moving already."""
        rest = self.wizard.last_key + REST - time.monotonic()
        if rest > 0 and self.step is not None and self.step.asked is not None:
            self.set_timer(rest, self.focus_first)
        else:
            super().focus_first()

    def _focus_main(self) -> None:
        for row in self.query(ButtonRow):
            if row.first is not None and self.app.screen is self:
                row.first.focus()

    @on(OptionList.OptionSelected, "#rail")
    def look_at(self, event: OptionList.OptionSelected) -> None:
        self._chosen = event.option_id
        self.remove_class("-steps")
        self.draw()
        self._focus_main()

    # actions of this screen

    def do_back(self) -> None:
        if self.query_one(LogPane).close_find():
            return
        if self.has_class("-log") or self.has_class("-steps"):
            self.remove_class("-log", "-steps")
            self._focus_main()
        elif self._chosen is not None:
            self._chosen = None
            self.draw()
            self._focus_main()
        else:
            self.wizard.switch("welcome")

    def do_steps(self) -> None:
        self.add_class("-steps")
        self.query_one(Rail).focus()

    def do_log(self) -> None:
        self.toggle_class("-log")
        self.draw()
        self.query_one(LogPane).log_view.focus()

    def do_pause(self) -> None:
        self.query_one(LogPane).toggle_pause(self.step, str(self.wizard.launch.folder))

    def do_follow(self) -> None:
        self.query_one(LogPane).follow(self.step, str(self.wizard.launch.folder))

    def do_level(self) -> None:
        self.query_one(LogPane).next_level(self.step, str(self.wizard.launch.folder))

    def do_find(self) -> None:
        self.query_one(LogPane).ask_find()

    def do_find_next(self) -> None:
        self.query_one(LogPane).find(forward=True)

    def do_find_before(self) -> None:
        self.query_one(LogPane).find(forward=False)

    def do_open_link(self) -> None:
        link = link_of(self.step)
        if link is not None:
            self.app.open_url(link)
            self.wizard.say(_("opened in a browser, if there is one: {link}", link=link))

    def do_copy_link(self) -> None:
        self.wizard.copy(self.get_selected_text() or link_of(self.step) or "")

    def do_message(self) -> None:
        if self.step is not None and self.step.guide is not None:
            guide = self.step.guide
            lines = [str(guide["headline"]), *(f"{n}. {a}" for n, a in enumerate(guide["actions"], start=1))]
            self.wizard.copy("\n".join([*lines, str(guide.get("link") or "")]).strip())

    def do_edit(self) -> None:
        if self.step is not None:
            self.wizard.edit(self.step.info.section)

    def do_edit_now(self) -> None:
        self.do_edit()

    def do_mend(self) -> None:
        self.wizard.edit(section_to_mend(self.view))

    def do_open_log(self) -> None:
        self.do_log()

    def do_to_summary(self) -> None:
        self.wizard.switch("summary")

    def do_agree(self) -> None:
        self.wizard.agree(self.step)

    def do_report(self) -> None:
        self.wizard.save_report(self.step)

    def do_save_log(self) -> None:
        self.wizard.save_log(self.step)
