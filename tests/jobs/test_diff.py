"""Each change of a contract is told: where, whether it breaks something, and what the tables get."""

from __future__ import annotations

from pathlib import Path

import pytest
from lakehouse_jobs.contract import load, read
from lakehouse_jobs.contract.diff import diff, is_breaking
from lakehouse_jobs.contract.diff_columns import wider
from lakehouse_jobs.layers import tables

OLD = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:lab:measures
name: Measures
version: 1.0.0
status: active
domain: lab
schema:
  - name: measures
    customProperties: [{property: ingestion, value: {source: adls, format: csv, sequence: [at]}}]
    properties:
      - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: at, logicalType: date, required: true, logicalTypeOptions: {minimum: "2020-01-01"}}
      - {name: value, logicalType: integer, physicalType: INT, logicalTypeOptions: {maximum: 9}}
      - {name: who, logicalType: string, logicalTypeOptions: {maxLength: 120}, description: A name.}
      - {name: place, logicalType: object, properties: [{name: city, logicalType: string}]}
    quality:
      - {name: small, type: custom, engine: lakehouse, implementation: value < 5, severity: warning}
      - {type: library, metric: rowCount, mustBeGreaterThan: 25, severity: fail}
slaProperties:
  - {property: retention, value: 365, unit: d}
  - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 49 1 * * ?"}
