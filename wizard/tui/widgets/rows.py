"""A row for each resource of a Terraform run; cells are updated, the table is never built anew."""

from __future__ import annotations

from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable

from wizard.text import _
from wizard.tui.kinds import SIGNS, in_words
from wizard.tui.store import Row, StepState
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.told import clock

WIDTHS = {"state": 11, "action": 3, "time": 7}  # cells
NAME_LEAST, PADDING = 12, 9
TINY = 60  # columns under which nothing parts the columns


class Rows(DataTable[Content]):
    """Columns: state, the sign of what is done (as in the plan), resource, time."""

    def __init__(self) -> None:
        super().__init__(id="rows", cursor_type="row", zebra_stripes=False, show_cursor=False)
        self._step: str | None = None
        self._shown: dict[str, tuple[str, str, int]] = {}

    def on_mount(self) -> None:
        labels = {"state": _("State"), "action": "", "name": _("Resource"), "time": _("Time")}
        for key, label in labels.items():
            self.add_column(label, key=key, width=WIDTHS.get(key, NAME_LEAST))

    def on_focus(self) -> None:
        self.show_cursor = True  # only where it can move: it hides the colours of its row

    def on_blur(self) -> None:
        self.show_cursor = False

    def on_resize(self, event: Resize) -> None:
        """The name takes what the others leave; a cell measures nothing by itself."""
        self.cell_padding = 0 if event.size.width < TINY else 1
        parted = PADDING if self.cell_padding else 1
        room = max(NAME_LEAST, event.size.width - sum(WIDTHS.values()) - parted)
        for key, column in self.columns.items():
            if key.value == "name" and column.width != room:
                column.width = room
                self._clear_caches()
                self._require_update_dimensions = True
                self.refresh(layout=True)

    def draw(self, step: StepState, symbols: Symbols) -> None:
        if not self.columns:
            return
        if step.name != self._step or not self._shown.keys() <= step.rows.keys():
            self.clear()
            self._step, self._shown = step.name, {}
        for row in [*step.rows.values()]:
            known = row.state if row.state != "running" or step.state == "running" else "unknown"  # nobody looks on
            state = (known, row.action, int(row.seconds or 0))
            if self._shown.get(row.address) == state:
                continue
            cells = _cells(row, known, symbols)
            if row.address not in self._shown:
                self.add_row(*cells, key=row.address)
            else:
                for column, cell in zip(("state", "action", "name", "time"), cells, strict=True):
                    self.update_cell(row.address, column, cell)
            self._shown[row.address] = state


def _cells(row: Row, known: str, symbols: Symbols) -> tuple[Content, Content, Content, Content]:
    state = known if known in MARKS else "todo"
    return (
        Content.styled(symbols.both(state), MARKS[state].style),
        Content(SIGNS.get(row.action, "")),
        Content(in_words(row.address, row.name)),
        Content("" if row.seconds is None else clock(row.seconds)),
    )
