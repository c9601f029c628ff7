"""A text that is told again and again, and drawn only when it is another."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class Words(Static):
    """As `Static`. What says the same does not lay the whole screen out anew: a run tells ten times a second, and most
    of what stands on the screen stays as it was."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        if not _same(self.content, content):
            super().update(content, layout=layout)


def _same(before: VisualType, now: VisualType) -> bool:
    """Whether both are the same text in the same colours; another kind of thing is told as another."""
    if isinstance(before, Content) and isinstance(now, Content):
        return before.is_same(now)
    return isinstance(before, str) and isinstance(now, str) and before == now
