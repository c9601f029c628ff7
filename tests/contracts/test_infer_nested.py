"""JSON and Parquet: what is nested becomes nested columns, each with its own type, protection and evidence."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path

import pyarrow
import pytest
from lakehouse_jobs.contract import read
from lakehouse_jobs.contract.write import to_odcs
from pyarrow import parquet

from wizard.contracts.infer import infer

ROWS = [
    {"id": 1, "address": {"city": "X", "zip": "01234"}, "tags": ["a", "b"], "at": "2025-01-01T10:00:00Z", "v": 1.5},
    {"id": 2, "address": {"city": "Y", "email": "a@b.c"}, "tags": [], "at": None, "v": 2, "ok": True},
    {"id": 3, "address": None, "lines": [{"sku": "007", "qty": 3}], "v": 3},
]


@pytest.mark.parametrize("form", ["lines", "list", "pretty"])
def test_objects_in_each_form_give_the_same_columns(tmp_path: Path, form: str) -> None:
    path = tmp_path / "rows.json"
    text = {
        "lines": "\n".join(map(json.dumps, ROWS)),
        "list": json.dumps(ROWS),
        "pretty": json.dumps(ROWS, indent=2),
    }[form]
    path.write_text(text, encoding="utf-8")
    proposal = infer(path)
    model = proposal.contract.models[0]
    assert (model.source.format, model.source.multiline, proposal.rows) == ("json", form != "lines", 3)
    assert {field.name: field.type for field in model.fields} == {
        "id": "integer", "address": "object", "tags": "array", "at": "timestamp", "v": "number", "ok": "boolean",
        "lines": "array",
    }  # fmt: skip
    address = model.field("address")
    assert [(f.name, f.type, f.source_name, f.pii) for f in address.fields] == [
        ("city", "string", None, None), ("zip", "string", None, None), ("email", "string", None, "mask_email"),
    ]  # fmt: skip
    line = model.field("lines").items
    assert line is not None
    assert [(f.name, f.type) for f in line.fields] == [("sku", "string"), ("qty", "integer")]
    assert model.field("id").required
    assert not address.required
    assert "1 of 1 match x@x.x" in proposal.evidence["address.email"]
    assert proposal.columns["lines[].qty"].filled == 1
    assert "a@b.c" not in str(proposal.evidence)
    assert read(to_odcs(proposal.contract), "proposed.yaml") == proposal.contract


def test_values_of_several_kinds_are_text_and_one_object_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('{\n "a": 1,\n "b": [1, "x", {"c": 2}]\n}', encoding="utf-8")
    proposal = infer(path)
    inner = proposal.contract.models[0].field("b").items
    assert (proposal.rows, inner.type if inner else None) == (1, "string")
    assert proposal.told[:2] == ("one object", "UTF-8")


def test_numbers_are_as_the_file_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    numbers = ("1.0", "9" * 5000, "0.12345678901234567890", "12345678901234567.25", "1e999", "NaN")
    pairs = (f'"{name}": {number}' for name, number in zip("abcdef", numbers, strict=True))
    path.write_text(f"{{{', '.join(pairs)}}}", encoding="utf-8")
    assert [field.spark_type for field in infer(path).contract.models[0].fields] == [
        "DOUBLE", "STRING", "STRING", "DECIMAL(38,10)", "STRING", "STRING",
    ]  # fmt: skip


def test_an_object_with_keys_that_no_field_may_have_stays_text_and_is_protected_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(
        '{"id": 1, "o": {"e-mail": "a@b.c"}, "p": {"2025": 1}, "q": {"day": "31/01/2025"}}', encoding="utf-8"
    )
    model = infer(path).contract.models[0]
    assert [(f.name, f.type, f.pii) for f in model.fields] == [
        ("id", "integer", None), ("o", "string", "redacted"), ("p", "string", None), ("q", "object", None),
    ]  # fmt: skip
    assert model.field("q").fields[0].type == "string"


def test_parquet_says_its_types_itself(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    utc = datetime.UTC
    table = pyarrow.table({
        "id": [1, 2],
        "name": ["Ana", None],
        "amount": [decimal.Decimal("1.20"), decimal.Decimal("3.40")],
        "day": [datetime.date(2025, 1, 31), datetime.date(2025, 2, 1)],
        "updated_at": [datetime.datetime(2025, 1, 31, tzinfo=utc), datetime.datetime(2025, 2, 1, tzinfo=utc)],
        "kind": pyarrow.array(["a", "b"]).dictionary_encode(),
        "address": [{"email": "ana@example.com", "no": 1}, {"email": None, "no": 2}],
        "marks": [[1.5, 2.5], []],
    })  # fmt: skip
    parquet.write_table(table, path)
    proposal = infer(path)
    model = proposal.contract.models[0]
    assert model.source.format == "parquet"
    assert [(f.name, f.spark_type) for f in model.fields[:6]] == [
        ("id", "BIGINT"), ("name", "STRING"), ("amount", "DECIMAL(3,2)"), ("day", "DATE"),
        ("updated_at", "TIMESTAMP"), ("kind", "STRING"),
    ]  # fmt: skip
    assert [(f.name, f.pii) for f in model.field("address").fields] == [("email", "mask_email"), ("no", None)]
    assert (model.keys, model.sequence) == (("id",), ("updated_at",))
    assert "the file says decimal128(3, 2)" in proposal.evidence["amount"]
    assert "ana@example.com" not in str(proposal)
