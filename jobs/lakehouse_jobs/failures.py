"""How a failure is told: what, and why, but never a value of a row."""

from __future__ import annotations

import re

from lakehouse_jobs.privacy.words import without_values

LONGEST = 2000  # characters
# Classes of SQLSTATE whose words quote the value: data exception, violated constraint, raised by an expression.
_QUOTING = ("22", "23", "P0")
_STATE = re.compile(r"SQLSTATE:? ?([0-9A-Z]{5})")
_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)?)\]")
_SPARK = ("pyspark.", "py4j.")
_OURS = "lakehouse_jobs."


def told(error: BaseException) -> str:
    """`Type: words`, on one line where Spark says it. Spark's words about a value lose all but their condition."""
    name, text = type(error).__name__, str(error)
    if not type(error).__module__.startswith(_SPARK):
        ours = type(error).__module__.startswith(_OURS) or isinstance(error, OSError | RuntimeError)
        return f"{name}: {text if ours else without_values(text)}"[:LONGEST]
    quoting = [state for state in _STATE.findall(text) if state.startswith(_QUOTING)]
    if quoting:
        conditions = ", ".join(dict.fromkeys(_CONDITION.findall(text))) or "a value does not fit"
        return f"{name}: {conditions} (SQLSTATE {quoting[0]}; the value is not shown)"
    first = re.split(r"JVM stacktrace:|\n\s*at |\n;|\n== SQL", text, maxsplit=1)[0].strip()
    # Without a state it is Java's own error, which may quote anything.
    return f"{name}: {first if _STATE.search(text) else without_values(first)}"[:LONGEST]
