"""What else no contract may say, each for its reason: edits of one contract, and all that is told of each."""

from __future__ import annotations

import pytest
from lakehouse_jobs.contract import check

from tests.jobs.full_contract import FULL
from tests.jobs.test_contract import REFERENCE

CLUSTER, GONE, ROWS = "cluster: [city]", "{name: gone, logicalType: string", "{metric: rowCount, mustBeBetween: [1, 25]"
CHANGED = '{name: changed, logicalType: timestamp, logicalTypeOptions: {format: "yyyy-MM-dd HH:mm:ss"}}'
AMOUNT = '{name: amount, logicalType: number, physicalType: "DECIMAL(9,2)"'
HASHED = "customProperties: [{property: pii, value: hash}]"
EDITS = [
    # columns
    (AMOUNT, f"{AMOUNT}, logicalTypeOptions: {{multipleOf: 0}}", "is 0"),
    (AMOUNT, f"{AMOUNT}, logicalTypeOptions: {{pattern: x}}", "is 'x'"),
    (AMOUNT, f"{AMOUNT}, examples: [many]", "has 'many'"),
    (GONE, f"{GONE}, logicalTypeOptions: {{minLength: -1}}", "is -1"),
    (GONE, f"{GONE}, enum: [{{value: Y}}], examples: [N]", "has 'N'"),
    (GONE, f"{GONE}, customProperties: [{{property: decimalComma, value: true}}]", "asks for a decimal comma"),
    (GONE, f"{GONE}, customProperties: [{{property: sourceName, value: 7}}]", "is 7"),
    ("minimum: 0", "exclusiveMinimum: 151", "is 151"),
    ("yyyy-MM-dd HH:mm:ss", "YYYY-MM-dd", "is 'YYYY-MM-dd'"),
    ("yyyy-MM-dd HH:mm:ss", "yyyy-MM-DD", "is 'yyyy-MM-DD'"),
    ("yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm", "is 'yyyy-MM-ddTHH:mm'"),
    (CHANGED, "{name: changed, logicalType: timestamp, logicalTypeOptions: {minimum: today}}", "is 'today'"),
    (AMOUNT, "{name: amount, logicalType: time, logicalTypeOptions: {minimum: noon}", "is 'noon'"),
    # how it is ingested
    ('delimiter: ";"', "delimiter: '\"'", "is '\"'"),
    ('delimiter: ";"', "header: false", "names what is not there"),
    ("[changed]", "[changed, changed]", "changed stands twice"),
    ("[changed]", "[changed, address]", "address is object"),
    ("[changed]", "[id]", "id is protected"),
    (CLUSTER, "cluster: [city, city]", "city stands twice"),
    (CLUSTER, "cluster: [city, age, gone, changed, amount]", "amount is one too many"),
    (CLUSTER, "cluster: [address]", "address is object"),
    # rules and gates
    (ROWS, "{metric: rowCount, mustBeBetween: [1, 2, 3]", "is [1, 2, 3]"),
    (ROWS, "{metric: rowCount, mustBeBetween: [1]", "is [1]"),
    (ROWS, "{metric: rowCount, mustBeLessThan: 0", "is 0"),
    (ROWS, "{metric: rowCount, mustBe: 5, unit: percent", "is percent"),
    (ROWS, "{metric: nullValues, mustBe: 0", "is nullValues"),
    (ROWS, "{mustBe: 0", "is missing"),
    (ROWS, "{type: library, rule: rows, mustBe: 0", "is 'rows'"),
    (ROWS, "{type: sql, mustBe: 0", "is missing"),
    (ROWS, "{type: custom, engine: lakehouse", "is missing"),
    (ROWS, "{type: custom, engine: lakehouse, implementation: {nullPasses: true}", "has neither"),
    (ROWS, "{type: custom, engine: lakehouse, implementation: age > 1, mustBe: 0", "is not read here"),
    (ROWS, "{type: custom, engine: lakehouse, implementation: {predicate: age > 1, nullPasses: 'no'}", "is 'no'"),
    (ROWS, "{type: custom, engine: lakehouse, implementation: {reference: cities}", "is 'cities'"),
    (ROWS, "{type: custom, engine: lakehouse, implementation: {reference: cities.name}", "is of no column"),
    (ROWS, "{type: custom, engine: lakehouse, implementation: {reference: cities.name, field: town}", "is 'town'"),
    ("reference: cities.name", "reference: people.id", "is 'people.id'"),
    ("[{metric: invalidValues, mustBe: 0, arguments: {validValues: [1, 2]}}]", "[{metric: rowCount, mustBe: 0}]",
     "is rowCount"),
    ("arguments: {properties: [email, city]}", "arguments: {properties: [address]}", "is duplicateValues"),
    # who is told, and where things are
    ("people.changed", "changed", "is 'changed'"),
    ("people.changed", "people.id", "is 'people.id'"),
    ("catalog: crisk, schema: silver}", "catalog: crisk}\n  - {server: prod, type: local}", "prod stands twice"),
]  # fmt: skip
OF_REFERENCE = [
    ("a@example.com]}", "nobody]}", "is 'nobody'"),
    ("checks for measures", "checks for measure", "is of 'measure'"),
    ("row_count > 25", "missing_count(idd) = 0", "names 'idd'"),
    ("timestampField: measures.at", "timestampField: measures.id", "is 'measures.id'"),
    ("precision: 9, scale: 2", "precision: 9, scale: 12", "is DECIMAL(9,12)"),
    ("pii: hash", "pii: hsh", "is 'hsh'"),
    ("models:\n", "models:\n  a_quarantine: {fields: {a: {type: text, primary: true}}}\n", "is 'a_quarantine'"),
    ("sequence: [at]", "sequence: [at]\n  evolution: {type: widen}", "is 'widen'"),
    ("description: Its number.", "enum: []", "is empty"),
]


