"""The files that a `contract` command is given, read and written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from wizard import exits
from wizard.text import _

ENDINGS = (".yaml", ".yml")


class NotThere(Exception):  # noqa: N818 - told as it is
    """A file cannot be read or written; what, why, and what to do."""

    def __init__(self, what: str, why: str, next_action: str) -> None:
        super().__init__(what)
        self._said = (what, why, next_action)

    def tell(self) -> int:
        """Say it, and give the exit code."""
        what, why, next_action = self._said
        print(_("what: {text}", text=what), file=sys.stderr)
        print(_("why: {text}", text=why), file=sys.stderr)
        print(_("next: {text}", text=next_action), file=sys.stderr)
        return exits.INVALID


def found(given: Sequence[Path]) -> list[Path]:
    """The files named, and those in the folders named, in their order; none twice."""
    files: dict[Path, None] = {}
    for path in given:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix in ENDINGS and each.is_file())
            if not inside:
                raise NotThere(
                    _("{path} holds no contract", path=path),
                    _("no file in it ends in .yaml or .yml"),
                    _("name another folder, or a file"),
                )
            files |= dict.fromkeys(inside)
        elif path.is_file():
            files[path] = None
        else:
            raise absent(path)
    return list(files)


def absent(path: Path) -> NotThere:
    return NotThere(_("{path} cannot be read", path=path), _("there is no such file"), _("correct its path"))


def read(path: Path) -> str:
    """The text of a file; raises NotThere."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        why = _("it is not UTF-8")
        raise NotThere(_("{path} cannot be read", path=path), why, _("save it as UTF-8")) from error
    except FileNotFoundError as error:
        raise absent(path) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotThere(_("{path} cannot be read", path=path), why, _("correct its path")) from error


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet; raises NotThere."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise NotThere(
            _("{path} is there already", path=path),
            _("a contract that somebody wrote is not replaced"),
            _("name another file with --output, or take that one away"),
        ) from error
    except OSError as error:
        raise NotThere(
            _("{path} cannot be written", path=path),
            error.strerror or type(error).__name__,
            _("name a file in a folder that is there and yours, with --output"),
        ) from error
