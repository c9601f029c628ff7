"""The journey's steps: as a list where there is room, as a strip of symbols where there is not."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.text import _
from wizard.tui.store import GROUPS, StepState, Store
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.widgets.words import Words

TITLE_CELLS = 18
TINY = 60  # columns under which only the step in view is told


class Rail(OptionList):
    """One stop for the focus; Enter looks at a step."""

    def __init__(self) -> None:
        super().__init__(id="rail", compact=True)
        self._drawn: dict[str, tuple[str, bool, bool]] = {}
        self._last: tuple[Store, StepState | None, Symbols] | None = None

    def draw(self, store: Store, shown: StepState | None, symbols: Symbols) -> None:
        self._last = (store, shown, symbols)
        if store.steps and not self.option_count:
            self._fill(store)
        for step in store.steps.values():
            under = self.has_focus and self.highlighted == self.get_option_index(step.name)
            state = (step.shown + str(symbols.ascii), step is shown, under)
            if self._drawn.get(step.name) != state:
                self._drawn[step.name] = state
                self.replace_option_prompt(step.name, _line(step, step is shown, under, symbols))
        if shown is not None and not self.has_focus:
            index = self.get_option_index(shown.name)
            if self.highlighted != index:
                self.highlighted = index

    def watch_highlighted(self, highlighted: int | None) -> None:
        super().watch_highlighted(highlighted)
        self._redraw()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._redraw()

    def _redraw(self) -> None:
        if self._last is not None:
            self.draw(*self._last)

    def _fill(self, store: Store) -> None:
        for step in store.steps.values():
            if step.name in GROUPS:
                self.add_option(Option(Content.styled(_(GROUPS[step.name]), "$state-quiet"), disabled=True))
            self.add_option(Option("", id=step.name))


def _line(step: StepState, shown: bool, under: bool, symbols: Symbols) -> Content:
    """A row of the list; `under` the cursor all its text has the cursor's colour, which alone can be read there."""
    style = "" if under else MARKS[step.shown].style
    title = step.info.title[:TITLE_CELLS].ljust(TITLE_CELLS)
    return Content.assemble(
        (symbols.symbol(step.shown), style),
        f" {step.number:>2} ",
        (title, "bold" if shown else ""),
        " ",
        (symbols.word(step.shown), style),
    )


class Strip(Words):
    """The same in one line: a symbol a step, and the step in view in words."""

    def draw(self, store: Store, shown: StepState | None, symbols: Symbols) -> None:
        parts: list[str | tuple[str, str]] = [
            (symbols.symbol(step.shown), MARKS[step.shown].style) for step in store.steps.values()
        ]
        if self.app.size.width < TINY:
            parts = []
        if shown is not None:
            place = _("{number} of {count}", number=shown.number, count=len(store.steps))
            mark = MARKS[shown.shown]
            parts += [
                f"{'   ' if parts else ''}{place}  ",
                (shown.info.title, "bold"),
                "   ",
                (symbols.both(shown.shown), mark.style),
            ]
        self.update(Content.assemble(*parts))
