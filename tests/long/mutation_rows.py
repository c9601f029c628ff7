"""The rows on which Spark judges mutants: typed as the layers type them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lakehouse_jobs.contract.model import Field, Model
from pyspark.sql import DataFrame, SparkSession

from tests.jobs.judged_rows import CASES, GOOD, row_of, typed_columns
from tests.jobs.test_privacy import NESTED, TEXTS
from tests.jobs.test_rules_gates import ROWS

BITS = 63

WIDE = Model("wide", tuple(Field(f"f{n}", "string", "STRING", required=True) for n in range(2 * BITS + 4)))

BAD = (0, BITS - 1, BITS, 2 * BITS, 2 * BITS + 3)

LEAVES: dict[str, tuple[str, list[Any]]] = {
    "text": ("STRING", [*TEXTS, None]),
    "whole": ("BIGINT", [0, -1, 12345, 9876543210, None]),
    "decimal": (
        "DECIMAL(38,10)",
        [Decimal("0E-10"), Decimal("-12.5000000000"), Decimal("1234567890.0000000001"), None],
    ),
    "truth": ("BOOLEAN", [True, False, None]),
    "day": ("DATE", [date(1970, 1, 1), date(1000, 12, 31), None]),
    "moment": (
        "TIMESTAMP",
        [datetime(2020, 2, 29, 23, 59, 50, tzinfo=UTC), datetime(1900, 1, 1, 0, 0, 0, 120, tzinfo=UTC), None],
    ),
    "local": ("TIMESTAMP_NTZ", [datetime(2020, 2, 29, 23, 59, 59), datetime(1900, 1, 1, 0, 0, 0, 120000), None]),
    "bytes": ("BINARY", [b"", b"\xff\x00abc", None]),
    "double": (
        "DOUBLE",
        [
            0.0,
            -0.0,
            0.1,
            1e7,
            9999999.0,
            1e-3,
            9.99e-4,
            2.5e-9,
            -1.5e300,
            float("nan"),
            float("inf"),
            float("-inf"),
            None,
        ],
    ),
    "single": ("FLOAT", [7.0, 120.0, 0.10000000149011612, 1e7, 16777216.0, None]),
}

JSON = [
    '{"street": "Rua Augusta", "number": "x7", "zip": "01305", "cpf": "123"}',
    "{broken",
    "Rua",
    "[1]",
    '["+55 11 98765-4321"]',
    "[1, ",
    '[{"mail": "ana@example.com", "seen": ["1990-01-02", null]}, null]',
    "",
    None,
]

RESCUED = [
    '{"Maria": "x", "Ana": 1, "ID": {"a": 1}, "_corrupt_record": "7", "?what?": 1, "_file_path": 2}',
    "{}",
    "Maria",
    None,
]

CELLS = ("7", "x", "31/12/2020", "2020-12-31", "1.234,56", "1,5", "1.5", '{"x": 1}', "[1, 2]", "", None)


def frames(spark: SparkSession) -> dict[str, DataFrame]:
    """The rows that are judged, typed as the layers type them."""
    described = ", ".join(f"{name} STRING" for name in GOOD)
    cases = [*(row_of(case) for case in CASES), tuple(None for _ in GOOD)]
    judged = spark.createDataFrame([(n, *cells) for n, cells in enumerate(cases)], f"_n INT, {described}")
    wide = (f"cast({'null' if n in BAD else 1} as string) as f{n}" for n in range(len(WIDE.fields)))
    moments = [
        (1, 1, "a"),
        (1, 1, "b"),
        (1, 2, "a"),
        (1, None, "a"),
        (1, 1, "gone"),
        (1, 2, "gone"),
        (1, 1, None),
        (2, 1, "a"),
        (None, 1, "a"),
    ]
    rows = [(n, *row, row[2] == "gone") for n, row in enumerate(moments)]
    keyed = spark.createDataFrame(rows, "n INT, id BIGINT, seq INT, v STRING, _deletes BOOLEAN").selectExpr(
        "*",
        "timestamp_seconds(seq) as _file_modified",
        "xxhash64(id, seq, v, id is null, seq is null, v is null) as _tie",
    )
    made = {
        "judged": judged.selectExpr("_n", *typed_columns()),
        "wide": spark.range(1).selectExpr(*wide),
        "gated": spark.sql(f"SELECT * FROM {ROWS}"),
        "none gated": spark.sql(f"SELECT * FROM {ROWS} WHERE a > 100"),
        "maps": spark.sql("SELECT map('a', 1, 'b', 2) v UNION ALL SELECT map('b', 2, 'a', 1)"),
        "json": spark.createDataFrame([(cell,) for cell in JSON], "v STRING"),
        "rescued": spark.createDataFrame([(cell,) for cell in RESCUED], "v STRING"),
        "cells": spark.createDataFrame([(cell,) for cell in CELLS], "a STRING"),
        "keys": keyed,
        "pairs": keyed.alias("s").crossJoin(keyed.alias("t")),
        "deleted": keyed.alias("s").crossJoin(keyed.alias("d")),
    }
    for name, (kind, values) in LEAVES.items():
        made[name] = spark.createDataFrame([(value,) for value in values], f"{name} {kind}")
    for field, values in NESTED.items():
        made[field.name] = spark.createDataFrame([(value,) for value in values], f"v {field.spark_type}")
    return {name: frame.coalesce(1).cache() for name, frame in made.items()}
