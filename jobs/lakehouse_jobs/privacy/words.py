"""What keeps values of rows out of words: of errors, and of what Spark itself writes into its logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lakehouse_jobs.privacy.protect import GONE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Spark logs an expression that fails with the value at fault, in the driver's log and the event log, where no word of
# ours is asked. So none is to fail: it gives null, and a rule that gives null has failed.
SETTINGS = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # A JSON object may say a name twice; as a map it would fail, with the name, and stop all other rows.
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
}
# What fails whatever the settings, with the value or a word of ours at fault; all but two have a twin, try_….
_RAISING = re.compile(
    r"\b(raise_error|assert_true|parse_json|variant_get|to_binary|to_number|url_decode|aes_decrypt|validate_utf8)\s*\(",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
# In a foreign error: what is quoted, an address, a number of five digits or more, a date.
_VALUES = re.compile(
    r"'[^'\n]*'|\"[^\"\n]*\"|[^\s'\"@]+@[^\s'\"@]+|\d{4}-\d\d-\d\d(?:[ T][\d:.]+)?|[+-]?\d[\d.,/-]{4,}\w*"
)


def without_values(text: str) -> str:
    """The words of an error that is not our own, without what may be a value of a row."""
    return _VALUES.sub(GONE, text)


def raises(predicate: str) -> bool:
    """Whether SQL of a contract calls a function whose purpose is to fail."""
    return bool(_RAISING.search(_LITERAL.sub("''", predicate)))


def quiet(session: SparkSession) -> None:
    """Let no expression fail for a value. Where a setting is refused, it stays as it is."""
    for key, value in SETTINGS.items():
        try:
            session.conf.set(key, value)
        except Exception as refused:
            if "CONFIG_NOT_AVAILABLE" not in str(refused):
                raise
