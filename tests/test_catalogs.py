"""Every catalog is complete and of today: nothing untranslated, unsure or left over, and the compiled file its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from scripts.messages import MARKS, Book, as_mo, as_po, languages, messages, po, renewed
from tests.test_locale import PLACEHOLDER, modules

RENEW = "run: make messages, and translate what it names"
# What people read, by the call it is an argument of: these take text of `_` alone.
TOLD = ("print", "Problem", "Finding", "Guide", "say", "progress", "waiting", "StepFailed", "Unusable")
PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
STYLES = {"bold underline"}


@pytest.fixture(params=languages())
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def sources(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def texts(book: Book) -> list[Message]:
    return [message for message in book if message.id]


def test_every_text_is_translated(language: str) -> None:
    assert [message.id for message in texts(renewed(language)) if not all(forms(message)) or not forms(message)] == []


def test_no_translation_is_unsure(language: str) -> None:
    assert [message.id for message in texts(renewed(language)) if message.fuzzy] == []


def test_no_translation_outlives_its_text(language: str) -> None:
    with po(language).open("rb") as file:
        kept = {sources(message)[0] for message in read_po(file, locale=language) if message.id}
    assert kept == {message.text for message in messages()}, RENEW


def test_placeholders_are_the_same(language: str) -> None:
    differ = []
    for message in texts(renewed(language)):
        source = sources(message)[-1]
        for form in forms(message):
            wanted, found = sorted(PLACEHOLDER.findall(source)), sorted(PLACEHOLDER.findall(form))
            singular = len(forms(message)) > 1 and set(wanted) - {"{n}"} <= set(found) <= set(wanted)
            if wanted != found and not singular:
                differ.append((source, form))
    assert differ == []


def test_blanks_at_the_ends_are_the_same(language: str) -> None:
    differ = [
        source
        for message in texts(renewed(language))
        for source, form in zip(sources(message), forms(message), strict=True)
        if (source[:1].isspace(), source[-1:].isspace()) != (form[:1].isspace(), form[-1:].isspace())
    ]
    assert differ == []


def test_both_files_are_current(language: str) -> None:
    assert po(language).read_bytes() == as_po(renewed(language)), RENEW
    assert po(language).with_suffix(".mo").read_bytes() == as_mo(renewed(language)), RENEW


def test_nothing_that_is_told_is_a_bare_literal() -> None:
    """A sentence given to people must pass through `_`, `_n` or `N_`."""
    bare = [found for path in modules() for found in _bare(path)]
    assert bare == []


def _bare(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in TOLD:
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                found += [f"{path}:{text.lineno} {text.value!r}" for text in _literals(argument)]
    return found


def _literals(node: ast.AST) -> list[ast.Constant]:
    """The sentences below a node that no mark holds."""
    if isinstance(node, ast.Call) and _name(node.func) in MARKS:
        return []
    if isinstance(node, ast.Constant):
        return [node] if _is_prose(node.value) else []
    return [each for child in ast.iter_child_nodes(node) for each in _literals(child)]


def _is_prose(value: object) -> bool:
    return isinstance(value, str) and value not in STYLES and PROSE.search(value) is not None


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