"""
# What is replaced by what -> kind and place of the change, a part of what the tables get.
CHANGES = [
    ("{name: who,", "{name: whose,", "breaking", "measures.who", "rows from now on have NULL"),
    ("{name: who,", "{name: whose,", "compatible", "measures.whose", "ALTER TABLE adds whose STRING to silver"),
    ("physicalType: INT", "physicalType: BIGINT", "compatible", "measures.value.type", "widened to BIGINT"),
    ("string, logicalTypeOptions: {maxLength: 120}", "date", "breaking", "measures.who.type", "the next run refuses"),
    ("maximum: 9", "maximum: 8", "breaking", "measures.value.maximum", "go to quarantine"),
    ("maximum: 9", "maximum: 10", "compatible", "measures.value.maximum", "none"),
    ('"2020-01-01"', '"2021-01-01"', "breaking", "measures.at.minimum", "go to quarantine"),
    ("maxLength: 120", "maxLength: 130", "compatible", "measures.who.max_length", "none"),
    ("maxLength: 120", "maxLength: 120, minLength: 2", "breaking", "measures.who.min_length", "go to quarantine"),
    ("maxLength: 120", 'maxLength: 120, pattern: "[A-Z].*"', "breaking", "measures.who.pattern", "go to quarantine"),
    ("logicalTypeOptions: {min", "logicalTypeOptions: {format: yyyy, min", "breaking", "measures.at.format", "quaran"),
    ("logicalType: date, required: true", "logicalType: date", "breaking", "measures.at", "stay in quarantine"),
    ("{name: value,", "{name: value, required: true,", "breaking", "measures.value", "go to quarantine"),
    ("A name.", "Who it was.", "compatible", "measures.who.description", "nothing"),
    (", description: A name.", ", customProperties: [{property: pii, value: hash}]", "breaking", "measures.who.pii",
     "those that are there stay clear"),
    ("physicalType: INT", "customProperties: [{property: pii, value: hash}]", "breaking", "measures.value.pii",
     "the next run refuses"),
    ("{name: who,", "{name: who, customProperties: [{property: sourceName, value: Who}],", "breaking",
     "measures.who.source_name", "rescued data"),
    ("{name: city, logicalType: string}", "{name: city, logicalType: date}", "breaking", "measures.place.city.type",
     "the next run refuses"),
    ("{name: city, logicalType: string}", "{name: town, logicalType: string}", "breaking", "measures.place.town",
     "the next run refuses"),
    ("{name: value,", "{name: value, primaryKey: true,", "breaking", "measures.key", "silver must be rebuilt"),
    ("sequence: [at]", "sequence: [at, value]", "breaking", "measures.sequence", "rebuild silver"),
    ("sequence: [at]", "sequence: [at], write: append", "breaking", "measures.write", "rebuild silver"),
    ("sequence: [at]", "sequence: [at], deletes: value = 0", "breaking", "measures.deletes", "from the next run on"),
    ("sequence: [at]", "sequence: [at], cluster: [id]", "compatible", "measures.cluster", "OPTIMIZE"),
    ("sequence: [at]", "sequence: [at], bronzePii: masked", "breaking", "measures.bronze_pii", "stay as they are"),
    ("sequence: [at]", "sequence: [at], evolution: {column: freeze}", "breaking", "measures.evolution.column", "none"),
    ("sequence: [at]", "sequence: [at], evolution: {column: evolve}", "compatible", "measures.evolution.column", ""),
    ("format: csv", 'format: csv, delimiter: ";"', "breaking", "measures.source.delimiter", "bronze stay as they are"),
    ("severity: warning}", "severity: quarantine}", "breaking", "measures.rules.small", "go to quarantine"),
    ("value < 5", "value < 6", "compatible", "measures.rules.small", "counted, and stay"),
    ("{name: small,", "{name: tiny,", "compatible", "measures.rules.small", "none"),
    ("mustBeGreaterThan: 25", "mustBeGreaterThan: 26", "breaking", "measures.gates.rowCount", "not promoted"),
    ("mustBeGreaterThan: 25", "mustBeGreaterThan: 24", "compatible", "measures.gates.rowCount", "none"),
    ("severity: fail}", "severity: warning}", "compatible", "measures.gates.rowCount", "it is told"),
    ("value: 365", "value: 30", "breaking", "retention", "may be deleted"),
    ("value: 365", "value: 400", "compatible", "retention", "none"),
    ("0 49 1", "0 50 1", "compatible", "cron", "new schedule"),
    ("domain: lab", "domain: risk", "compatible", "domain", "another name"),
    ("id: urn:", "id: uri:", "breaking", "id", "none"),
    ("name: measures", "name: records", "breaking", "measures", "get no rows any more"),
    ("name: measures", "name: records", "compatible", "records", "makes bronze and silver of records"),
    ("version: 1.0.0", "version: 2.0.0", "compatible", "version", "rows set aside from now on say it"),
    ("domain: lab", "domain: risk", "compatible", "version", "nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "kind", "place", "effect"), CHANGES)
def test_a_change_is_told(before: str, after: str, kind: str, place: str, effect: str) -> None:
    assert before in OLD
    changes = diff(read(OLD, "old.yaml"), read(OLD.replace(before, after), "new.yaml"))
    (found,) = [each for each in changes if each.place == place]
    assert found.kind == kind
    assert effect in found.effect
    assert found.why
    assert is_breaking(changes) == any(each.kind == "breaking" for each in changes)
    assert [each.kind for each in changes] == sorted(each.kind for each in changes)


def test_a_narrower_type_leaves_the_table_as_it_is() -> None:
    before = OLD.replace(": INT", ": BIGINT")
    (found, _version) = diff(read(before, "old.yaml"), read(OLD, "new.yaml"))
    assert (found.place, found.kind) == ("measures.value.type", "compatible")
    assert "stays BIGINT" in found.effect


def test_it_calls_wider_what_a_run_widens() -> None:
    kinds = ["STRING", "INT", "BIGINT", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "BOOLEAN"]
    kinds += [f"DECIMAL({p},{s})" for p in (5, 9, 10, 19, 20, 38) for s in (0, 2, 4)]
    told = {(one, other) for one in kinds for other in kinds if wider(one, other)}
    assert told == {(one, other) for one in kinds for other in kinds if other in tables.wider(one)}
    assert ("INT", "DECIMAL(20,0)") in told


def test_the_same_contract_has_no_change_whichever_form_it_is_in() -> None:
    contract = load(Path(__file__).parent / "contracts" / "consents.yaml")
    assert diff(contract, contract) == []
