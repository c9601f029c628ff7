"""How often a Quartz cron expression fires, for estimates."""

from __future__ import annotations

DAYS_A_MONTH = 365 / 12
_RANGES = {"second": (0, 59), "minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12)}
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def runs_a_month(cron: str) -> float | None:
    """Mean number of firings a month of `second minute hour day month weekday [year]`; None if not understood."""
    fields = cron.split()
    if len(fields) not in (6, 7):
        return None
    try:
        times = [_count(fields[i], *_RANGES[name]) for i, name in enumerate(("second", "minute", "hour"))]
        months = _count(_numbers(fields[4], _MONTHS, 1), 1, 12) / 12
        days = _days(fields[3], fields[5])
    except ValueError:
        return None
    return times[0] * times[1] * times[2] * days * months


def _days(day: str, weekday: str) -> float:
    """Mean days a month on which the two day fields fire; one of them is `?` or `*`."""
    if weekday not in ("?", "*"):
        if "#" in weekday or weekday.endswith("L"):
            return 1.0
        return _count(_numbers(weekday, _WEEKDAYS, 1), 1, 7) / 7 * DAYS_A_MONTH
    if day in ("?", "*"):
        return DAYS_A_MONTH
    if day.startswith("L") or day.endswith("W"):
        return 1.0
    return _count(day, 1, 31) * DAYS_A_MONTH / 31 if "/" in day else float(_count(day, 1, 31))


def _numbers(text: str, names: tuple[str, ...], first: int) -> str:
    for number, name in enumerate(names, first):
        text = text.upper().replace(name, str(number))
    return text


def _count(text: str, low: int, high: int) -> int:
    """How many values of low..high a field names: `*`, `a`, `a-b`, `x/step`, and lists of these."""
    values: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if span in ("*", "?"):
            start, end = low, high
        else:
            begin, dash, last = span.partition("-")
            start = int(begin)
            end = int(last) if dash else high if slash else start
        if not low <= start <= end <= high or (slash and int(step) < 1):
            raise ValueError(text)
        values.update(range(start, end + 1, int(step) if slash else 1))
    return len(values)