@pytest.mark.parametrize(("old", "new", "what"), EDITS, ids=[new for _, new, _ in EDITS])
def test_a_contract_is_refused_for_one_reason(old: str, new: str, what: str) -> None:
    assert FULL.count(old) == 1
    assert [defect.what for defect in check(FULL.replace(old, new), "c.yaml")] == [what]


@pytest.mark.parametrize(("old", "new", "what"), OF_REFERENCE, ids=[new for _, new, _ in OF_REFERENCE])
def test_the_reference_form_is_refused_for_the_same(old: str, new: str, what: str) -> None:
    assert REFERENCE.count(old) == 1
    assert [defect.what for defect in check(REFERENCE.replace(old, new), "c.yaml")] == [what]


def test_no_table_is_laid_out_by_what_is_personal_and_in_clear() -> None:
    """Delta's statistics would hold the least and the greatest value."""
    personal = FULL.replace("- name: city\n", "- name: city\n        classification: restricted\n")
    (defect,) = check(personal, "c.yaml")
    assert (defect.field, defect.what) == ("schema[1].customProperties[0].value.cluster[0]", "city is restricted")
    hashed = personal.replace("- name: city\n", f"- name: city\n        {HASHED}\n").replace(
        "{name: name, logicalType: string,", f"{{name: name, {HASHED}, logicalType: string,"
    )
    assert check(hashed, "c.yaml") == []


def test_a_rule_refers_to_what_is_protected_alike() -> None:
    text = FULL.replace("{name: name, logicalType: string,", f"{{name: name, {HASHED}, logicalType: string,")
    (defect,) = check(text, "c.yaml")
    assert defect.why == "cities.name is protected by hash, city by nothing"
    elsewhere = FULL.replace("reference: cities.name", "reference: countries.name")
    assert check(elsewhere, "c.yaml") == []


def test_a_key_may_be_hashed_and_never_masked() -> None:
    assert check(FULL, "c.yaml") == []
    for way in ("mask_email", "mask_phone", "mask_generic", "redacted"):
        (defect,) = check(FULL.replace("pii, value: hash", f"pii, value: {way}"), "c.yaml")
        assert defect.remedy == "use hash"
