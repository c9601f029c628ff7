"""What a contract asks of its data becomes rules and gates, from either form; what is not ours is kept."""

from __future__ import annotations

import pytest
from lakehouse_jobs.contract import check, read
from lakehouse_jobs.contract.model import Evolution, Gate, Model, Rule

from tests.jobs.full_contract import FULL
from tests.jobs.test_contract import REFERENCE

PEOPLE = read(FULL, "people.yaml").model("people")
RULES = {rule.name: rule for rule in PEOPLE.rules}
GATES = {gate.name: gate for gate in PEOPLE.gates}


def of_email(quality: str, more: str = "") -> Model:
    """The model of a contract whose column `email` has these entries, and nothing else of quality."""
    text = FULL[: FULL.index("    properties:\n      - name: id")] + (
        "    properties:\n"
        f"      - {{name: id, logicalType: string, primaryKey: true{more}}}\n"
        f"      - {{name: email, logicalType: string, quality: [{quality}]}}\n"
        "      - {name: changed, logicalType: timestamp}\n"
        "      - {name: gone, logicalType: string}\n"
        "      - {name: city, logicalType: string}\n"
    )
    assert check(text, "email.yaml") == []
    return read(text, "email.yaml").model("people")


def test_how_a_model_is_ingested_is_read() -> None:
    assert (PEOPLE.write, PEOPLE.deletes, PEOPLE.cluster) == ("merge", "gone = 'Y'", ("city",))
    assert PEOPLE.evolution == Evolution(table="evolve", column="evolve", type="discard_row")
    assert PEOPLE.bronze_pii == "masked"
    assert (PEOPLE.source.delimiter, PEOPLE.source.encoding) == (";", "ISO-8859-1")
    assert read(FULL, "people.yaml").model("cities").source.delimiter == ","


def test_a_columns_limits_and_protection_are_read() -> None:
    email = PEOPLE.field("email")
    assert (email.min_length, email.max_length, email.pattern, email.pii) == (3, 254, ".+@.+", "mask_email")
    assert email.source_name == "E-Mail"
    assert (PEOPLE.field("age").minimum, PEOPLE.field("age").maximum) == ("0", "150")


def test_objects_and_lists_have_the_types_of_what_is_in_them() -> None:
    address = PEOPLE.field("address")
    assert address.spark_type == "STRUCT<`street`: STRING, `lines`: ARRAY<STRING>>"
    assert [(field.name, field.pii) for field in address.fields] == [("street", "redacted"), ("lines", None)]
    items = address.fields[1].items
    assert items
    assert items.spark_type == "STRING"
    fields = "address: {type: object, fields: {street: {type: text}, lines: {type: array, items: {type: int}}}}"
    model = read(REFERENCE.replace("      at: {", f"      {fields}\n      at: {{"), "r.yaml").model("measures")
    assert model.field("address").spark_type == "STRUCT<`street`: STRING, `lines`: ARRAY<INT>>"


def test_rules_of_a_row() -> None:
    assert RULES["email.nullValues"] == Rule("email.nullValues", "`email` IS NOT NULL", field="email")
    values = RULES["age.invalidValues"]
    assert (values.predicate, values.null_passes) == ("`age` IN (1, 2)", True)
    assert RULES["lives"] == Rule("lives", reference="cities.name", field="city")
    assert RULES["adult"] == Rule("adult", "age >= 18", severity="fail")
    assert RULES["paid"] == Rule("paid", "amount > 0", null_passes=True)


def test_gates_on_the_data_as_a_whole() -> None:
    assert GATES["rowCount"] == Gate("rowCount", "rowCount", "mustBeBetween", 1, 25, severity="warning")
    assert GATES["duplicateValues"] == Gate("duplicateValues", "duplicateValues", "mustBe", 0, fields=("email", "city"))
    query = "SELECT count(*) FROM {model} WHERE age > 99"
    assert GATES["old"] == Gate("old", "query", "mustBe", 0, query=query)
    share = GATES["email.invalidValues"]
    assert (share.unit, share.value, share.fields) == ("percent", 5, ("email",))
    assert share.predicate == r"`email` IS NULL OR `email` RLIKE '^(?:[a-z]+)\\z'"


