"""A contract is read from either form, or refused with every defect and its place."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lakehouse_jobs.contract import InvalidContract, check, check_file, load, read
from lakehouse_jobs.contract.types import days, quartz

CONTRACTS = Path(__file__).parents[2] / "templates" / "contracts"
REFERENCE = """\
dataContractSpecification: "0.9.3"
id: urn:datacontract:lab:measures
info: {title: Measures, version: 1.0.0, description: What was measured., owner: lab, domain: lab,
  contact: {email: a@example.com}}
servers:
  development: {type: azure, location: raw}
servicelevels:
  retention: {period: P1Y, timestampField: measures.at}
  frequency: {type: batch, cron: "49 1 * * *"}
models:
  measures:
    description: One row per measure.
    fields:
      id: {type: string, primary: true, max_length: 9, description: Its number., examples: ["007"]}
      at: {type: date, nullable: false, format: dd/MM/yyyy}
      value: {type: decimal, precision: 9, scale: 2, classification: secret, pii: hash}
quality:
  type: SodaCL
  specification: {checks for measures: [row_count > 25]}
ingest_workflow:
  model: measures
  email_notifications: {on_failure: [a@example.com]}
  source: {type: adls, format: csv, header: true, delimiter: ";"}
  sequence: [at]
"""
ODCS = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:lab:measures
name: Measures
version: 1.0.0
status: active
domain: lab
description: {purpose: What was measured.}
servers: [{server: development, type: azure, location: raw}]
schema:
  - name: measures
    description: One row per measure.
    customProperties:
      - {property: ingestion, value: {source: adls, format: csv, header: true, delimiter: ";", sequence: [at]}}
    properties:
      - name: id
        logicalType: string
        logicalTypeOptions: {maxLength: 9}
        primaryKey: true
        primaryKeyPosition: 1
        description: Its number.
        examples: ["007"]
      - {name: at, logicalType: date, required: true, logicalTypeOptions: {format: dd/MM/yyyy}}
      - name: value
        logicalType: number
        physicalType: "DECIMAL(9,2)"
        classification: secret
        customProperties: [{property: pii, value: hash}]
    quality: [{type: library, metric: rowCount, mustBeGreaterThan: 25}]
slaProperties:
  - {property: retention, value: 1, unit: y, element: measures.at}
  - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 49 1 * * ?"}
support: [{channel: on_failure, tool: email, url: "mailto:a@example.com", scope: notifications}]
customProperties:
  - {property: owner, value: lab}
  - {property: contact, value: {email: a@example.com}}
  - {property: frequency, value: batch}
"""


def test_both_forms_say_the_same() -> None:
    reference, odcs = read(REFERENCE, "r.yaml"), read(ODCS, "o.yaml")
    assert replace(reference, kept={}) == replace(odcs, kept={})
    model = reference.model("measures")
    assert model.keys == ("id",)
    assert [field.spark_type for field in model.fields] == ["STRING", "DATE", "DECIMAL(9,2)"]
    assert (reference.cron, reference.notifications.on_failure) == ("0 49 1 * * ?", ("a@example.com",))


def test_what_is_not_used_is_kept_by_name() -> None:
    text = REFERENCE + "  job_mock: mock.py\nexamples: [{type: csv, data: 'id'}]\n"
    kept = read(text, "r.yaml").kept
    assert kept["ingest_workflow.job_mock"] == "mock.py"
    assert kept["examples[0].data"] == "id"
    assert kept["quality.type"] == "SodaCL"
    assert "models.measures.fields.id.type" not in kept


def test_the_block_has_two_names() -> None:
    assert read(REFERENCE.replace("ingest_workflow:", "workflow:"), "r.yaml") == read(REFERENCE, "r.yaml")


@pytest.mark.parametrize("name", ["account", "consents"])
def test_the_templates_are_valid(name: str) -> None:
    assert check_file(CONTRACTS / f"{name}.yaml") == []
    assert load(CONTRACTS / f"{name}.yaml").model(name).keys


# A defect belongs where § stands; what is missing belongs to its parent, whose place is given.
REFERENCE_DEFECTS = [
    ('"0.9.3"', "§2", "dataContractSpecification: is 2, text belongs here"),
    ("id: urn", "§idd: urn", "idd: is not a known key, nothing reads it, did you mean id?"),
    ("{title: Measures, ", "§{", "info.title: is missing"),
    ("P1Y", "§soon", "servicelevels.retention.period: is 'soon', it is no length of time"),
    ('"49 1 * * *"', "§daily", "servicelevels.frequency.cron: is 'daily'"),
    ("  measures:\n    desc", "  §mea-sures:\n    desc", "models.mea-sures: 'mea-sures' is no legal name"),
    ("type: decimal", "type: §decimol", "models.measures.fields.value.type: is 'decimol', it is none"),
    ("max_length: 9", "max_length: §0", "models.measures.fields.id.max_length: is 0, a length is 1 or more"),
    ("type: string, primary", "type: §int, primary", "models.measures.fields.id.type: is a number"),
    ("description: One row per measure.", "§description: One row.", "models.measures: has no primary key"),
    ("nullable: false", "nullable: §'no'", "models.measures.fields.at.nullable: is 'no', true or false belongs here"),
    ("model: measures\n", "model: §measure\n", "ingest_workflow.model: is 'measure', models has no such entry"),
    ("format: csv", "format: §xls", "ingest_workflow.source.format: is 'xls', it cannot be read"),
    ('";"', '§";;"', "ingest_workflow.source.delimiter: is ';;', cells are parted by one character"),
    ("type: adls", "type: §eventhub", "ingest_workflow.source.type: is 'eventhub', this version reads files only"),
    ("[at]", "[§when]", "ingest_workflow.sequence[0]: 'when' is no column of measures"),
    ("      at: {", "      ID: §{", "models.measures.fields.ID: ID stands twice, case does not count"),
    ("ingest_workflow:", "§ingest_workflow: {model: measures}\nworkflow:", "ingest_workflow: stands beside workflow"),
    ("      at: {type", "      §id: {type", "models.measures.fields.id: stands twice, line 14 has it already"),
    ("at: {type: date,", "at: type§: date,", "(syntax): mapping values are not allowed here"),
]


