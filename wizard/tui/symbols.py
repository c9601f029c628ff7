"""States as a symbol and a word; colour only repeats them."""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wizard.text import N_, _


@dataclass(frozen=True, slots=True)
class Mark:
    """`symbol` where the terminal speaks UTF-8, else `plain`; both one cell wide. `style` is a theme variable."""

    symbol: str
    plain: str
    word: str
    style: str


MARKS: dict[str, Mark] = {
    "done": Mark("✓", "+", N_("done"), "$state-done"),
    "running": Mark("▸", ">", N_("running"), "$state-running"),
    "todo": Mark("∘", ".", N_("todo"), "$state-quiet"),
    "blocked": Mark("⊘", "#", N_("blocked"), "$state-running"),
    "unknown": Mark("?", "?", N_("unknown"), "$state-quiet"),
    "failed": Mark("✗", "!", N_("failed"), "$state-failed"),
    "cancelled": Mark("-", "-", N_("cancelled"), "$state-quiet"),
    "turn": Mark("▸", ">", N_("your turn"), "$state-running"),
    "ok": Mark("✓", "+", N_("ok"), "$state-done"),
    "checking": Mark("▸", ">", N_("checking"), "$state-running"),
    "fix": Mark("✗", "!", N_("fix"), "$state-failed"),
}


class Symbols:
    """Which of the two alphabets this terminal gets."""

    def __init__(self, ascii_only: bool) -> None:
        self.ascii = ascii_only

    def symbol(self, state: str) -> str:
        mark = MARKS[state]
        return mark.plain if self.ascii else mark.symbol

    def word(self, state: str) -> str:
        return _(MARKS[state].word)

    def both(self, state: str) -> str:
        return f"{self.symbol(state)} {self.word(state)}"

    def bar(self, part: float, cells: int) -> str:
        """A bar of `cells` with its first `part` (0 to 1) filled."""
        full = round(max(0.0, min(1.0, part)) * cells)
        return f"[{'#' * full}{'-' * (cells - full)}]" if self.ascii else "█" * full + "░" * (cells - full)

    def inside(self, spent: float, estimate: float, cells: int) -> str:
        """What was spent inside what was estimated, each a part (0 to 1) of a bar of `cells`, the rest left empty."""
        full, light = (max(round(min(1.0, part) * cells), 1 if part > 0 else 0) for part in (spent, estimate))
        marks = "#." if self.ascii else "█░"
        drawn = (marks[0] * full + marks[1] * max(0, light - full)).ljust(cells)
        return f"[{drawn}]" if self.ascii else drawn


COERCED = ("C.UTF-8", "C.utf8", "UTF-8")  # what Python itself puts into LC_CTYPE where the locale is C
COLOURLESS = re.compile(r"vt[1-3]\d\d.*|.*-(m|mono)")  # values of TERM


def needs_ascii(env: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot be trusted with more than ASCII. What the person set counts, and not that Python
    writes UTF-8 also where the locale is C."""
    kind = env.get("LC_CTYPE", "")
    named = env.get("LC_ALL") or (kind if kind not in COERCED else "") or env.get("LANG", "")
    _language, _dot, encoding = named.partition("@")[0].partition(".")
    if named in ("C", "POSIX"):
        encoding = "ascii"
    encoding = (encoding or locale.getpreferredencoding(False)).lower().replace("-", "")
    return env.get("TERM") in ("linux", "dumb") or encoding not in ("utf8", "utf16")


def needs_mono(env: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal has no colour, or none is wanted."""
    return bool(env.get("NO_COLOR")) or COLOURLESS.fullmatch(env.get("TERM", "")) is not None
