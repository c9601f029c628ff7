"""JSON: an object a line, a list of objects, or one object; what is nested becomes nested columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any

from lakehouse_jobs.contract.model import Source

from wizard.contracts.frame import Column, Frame
from wizard.contracts.proposal import Unreadable
from wizard.contracts.sample import LIMIT, Sample, decoded
from wizard.contracts.values import Typed
from wizard.text import _


class Number(str):
    """A number as the file writes it: digits that no float keeps are seen, and one may have thousands of them."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)
SUFFIXES = (".json", ".jsonl", ".ndjson")


def looks_like(sample: Sample) -> bool:
    """By its name, or because its first line or all of it is JSON; a CSV may begin with a bracket too."""
    names = [suffix.lower() for suffix in sample.path.suffixes]
    if any(suffix in SUFFIXES for suffix in names):
        return True
    head = sample.content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith((b"{", b"[")) or any(suffix in (".csv", ".tsv", ".txt") for suffix in names):
        return False
    try:
        next(_objects(sample, decoded(sample).text)[0])
    except (Unreadable, StopIteration):
        return False
    return True


def frame(sample: Sample) -> Frame:
    """Raises Unreadable for what is no JSON or holds no objects."""
    found = decoded(sample)
    objects, multiline, words = _objects(sample, found.text)
    rows = list(objects)
    if not rows:
        raise Unreadable(
            _("{file} has no rows", file=sample.path.name),
            _("it holds no object"),
            _("name a file with some objects"),
        )
    source = Source(format="json", header=False, multiline=multiline, encoding=found.encoding)
    told = [words, found.words, *([_("compressed")] if sample.compressed else [])]
    if sample.cut:
        told.append(_("the first {n} MB only, of a larger file", n=LIMIT // 1024**2))
    return Frame(source, columns(rows), len(rows), tuple(told))


def _objects(sample: Sample, text: str) -> tuple[Iterator[dict[str, Any]], bool, str]:
    """The objects, whether a record may span lines, and how that is called."""
    start = text.lstrip()
    if start.startswith("["):
        return _listed(sample, text), True, _("one list of objects")
    first = next((line for line in text.split("\n") if line.strip()), "")
    try:
        DECODER.decode(first)
    except (JSONDecodeError, RecursionError):
        if sample.cut:
            raise _no_json(sample, 1, 1) from None
        return iter([_parsed(sample, text, 1)]), True, _("one object")
    return _lines(sample, text), False, _("an object a line")


def _lines(sample: Sample, text: str) -> Iterator[dict[str, Any]]:
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1] if sample.cut else lines, start=1):
        if line.strip():
            yield _parsed(sample, line, number)


def _parsed(sample: Sample, text: str, line: int) -> dict[str, Any]:
    try:
        found = DECODER.decode(text)
    except JSONDecodeError as error:
        raise _no_json(sample, line + error.lineno - 1, error.colno) from error
    except RecursionError as error:
        raise _no_json(sample, line, 1) from error
    return _object(sample, found, line)


def _object(sample: Sample, found: object, line: int) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Unreadable(
            _("{file} holds something else than objects", file=sample.path.name),
            _("a row is an object; in line {line} there is another thing", line=line),
            _('write each row as {example}', example='{"name": value}'),
        )  # fmt: skip
    return found


def _listed(sample: Sample, text: str) -> Iterator[dict[str, Any]]:
    """The objects of a list, of which the end may be cut off."""
    at = text.index("[") + 1
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text) or text[at] == "]":
            if not sample.cut and (at >= len(text) or text[at + 1 :].strip()):
                raise _no_json(sample, *_place(text, min(at, len(text) - 1)))
            return
        try:
            found, end = DECODER.raw_decode(text, at)
        except (JSONDecodeError, RecursionError) as error:
            if sample.cut:
                return
            place = error.pos if isinstance(error, JSONDecodeError) else at
            raise _no_json(sample, *_place(text, place)) from error
        yield _object(sample, found, _place(text, at)[0])
        at = end


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _no_json(sample: Sample, line: int, column: int) -> Unreadable:
    return Unreadable(
        _("{file} is no JSON", file=sample.path.name),
        _("line {line}, column {column} does not go on as JSON does", line=line, column=column),
        _("correct it there, or write it again with a tool that makes JSON"),
    )


def columns(rows: list[dict[str, Any]]) -> list[Column]:
    """A column for each key, in the order in which they come first."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return [column(key, [row.get(key) for row in rows]) for key in keys]


def column(name: str, found: list[Any]) -> Column:
    kinds = {_kind(value) for value in found if value is not None}
    cells = [None if value is None else _text(value) for value in found]
    if kinds == {"object"}:
        inner = [value for value in found if value is not None]
        return Column(name, cells, Typed("object", "STRING", None, (_("an object"),)), fields=columns(inner))
    if kinds == {"array"}:
        elements = [each for value in found if value is not None for each in value]
        return Column(name, cells, Typed("array", "STRING", None, (_("a list"),)), items=column("item", elements))
    if len(kinds) > 1 and kinds != {"number"}:
        return Column(name, cells, Typed("string", "STRING", None, (_("values of several kinds"),)))
    return Column(name, cells, textual=kinds == {"text"})


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Number):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "text"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
