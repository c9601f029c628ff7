"""The lines of a log: their numbers and places, however many came and went, against plain lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wizard.tui.lines import LEVELS, Lines, LogEntry

AT = datetime(2026, 1, 1, tzinfo=UTC)
MOST = 10


def filled(count: int) -> tuple[Lines, list[LogEntry]]:
    """Lines of every level in turn, and the same as a list of all that ever came."""
    lines = Lines(MOST)
    every = [LogEntry(AT, LEVELS[(number * 7) % 5 % 4], f"line {number}") for number in range(count)]
    for entry in every:
        lines.append(entry)
    return lines, every


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 1, 3 * MOST + 4])
def test_places_stay_while_older_lines_go(count: int, level: str) -> None:
    lines, every = filled(count)
    shown = LEVELS[LEVELS.index(level) :]
    wanted = dict(enumerate(entry for entry in every if entry.level in shown))
    kept = {place: entry for place, entry in wanted.items() if entry in every[-MOST:]}
    assert (lines.begin(level), lines.end(level)) == (len(wanted) - len(kept), len(wanted))
    assert {place: lines.at(level, place) for place in kept} == kept
    assert dict(lines.between(level, 0, count)) == kept
    assert [*lines.backwards(level, 0, count)] == [*kept.items()][::-1]
    for first in kept:
        two = [pair for pair in kept.items() if pair[0] in (first, first + 1)]
        assert [*lines.between(level, first, first + 2)] == two
        assert [*lines.backwards(level, first, first + 2)] == two[::-1]


def test_what_is_gone_has_no_line() -> None:
    lines, _every = filled(2 * MOST)
    with pytest.raises(IndexError):
        lines.at("debug", MOST - 1)
    assert lines.at("debug", MOST) is lines[0]


def test_it_counts_all_that_came_and_knows_the_widest_in_cells() -> None:
    lines, every = filled(2 * MOST)
    assert (len(lines), lines.came, [*lines]) == (MOST, 2 * MOST, every[-MOST:])
    lines.append(LogEntry(AT, "info", "日本" * 10))
    assert lines.widest == 40
