"""Draws docs/images/layers.svg: where rows are, which counts say how many, and where personal data are in clear.
The counts are those of a run's record; a test holds the picture current."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path

from lakehouse_jobs.records import RunRecord

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "layers.svg"
WIDTH, HEIGHT = 1010, 432
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"
GROUND, LINE, TEXT, SOFT = "#14181d", "#6b7783", "#e6e9ec", "#a9b3bd"
CLEAR, SAFE = "#d9a441", "#5fb98a"
LINES = 19  # between the lines of a box


@dataclass(frozen=True, slots=True)
class Box:
    """Place and size in units of the picture; the first line is the heading."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    colour: str = LINE
    dashed: bool = False

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


LANDING = Box(20, 78, 170, 128, ("landing", "files as delivered"), CLEAR)
BRONZE = Box(270, 78, 200, 128, ("bronze", "every row, as text", "only appended to", "_rescued_data, _load"), CLEAR)
SILVER = Box(560, 78, 200, 128, ("silver", "typed by the contract", "judged by its rules", "a row a key, or all"), SAFE)
GOLD = Box(830, 78, 160, 128, ("gold", "made from silver", "by jobs of yours"), SAFE, dashed=True)
REFUSED = Box(20, 290, 170, 92, ("refused files", "named, with why", "the others go on"))
COUNTED = Box(270, 290, 200, 92, ("left behind, counted", "duplicates, stale", "discarded, deleted"))
ASIDE = Box(560, 290, 200, 92, ("quarantine", "which rules, which run", "protected as silver is"), SAFE)
BOXES = (LANDING, BRONZE, SILVER, GOLD, REFUSED, COUNTED, ASIDE)
SUMS = (
    ("listed", ("files", "refused")),
    ("read", ("bronze",)),
    ("taken", ("valid", "quarantined", "duplicates", "stale", "discarded", "deleted")),
)


def svg() -> str:
    """The whole picture; the same text each time."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>The layers: landing, bronze, silver, quarantine, gold, and what each count means</title>",
        f"<style>text{{font:14px {FONT};fill:{TEXT}}}.h{{font-weight:700}}.s{{fill:{SOFT}}}",
        ".m{text-anchor:middle}.k{font-size:12px}</style>",
        f'<defs><marker id="a" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">'
        f'<path d="M0 0L9 4L0 8z" fill="{SOFT}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{GROUND}" stroke="{LINE}"/>',
        *_band(LANDING.x, BRONZE.x + BRONZE.width, CLEAR, "personal data in clear (bronze: masked on request)"),
        *_band(SILVER.x, GOLD.x + GOLD.width, SAFE, "protected: hashed, masked or redacted"),
        *(part for box in BOXES for part in _box(box)),
        *_across(LANDING, BRONZE, "read", "checkpoint", "which files"),
        *_across(BRONZE, SILVER, "valid", "ledger", "which loads"),
        *_across(SILVER, GOLD, "", "", ""),
        *_down(LANDING, REFUSED, "refused"),
        *_down(BRONZE, COUNTED, "taken, not promoted"),
        *_aside(),
        *_sums(),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _word(x: float, y: float, text: str, style: str = "") -> str:
    how = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{how}>{escape(text)}</text>'


def _band(left: int, right: int, colour: str, text: str) -> list[str]:
    line = f'<path d="M{left} 50H{right}" stroke="{colour}" stroke-width="4" stroke-linecap="round"/>'
    return [line, _word((left + right) / 2, 38, text, "m")]


def _box(box: Box) -> list[str]:
    dashes = ' stroke-dasharray="6 5"' if box.dashed else ""
    frame = (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8" fill="none" '
        f'stroke="{box.colour}" stroke-width="1.5"{dashes}/>'
    )
    heading = _word(box.x + 14, box.y + 27, box.lines[0], "h")
    rest = [_word(box.x + 14, box.y + 32 + LINES * n, text, "s") for n, text in enumerate(box.lines[1:], start=1)]
    return [frame, heading, *rest]


def _arrow(path: str) -> str:
    return f'<path d="{path}" stroke="{SOFT}" stroke-width="1.5" fill="none" marker-end="url(#a)"/>'


def _across(one: Box, other: Box, count: str, state: str, of: str) -> list[str]:
    """An arrow to the right: above it the count, below what remembers how far it went."""
    left, right = one.x + one.width + 4, other.x - 4
    middle = (left + right) / 2
    words = [(count, one.middle - 9, "m h"), (state, one.middle + 19, "m s k"), (of, one.middle + 34, "m s k")]
    return [_arrow(f"M{left} {one.middle}H{right}"), *(_word(middle, y, text, how) for text, y, how in words if text)]


def _down(one: Box, other: Box, count: str) -> list[str]:
    x, top = one.x + 40, one.y + one.height + 4
    return [_arrow(f"M{x} {top}V{other.y - 4}"), _word(x + 12, (top + other.y) / 2 + 3, count)]


def _aside() -> list[str]:
    """From bronze to the quarantine."""
    x, top, bottom = BRONZE.x + BRONZE.width - 22, BRONZE.y + BRONZE.height + 4, ASIDE.middle
    way = f"M{x} {top}V{top + 22}H{ASIDE.x - 34}V{bottom}H{ASIDE.x - 4}"
    return [_arrow(way), _word(ASIDE.x - 24, bottom - 68, "quarantined")]


def _sums() -> list[str]:
    """What every run proves."""
    known = {each.name for each in fields(RunRecord)}
    said = [f"{whole} = {' + '.join(parts)}" for whole, parts in SUMS]
    if strange := {name for whole, parts in SUMS for name in (whole, *parts)} - known:
        raise ValueError(f"a run's record has no {', '.join(sorted(strange))}")
    return [_word(20 + offset, 414, text, "s") for offset, text in zip((0, 190, 320), said, strict=True)]


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
    sys.exit(0)
