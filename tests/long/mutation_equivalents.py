"""Mutants that change no answer, and why none can."""

from __future__ import annotations

_SAME_TWICE = "`tables.plain` is `not protects`: the line says it twice"
_ROUND = "%g drops zeros at the end, and nine digits tell any number of 32 bits"

_DISTINCT = "it only keeps the names of nested variables apart"
_GIVEN = "the contract's check lets no rule without it through"
_ITSELF = "text cast to text is itself, and Spark casts to text where text is asked for"

EQUIVALENT: dict[str, dict[str, str]] = {
    "quality.rules": {
        "_within: '_e' -> 'XX_eXX'": _DISTINCT,
        "_within: 0 -> 1": _DISTINCT,
        "_within: 1 -> 2": _DISTINCT,
        "_unfound: rule.field or '' -> rule.field or rule.field": _GIVEN,
        "_untrue: rule.predicate or '' -> rule.predicate or rule.predicate": _GIVEN,
        "Reached: 'discard' -> 'XXdiscardXX'": "a name for the type checker alone",
        "failing: if bits: tests.append(f'({mask(number)} & {bits}L) <> 0L') -> "
        "if True: tests.append(f'({mask(number)} & {bits}L) <> 0L')": "no bit of a mask is never one that is set",
        "_tests: field.spark_type == 'STRING' -> field.spark_type != 'STRING'": _ITSELF,
        "_tests: 'STRING' -> 'XXSTRINGXX'": _ITSELF,
        **{
            f"_tests: cell if field.spark_type == 'STRING' else f'cast({{cell}} as string)' -> "
            f"cell if {taken} else f'cast({{cell}} as string)'": _ITSELF
            for taken in (True, False)
        },
    },
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
