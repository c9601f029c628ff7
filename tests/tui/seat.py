"""A person before the contracts screen, who has keys alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from lakehouse_jobs.contract.model import Model
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.scenes import loaded
from tests.tui.stage import Still, lines, until
from wizard.guided.desk import Desk, Entry
from wizard.guided.launch import Launch
from wizard.tui.screens.contracts import ContractsScreen
from wizard.tui.screens.dialogues import Pick
from wizard.tui.widgets.grid import Grid

COLUMN = {"name": 0, "type": 1, "key": 2, "null": 3, "pii": 4, "rule": 5, "seen": 6}  # of the table


@dataclass
class Seat:
    """A person before the contracts screen, who has keys alone."""

    app: Still
    pilot: Pilot[int]
    folder: Path

    @property
    def desk(self) -> Desk:
        assert self.app.store.desk is not None
        return self.app.store.desk

    @property
    def model(self) -> Model:
        """Of the first contract."""
        return self.model_of(self.desk.entries[0])

    @staticmethod
    def model_of(entry: Entry) -> Model:
        assert entry.draft is not None
        return entry.draft.model(0)

    @property
    def text(self) -> str:
        return " ".join(" ".join(lines(self.app)).split())

    async def sees(self, words: str) -> None:
        await until(self.pilot, lambda: words in self.text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def over(self, kind: type) -> None:
        """A dialogue stands over the screen, and has its focus."""
        await until(self.pilot, lambda: isinstance(self.app.screen, kind) and self.app.focused is not None)

    async def back(self) -> None:
        """No dialogue stands over the screen, and all was judged."""
        await until(self.pilot, lambda: isinstance(self.app.screen, ContractsScreen))
        await until(self.pilot, lambda: all(entry.current for entry in self.desk.entries))

    async def types(self, text: str) -> None:
        """Over what stands in the line that has the focus, then Enter."""
        await until(self.pilot, lambda: isinstance(self.app.focused, Input))
        await self.press("end", "ctrl+u", *("space" if char == " " else char for char in text), "enter")

    async def to_table(self) -> Grid:
        """By Tab, from wherever the focus is."""
        grid = self.app.screen.query_one(Grid)
        while self.app.focused is not grid:
            await self.press("tab")
        return grid

    async def to_cell(self, row: int, column: str) -> None:
        grid = await self.to_table()
        await self.press("ctrl+home", "home", *["down"] * row, *["right"] * COLUMN[column])
        await until(self.pilot, lambda: (grid.cursor_row, grid.cursor_column) == (row, COLUMN[column]))

    async def to_setting(self, label: str) -> None:
        """On the second page."""
        grid = await self.to_table()
        await self.press("ctrl+home")
        while str(grid.get_row_at(grid.cursor_row)[0]) != label:
            await self.press("down")
            await self.pilot.pause()

    async def choose(self, row: int, column: str, sought: str) -> None:
        """Enter on a cell, and the first choice that has the text in it."""
        await self.to_cell(row, column)
        await self.press("enter")
        await self.over(Pick)
        await self.press(*("space" if char == " " else char for char in sought), "enter")

    async def save(self) -> None:
        """Tab to the main button, and press it."""
        while getattr(self.app.focused, "act", None) != "save_contracts":
            await self.press("tab")
        await self.press("enter")

    @property
    def answers(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = yaml.safe_load((self.folder / "answers.yaml").read_text("utf-8"))
        return found


@asynccontextmanager
async def seated(
    folder: Path, events: list[object] | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Seat]:
    app = Still(Launch(folder, target="sandbox"), events or loaded(), "contracts")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        app.edit("contracts")
        await until(pilot, lambda: isinstance(app.screen, ContractsScreen) and app.screen.ready and app.focused)
        yield Seat(app, pilot, folder)
