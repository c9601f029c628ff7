"""A file of this machine, chosen by typing its path or from the list of what is there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wizard.text import _
from wizard.tui.screens.dialogues import Dialogue
from wizard.tui.widgets.field import Line

MOST = 500  # entries of a folder that are listed


class ChooseFile(Dialogue[Path]):
    """Enter opens a folder and takes a file; Esc leaves it. Folders are read beside the screen, which never waits."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,ctrl+c", "close", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, start: Path, suffixes: Sequence[str]) -> None:
        super().__init__()
        self._title, self._start, self._suffixes = title, start, tuple(suffixes)
        self._read: tuple[str, list[str]] = ("", [])  # a folder, and what is in it

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue -tall"):
            yield Static(Content.styled(self._title, "bold"))
            yield Static(_("Type a path, or choose: Enter opens a folder and takes a file"))
            yield Line(_within(self._start), compact=True, id="sought", select_on_focus=False)
            yield Static(id="choose-word")
            yield OptionList(id="found", compact=True)

    def on_mount(self) -> None:
        self.query_one("#found", OptionList).can_focus = False
        self.query_one(Input).focus()
        self._look(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._word("")
        self._look(event.value)

    def _look(self, typed: str) -> None:
        self.run_worker(self._list(typed), exclusive=True, group="files")

    async def _list(self, typed: str) -> None:
        folder, _slash, part = typed.rpartition("/")
        folder = f"{folder}/"
        if self._read[0] != folder:
            self._read = (folder, await asyncio.to_thread(_entries, folder, self._suffixes))
        found = self.query_one("#found", OptionList)
        found.clear_options()
        above = [".."] if Path(folder).expanduser().absolute().parent != Path(folder).expanduser().absolute() else []
        for name in [*above, *self._read[1]]:
            if part.lower() in name.lower() and (name != ".." or not part):
                found.add_option(Option(Content(name if name != ".." else "../"), id=f"of-{found.option_count}"))
        first = 1 if above and not part and found.option_count > 1 else 0
        found.highlighted = first if found.option_count else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = Path(event.value).expanduser()
        found = self.query_one("#found", OptionList)
        folder, _slash, part = event.value.rpartition("/")
        if part and typed.is_file():
            self.dismiss(typed)
        elif found.highlighted is not None:
            self._take(folder, str(found.get_option_at_index(found.highlighted).prompt))
        else:
            self._word(_("there is no such file; correct the path, or delete a part of it to see what is there"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(self.query_one(Input).value.rpartition("/")[0], str(event.option.prompt))

    def _take(self, folder: str, name: str) -> None:
        path = Path(f"{folder}/").expanduser()
        if name == "../":
            self._go(path.absolute().parent)
        elif name.endswith("/"):
            self._go(path / name)
        else:
            self.dismiss(path / name)

    def _go(self, folder: Path) -> None:
        line = self.query_one(Input)
        line.value = _within(folder)
        line.cursor_position = len(line.value)

    def _word(self, words: str) -> None:
        self.query_one("#choose-word", Static).update(Content.styled(words, "$state-failed"))

    def action_move(self, by: int) -> None:
        found = self.query_one("#found", OptionList)
        if by > 0:
            found.action_cursor_down()
        else:
            found.action_cursor_up()

    def action_close(self) -> None:
        self.dismiss(None)


def _within(folder: Path) -> str:
    return f"{folder}".rstrip("/") + "/"


def _entries(folder: str, suffixes: tuple[str, ...]) -> list[str]:
    """Folders first, then the files that end so; hidden ones are left out. Empty where it cannot be read."""
    try:
        with os.scandir(Path(folder).expanduser()) as entries:
            found = [(not each.is_dir(), each.name) for each in entries if not each.name.startswith(".")]
    except OSError:
        return []
    names = [name if is_file else f"{name}/" for is_file, name in sorted(found)
             if not is_file or name.lower().endswith(suffixes)]  # fmt: skip
    return names[:MOST]
