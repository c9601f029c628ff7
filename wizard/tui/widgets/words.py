"""A text that is told again and again, and drawn only when it is another."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class Words(Static):
    """As `Static`. What says the same does not lay the whole screen out anew: a run tells many times a second, and most
    of what stands on the screen stays as it was."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        before = self.content
        if not _same(before, content):
            super().update(content, layout=layout and not self._fits(before, content))

    def _fits(self, before: VisualType, now: VisualType) -> bool:
        """Whether both take the same place: a clock that goes on moves nothing."""
        lines, room = _lines(before), self.content_size.width
        width = self.styles.width
        if lines is None or (width is not None and width.is_auto) or not room:
            return False
        others = _lines(now)
        return others is not None and len(lines) == len(others) and max(lines + others) <= room


def _same(before: VisualType, now: VisualType) -> bool:
    """Whether both are the same text in the same colours; another kind of thing is told as another."""
    if isinstance(before, Content) and isinstance(now, Content):
        return before.is_same(now)
    return isinstance(before, str) and isinstance(now, str) and before == now


def _lines(text: VisualType) -> list[int] | None:
    """Cells of each line; None where it is no plain text."""
    plain = text.plain if isinstance(text, Content) else text
    return [cell_len(line) for line in plain.split("\n")] if isinstance(plain, str) else None
