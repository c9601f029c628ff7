"""A contract is written as ODCS, and what is written is read as the contract again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lakehouse_jobs.contract import load, read
from lakehouse_jobs.contract.emit import WIDTH
from lakehouse_jobs.contract.model import Contract, Field, Model, Notifications, Retention, Source
from lakehouse_jobs.contract.write import often, to_odcs

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
