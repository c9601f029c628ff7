"""The shipped themes can be read: text 4.5:1 or more on each ground it stands on, borders 3:1."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.tui.conftest import piloted
from tests.tui.stage import drawn
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.theme import DARK, LIGHT, MONO

LINES = set("-|+ █░▁▂▃▄▅▆▇")
OWN_COLOURS = (DARK, LIGHT, MONO)  # ansi leaves them to the terminal


def contrast(one: str | None, other: str | None) -> float:
    """WCAG 2: the ratio of the lighter to the darker luminance."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str | None) -> float:
    assert colour is not None, "a theme of ours names all its colours"
    parts = [part / 255 for part in Color.parse(colour).rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", OWN_COLOURS, ids=lambda theme: theme.name)
def test_text_can_be_read(theme: Theme) -> None:
    states = [theme.variables[name] for name in ("state-done", "state-running", "state-quiet", "state-failed")]
    for ground in (theme.background, theme.panel):
        for text in (theme.foreground, *states):
            assert contrast(text, ground) >= 4.5, f"{text} on {ground}"
    assert contrast(theme.variables["cursor-text"], theme.variables["cursor"]) >= 9
    assert contrast(theme.variables["line"], theme.background) >= 3


def test_every_state_has_a_symbol_of_its_own_and_a_word_in_both_alphabets() -> None:
    states = ("done", "running", "todo", "blocked", "unknown", "failed", "cancelled")
    for symbols in (Symbols(ascii_only=True), Symbols(ascii_only=False)):
        assert len({symbols.symbol(state) for state in states}) == len(states)
        assert all(len(symbols.symbol(state)) == 1 and symbols.word(state) for state in MARKS)
    assert all(Symbols(ascii_only=True).both(state).isascii() for state in MARKS)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", ["steps", "form-new", "failure", "first-run", "destroy"])
@piloted
async def test_what_is_drawn_can_be_read(name: str, theme: Theme) -> None:
    """On the screen itself, also under a cursor: 4.5:1 for text, 3:1 for the lines that part it."""
    seen = await drawn(name, (80, 24), theme.name)
    assert len(seen.inks) > 3, "words, quiet words, a state, a cursor"
    for text, front, ground in seen.inks:
        least = 3 if set(text) <= LINES else 4.5
        assert contrast(front, ground) >= least, f"{text!r}: {front} on {ground}"
