"""A table whose cells have a cursor: arrows move it, Enter takes the cell. Drawn anew where something else stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.coordinate import Coordinate
from textual.widgets import DataTable


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the table; `width` in cells."""

    key: str
    label: str
    width: int


class Grid(DataTable[Content], inherit_bindings=False):
    """Takes no other key: PgUp and PgDn belong to the screen."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("enter", "select_cursor", show=False),
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("left", "cursor_left", show=False),
        Binding("right", "cursor_right", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
        Binding("ctrl+home", "scroll_top", show=False),
        Binding("ctrl+end", "scroll_bottom", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, cursor_type="cell", zebra_stripes=False, show_cursor=False)
        self._heads: tuple[Head, ...] = ()
        self._cells: list[tuple[str, ...]] = []

    def on_focus(self) -> None:
        self.show_cursor = True

    def on_blur(self) -> None:
        self.show_cursor = False

    @property
    def head(self) -> str:
        """The key of the column under the cursor."""
        return self._heads[min(self.cursor_column, len(self._heads) - 1)].key if self._heads else ""

    def draw(self, heads: Sequence[Head], rows: Sequence[Sequence[str]]) -> None:
        """Bring it up to date; the cursor stays where it is, as far as there is such a place."""
        cells = [tuple(row) for row in rows]
        if tuple(heads) != self._heads or len(cells) != len(self._cells):
            at = self.cursor_coordinate
            self.clear(columns=True)
            for head in heads:
                self.add_column(head.label, key=head.key, width=head.width)
            for row in cells:
                self.add_row(*map(Content, row))
            if cells:
                self.go(at.row, at.column)
        else:
            for number, (row, before) in enumerate(zip(cells, self._cells, strict=True)):
                for column, (cell, old) in enumerate(zip(row, before, strict=True)):
                    if cell != old:
                        self.update_cell_at(Coordinate(number, column), Content(cell))
        self._heads, self._cells = tuple(heads), cells

    def go(self, row: int, column: int) -> None:
        """The cursor to a cell, or the nearest there is."""
        self.move_cursor(row=max(0, min(row, self.row_count - 1)), column=max(0, min(column, len(self.columns) - 1)),
                         animate=False)  # fmt: skip
