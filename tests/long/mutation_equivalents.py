"""Mutants that change no answer, and why none can."""

from __future__ import annotations

_SAME_TWICE = "`tables.plain` is `not protects`: the line says it twice"
_ROUND = "%g drops zeros at the end, and nine digits tell any number of 32 bits"

EQUIVALENT: dict[str, dict[str, str]] = {
    "privacy.plain": {"_shortest: 1 -> 2": _ROUND, "_shortest: 10 -> 11": _ROUND},
    "privacy.words": {
        """raises: "''" -> "XX''XX\"""": "what stands for a literal is no function's name, whatever it is",
    },
    "layers.prune": {
        f"listable: not protect.protects(field) and tables.plain(field) -> {other}": _SAME_TWICE
        for other in (
            "not protect.protects(field) or tables.plain(field)",
            "tables.plain(field) and tables.plain(field)",
            "not protect.protects(field) and (not protect.protects(field))",
        )
    },
}
