"""SQL of a contract is judged as text: what could never run is told, and nothing that Spark would take."""

from __future__ import annotations

import pytest
from lakehouse_jobs.contract import read
from lakehouse_jobs.contract.sql import constant, literal, quoted
from lakehouse_jobs.contract.sql_check import predicate, query
from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import SparkSession

from tests.jobs.full_contract import FULL

COLUMNS = ["id", "email", "amount", "day", "address", "address.street", "at", "flags", "order"]
GOOD = [
    "amount >= 0",
    "`order` > 3 AND order < 9",
    "EMAIL is not null and length(trim(BOTH ' ' FROM email)) > 0",
    "email LIKE '%@%' ESCAPE '!'",
    "email LIKE ANY ('a%', 'b%')",
    r"email RLIKE r'^\d+$' or email rlike '^\\d+$'",
    "email = 'it''s; (one' or email = 'it\\'s' or email = \"x\"",
    "amount BETWEEN 1 AND 2.5e3 or amount > 5L or amount < 1.5D",
    "CAST(amount AS DECIMAL(9,2)) > 0 and amount::INT > 3",
    "try_cast(email as timestamp) is not null",
    "at > DATE'2020-01-01' and at >= TIMESTAMP '2020-01-01 00:00:00'",
    "at > current_date - INTERVAL 1 DAY and extract(YEAR FROM at) > 2000",
    "date_add(DAY, 1, at) > at and day > 3",
    "address.street <> '' and ADDRESS.STREET is not null and `address`.`street` > ''",
    "exists(flags, x -> x > 3) and aggregate(flags, 0, (a, b) -> a + b) > 2",
    "flags[0] = 1 and array_contains(array('a', 'b'), id)",
    "case when amount > 1 then true else false end",
    "coalesce(amount, 0) % 2 = 0 /* even */ -- and whole",
    "id IN ('a', 'b') and not amount <=> 2",
]
BAD = [
    ("", "is empty"),
    ("-- nothing", "is empty"),
    ("amount >", "ends with >"),
    ("amount > 3 AND", "ends with AND"),
    ("amont > 3", "names amont"),
    ("people.email = 'x'", "names people.email"),
    ("`foo bar` = 1", "names foo bar"),
    ("address.stret = 1", "names address.stret"),
    ("exists(flags, x -> y > 3)", "names y"),
    ("email = 'x", "has a ' that nothing closes"),
    ("`email = 'x'", "has a ` that nothing closes"),
    ("/* amount > 3", "has a /* that nothing closes"),
    ("(amount > 3", "has a ( that nothing closes"),
    ("amount > 3)", "has a ) that nothing opened"),
    ("flags[0) = 1", "has a ) that nothing opened"),
    ("amount > 3; drop table x", "has a ;"),
    ("email = “x”", "has a “"),
    ("id in (select id from y)", "has a subquery"),
    ("row_number() over (order by id) = 1", "has a window function"),
    ("sum(amount) > 3", "has the aggregate sum()"),
    ("rand() > 0.5", "has rand(), which changes by itself"),
    ("email = NULL", "has = NULL"),
    ("amount > 3 && id = 1", "has &&"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_spark_takes_is_not_told_of(text: str) -> None:
    assert list(predicate(text, COLUMNS)) == []


@pytest.mark.parametrize(("text", "what"), BAD)
def test_what_could_never_run_is_told_once(text: str, what: str) -> None:
    assert [fault[0] for fault in predicate(text, COLUMNS)] == [what]


TYPES = (
    "id STRING, email STRING, amount DOUBLE, day INT, address STRUCT<street: STRING>, at TIMESTAMP, flags ARRAY<INT>,"
    " `order` INT"
)
# Spark takes these; they never mean what was meant.
LEGAL = ("rand() > 0.5", "email = NULL")


def test_spark_is_of_the_same_opinion(spark: SparkSession) -> None:
    """Its analyzer takes all that is good, what contracts become included, and refuses what is told of."""
    rows = spark.createDataFrame([], TYPES)
    for text in GOOD:
        assert rows.where(text).columns == rows.columns
    for text, _ in BAD:
        if text not in LEGAL:
            with pytest.raises((ParseException, AnalysisException)):
                rows.where(f"not coalesce((\n{text}\n), false)").columns  # noqa: B018 - asks the analyzer
    for model in read(FULL, "people.yaml").models:
        typed = spark.createDataFrame([], ", ".join(f"`{f.name}` {f.spark_type}" for f in model.fields))
        predicates = [rule.predicate for rule in model.rules] + [gate.predicate for gate in model.gates]
        asked = [text for text in predicates if text is not None]
        assert [typed.where(text).columns for text in asked] == [typed.columns] * len(asked)


def test_fields_of_an_object_that_is_not_described_are_anybodys_guess() -> None:
    assert list(predicate("payload.any.thing = 1", ["payload"])) == []


@pytest.mark.parametrize(
    ("text", "whats"),
    [
        ("SELECT count(*) FROM {model} WHERE amount < 0", []),
        ("WITH a AS (SELECT 1 AS b) SELECT b FROM a", []),
        ("DELETE FROM {model}", ["is no query"]),
        ("SELECT 1; SELECT 2", ["has a ;"]),
        ("SELECT count({thing}) FROM {model}", ["has the placeholder {thing}"]),
        ("", ["is no query"]),
    ],
)
def test_a_query_asks_for_a_number_of_the_batch(text: str, whats: list[str]) -> None:
    assert [fault[0] for fault in query(text)] == whats


def test_values_and_names_are_written_so_that_they_stay_what_they_are() -> None:
    assert quoted("a.b`c") == "`a`.`b``c`"
    assert literal("it's \\ one") == r"'it\'s \\ one'"
    assert [constant(v, t) for v, t in ((1, "INT"), (1, "STRING"), (True, "BOOLEAN"), ("2020-01-01", "DATE"))] == [
        "1", "'1'", "TRUE", "CAST('2020-01-01' AS DATE)",
    ]  # fmt: skip
