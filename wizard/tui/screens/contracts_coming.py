"""What comes onto the contracts screen: new, from a sample, taken over, or from the person's own editor."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from textual.app import SuspendNotSupported
from textual.content import Content

from wizard.contracts.proposal import Unreadable
from wizard.guided import editor
from wizard.guided.desk import SUFFIXES, Desk, Entry, Unusable
from wizard.text import _
from wizard.tui import contracts_deeds as deeds
from wizard.tui.screens.base import Drawn
from wizard.tui.screens.contracts_ask import Asker
from wizard.tui.screens.dialogues import Show
from wizard.tui.screens.files import ChooseFile

SAMPLES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".gz")


class Coming(Drawn):
    """The part of the screen that brings contracts onto the desk."""

    @property
    def desk(self) -> Desk:
        return cast("Desk", self.wizard.store.desk)

    @property
    def here(self) -> tuple[Entry | None, int]:
        """The contract and the model in view."""
        raise NotImplementedError

    def choose(self, entry: Entry) -> None:
        """Show an entry."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """Tell what came of the last deed."""
        raise NotImplementedError

    def do_new_contract(self) -> None:
        self.run_worker(self._new(), exclusive=True, group="edit")

    async def _new(self) -> None:
        desk, asker = self.desk, Asker(self, self.wizard.symbols, deeds.blank(), 0)
        about = _("The name of its table in bronze and in silver.")
        name = await asker.type_in(_("New contract"), about, "", lambda text: deeds.refusal(desk, text))
        if name is not None:
            self.choose(desk.new(name))

    def do_from_file(self) -> None:
        self.run_worker(self._from_file(), exclusive=True, group="edit")

    async def _from_file(self) -> None:
        title = _("From which sample? csv, json or parquet")
        path = await self.app.push_screen_wait(ChooseFile(title, Path.cwd(), SAMPLES))
        if path is None:
            return
        self.say(_("reading {path}", path=path.name))
        try:
            entry = await asyncio.to_thread(deeds.propose, self.desk, path)
        except Unreadable as unreadable:
            self.say("")
            self.app.push_screen(Show(_("It cannot be read"), Content(str(unreadable))))
            return
        self.choose(entry)

    def do_import_contract(self) -> None:
        self.run_worker(self._import(), exclusive=True, group="edit")

    async def _import(self) -> None:
        path = await self.app.push_screen_wait(ChooseFile(_("Take over which contract?"), Path.cwd(), SUFFIXES))
        if path is None:
            return
        try:
            entry = await asyncio.to_thread(self.desk.bring, path)
        except Unusable as unusable:
            self.app.push_screen(Show(_("It cannot be read"), Content(str(unusable))))
            return
        self.choose(entry)
        lines = [*entry.told, *entry.form, *map(str, entry.defects)]
        self.app.push_screen(Show(_("Taken over: {name}", name=entry.name), Content("\n".join(lines))))

    def _look_at_sample(self) -> None:
        """What the first run's sample holds, beside the columns; nothing where it is not there, or cannot be read."""
        entry, number = self.here
        if entry is not None and entry.draft is not None and number not in entry.rows:
            self.run_worker(self._seen(entry, number), exclusive=True, group="seen")

    async def _seen(self, entry: Entry, number: int) -> None:
        await asyncio.to_thread(deeds.look, self.desk, entry, number)
        self.draw()

    def do_open_editor(self) -> None:
        """The editor has the terminal until it ends; what it leaves is read again."""
        entry, _number = self.here
        if entry is None:
            return
        entry.judge()
        try:
            path = deeds.lay_out(self.desk, entry)
            with self.app.suspend():
                words = editor.edit(path, entry.path)
            text = path.read_text(encoding="utf-8")
        except SuspendNotSupported:
            words = _(
                "this terminal cannot be given to an editor; save, and edit {path} beside the app", path=entry.path
            )
            self.say(words)
            return
        except (OSError, UnicodeDecodeError) as error:
            self.say(_("{path} cannot be read: {reason}", path=entry.path, reason=str(error)))
            return
        if text != entry.text:
            self.desk.rewrite(entry, text)
        self.choose(entry)
        self.say(words)
