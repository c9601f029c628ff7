"""A screen of the app as SVG: no font from the network, nothing that changes from run to run, a few kilobytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual._context import visible_screen_stack

from wizard.tui.app import WizardApp
from wizard.tui.theme import DARK

WIDE, HIGH, EDGE = 8.4, 18, 10  # a cell, and the frame around all
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
PLAIN = TerminalTheme((20, 24, 29), (230, 233, 236), [(0, 0, 0)] * 8, [(255, 255, 255)] * 8)
NO_BREAK = "\u00a0"  # some viewers fold blanks
BLOCKS = {"█": 1.0, "░": 0.3}  # drawn as areas: no two fonts have them alike


def svg(app: WizardApp, title: str, masked: Callable[[str], str] = str) -> str:
    """The screen as it stands, with what shows from under a dialogue. `masked` changes texts, but not their width."""
    visible_screen_stack.set(app._background_screens)
    strips = app.screen._compositor.render_strips()
    columns, rows = app.size
    width, height = columns * WIDE + 2 * EDGE, rows * HIGH + 2 * EDGE
    parts = [part for row, strip in enumerate(strips[:rows]) for part in _row(row, strip, masked)]
    ground = app.theme_variables.get("background", DARK.background)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>text{{font:14px {FONT};white-space:pre}}.b{{font-weight:700}}</style>",
            f'<rect width="{width:g}" height="{height:g}" rx="6" fill="{ground}" stroke="#6b7783"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _row(row: int, strip: Iterable[Segment], masked: Callable[[str], str]) -> Iterable[str]:
    """Areas first, then texts; each run of one style is one element, without the blanks at its ends."""
    areas, texts, column = [], [], 0
    top = EDGE + row * HIGH
    for segment in Segment.simplify(strip):
        style, text = segment.style or Style(), masked(segment.text)
        front, back = _colours(style)
        left, cells = EDGE + column * WIDE, segment.cell_length
        if back is not None:
            areas.append(f'<rect x="{left:g}" y="{top}" width="{cells * WIDE:g}" height="{HIGH}" fill="{back}"/>')
        if text and set(text) <= {text[0]} and text[0] in BLOCKS:
            areas.append(f'<rect x="{left:g}" y="{top + 3}" width="{cells * WIDE:g}" height="{HIGH - 6}" '
                         f'fill="{front}" opacity="{BLOCKS[text[0]]}"/>')  # fmt: skip
        elif text.strip():
            start = len(text) - len(text.lstrip())
            words = text.strip().replace(" ", NO_BREAK)
            bold = ' class="b"' if style.bold else ""
            texts.append(f'<text x="{left + start * WIDE:g}" y="{top + 13}" textLength="{len(words) * WIDE:g}" '
                         f'fill="{front}"{bold}>{escape(words, quote=False)}</text>')  # fmt: skip
        column += cells
    return [*areas, *texts]


def _colours(style: Style) -> tuple[str, str | None]:
    """Of text and ground; no ground where it is the picture's own."""
    front = _hex(style.color, PLAIN.foreground_color.hex)
    back = _hex(style.bgcolor, PLAIN.background_color.hex)
    if style.reverse:
        front, back = back, front
    return front, back


def _hex(colour: Color | None, default: str) -> str:
    return default if colour is None or colour.is_default else colour.get_truecolor(PLAIN).hex
