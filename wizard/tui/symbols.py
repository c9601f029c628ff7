"""States as a symbol and a word; colour only repeats them."""

from __future__ import annotations

import locale
import os
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


def needs_ascii() -> bool:
    """Whether the terminal cannot be trusted with more than ASCII."""
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    return os.environ.get("TERM") in ("linux", "dumb") or encoding not in ("utf8", "utf16")
