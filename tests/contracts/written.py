"""Samples as property tests write them: typed columns, in any delimiter and encoding, and what they are."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "utf-8-sig", "iso-8859-1", "cp1252", "utf-16")
LETTERS = "abcxyz ABC áéíóúãõâêôçÁÉ'\""
FIRST = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type, and how its values are written; `sure` is one that tells the type from its neighbours."""

    type: str
    format: str | None
    values: st.SearchStrategy[str]
    sure: str


def _day(pattern: str) -> st.SearchStrategy[str]:
    return st.integers(0, 30_000).map(lambda days: (FIRST + timedelta(days)).strftime(pattern))


def _moment(pattern: str) -> st.SearchStrategy[str]:
    start = datetime(1970, 1, 1)
    return st.integers(0, 2_000_000_000).map(lambda seconds: (start + timedelta(seconds=seconds)).strftime(pattern))


def _number(mark: str) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(("", "-")), st.integers(0, 10**9), st.integers(0, 99)).map(
        lambda parts: f"{parts[0]}{parts[1]}{mark}{parts[2]:02d}"
    )


NUMBERS = st.integers(-(10**12), 10**12).map(str)
TYPED = (
    Kind("integer", None, NUMBERS, "1234567"),
    Kind("string", None, st.integers(0, 10**6).map(lambda n: f"{n:09d}"), "000000007"),
    Kind("number", None, _number("."), "1.25"),
    Kind("number", "0,0", _number(","), "1.234,56"),
    Kind("boolean", None, st.sampled_from(("true", "false")), "true"),
    Kind("date", None, _day("%Y-%m-%d"), "2025-01-31"),
    Kind("date", "dd/MM/yyyy", _day("%d/%m/%Y"), "31/01/2025"),
    Kind("date", "MM-dd-yyyy", _day("%m-%d-%Y"), "01-31-2025"),
    Kind("date", "dd.MM.yyyy", _day("%d.%m.%Y"), "01.02.2025"),
    Kind("date", "yyyy/MM/dd", _day("%Y/%m/%d"), "2025/01/31"),
    Kind("timestamp", None, _moment("%Y-%m-%dT%H:%M:%SZ"), "2025-01-31T10:00:00Z"),
    Kind("timestamp", "dd/MM/yyyy HH:mm", _moment("%d/%m/%Y %H:%M"), "31/01/2025 10:00"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """One file, and what was written into it: column -> type and format."""

    rows: tuple[tuple[str | None, ...], ...]
    kinds: tuple[tuple[str, str | None], ...]
    delimiter: str
    encoding: str
    header: bool
    content: bytes
    compressed: bool

    def put(self, folder: Path) -> Path:
        path = folder / ("sample.csv.gz" if self.compressed else "sample.csv")
        path.write_bytes(gzip.compress(self.content) if self.compressed else self.content)
        return path

    @property
    def text(self) -> str:
        return self.content.decode(self.encoding)


@st.composite
def files(draw: st.DrawFn) -> Written:
    """Two columns at least. Without a header one of them is no text, or nothing could tell it."""
    delimiter, encoding = draw(st.sampled_from(DELIMITERS)), draw(st.sampled_from(ENCODINGS))
    header = draw(st.booleans())
    # Without a header, another delimiter in a text that needs no quotes for it could be the true one.
    others = (*DELIMITERS, "\n") if header else (delimiter, "\n")
    texts = st.text(LETTERS + "".join(others), max_size=12).map(lambda text: f"x{text}x")
    text = Kind("string", None, texts, "xyx")
    kinds = [draw(st.sampled_from(TYPED)), *draw(st.lists(st.sampled_from((*TYPED, text)), min_size=1, max_size=5))]
    count = draw(st.integers(1, 12))
    columns = [[kind.sure, *draw(st.lists(st.one_of(st.none(), kind.values), min_size=count, max_size=count))]
               for kind in kinds]  # fmt: skip
    rows = tuple(zip(*columns, strict=True))
    out = io.StringIO(newline="")
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    ending = draw(st.sampled_from(("\n", "\r\n")))
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([[f"h{n}" for n in range(len(kinds))]] if header else [])
    writer.writerows(rows)
    content = out.getvalue().encode(encoding)
    kinds_told = tuple((kind.type, kind.format) for kind in kinds)
    return Written(rows, kinds_told, delimiter, encoding, header, content, draw(st.booleans()))
