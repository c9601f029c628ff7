"""Scrollbars of whole cells, so that a terminal that knows ASCII alone can draw them."""

from __future__ import annotations

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender

from wizard.tui.symbols import Symbols


class WholeCells(ScrollBarRender):
    """The thumb is reversed blanks; no part of a cell is drawn."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


def choose(symbols: Symbols) -> None:
    """For all scrollbars of the app."""
    ScrollBar.renderer = WholeCells if symbols.ascii else ScrollBarRender