@pytest.mark.parametrize(("old", "new", "expected"), REFERENCE_DEFECTS)
def test_a_defect_of_the_reference_form_has_its_place(old: str, new: str, expected: str) -> None:
    text = REFERENCE.replace("primary: true, ", "") if "no primary key" in expected else REFERENCE
    _expect(text, old, new, expected)


ODCS_DEFECTS = [
    ("v3.1.0", "§v2.2.0", "apiVersion: is 'v2.2.0', this version reads ODCS 3.0 to 3.2"),
    ("DataContract\n", "§DataContrct\n", "kind: is 'DataContrct', it is none of the known values"),
    ("logicalType: number", "logicalType: §numbr", "schema[0].properties[2].logicalType: is 'numbr'"),
    ('"DECIMAL(9,2)"', "§DATE", "schema[0].properties[2].physicalType: is DATE, the logical type is number"),
    ("format: csv", "§formt: csv", "schema[0].customProperties[0].value.formt: is not a known key"),
    ("mustBeGreaterThan: 25", "mustBeGreaterThan: §many", "schema[0].quality[0].mustBeGreaterThan: is 'many'"),
    ("value: 1, unit: y", "value: §1, unit: lightyears", "slaProperties[0].value: is no length of time"),
    ('"0 49 1 * * ?"', '§"0 49 1 * * *"', "slaProperties[1].schedule: is '0 49 1 * * *'"),
    ("name: id", "name: §1d", "schema[0].properties[0].name: is '1d', it becomes the name of a table or column"),
    ("[at]}", "[at], §colour: red}", "schema[0].customProperties[0].value.colour: is not a known key"),
]


@pytest.mark.parametrize(("old", "new", "expected"), ODCS_DEFECTS)
def test_a_defect_of_odcs_has_its_place(old: str, new: str, expected: str) -> None:
    _expect(ODCS, old, new, expected)


def test_what_odcs_lacks_is_told_at_its_parent() -> None:
    text = ODCS.replace("status: active\n", "").replace("        primaryKey: true\n", "")
    told = [str(defect) for defect in check(text, "c.yaml")]
    assert told[0].startswith("c.yaml:1:1 status: is missing")
    assert told[1].startswith("c.yaml:10:5 schema[0]: has no primary key")


def _expect(text: str, old: str, new: str, expected: str) -> None:
    assert old in text
    marked = text.replace(old, new, 1)
    before, broken = marked[: marked.index("§")], marked.replace("§", "")
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    defects = [str(defect) for defect in check(broken, "c.yaml")]
    assert any(line.startswith(f"c.yaml:{place} {expected}") for line in defects), (place, defects)
    with pytest.raises(InvalidContract):
        read(broken, "c.yaml")


def test_all_defects_are_told_at_once() -> None:
    broken = REFERENCE
    for old, new, _ in REFERENCE_DEFECTS[1:8]:
        broken = broken.replace(old, new.replace("§", ""), 1)
    fields = {defect.field for defect in check(broken, "c.yaml")}
    assert {"idd", "info.title", "servicelevels.retention.period", "servicelevels.frequency.cron"} <= fields
    assert {"models.mea-sures", "models.mea-sures.fields.value.type", "models.mea-sures.fields.id.max_length"} <= fields


@pytest.mark.parametrize(
    "text", ["", "[]", "just text", "\x00", "a: &x [*x]", "{", "- - -\n\t-", "models: {a: {fields: []}}"]
)
def test_no_text_is_an_exception(text: str) -> None:
    assert check(text, "c.yaml")


def test_a_file_that_is_no_text_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(b"id: \xff\xfe")
    assert [defect.what for defect in check_file(tmp_path / "c.yaml")] == ["is not UTF-8"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("0 49 1 * * ?", "0 49 1 * * ?"), ("5 4 * * 0", "0 5 4 ? * 1"), ("5 4 1 * *", "0 5 4 1 * ?"), ("* *", None)],
)
def test_cron_becomes_quartz(written: str, expected: str | None) -> None:
    assert quartz(written) == expected


def test_periods_are_days() -> None:
    assert [days(text) for text in ("P1Y", "30 days", "7d", "2 weeks", "P6M", "soon")] == [365, 30, 7, 14, 180, None]


def test_contracts_are_read_without_spark() -> None:
    code = "import sys, lakehouse_jobs.contract; print(sorted({'pyspark', 'pydantic', 'py4j'} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
