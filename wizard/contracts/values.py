"""The type of a column whose values are text: what all of them are, with what speaks for it. One that is not of the
type keeps the column text, and is told: no row of the sample would go to the quarantine for a proposal of ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from math import isfinite

from lakehouse_jobs.contract.model import DECIMAL_COMMA, LogicalType
from lakehouse_jobs.contract.types import LOGICAL

from wizard.contracts import moments, names
from wizard.text import _, _n

ZERO = re.compile(r"[+-]?0\d+", re.ASCII)
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+", re.ASCII)
DOTTED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
NUMERIC = re.compile(r"[+-]?[\d.,]*\d[\d.,]*([eE][+-]?\d{1,3})?", re.ASCII)
LARGEST = 2**63 - 1
LONGEST = 20  # characters of it, with its sign
EXACT = 15  # digits that a double always keeps
WORDS = ({"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"})  # that a cast reads
OTHER_WORDS = ({"sim", "não"}, {"sim", "nao"}, {"s", "n"}, {"v", "f"}, {"on", "off"}, {"si", "no"}, {"ja", "nein"})
NULLS = ("NULL", "\\N", "#N/A", "N/A", "NA", "NaN", "nan", "null", "None", "nil", "-", "?", ".")
LOOKED_AT = 1000  # different values
NEARLY = 0.9  # so large a share of one type is told, though the column stays text


@dataclass(frozen=True, slots=True)
class Typed:
    type: LogicalType
    spark_type: str
    format: str | None = None
    why: tuple[str, ...] = ()


def text(*why: str) -> Typed:
    return Typed("string", "STRING", None, why)


def typed(values: Counter[str], name: str, *, comma_file: bool = False) -> Typed:
    """The type of trimmed values, none of them empty. `comma_file`: other columns have a decimal comma for certain."""
    if not values:
        return text()
    if all(NUMERIC.fullmatch(value) for value in values):
        return _number(values, name, comma_file)
    if found := _boolean(values):
        return found
    if all(moments.CLOCK.fullmatch(value) for value in values):
        return Typed("time", LOGICAL["time"], None, (_("times of day"),))
    moment = moments.told(values, packed=False)
    if moment is not None:
        return _moment(moment)
    return text(*_nearly(values))


def _moment(moment: moments.Moment) -> Typed:
    if moment.type is None:
        return text(*moment.why)
    iso = "yyyy-MM-dd" if moment.type == "date" else "yyyy-MM-dd HH:mm"
    shown = (_("all are as {pattern}", pattern=moment.format or iso), *moment.why)
    return Typed(moment.type, LOGICAL[moment.type], moment.format, shown)


def _number(values: Counter[str], name: str, comma_file: bool) -> Typed:  # noqa: PLR0911 - one return a kind
    if zeros := sum(n for value, n in values.items() if ZERO.fullmatch(value)):
        return text(_n("{n} begins with 0", "{n} begin with 0", zeros))
    if names.is_text(name):
        return text(_("digits that nobody calculates with, by the column's name"))
    if (moment := moments.told(values, packed=names.dates(name))) is not None:
        return _moment(moment)  # as 31.12.2025
    if all(WHOLE.fullmatch(value) for value in values):
        if any(len(value) > LONGEST or abs(int(value)) > LARGEST for value in values):
            return text(_("more digits than a whole number holds"))
        return Typed("integer", LOGICAL["integer"], None, (_("whole numbers"),))
    if comma_file and any(DOTTED.fullmatch(value) for value in values) and _is_dotted(values):
        return text(_("kept as text: 1.234 may be 1234, as other columns have a decimal comma"))
    if all(DECIMAL.fullmatch(value) for value in values):
        return _decimal(values, name)
    return _with_commas(values, name)


def _is_dotted(values: Counter[str]) -> bool:
    return all(DOTTED.fullmatch(value) or WHOLE.fullmatch(value) for value in values)


def _with_commas(values: Counter[str], name: str) -> Typed:
    if any("," in v for v in values) and all(GROUPED.fullmatch(v) or WHOLE.fullmatch(v) for v in values):
        if any("." in v or v.count(",") > 1 for v in values):
            return text(_("kept as text: commas part the thousands"))
        return text(_("kept as text: 1,234 may be 1234 or 1.234"))
    if all(COMMA.fullmatch(v) or WHOLE.fullmatch(v) or DOTTED.fullmatch(v) for v in values):
        found = _decimal(Counter({v.replace(".", "").replace(",", "."): n for v, n in values.items()}), name)
        return Typed("number", found.spark_type, DECIMAL_COMMA, (_("a decimal comma, as 1.234,56"), *found.why))
    return text()


def _decimal(values: Counter[str], name: str) -> Typed:
    """A double; a decimal where the values are money, or have more digits than a double keeps."""
    exponents = any("e" in value.lower() for value in values)
    if exponents and not all(isfinite(float(value)) for value in values):
        return text(_("more digits than a number holds"))
    parts = [value.lstrip("+-").partition(".") for value in values] if not exponents else []
    scale = max((len(part[2]) for part in parts), default=0)
    digits = max((len(part[0].lstrip("0")) for part in parts), default=0)
    if parts and names.money(name) and {len(part[2]) for part in parts} == {2} and digits <= 16:
        return Typed("number", "DECIMAL(18,2)", None, (_("always two decimals, and named like money"),))
    if parts and not all(map(_fits_double, values)):
        if scale <= 10 and digits <= 28:
            return Typed("number", "DECIMAL(38,10)", None, (_("more digits than a double keeps"),))
        return text(_("more digits than a number holds"))
    most = _n("at most {n} decimal", "at most {n} decimals", scale) if scale else _("numbers")
    return Typed("number", LOGICAL["number"], None, (_("written with an exponent") if exponents else most,))


def _fits_double(value: str) -> bool:
    """Whether a double gives back the digits as they are written."""
    if len(value) <= EXACT:
        return True
    number = float(value)  # written in full, as C does, or as short as it goes
    return Decimal(value) in (Decimal(repr(number)), Decimal(f"{number:.17g}"))


def _boolean(values: Counter[str]) -> Typed | None:
    seen = {value.lower() for value in values}
    for words in WORDS:
        if seen == words or (seen <= words and words == WORDS[0]):
            return Typed("boolean", LOGICAL["boolean"], None, (_("{words} only", words=", ".join(sorted(seen))),))
    for words in OTHER_WORDS:
        if seen == words:
            return text(_("kept as text: {words} only, which no cast reads", words=", ".join(sorted(seen))))
    return None


def _nearly(values: Counter[str]) -> tuple[str, ...]:
    """What most of them are, where a few are not."""
    first = list(islice(values, LOOKED_AT))
    total = sum(values.values())
    kinds: tuple[tuple[Callable[[str], bool], str], ...] = (
        (lambda value: WHOLE.fullmatch(value) is not None, _("whole numbers")),
        (lambda value: DECIMAL.fullmatch(value) is not None, _("numbers")),
        (lambda value: moments.told([value], packed=False) is not None, _("dates")),
    )
    for fits, words in kinds:
        # Most columns of text are far from it: a few values tell.
        if sum(map(fits, first)) < NEARLY / 2 * len(first):
            continue
        some = sum(n for value, n in values.items() if fits(value))
        if NEARLY <= some / total < 1:
            return (_("kept as text: {n} of {total} are {words}, the others not", n=some, total=total, words=words),)
    return ()


def null_word(columns: dict[str, Counter[str]]) -> str | None:
    """The one word of the file that stands for no value; None where none does. Columns by name, trimmed values.

    A word that may be a value (NA is Namibia) needs a column that would be numbers or dates without it."""
    best: tuple[int, str] | None = None
    for word in NULLS:
        there = {name: values for name, values in columns.items() if word in values}
        sure = [values[word] for name, values in there.items() if _typed_without(values, word, name)]
        certain = word in ("NULL", "\\N", "#N/A")
        score = sum(values[word] for values in there.values()) if sure or (certain and there) else 0
        if score and (best is None or score > best[0]):
            best = (score, word)
    return best[1] if best else None


def _typed_without(values: Counter[str], word: str, name: str) -> bool:
    others = Counter({value: n for value, n in values.items() if value != word})
    return bool(others) and typed(values, name).type == "string" and typed(others, name).type != "string"
