"""What the wizard calls ODCS is ODCS: its own schema takes our contracts, and its own examples are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for
from lakehouse_jobs.contract import check_file, load, read
from lakehouse_jobs.contract.located import parse
from lakehouse_jobs.contract.write import to_odcs

from tests.jobs.full_contract import FULL

STANDARD = Path(__file__).parent / "odcs"
TEMPLATES = Path(__file__).parents[2] / "templates" / "contracts"
# Words that came with 3.2, in a contract of ours.
NEWER = (
    FULL.replace("v3.1.0", "v3.2.0")
    .replace("{name: gone, logicalType: string}", "{name: gone, logicalType: string, enum: [{value: Y, label: Gone}]}")
    .replace("value: hash}]", "value: hash, vendor: lakehouse}]")
    .replace("  - name: people\n", "  - name: people\n    synonyms: [{synonym: persons}]\n    deprecated: false\n")
)


def refused(text: str, version: str) -> list[str]:
    """What the standard's schema has against a contract."""
    schema: dict[str, Any] = json.loads((STANDARD / f"v{version}.schema.json").read_text(encoding="utf-8"))
    errors = validator_for(schema)(schema).iter_errors(parse(text, "c.yaml").data)
    return [f"{error.json_path}: {error.message}" for error in errors]


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
def test_a_contract_that_says_all_we_know_is_odcs(version: str) -> None:
    assert refused(FULL, version) == []


def test_words_of_the_newest_version_are_read_or_kept() -> None:
    assert refused(NEWER, "3.2.0") == []
    contract = read(NEWER, "people.yaml")
    (rule,) = [rule for rule in contract.model("people").rules if rule.name == "gone.enum"]
    assert (rule.predicate, rule.null_passes) == ("`gone` IN ('Y')", True)
    assert contract.kept == {
        "schema[1].synonyms[0].synonym": "persons",
        "schema[1].deprecated": False,
        "schema[1].properties[4].enum[0].label": "Gone",
    }


def test_the_schema_refuses_what_is_none() -> None:
    """The check above can fail."""
    assert refused(FULL.replace("name: People\n", "name: People\ncolour: red\n"), "3.1.0")


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_written_is_odcs(path: Path) -> None:
    assert refused(to_odcs(load(path)), "3.1.0") == []


def test_what_says_all_we_know_is_written_as_odcs() -> None:
    assert refused(to_odcs(read(FULL, "people.yaml")), "3.1.0") == []


@pytest.mark.parametrize(
    "name", ["column-completeness", "column-custom", "column-validity", "table-columns-with-partition"]
)
def test_an_example_of_the_standard_is_valid(name: str) -> None:
    assert check_file(STANDARD / f"{name}.odcs.yaml") == []


def test_an_example_without_a_key_is_told_how_it_can_be_ingested() -> None:
    (defect,) = check_file(STANDARD / "all-data-types.odcs.yaml")
    assert (defect.line, defect.column, defect.what) == (9, 5, "has no primary key")
    assert defect.remedy == "mark its columns with `primaryKey: true`, or write: append"


def test_rules_of_an_example_become_ours() -> None:
    (model,) = load(STANDARD / "column-completeness.odcs.yaml").models
    (rule,) = model.rules
    assert (rule.name, rule.predicate, rule.severity) == (
        "UniqueID.nullValues", "`UniqueID` IS NOT NULL", "quarantine",
    )  # fmt: skip
    (model,) = load(STANDARD / "column-validity.odcs.yaml").models
    (gate,) = model.gates
    assert (gate.metric, gate.operator, gate.value, gate.unit) == ("invalidValues", "mustBeLessOrEqualTo", 5, "percent")
    assert gate.predicate == "`air_quality_status` IS NULL OR `air_quality_status` IN ('', 'n/a')"
    assert gate.severity == "fail"


def test_a_rule_for_another_engine_is_kept_whole() -> None:
    contract = load(STANDARD / "column-custom.odcs.yaml")
    assert contract.models[0].rules == ()
    engines = [value for path, value in contract.kept.items() if path.endswith(".engine")]
    assert len(engines) == 2
