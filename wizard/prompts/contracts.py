"""Contracts in plain mode: opened in the person's editor, judged when it closes, and named in the answers."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from wizard.prompts.questions import OPEN
from wizard.prompts.terminal import Terminal
from wizard.prompts.words import shortened
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder
from wizard.text import _, _n

SECTION, FILES = "contracts", "contracts.files"
TEMPLATE, BEGINNING = "template:", "account"
EDITORS = ("VISUAL", "EDITOR")


class ContractEditor:
    """What the section of the contracts offers beside its question."""

    def __init__(self, terminal: Terminal, folder: Folder, draft: Draft) -> None:
        self._terminal, self._folder, self._draft = terminal, folder, draft

    @property
    def offer(self) -> str:
        return _("`{word} FILE` opens a contract in your editor ($EDITOR) and judges it; a template becomes a copy "
                 "in contracts/.", word=OPEN)  # fmt: skip

    def open(self, name: str) -> None:
        """Open the contract of that name, or the first; what is wrong with it is told when the editor has closed."""
        names = self._names()
        name = name or (names[0] if names else TEMPLATE + BEGINNING)
        path = self._file(name)
        if path is None:
            return
        editor = next(filter(None, (os.environ.get(variable) for variable in EDITORS)), "vi")
        try:
            code = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode
        except (OSError, ValueError) as error:
            self._terminal.say(_("the editor {editor} cannot be started: {error}; set EDITOR, or write {path} yourself",
                                 editor=editor, error=error, path=path))  # fmt: skip
            return
        if code:
            self._terminal.say(_("the editor ended with {code}; the file stays as it left it", code=code))
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

        defects = check_file(path, str(path))
        for defect in defects:
            self._terminal.say(str(defect))
        if defects:
            told = _n("{n} defect; open it again to correct", "{n} defects; open it again to correct", len(defects))
            self._terminal.say(told)
            return False
        models = ", ".join(model.name for model in load(path).models)
        self._terminal.say(_("{path} is a valid contract: {models}", path=path, models=models))
        return True

    def _name(self, before: str, spec: str) -> None:
        """The answers name the file in place of what it came from."""
        names = self._names()
        names = [spec if name == before else name for name in names]
        self._draft.answer(FILES, ", ".join(repr(name) for name in [*dict.fromkeys([*names, spec])]))
        self._terminal.say(_("contracts.files names {spec}", spec=spec))


def editors(terminal: Terminal, folder: Folder, draft: Draft) -> dict[str, ContractEditor]:
    """By section: what it offers beside its questions."""
    return {SECTION: ContractEditor(terminal, folder, draft)}
