"""Writes the catalogs of wizard/locale from the code (`make messages`): what is new comes in without a translation,
what is gone goes out. tests/test_locale.py holds them complete and current."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "wizard" / "locale"
MARKS = ("_", "_n", "N_")
TOLD_BY_FIELDS = ("description",)  # of a pydantic Field: what a form shows of a question
EXTRAS = ("why", "cost")
TOLD_BY_PROBLEMS = ("what", "why", "why_found", "next_action", "who")  # of an entry of problems.yaml
HEADER = "# The texts of Lakehouse Wizard. Written by scripts/messages.py."
# What argparse says by itself, in Python 3.11 to 3.13.
ARGPARSE = (
    "usage: ",
    "positional arguments",
    "options",
    "show this help message and exit",
    "show program's version number and exit",
    "%(prog)s: error: %(message)s\n",
    "the following arguments are required: %s",
    "unrecognized arguments: %s",
    "expected one argument",
    "expected at most one argument",
    "expected at least one argument",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "invalid %(type)s value: %(value)r",
    "argument %(argument_name)s: %(message)s",
    "ambiguous option: %(option)s could match %(matches)s",
    "ignored explicit argument %r",
    "not allowed with argument %s",
)


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the code. `many`: its plural, where it has one. `line` is 0 where it has none."""

    text: str
    many: str | None
    path: str
    line: int


def messages() -> list[Message]:
    """Every text that is to be translated, file by file."""
    found: list[Message] = []
    for path in sorted((ROOT / "wizard").rglob("*.py")):
        found += _of_module(path)
    for path in sorted((ROOT / "wizard").rglob("problems.yaml")):
        found += _of_problems(path)
    return found + [Message(text, None, "argparse", 0) for text in ARGPARSE]


def _of_module(path: Path) -> Iterator[Message]:
    where = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            texts = [constant(argument) for argument in node.args[: 2 if node.func.id == "_n" else 1]]
            if texts and texts[0]:
                yield Message(texts[0], texts[1] if len(texts) > 1 else None, where, node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Field":
            for text in _of_field(node):
                yield Message(text, None, where, node.lineno)
        elif isinstance(node, ast.ClassDef) and ast.get_docstring(node) and _asks(node.name):
            yield Message(" ".join(str(ast.get_docstring(node)).split()), None, where, node.lineno)
            for key in _keys(node):
                yield Message(key.replace("_", " ").capitalize(), None, where, node.lineno)


def _asks(name: str) -> bool:
    """Whether a class is a section of the answers; its docstring is shown above the questions."""
    return name.endswith("Questions") and name != "Questions"


def _keys(node: ast.ClassDef) -> Iterator[str]:
    """The section's key and those of its questions, as `wizard.text.named` reads them."""
    yield re.sub("([A-Z])", r"_\1", node.name.removesuffix("Questions")).lstrip("_").lower()
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and not part.target.id.startswith("_"):
            yield part.target.id


def _of_field(node: ast.Call) -> Iterator[str]:
    for keyword in node.keywords:
        if keyword.arg in TOLD_BY_FIELDS and (text := constant(keyword.value)):
            yield text
        if keyword.arg == "json_schema_extra" and isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in EXTRAS and (text := constant(value)):
                    yield text


def constant(node: ast.expr) -> str | None:
    """The text of a literal, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _of_problems(path: Path) -> Iterator[Message]:
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in entries:
        for key in TOLD_BY_PROBLEMS:
            if entry.get(key):
                yield Message(entry[key], None, path.relative_to(ROOT).as_posix(), 0)


class Book(Catalog):
    """A catalog whose header says nothing of when it was written: the same texts make the same file."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "lakehouse-wizard"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def renewed(language: str) -> Book:
    """The texts of the code with the translations that the catalog has."""
    with po(language).open("rb") as file:
        kept = {_key(message.id): message.string for message in read_po(file, locale=language)}
    book = Book(
        locale=language, fuzzy=False, header_comment="# The texts of Lakehouse Wizard. Written by scripts/messages.py."
    )
    for message in messages():
        identity = (message.text, message.many) if message.many else message.text
        book.add(identity, kept.get(message.text, ""), locations=[(message.path, message.line)])
    return book


def _key(identity: Any) -> str:
    return identity if isinstance(identity, str) else identity[0]


def po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "wizard.po"


def as_po(book: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, book, width=118, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def as_mo(book: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, book)
    return out.getvalue()


def languages() -> list[str]:
    return sorted(path.parents[1].name for path in LOCALE.glob("*/LC_MESSAGES/wizard.po"))


def main() -> int:
    """Write both files of every language, and say what is left to translate. Exit code 1 if something is."""
    left = 0
    for language in languages():
        book = renewed(language)
        po(language).write_bytes(as_po(book))
        po(language).with_suffix(".mo").write_bytes(as_mo(book))
        untranslated = [message for message in book if message.id and not all(_forms(message.string))]
        left += len(untranslated)
        print(f"{language}: {len(book)} texts, {len(untranslated)} without a translation")
    return 1 if left else 0


def _forms(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string) or ("",)


if __name__ == "__main__":
    sys.exit(main())
