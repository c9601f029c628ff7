"""A contract is written as ODCS, and what is written is read as the contract again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lakehouse_jobs.contract import load, read
from lakehouse_jobs.contract.emit import WIDTH, emit
from lakehouse_jobs.contract.located import dotted, parse, parted
from lakehouse_jobs.contract.model import Contract, Field, Gate, Model, Notifications, Retention, Rule, Source
from lakehouse_jobs.contract.write import often, to_odcs

FIXTURES = Path(__file__).parent / "contracts"
CONTRACTS = Path(__file__).parents[2] / "templates" / "contracts"


@pytest.mark.parametrize("name", ["account", "consents"])
def test_a_template_is_written_and_read_again(name: str) -> None:
    contract = load(CONTRACTS / f"{name}.yaml")
    text = to_odcs(contract)
    assert read(text, "again.yaml") == contract
    assert to_odcs(read(text, "again.yaml")) == text
    assert max(map(len, text.splitlines())) <= WIDTH


BY_HAND = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:lab:measures
name: "Measures: of the lab"
version: "1.0"
status: active
schema:
  - name: measures
    customProperties: [{property: ingestion, value: {source: adls, format: json, multiline: true}}]
    properties:
      - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1, examples: ["07", "no"]}
      - name: value
        logicalType: number
        physicalType: DECIMAL(9,2)
        description: "1,5 # not a comment"
        customProperties: [{property: pii, value: hash}]
slaProperties:
  - {property: retention, value: 30, unit: d}
  - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 0 6 * * ?"}
support:
  - {channel: on_failure, tool: email, url: "mailto:a@example.com", scope: notifications}
customProperties: [{property: owner, value: lab}]
"""


def test_every_part_stays_whatever_uses_it() -> None:
    """Library metrics stay library metrics, keys of columns keys, other engines' entries at their places."""
    path = FIXTURES / "measures.yaml"
    contract, text = load(path), to_odcs(load(path))
    assert read(text, "again.yaml") == contract
    assert to_odcs(read(text, "again.yaml")) == text
    before, after = (parse(each, "x").data for each in (path.read_text(encoding="utf-8"), text))
    assert [e.get("metric", e["type"]) for e in after["schema"][0]["properties"][4]["quality"]] == [
        "invalidValues", "invalidValues", "invalidValues", "missingValues", "text", "custom",
    ]  # fmt: skip
    assert after["schema"][0]["properties"][3] == before["schema"][0]["properties"][3]
    assert after["support"] == before["support"]


def test_rules_keep_their_order_even_where_no_column_can_say_it() -> None:
    (model,) = SMALL.models
    rules = (
        Rule("b", "`value` IS NOT NULL", field="value"),
        Rule("a", "`id` <> `value`", severity="fail", null_passes=True),
        Rule("c", reference="other.id", field="id", description="known"),
    )
    gates = (
        Gate("few", "nullValues", "mustBeLessThan", 3, fields=("value",), predicate="`value` > 0", unit="percent"),
        Gate("range", "rowCount", "mustBeBetween", 1, 2.5, severity="warning"),
        Gate("value.unique", "duplicateValues", "mustBe", 0, fields=("value",)),
    )
    contract = replace(SMALL, models=(replace(model, rules=rules, gates=gates),))
    assert read(to_odcs(contract), "again.yaml") == contract


ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from([
        "yes", "0071", "2026-01-01", "1e3", "null", "~", "a: b", "#a", "- a", " a", "a\n b\n", "\n", "=", "<<", "'\"",
        "{a}", "1_000", "0x1F", "12:30:00", "é 😀", "!tag", "&a", "*a", "%", "a\tb", "\u2028", ".",
    ]),
)  # fmt: skip
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(ANY_TEXT, inner, max_size=4)),
    max_leaves=20,
)


@given(st.dictionaries(ANY_TEXT, DATA, min_size=1, max_size=5))
def test_any_data_are_read_as_they_were_written(data: dict[str, Any]) -> None:
    text = emit(data)
    located = parse(text, "any.yaml")
    assert located.defects == []
    assert located.data == data
    assert yaml.safe_load(text) == data
    assert emit(located.data) == text


@given(st.lists(st.one_of(ANY_TEXT, st.integers(0, 3)), min_size=1))
def test_a_path_is_read_as_it_was_written(path: list[str | int]) -> None:
    assert parted(dotted(tuple(path))) == tuple(path)


SMALL = Contract(
    id="urn:datacontract:lab:measures",
    title="Measures: of the lab",
    version="1.0",
    models=(
        Model(
            name="measures",
            fields=(
                Field("id", "string", "STRING", required=True, key_position=1, examples=("07", "no")),
                Field("value", "number", "DECIMAL(9,2)", pii="hash", description="1,5 # not a comment"),
            ),
            source=Source(format="json", multiline=True),
        ),
    ),
    owner="lab",
    cron="0 0 6 * * ?",
    retention=Retention(30),
    notifications=Notifications(on_failure=("a@example.com",)),
)


def test_it_reads_as_if_written_by_hand() -> None:
    assert to_odcs(SMALL) == BY_HAND
    assert read(to_odcs(SMALL), "small.yaml") == SMALL


def test_what_nothing_uses_stays_where_it_stood() -> None:
    kept = {
        "tenant": "lab",
        "tags[0]": "a",
        "tags[1]": "b",
        "schema[0].properties[1].businessName": "The value",
        "customProperties.cost.centre": {"of": [1, 2]},
        "slaProperties.latency": {"property": "latency", "value": 4, "unit": "h"},
        'quality.specification["checks for a.b"][0]': "row_count > 1",
    }
    contract = replace(SMALL, kept=kept)
    assert read(to_odcs(contract), "kept.yaml") == contract


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 49 1 * * ?", (1, "d")),
        ("0 0/15 * * * ?", (15, "m")),
        ("0 30 * * * ?", (1, "h")),
        ("0 0 */6 * * ?", (6, "h")),
        ("0 0 6 ? * 2", (1, "w")),
        ("0 0 6 1 * ?", (30, "d")),
    ],
)
def test_how_often_is_told_from_the_schedule(cron: str, expected: tuple[int, str]) -> None:
    assert often(cron) == expected
