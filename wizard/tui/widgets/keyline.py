"""The last line: the keys that mean something now."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from wizard.text import _
from wizard.tui.actions import View, key_line

NARROW, TINY = 110, 60  # columns


class KeyLine(Static):
    """Made from the table of actions; the rarest are dropped where there is no room."""

    def draw(self, view: View) -> None:
        columns = self.app.size.width
        most = 4 if columns < TINY else 6 if columns < NARROW else 9
        parts: list[Content | str | tuple[str, str]] = []
        used = 0
        for action in key_line(view, most):
            text = f" {_(action.text)}   "
            if used + len(action.key_name) + len(text) > columns and action.name != "palette":
                continue
            used += len(action.key_name) + len(text)
            parts += [(action.key_name, "bold"), text]
        self.update(Content.assemble(*parts))
