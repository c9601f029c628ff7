"""Protection of personal data: the SQL for tables gives what the plain Python does, for any value of any type."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lakehouse_jobs.contract.model import Field, LogicalType, Protection
from lakehouse_jobs.privacy import key, plain
from lakehouse_jobs.privacy.protect import (
    PADS,
    hashes,
    pads,
    protected,
    protected_raw,
    protects,
    rescued,
    shielded,
    silver_type,
    text_of,
)
from lakehouse_jobs.privacy.words import quiet
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, StringType, StructType

KEY = bytes(range(32))
WAYS: tuple[Protection, ...] = get_args(Protection)
TEXTS = (
    "", " ", "a", "abcde", "maria@example.com", "m@example.com", "ab@example.com", "@example.com", "a@b",
    "a@b@example.com",
    "maria@example.com, joão@example.com", "maria@example.com\n", "+55 (11) 98765-4321", "1234567", "12345678",
    "٣٤٥٦٧٨٩٠١٢", "👩‍👩‍👧", "👩@example.com", "é" * 40, "x" * 63, "x" * 64, "x" * 65,
    "longer than a block " * 9, "a\0b", "null",
)  # fmt: skip
Text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
# Years of four digits, which Python and Spark write alike.
Moment = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31))


def _scaled(value: Decimal) -> Decimal:
    """With the ten places that the type gives it."""
    with localcontext(prec=38):
        return value.quantize(Decimal("1E-10"))


def leaf(kind: LogicalType, spark_type: str, pii: Protection | None = None, name: str = "v") -> Field:
    return Field(name, kind, spark_type, pii=pii)


LEAVES: dict[str, tuple[Field, st.SearchStrategy[Any]]] = {
    "text": (leaf("string", "STRING"), Text | st.emails() | st.sampled_from(TEXTS)),
    "whole": (leaf("integer", "BIGINT"), st.integers(-(2**63), 2**63 - 1)),
    "decimal": (
        leaf("number", "DECIMAL(38,10)"), st.decimals(-(10**20), 10**20, places=10).map(_scaled),
    ),
    "truth": (leaf("boolean", "BOOLEAN"), st.booleans()),
    "day": (leaf("date", "DATE"), st.dates(date(1000, 1, 1), date(9999, 12, 31))),
    "moment": (leaf("timestamp", "TIMESTAMP"), Moment.map(lambda m: m.replace(tzinfo=UTC))),
    "local": (leaf("timestamp", "TIMESTAMP_NTZ"), Moment),
    "bytes": (leaf("string", "BINARY"), st.binary(max_size=80)),
    # By which the JVM and Python agree: few digits.
    "double": (leaf("number", "DOUBLE"), st.floats(width=16) | st.sampled_from([0.1, -0.0, 1e7, 1234.75, 2.5e-9])),
    "single": (leaf("number", "FLOAT"), st.floats(width=16) | st.sampled_from([0.10000000149011612, 1e7])),
}  # fmt: skip


@pytest.fixture(scope="module")
def keyed(spark: SparkSession) -> SparkSession:
    quiet(spark)  # as each run does
    key.register(spark, KEY)
    return spark


def with_pii(field: Field, how: Protection | None) -> Field:
    return Field(field.name, field.type, field.spark_type, pii=how)


def values_of(strategy: st.SearchStrategy[Any], many: int) -> list[Any]:
    """As many as hypothesis finds worth a try, so that one query judges all."""
    found: list[Any] = []

    @settings(
        max_examples=many, database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def test_tables_and_plain_python_protect_any_value_alike(keyed: SparkSession) -> None:
    columns = {name: [None, *values_of(strategy, 60)] for name, (_, strategy) in LEAVES.items()}
    columns["text"] += TEXTS
    length = max(map(len, columns.values()))
    rows = [tuple(values[n % len(values)] for values in columns.values()) for n in range(length)]
    form = ", ".join(f"{name} {LEAVES[name][0].spark_type}" for name in columns)
    frame = keyed.createDataFrame(rows, form)
    fields = {(name, how): with_pii(LEAVES[name][0], how) for name in columns for how in WAYS}
    told = frame.selectExpr(*(f"{protected(field, name)} as {name}_{how}" for (name, how), field in fields.items()))
    wrong = []
    for row, answer in zip(rows, told.collect(), strict=True):
        given_row = dict(zip(columns, row, strict=True))
        for (name, how), field in fields.items():
            expected = plain.protected(field, given_row[name], KEY)
            if answer[f"{name}_{how}"] != expected:
                wrong.append((name, how, given_row[name], answer[f"{name}_{how}"], expected))
    assert not wrong, wrong[:5]


def test_a_hash_is_the_hmac_of_rfc_2104(keyed: SparkSession) -> None:
    frame = keyed.createDataFrame([(text,) for text in TEXTS], "v STRING")
    told = [row[0] for row in frame.selectExpr(shielded("hash", "v", "v7")).collect()]
    assert told == [f"v7:{hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()}" for text in TEXTS]


@pytest.mark.parametrize("length", [1, 32, 64, 65, 200])
def test_pads_are_of_any_key(length: int) -> None:
    secret = bytes(n % 251 for n in range(length))
    inner, outer = key.pads(secret)
    made = hashlib.sha256(outer + hashlib.sha256(inner + b"value").digest()).hexdigest()
    assert made == hmac.new(secret, b"value", hashlib.sha256).hexdigest()


def test_what_a_mask_shows() -> None:
    def masked(how: Protection, text: str) -> str | None:
        return plain.shielded(how, text, KEY)

    assert masked("mask_email", "maria@example.com") == "m***@example.com"
    assert masked("mask_email", "m@example.com") == "***@example.com"
    assert masked("mask_email", "Maria Silva, maria@example.com") == "***"
    assert masked("mask_phone", "+55 (11) 98765-4321") == "***4321"
    assert masked("mask_phone", "765-4321") == "***"
    assert masked("mask_generic", "Maria") == "M***"
    assert masked("mask_generic", "Ana") == "***"
    assert masked("redacted", "anything") == "***"


ADDRESS = Field(
    "address", "object", "STRUCT<`street`: STRING, `number`: INT, `zip`: STRING>",
    fields=(
        leaf("string", "STRING", "hash", "street"), leaf("integer", "INT", "redacted", "number"),
        leaf("string", "STRING", None, "zip"),
    ),
)  # fmt: skip
PHONES = Field("phones", "array", "ARRAY<STRING>", items=leaf("string", "STRING", "mask_phone"))
CONTACTS = Field(
    "contacts", "array", "ARRAY<STRUCT<`mail`: STRING, `seen`: ARRAY<DATE>>>",
    items=Field(
        "contact", "object", "STRUCT<`mail`: STRING, `seen`: ARRAY<DATE>>",
        fields=(
            leaf("string", "STRING", "mask_email", "mail"),
            Field("seen", "array", "ARRAY<DATE>", items=leaf("date", "DATE", "hash")),
        ),
    ),
)  # fmt: skip
NESTED: dict[Field, list[Any]] = {
    ADDRESS: [None, ("Rua Augusta", 7, "01305"), (None, None, None), ("", 0, "")],
    PHONES: [None, [], ["+55 11 98765-4321", None, "1"]],
    CONTACTS: [None, [], [("ana@example.com", [date(1990, 1, 2), None]), None, (None, None)]],
}


def test_what_lies_within_objects_and_lists_is_protected_where_it_lies(keyed: SparkSession) -> None:
    for field, values in NESTED.items():
        frame = keyed.createDataFrame([(value,) for value in values], f"v {field.spark_type}")
        told = frame.selectExpr("*", *pads([field])).selectExpr(f"{protected(field, 'v')} as v")
        assert told.schema["v"].dataType == keyed.createDataFrame([], f"v {silver_type(field)}").schema["v"].dataType
        named = [row.asDict(recursive=True)["v"] for row in frame.collect()]
        expected = [plain.protected(field, value, KEY) for value in named]
        assert [row.asDict(recursive=True)["v"] for row in told.collect()] == expected
        assert protects(field)
        assert hashes(field) == (field is not PHONES)


def test_an_object_or_list_can_be_protected_whole(keyed: SparkSession) -> None:
    object_ = Field("v", "object", ADDRESS.spark_type, pii="hash", fields=ADDRESS.fields)
    assert silver_type(object_) == "STRING"
    frame = keyed.createDataFrame([(("Rua Augusta", 7, None),), (None,)], f"v {ADDRESS.spark_type}")
    whole = {"street": "Rua Augusta", "number": 7, "zip": None}
    told = [row[0] for row in frame.selectExpr(protected(object_, "v")).collect()]
    assert told == [plain.protected(object_, whole, KEY), None]
    # Two equal maps, written in another order, are one value.
    pairs = keyed.sql("SELECT map('a', 1, 'b', 2) v UNION ALL SELECT map('b', 2, 'a', 1)")
    map_ = Field("v", "object", "MAP<STRING, INT>", pii="hash")
    told = [row[0] for row in pairs.selectExpr(protected(map_, "v")).collect()]
    assert told == [plain.protected(map_, {"a": 1, "b": 2}, KEY)] * 2


def test_a_moment_is_one_text_in_any_time_zone(spark: SparkSession) -> None:
    field = leaf("timestamp", "TIMESTAMP")
    # Both are 23:30 on the clock in São Paulo, at the end of its summer time.
    frame = spark.sql("SELECT explode(array(1519003800, 1519007400)) AS n").selectExpr("timestamp_seconds(n) AS v")
    zone = spark.conf.get("spark.sql.session.timeZone")
    try:
        told = []
        for other in ("UTC", "America/Sao_Paulo", "Asia/Kolkata"):
            spark.conf.set("spark.sql.session.timeZone", other)
            told.append([row[0] for row in frame.selectExpr(text_of(field, "v")).collect()])
    finally:
        spark.conf.set("spark.sql.session.timeZone", zone or "UTC")
    assert told == [["2018-02-19 01:30:00", "2018-02-19 02:30:00"]] * 3


def test_text_that_is_no_value_of_its_type_is_protected_too(keyed: SparkSession) -> None:
    day = leaf("date", "DATE", "hash")
    cells = ["31/02/1990", "1990-01-02", "", None]
    frame = keyed.createDataFrame([(cell,) for cell in cells], "v STRING")
    told = [row[0] for row in frame.selectExpr(protected_raw(day, "v")).collect()]
    assert told == [plain.shielded("hash", cell, KEY) for cell in cells]
    assert protected_raw(leaf("string", "STRING"), "`v`") == "`v`"


def test_no_mask_tells_true_from_false(keyed: SparkSession) -> None:
    truth = leaf("boolean", "BOOLEAN", "mask_generic")
    held = Field("held", "object", "STRUCT<v: BOOLEAN>", fields=(truth,))
    frame = keyed.sql("SELECT explode(array(true, false)) AS v")
    raw = frame.selectExpr("v", "cast(v as string) as t", "concat('{\"v\": ', v, '}') as j")
    told = raw.selectExpr(protected(truth, "v"), protected_raw(truth, "t"), protected_raw(held, "j")).collect()
    assert tuple(told[0]) == tuple(told[1]) == ("***", "***", '{"v":"***"}')


def test_json_as_it_came_keeps_only_what_the_contract_knows(keyed: SparkSession) -> None:
    cells = [
        '{"street": "Rua Augusta", "number": "x7", "zip": "01305", "cpf": "123"}',
        "{broken",
        "Rua Augusta",
        "[1]",
        None,
    ]
    frame = keyed.createDataFrame([(cell,) for cell in cells], "v STRING")
    told = [row[0] for row in frame.selectExpr(protected_raw(ADDRESS, "v")).collect()]
    street = plain.shielded("hash", "Rua Augusta", KEY)
    assert told[0] == f'{{"street":"{street}","number":"***","zip":"01305"}}'
    assert told[4] is None
    assert all("Augusta" not in str(cell) and "1" not in str(cell) for cell in told[1:])
    items = keyed.createDataFrame([('["+55 11 98765-4321"]',), ("[1, ",), ("5511987654321",)], "v STRING")
    told = [row[0] for row in items.selectExpr(protected_raw(PHONES, "v")).collect()]
    assert told == ['["***4321"]', "***", "***"]


def test_rescued_data_keeps_names_alone_and_no_name_that_may_be_a_value(keyed: SparkSession) -> None:
    cells = [
        '{"Maria Silva": "x", "Marta Souza": 1, "ID": {"a": 1}, "_corrupt_record": "7,Maria"}',
        "{}",
        "Maria",
        None,
    ]
    frame = keyed.createDataFrame([(cell,) for cell in cells], "v STRING")
    told = [row[0] for row in frame.selectExpr(rescued("v", ("id", "ID"))).collect()]
    assert told == ['{"M***":"***","M***":"***","ID":"***","_corrupt_record":"***"}', "{}", "***", None]


def test_no_plan_shows_the_key(keyed: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    keyed.createDataFrame([("a",)], "v STRING").selectExpr(shielded("hash", "v")).explain(True)
    keyed.table(PADS).explain(True)
    plan = capsys.readouterr().out
    inner, outer = key.pads(KEY)
    assert PADS in plan
    for secret in (KEY, inner, outer):
        assert secret.hex() not in plan.lower()
        assert str(list(secret))[1:40] not in plan


def test_types_of_silver_hold_no_protected_type() -> None:
    def leaves(kind: Any) -> list[Any]:
        if isinstance(kind, StructType):
            return [each for field in kind.fields for each in leaves(field.dataType)]
        return leaves(kind.elementType) if isinstance(kind, ArrayType) else [kind]

    described = StructType.fromDDL(f"c {silver_type(CONTACTS)}, n {silver_type(leaf('integer', 'INT', 'redacted'))}")
    assert leaves(described) == [StringType()] * 3
