"""Contracts in plain mode: proposed from a sample, opened in the person's editor, judged, named in the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.guided import editor
from wizard.prompts.questions import INFER, OPEN
from wizard.prompts.terminal import Terminal
from wizard.prompts.words import shortened
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder
from wizard.text import _, _n

if TYPE_CHECKING:
    from lakehouse_jobs.contract import Defect

    from wizard.guided.desk import Entry

SECTION, FILES = "contracts", "contracts.files"
TEMPLATE, BEGINNING = "template:", "account"


class ContractEditor:
    """What the section of the contracts offers beside its question."""

    def __init__(self, terminal: Terminal, folder: Folder, draft: Draft) -> None:
        self._terminal, self._folder, self._draft = terminal, folder, draft

    @property
    def offer(self) -> str:
        return _("`{open} FILE` opens a contract in your editor ($EDITOR) and judges it; a template becomes a copy "
                 "in contracts/. `{infer} FILE` proposes one from a sample (csv, json, parquet), which the first run "
                 "then brings in.", open=OPEN, infer=INFER)  # fmt: skip

    @property
    def deeds(self) -> dict[str, Callable[[str], None]]:
        """By their word: what is done with the rest of the line."""
        return {OPEN: self.open, INFER: self.infer}

    def infer(self, name: str) -> None:
        """Propose a contract from a sample, tell the evidence, write it into contracts/ and name both in the answers.
        What was proposed before, and stands among the answers untouched, stays there."""
        from wizard.contracts.infer import Unreadable, infer
        from wizard.guided.desk import Desk

        path = Path(name).expanduser()
        if not name:
            self._terminal.say(_("write the sample's path after the word, as `{word} sales.csv`", word=INFER))
            return
        try:
            found = infer(path)
        except Unreadable as unreadable:
            self._terminal.say(str(unreadable))
            return
        desk = Desk.of(self._folder, self._draft)
        entry = desk.propose(path, found)
        for line in entry.told:
            self._terminal.say(line)
        for told in _columns(entry):
            self._terminal.say(told)
        try:
            desk.save()
        except OSError as error:
            self._terminal.say(_("{path} cannot be written: {error}", path=error.filename, error=error.strerror))
            return
        self._terminal.say(_("wrote {file}: a proposal; look at types, key and PII before you use it",
                             file=entry.path))  # fmt: skip
        self._tell(entry.defects, entry.path)
        self._terminal.say(_("contracts.files names {spec}", spec=entry.path))

    def open(self, name: str) -> None:
        """Open the contract of that name, or the first; what is wrong with it is told when the editor has closed."""
        names = self._names()
        name = name or (names[0] if names else TEMPLATE + BEGINNING)
        path = self._file(name)
        if path is None:
            return
        if words := editor.edit(path):
            self._terminal.say(words)
        spec = str(path.relative_to(self._folder.root)) if path.is_relative_to(self._folder.root) else str(path)
        if self._judge(path) and spec != name:
            self._name(name, spec)

    def _names(self) -> list[str]:
        return [str(each) for each in self._draft.plain().get(SECTION, {}).get("files", ())]

    def _file(self, name: str) -> Path | None:
        """The file to edit; a template is copied into the folder first, and a new file begins as one."""
        from wizard import assets

        spec = Path(name if name.startswith(TEMPLATE) else TEMPLATE + BEGINNING)
        origin = assets.template(spec, "contracts", ".yaml")
        path = self._folder.contracts / origin.name
        if not name.startswith(TEMPLATE):
            path = self._folder.root / Path(name).expanduser()
            if path.suffix not in (".yaml", ".yml"):
                self._terminal.say(_("{name} is no contract file: its name ends in .yaml", name=shortened(name)))
                return None
        elif not origin.is_file():
            self._terminal.say(_("there is no {name}", name=shortened(name)))
            return None
        if not path.is_file():
            try:
                self._folder.write(path, origin.read_bytes(), mode=0o644)
            except OSError as error:
                self._terminal.say(_("{path} cannot be written: {error}", path=path, error=error.strerror))
                return None
        return path

    def _judge(self, path: Path) -> bool:
        from lakehouse_jobs.contract import check_file, load

        if self._tell(check_file(path, str(path)), path):
            return False
        models = ", ".join(model.name for model in load(path).models)
        self._terminal.say(_("{path} is a valid contract: {models}", path=path, models=models))
        return True

    def _tell(self, defects: Sequence[Defect], path: object) -> bool:
        """What is wrong, each with its place; whether anything is."""
        for defect in defects:
            self._terminal.say(str(defect))
        if defects:
            told = _n("{n} defect; open it again to correct", "{n} defects; open it again to correct", len(defects))
            self._terminal.say(told)
        return bool(defects)

    def _name(self, before: str, spec: str) -> None:
        """The answers name the file in place of what it came from."""
        names = self._names()
        names = [spec if name == before else name for name in names]
        self._draft.answer(FILES, ", ".join(repr(name) for name in [*dict.fromkeys([*names, spec])]))
        self._terminal.say(_("contracts.files names {spec}", spec=spec))


def _columns(entry: Entry) -> Iterator[str]:
    """A line a column: its type, what becomes of it, and what speaks for that."""
    from wizard.contracts.edit import shown_type

    assert entry.draft is not None
    for at, each in enumerate(entry.draft.model(0).fields):
        words = [each.name, shown_type(each)]
        words += [_("key {place}", place=each.key_position)] if each.key_position is not None else []
        words += [_("PII {how}", how=each.pii)] if each.pii is not None else []
        evidence = entry.draft.evidence(0, at)
        yield f"  {', '.join(words)}" + (f": {evidence}" if evidence else "")


def editors(terminal: Terminal, folder: Folder, draft: Draft) -> dict[str, ContractEditor]:
    """By section: what it offers beside its questions."""
    return {SECTION: ContractEditor(terminal, folder, draft)}