@pytest.mark.parametrize(
    ("written", "rule", "gate"),
    [
        ("", "quarantine", "fail"),
        ("info", "warning", "warning"),
        ("WARNING", "warning", "warning"),
        ("error", "quarantine", "fail"),
        ("high", "quarantine", "fail"),
        ("fail", "fail", "fail"),
        ("critical", "fail", "fail"),
    ],
)
def test_words_of_severity_mean_what_is_done(written: str, rule: str, gate: str) -> None:
    severity = f", severity: {written}" if written else ""
    model = of_email(
        f"{{metric: nullValues, mustBe: 0{severity}}}, {{metric: nullValues, mustBeLessThan: 9{severity}}}"
    )
    assert [one.severity for one in model.rules] == [rule]
    assert [one.severity for one in model.gates] == [gate]


def test_missing_values_are_those_listed() -> None:
    plain, listed, null = of_email(
        "{metric: missingValues, mustBe: 0},"
        " {metric: missingValues, mustBe: 0, name: a, arguments: {missingValues: ['', \"it's\"]}},"
        " {metric: missingValues, mustBe: 0, name: b, arguments: {missingValues: [null]}}"
    ).rules
    assert (plain.predicate, plain.null_passes) == ("`email` NOT IN ('')", False)
    assert (listed.predicate, listed.null_passes) == (r"`email` NOT IN ('', 'it\'s')", True)
    assert (null.predicate, null.null_passes) == ("`email` IS NOT NULL", False)


def test_every_rule_and_gate_has_a_name_of_its_own_that_stays() -> None:
    entry = "{metric: nullValues, mustBe: 0}"
    model = of_email(f"{entry}, {entry}, {{id: known, metric: nullValues, mustBe: 0}}")
    assert [rule.name for rule in model.rules] == ["email.nullValues", "email.nullValues_2", "known"]


def test_what_a_column_says_by_itself_is_a_rule_too() -> None:
    text = FULL.replace(
        "{name: amount, logicalType: number",
        "{name: amount, unique: true, enum: [{value: 1}], logicalTypeOptions: {exclusiveMinimum: 0, multipleOf: 0.5},"
        " logicalType: number",
    )
    model = read(text, "people.yaml").model("people")
    implied = {rule.name: rule.predicate for rule in model.rules if rule.name.startswith("amount.")}
    assert implied == {
        "amount.enum": "`amount` IN (1)",
        "amount.exclusiveMinimum": "`amount` > 0",
        "amount.multipleOf": "`amount` % 0.5 = 0",
    }
    assert Gate("amount.unique", "duplicateValues", "mustBe", 0, fields=("amount",)) in model.gates


def test_a_key_of_a_merged_model_needs_no_gate_to_be_unique() -> None:
    assert of_email("", ", unique: true").gates == ()


def test_append_needs_no_key() -> None:
    text = FULL.replace("primaryKey: true}", "required: true}").replace(
        "  - name: cities\n",
        "  - name: cities\n    customProperties: [{property: ingestion, value: {write: append}}]\n",
    )
    assert check(text, "people.yaml") == []
    model = read(text, "people.yaml").model("cities")
    assert (model.write, model.keys) == ("append", ())


def test_sodacl_that_means_the_same_is_a_rule_or_gate_and_the_rest_is_kept() -> None:
    checks = (
        '["row_count between 1 and 9", missing_count(at) = 0, "duplicate_percent(id, at) < 5", "freshness(at) < 1d",'
        " {invalid_count(value) = 0: {valid values: [1, 2], name: known}}, {schema: {fail: {}}}]"
    )
    contract = read(REFERENCE.replace("[row_count > 25]", checks), "r.yaml")
    model = contract.model("measures")
    assert [(rule.name, rule.predicate, rule.null_passes) for rule in model.rules] == [
        ("at.missingValues", "`at` IS NOT NULL", False),
        ("known", "`value` IN (1, 2)", True),
    ]
    assert [(gate.metric, gate.operator, gate.value, gate.upper, gate.unit) for gate in model.gates] == [
        ("rowCount", "mustBeBetween", 1, 9, "rows"),
        ("duplicateValues", "mustBeLessThan", 5, None, "percent"),
    ]
    assert contract.kept == {
        "quality.type": "SodaCL",
        "quality.specification.checks for measures[3]": "freshness(at) < 1d",
        "quality.specification.checks for measures[5].schema.fail": {},
    }


def test_what_ours_is_not_is_kept_by_its_place() -> None:
    model = "schema[1].quality[0]"
    text = FULL.replace("{metric: rowCount, mustBeBetween: [1, 25], severity: warning}", "{type: text, description: x}")
    assert read(text, "people.yaml").kept == {f"{model}.type": "text", f"{model}.description": "x"}
    text = FULL.replace("severity: warning}", "severity: warning, businessImpact: high}")
    assert read(text, "people.yaml").kept == {f"{model}.businessImpact": "high"}
