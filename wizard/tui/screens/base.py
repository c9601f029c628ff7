"""What every screen shares: it draws the store when it changed, and gives its keys to the table of actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.css.query import NoMatches
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from wizard.text import _
from wizard.tui.actions import View, bindings
from wizard.tui.store import StepState
from wizard.tui.widgets import scrollbars
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.keyline import KeyLine
from wizard.tui.widgets.words import Words

if TYPE_CHECKING:
    from wizard.tui.app import WizardApp


LEAST = (40, 10)  # columns, rows
STYLES = Path(__file__).parents[1] / "styles.tcss"


def too_small() -> Static:
    """What covers a screen while the terminal is too small for it."""
    return Static(_("Enlarge to 40x10, or run with --plain"), id="small")


def mind_least(screen: Screen[Any], event: Resize) -> bool:
    """Whether the size counts. One that is past, of a terminal that changed while the app began, does not: a screen
    answers each with its own layout and one more Resize, and two of them by turns would never end."""
    if event.size != screen.app.size:
        event.prevent_default()
        return False
    screen.set_class(event.size.width < LEAST[0] or event.size.height < LEAST[1], "-under")
    return True


class Drawn(Screen[None]):
    """A screen over the store. `kind` is its name in the table of actions."""

    kind: str = ""
    CSS_PATH: ClassVar[Path | None] = STYLES
    _composed = False
    AUTO_FOCUS = ""  # `focus_first` decides

    def __init_subclass__(cls, **kwargs: object) -> None:
        if cls.kind:
            cls.BINDINGS = [*bindings(cls.kind)]
        super().__init_subclass__()

    @property
    def wizard(self) -> WizardApp:
        return cast("WizardApp", self.app)

    @property
    def ready(self) -> bool:
        """Its widgets are there: not before they are composed, and no more while the screen is taken down."""
        try:
            return self._composed and all(self.query_one(each) for each in ("#header", "#keys", "ButtonRow"))
        except NoMatches:
            return False

    @property
    def step(self) -> StepState | None:
        """The step in view."""
        return None

    @property
    def view(self) -> View:
        return View(self.wizard.store, self.step, self.kind)

    def compose(self) -> ComposeResult:
        yield Words(id="header")
        yield from self.parts()
        yield KeyLine(id="keys")
        yield too_small()

    def again(self) -> Drawn:
        """The same screen, built anew."""
        return type(self)()

    def parts(self) -> ComposeResult:
        """What stands between header and key line."""
        yield from ()

    def on_mount(self) -> None:
        self._composed = True
        self.draw()
        self.call_after_refresh(self.focus_first)

    def on_screen_resume(self) -> None:
        self.draw()

    def on_resize(self, event: Resize) -> None:
        if mind_least(self, event):
            self.draw()

    def draw(self) -> None:
        """Bring everything up to date with the store."""
        if not self.ready:
            return
        scrollbars.choose(self.wizard.symbols)
        self.query_one("#header", Static).update(self.wizard.header())
        self.query_one(KeyLine).draw(self.view)
        for row in self.query(ButtonRow):
            if row.draw(self.view) or self.focused is None:
                self.call_after_refresh(self.focus_first)

    def draw_log(self) -> None:
        """Bring the log up to date, where nothing else is new; a screen without one has nothing to do."""

    def focus_first(self) -> None:
        """The main button, unless something else that can be seen has the focus."""
        if self.focused is not None and self.focused.display and self.focused.is_attached:
            return
        for row in self.query(ButtonRow):
            if (first := row.first) is not None:
                first.focus()
                return

    def do_read_on(self) -> None:
        self.query(VerticalScroll).first().scroll_page_down(animate=False)

    def do_read_back(self) -> None:
        self.query(VerticalScroll).first().scroll_page_up(animate=False)

    def do_back(self) -> None:
        """Esc: one step back; the app asks before it leaves."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def _pop_result_callback(self) -> None:
        """Textual gives the screen at the bottom none, and would fail where another one takes its place."""
        if self._result_callbacks:
            super()._pop_result_callback()
