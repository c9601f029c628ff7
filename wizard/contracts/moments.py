"""Dates and times of day, told from text. Which of day and month comes first is shown by evidence or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from wizard.text import _, _n

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([/.])(\d{2})\2(\d{2})", re.ASCII)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_SHORT = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})([ -])([A-Za-z]{3})\2(\d{4})", re.ASCII)
_NAMED_FIRST = re.compile(r"([A-Za-z]{3}) (\d{1,2})(,?) (\d{4})", re.ASCII)
_TIME = re.compile(r"([T ])([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?([.]\d{1,6})?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
LONGEST = 40  # characters of a date with its time and zone
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """`format` as Spark writes it; None for what a cast reads by itself. `type` None: no date can be told; `why`
    says so, and is evidence otherwise."""

    type: Literal["date", "timestamp"] | None
    format: str | None
    why: tuple[str, ...]


def told(values: Iterable[str], *, packed: bool) -> Moment | None:
    """What the values are if they look like dates, all of them; None if one does not. `packed`: 20250131 is one."""
    days, times = [], []
    for value in values:
        if len(value) > LONGEST or not any(map(str.isdigit, value[:7])):
            return None
        match = _TIME.search(value, 6) if ":" in value else None
        if match is not None and match.end() != len(value):
            return None
        days.append(value[: match.start()] if match else value)
        times.append(match)
    if not days:
        return None
    day = _day(days, packed)
    if day is None or day.type is None or not any(times):
        return day
    return _with_time(day, times)


def _day(days: list[str], packed: bool) -> Moment | None:  # noqa: PLR0911 - one return a way of writing
    if found := _all(_ISO, days):
        return _valid(found, (1, 2, 3), None, None)
    if found := _all(_YEAR_FIRST, days):
        separators = {match[2] for match in found}
        if len(separators) == 1:
            pattern = "yyyy{0}MM{0}dd".format(*separators)
            return _valid(found, (1, 3, 4), pattern, _("year, month, day"))
    if packed and (found := _all(_PACKED, days)):
        return _valid(found, (1, 2, 3), "yyyyMMdd", _("eight digits: year, month, day"))
    if found := _all(_YEAR_LAST, days):
        return _order(found)
    if found := _all(_NAMED, days):
        return _with_month(found, day=1, month=3, separator=2)
    if found := _all(_NAMED_FIRST, days):
        return _with_month(found, day=2, month=1, separator=3)
    if _all(_SHORT, days):
        return Moment(None, None, (_("kept as text: a year of two digits may be of either century"),))
    return None


def _all(pattern: re.Pattern[str], days: list[str]) -> list[re.Match[str]] | None:
    found = []
    for day in days:
        if (match := pattern.fullmatch(day)) is None:
            return None
        found.append(match)
    return found


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _valid(
    found: list[re.Match[str]], groups: tuple[int, int, int], pattern: str | None, words: str | None
) -> Moment | None:
    year, month, day = groups
    if not all(_is_day(match[year], match[month], match[day]) for match in found):
        return None
    return Moment("date", pattern, (words,) if words else ())


def _order(found: list[re.Match[str]]) -> Moment | None:
    """Day first or month first: a number above 12 says so. A dot parts them where the day comes first."""
    separators = {match[2] for match in found}
    if len(separators) != 1:
        return None
    separator = separators.pop()
    front = sum(int(match[1]) > 12 for match in found)
    behind = sum(int(match[3]) > 12 for match in found)
    if front and behind:
        return Moment(None, None, (_("kept as text: in some the day comes first, in others the month"),))
    if not front and not behind and separator != ".":
        return Moment(None, None, (_("kept as text: no number above 12 tells the day from the month"),))
    two = all(len(match[1]) == len(match[3]) == 2 for match in found)
    day, month = ("dd", "MM") if two else ("d", "M")
    if behind:
        why = _n("{n} date has a number above 12 in the middle: month, day, year",
                 "{n} dates have a number above 12 in the middle: month, day, year", behind)  # fmt: skip
        return _valid(found, (4, 1, 3), separator.join((month, day, "yyyy")), why)
    why = _("parted by dots: day, month, year")
    if front:
        why = _n("{n} date has a number above 12 in front: day, month, year",
                 "{n} dates have a number above 12 in front: day, month, year", front)  # fmt: skip
    return _valid(found, (4, 3, 1), separator.join((day, month, "yyyy")), why)


def _with_month(found: list[re.Match[str]], *, day: int, month: int, separator: int) -> Moment | None:
    separators = {match[separator] for match in found}
    # As Spark writes them: Jan, with a capital letter; other languages' months it does not read.
    known = all(match[month].lower() in MONTHS and match[month].istitle() for match in found)
    if len(separators) != 1 or not known:
        return None
    if not all(_is_day(match[4], str(MONTHS.index(match[month].lower()) + 1), match[day]) for match in found):
        return None
    mark = separators.pop()
    letters = "dd" if all(len(match[day]) == 2 for match in found) else "d"
    pattern = f"{letters}{mark}MMM{mark}yyyy" if month > day else f"MMM {letters}{mark} yyyy"
    return Moment("date", pattern, (_("the month is written as a word"),))


def _with_time(day: Moment, times: list[re.Match[str] | None]) -> Moment | None:
    zones = sum(match is not None and match[5] is not None for match in times)
    if zones in (0, len(times)):
        zone = _("with a time zone") if zones else _("without a time zone: the session's counts")
    else:
        zone = _("some without a time zone: the session's counts")
    if day.format is None:
        return Moment("timestamp", None, (*day.why, zone))
    shapes = {_clock(match) for match in times}
    shape = shapes.pop()
    if shapes or shape is None:
        return None  # one pattern reads one way of writing
    return Moment("timestamp", f"{day.format}{shape}", (*day.why, zone))


def _clock(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    fraction = f".{'S' * (len(match[4]) - 1)}" if match[4] else ""
    zone = "" if not match[5] else "XXX" if match[5] == "Z" or ":" in match[5] else "XX"
    return f"{' ' if match[1] == ' ' else chr(39) + 'T' + chr(39)}HH:mm{':ss' if match[3] else ''}{fraction}{zone}"
