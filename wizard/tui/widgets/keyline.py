"""The last line: the keys that mean something now."""

from __future__ import annotations

from textual.content import Content

from wizard.text import _
from wizard.tui.actions import Action, View, key_line
from wizard.tui.widgets.words import Words

NARROW, TINY = 110, 60  # columns
LOG = ("pause", "find", "find_next", "level", "copy_link", "save_log")  # what the log in full height is read with


def _cells(action: Action) -> int:
    return len(action.key_name) + len(_(action.text)) + 4


class KeyLine(Words):
    """Made from the table of actions; the rarest are dropped where there is no room."""

    def draw(self, view: View) -> None:
        columns = self.app.size.width
        most = 4 if columns < TINY else 6 if columns < NARROW else 9
        parts: list[Content | str | tuple[str, str]] = []
        *some, about, last = key_line(view, most, LOG if self.screen.has_class("-log") else ())
        room = columns - 2 - _cells(about) - _cells(last)
        for action in some:
            if _cells(action) <= room:
                room -= _cells(action)
                parts += [(action.key_name, "bold"), f" {_(action.text)}   "]
        for action in (about, last):
            parts += [(action.key_name, "bold"), f" {_(action.text)}   "]
        self.update(Content.assemble(*parts))
