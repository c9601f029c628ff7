"""A contract of the reference form becomes ODCS and comes back with every leaf; what changes in between counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from lakehouse_jobs.contract import InvalidContract, check, read
from lakehouse_jobs.contract.convert import convert
from lakehouse_jobs.contract.located import parse

FIXTURES = Path(__file__).parent / "contracts"
ACCOUNT = (FIXTURES / "account.yaml").read_text(encoding="utf-8")
CONSENTS = (FIXTURES / "consents.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [ACCOUNT, CONSENTS], ids=["account", "consents"])
def test_no_leaf_is_lost_on_the_way_and_back(text: str) -> None:
    there = convert(text, "reference.yaml")
    back = convert(there.text, "odcs.yaml")
    assert (there.form, back.form) == ("odcs", "reference")
    assert parse(back.text, "back.yaml").data == parse(text, "reference.yaml").data
    assert convert(back.text, "back.yaml").text == there.text
    assert back.unmapped == ()


def test_what_odcs_has_no_place_for_is_named_and_travels() -> None:
    there = convert(ACCOUNT, "account.yaml")
    assert there.unmapped == (
        "terms.billing", "servicelevels.retention.unlimited", "models.account.type", "examples[0].type",
        "examples[0].model", "examples[0].data", "ingest_workflow.source.job_mock", "ingest_workflow.tasks[0].name",
        "ingest_workflow.tasks[0].notebook", "ingest_workflow.tasks[1]",
    )  # fmt: skip
    custom = {each["property"]: each["value"] for each in parse(there.text, "x").data["customProperties"]}
    assert custom["reference"]["examples"] == parse(ACCOUNT, "x").data["examples"]
    assert custom["referenceForm"]["block"] == "ingest_workflow"


def test_what_both_forms_have_a_place_for_is_in_it() -> None:
    odcs = parse(convert(ACCOUNT, "account.yaml").text, "x").data
    assert odcs["description"]["usage"] == "internal"
    assert odcs["tags"] == ["risk", "conta"]
    (schema,) = odcs["schema"]
    assert schema["businessName"] == "Accounts"
    assert [each["name"] for each in schema["properties"]] == ["user_id", "name", "email", "balance", "city"]
    assert schema["properties"][1]["businessName"] == "Full name"
    assert {each["property"]: each.get("description") for each in odcs["slaProperties"]} == {
        "retention": "Kept for a year",
        "frequency": "Every night",
    }
    assert [each["channel"] for each in odcs["support"]] == ["on_start", "on_success", "on_failure", "on_failure"]


def test_a_contract_that_cannot_be_ingested_yet_is_converted_and_told_of() -> None:
    said = [f"{each.field}: {each.what}" for each in convert(ACCOUNT, "account.yaml").defects]
    assert said == ["models.account: has no primary key", "ingest_workflow.source.type: is 'eventhub'"]


def test_the_contract_is_the_same_to_a_run() -> None:
    odcs = convert(CONSENTS, "consents.yaml").text
    assert check(odcs, "odcs.yaml") == []
    one, other = read(CONSENTS, "consents.yaml"), read(odcs, "odcs.yaml")
    assert one.models == other.models
    assert (one.cron, one.retention, one.notifications) == (other.cron, other.retention, other.notifications)


def test_a_change_made_in_odcs_is_there_on_the_way_back() -> None:
    odcs = convert(ACCOUNT, "account.yaml").text
    changed = odcs.replace("maxLength: 120", "maxLength: 99").replace("value: 365", "value: 30")
    back = parse(convert(changed, "odcs.yaml").text, "back.yaml").data
    assert back["models"]["account"]["fields"]["name"]["max_length"] == 99
    assert back["servicelevels"]["retention"] == {
        "period": "P30D", "description": "Kept for a year", "unlimited": False,
    }  # fmt: skip


def test_what_belonged_to_a_column_goes_with_it() -> None:
    there = parse(convert(ACCOUNT, "account.yaml").text, "x").data
    custom = {each["property"]: each["value"] for each in there["customProperties"]}
    assert "city" in str(custom["reference"]["models"])
    lines = convert(ACCOUNT, "account.yaml").text.splitlines(keepends=True)
    begin = next(n for n, line in enumerate(lines) if "name: city" in line)
    end = next(n for n in range(begin + 1, len(lines)) if not lines[n].startswith("        "))
    back = parse(convert("".join(lines[:begin] + lines[end:]), "odcs.yaml").text, "back.yaml").data
    assert list(back["models"]["account"]["fields"]) == ["user_id", "name", "email", "balance"]


def test_what_has_not_the_shape_of_a_contract_is_refused_with_its_places() -> None:
    with pytest.raises(InvalidContract) as refused:
        convert(ACCOUNT.replace("nullable: false", "nullable: no way"), "account.yaml")
    assert [each.field for each in refused.value.defects] == ["models.account.fields.user_id.nullable"]


def test_a_contract_of_the_wanted_form_stays_as_it_is() -> None:
    assert convert(ACCOUNT, "account.yaml", "reference").text == ACCOUNT
