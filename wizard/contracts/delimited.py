"""CSV, as files have it: which delimiter, header or none, which cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, pairwise

from lakehouse_jobs.contract.model import Source

from wizard.contracts import names, personal, values
from wizard.contracts.frame import Column, Frame
from wizard.contracts.proposal import Unreadable
from wizard.contracts.sample import LIMIT, Sample, decoded
from wizard.text import N_, _, _n

# In this order where several fit: a comma stands in texts and numbers, the others hardly do.
DELIMITERS = {"\t": N_("tab"), "|": N_("bar"), ";": N_("semicolon"), ",": N_("comma")}
LOOKED_AT = 500  # records, to find the delimiter
YEAR = re.compile(r"(1[89]|20)\d\d")
NAME = re.compile(r"[^\W\d][\w .,:/()%#&+'°ºª$€£@*<>?!-]{0,127}")


@dataclass(frozen=True, slots=True)
class _Shape:
    fits: tuple[bool, float, int]
    delimiter: str


def frame(sample: Sample) -> Frame:
    """Raises Unreadable for a quote that is never closed and for what is no text."""
    found = decoded(sample)
    csv.field_size_limit(LIMIT)
    delimiter = _delimiter(found.text)
    records = _records(sample, found.text, delimiter)
    if not records:
        raise Unreadable(
            _("{file} has no rows", file=sample.path.name),
            _("it holds line breaks only"),
            _("name a file with a header and some rows"),
        )
    width = Counter(map(len, records)).most_common(1)[0][0]
    header = _has_header(records, width)
    called = _named(records[0]) if header else [f"column_{n}" for n in range(1, width + 1)]
    rows = records[1:] if header else records
    columns = [Column(name, [_cell(row, n) for row in rows]) for n, name in enumerate(called)]
    word = values.null_word({column.name: column.trimmed for column in columns})
    if word is not None:
        columns = [Column(c.name, [None if v == word else v for v in c.cells])
                   for c in columns]  # fmt: skip
    source = Source(
        format="csv", header=header, delimiter=delimiter, multiline=True, encoding=found.encoding, null_value=word
    )
    told = [_(DELIMITERS[delimiter]), _header_words(header, columns), found.words]
    told += _also(sample, rows, len(called), word)
    return Frame(source, columns, len(rows), tuple(told))


def _delimiter(text: str) -> str:
    """That which cuts most records into as many cells as the first has."""
    best = max((_shape(text, delimiter) for delimiter in DELIMITERS), key=lambda shape: shape.fits)
    return best.delimiter if best.fits[1] else ","


def _shape(text: str, delimiter: str) -> _Shape:
    try:
        records = [row for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT)
                   if row]  # fmt: skip
    except csv.Error:
        records = []
    widths = Counter(map(len, records))
    # The last record looked at may be cut off; two cells a record at least, or it parts nothing.
    width, share = widths.most_common(1)[0] if widths else (0, 0)
    if width < 2:
        return _Shape((False, 0.0, 0), delimiter)
    agrees = len(records[0]) == width
    return _Shape((agrees, round(share / len(records), 2), -list(DELIMITERS).index(delimiter)), delimiter)


def _records(sample: Sample, text: str, delimiter: str) -> list[list[str]]:
    _refuse_open_quote(sample, text, delimiter)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    return rows[:-1] if sample.cut and len(rows) > 1 else rows  # the last one is cut off in its midst


def _refuse_open_quote(sample: Sample, text: str, delimiter: str) -> None:
    if sample.cut or '"' not in text:
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begun = 1
    try:
        for _row in reader:
            begun = reader.line_num + 1
    except csv.Error as error:
        if "end of data" in str(error):
            raise Unreadable(
                _("{file} ends within quotes", file=sample.path.name),
                _("a quote in line {line} or after is never closed", line=begun),
                _('close it, or write a quote within a text twice: ""'),
            ) from error


def _has_header(records: list[list[str]], width: int) -> bool:
    """Whether the first record names the columns: by texts above numbers or dates, or by names that never come again
    below. A file of texts alone is taken to have one."""
    first, others = records[0], records[1:]
    if len(first) != width or not any(cell.strip() for cell in first):
        return False
    below = [Counter(row[n].strip() for row in others if n < len(row) and row[n].strip()) for n in range(width)]
    above = [cell.strip() for cell in first]
    kinds = [values.typed(cells, "").type for cells in below]
    against = [_is_value(cell) for cell in above]
    years = [cell for cell, is_one in zip(above, against, strict=True) if is_one]
    named = sum(bool(c) and not a and k != "string" for c, a, k in zip(above, against, kinds, strict=True))
    if named or (_years(years) and not any(_years([*cells]) for cells in below)):
        return True
    if any(against) or any(cell and cell in cells for cell, cells in zip(above, below, strict=True)):
        return False
    filled = [cell.lower() for cell in above if cell]
    return len(set(filled)) == len(filled) and all(NAME.fullmatch(cell) for cell in filled)


def _header_words(header: bool, columns: list[Column]) -> str:
    """Whether it is sure that the first record names the columns; of a file of texts alone, only its words can say."""
    if not header:
        return _("no header")
    if any(values.typed(column.trimmed, column.name).type != "string" for column in columns):
        return _("header")
    if any("_" in column.name or names.usual(column.name) for column in columns):
        return _("header")
    return _("header, as it seems: nothing but texts in this file")


def _years(cells: list[str]) -> bool:
    """Years as columns are called by them: two at least, one after the other."""
    if len(cells) < 2 or not all(YEAR.fullmatch(cell) for cell in cells):
        return False
    return len({int(later) - int(one) for one, later in pairwise(cells)}) == 1


def _is_value(cell: str) -> bool:
    """Whether it is a value for certain, which no column is called."""
    if not cell:
        return False
    return (
        values.typed(Counter([cell]), "").type != "string"
        or values.ZERO.fullmatch(cell) is not None
        or any(fits(cell) for fits in (personal.is_email, personal.is_cpf, personal.is_ip, personal.is_phone))
    )


def _named(header: list[str]) -> list[str]:
    """Names as the jobs give them: an empty one by its place, one that comes again with it."""
    found: list[str] = []
    seen: set[str] = set()
    for position, cell in enumerate(header, start=1):
        name = cell or f"_column_{position}"
        found.append(f"{name}__{position}" if name.lower() in seen else name)
        seen.add(found[-1].lower())
    return found


def _cell(row: list[str], position: int) -> str | None:
    return (row[position] or None) if position < len(row) else None


def _also(sample: Sample, rows: list[list[str]], width: int, word: str | None) -> list[str]:
    told = []
    if word is not None:
        told.append(_("{word} stands for no value", word=word))
    if sample.compressed:
        told.append(_("compressed"))
    if sample.cut:
        told.append(_("the first {n} MB only, of a larger file", n=LIMIT // 1024**2))
    if any("\n" in cell for row in rows for cell in row):
        told.append(_("cells with line breaks"))
    if other := sum(len(row) != width for row in rows):
        told.append(
            _n("{n} row has another number of cells; what fits no column goes to the rescued data",
               "{n} rows have another number of cells; what fits no column goes to the rescued data", other)
        )  # fmt: skip
    return told
