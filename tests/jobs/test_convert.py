"""A contract of the reference form becomes ODCS and comes back with every leaf; what changes in between counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lakehouse_jobs.contract import InvalidContract, check, read
from lakehouse_jobs.contract.convert import convert
from lakehouse_jobs.contract.differences import same
from lakehouse_jobs.contract.emit import emit
from lakehouse_jobs.contract.located import parse
from lakehouse_jobs.contract.views import leaves

FIXTURES = Path(__file__).parent / "contracts"
ACCOUNT = (FIXTURES / "account.yaml").read_text(encoding="utf-8")
CONSENTS = (FIXTURES / "consents.yaml").read_text(encoding="utf-8")
UNDESCRIBED = (FIXTURES / "undescribed.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [ACCOUNT, CONSENTS, UNDESCRIBED], ids=["account", "consents", "undescribed"])
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


def test_a_contract_without_models_is_converted_as_far_as_it_goes() -> None:
    there = convert(UNDESCRIBED, "score.yaml")
    assert "schema" not in parse(there.text, "x").data
    assert "info.reviewer" in there.unmapped
    told = {f"{each.field}: {each.what}" for each in there.defects}
    assert {"models: is missing", "info.reviewer: is not a known key"} <= told


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


def test_what_the_reference_form_has_no_place_for_is_named() -> None:
    """Rules, gates, protection and how a model is ingested have one; so do they come back."""
    text = (FIXTURES / "measures.yaml").read_text(encoding="utf-8")
    back = convert(text, "measures.yaml")
    assert {path.split("[")[0] for path in back.unmapped} == {
        "tenant", "schema", "slaProperties", "support", "customProperties",
    }  # fmt: skip
    of_models = [path.partition("].")[2] for path in back.unmapped if path.startswith("schema[0]")]
    assert {path.split("[")[0] for path in of_models} == {"physicalName", "customProperties", "properties", "quality"}
    assert not [path for path in of_models if "ingestion" in path or "pii" in path]
    one, other = read(text, "measures.yaml"), read(back.text, "back.yaml")
    assert one.models[0] == other.models[0]
    assert read(convert(back.text, "back.yaml").text, "again.yaml").models[0] == one.models[0]


def test_a_contract_of_the_wanted_form_stays_as_it_is() -> None:
    assert convert(ACCOUNT, "account.yaml", "reference").text == ACCOUNT


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["0071", "yes", "P1Y", "a.b", "x: y", "id,name\n0071,Ana\n", "é 😀"]),
)
MANY = st.lists(WORDS, max_size=3)
SCALARS = st.one_of(WORDS, st.integers(-9, 99), st.booleans(), st.floats(-9, 9).map(lambda x: round(x, 2)))
FREE = st.recursive(
    SCALARS, lambda x: st.one_of(st.lists(x, max_size=3), st.dictionaries(WORDS, x, max_size=3)), max_leaves=6
)


def parts(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these keys, or none."""
    return st.fixed_dictionaries({}, optional=given)


COLUMN = st.builds(
    lambda kind, more: {"type": kind, **more},
    st.sampled_from(["string", "text", "varchar", "int", "long", "decimal", "numeric", "date", "timestamp_ntz"]),
    parts(
        nullable=st.booleans(), required=st.booleans(), unique=st.booleans(), primary=st.booleans(),
        max_length=st.integers(1, 300), maxLength=st.integers(1, 300), minLength=st.integers(0, 9),
        precision=st.integers(1, 38), scale=st.integers(0, 9), minimum=st.integers(), maximum=st.integers(),
        exclusiveMinimum=st.integers(), pattern=WORDS, format=WORDS, title=WORDS, description=WORDS,
        classification=WORDS, pii=st.sampled_from(["hash", "mask_email", True, False, "some"]), tags=MANY,
        examples=st.lists(SCALARS, max_size=3), example=SCALARS, enum=st.lists(SCALARS, max_size=3), references=WORDS,
        config=FREE,
    ),
)  # fmt: skip
SODA = st.one_of(
    st.just({}),
    WORDS,
    st.lists(
        st.sampled_from(["row_count > 25", "row_count between 1 and 9", "missing_count(a) = 0", "freshness(a) < 1d"])
    ).map(lambda checks: {"checks for m": checks}),
    st.dictionaries(WORDS, st.lists(FREE, max_size=2), max_size=2),
)
MAILS = parts(on_start=MANY, on_success=MANY, on_failure=MANY)
INFO = st.builds(
    lambda title, version, more: {"title": title, "version": version, **more},
    WORDS, WORDS, parts(status=WORDS, description=WORDS, owner=WORDS, domain=WORDS, contact=FREE),
)  # fmt: skip
MODEL = st.builds(
    lambda fields, more: {"fields": fields, **more},
    st.dictionaries(NAMES, COLUMN, min_size=1, max_size=4),
    parts(type=WORDS, title=WORDS, description=WORDS, namespace=WORDS, tags=FREE, examples=FREE, config=FREE),
)
LEVELS = parts(
    retention=parts(
        period=st.sampled_from(["P1Y", "P30D", "12 months", "365d", "1 year"]), description=WORDS,
        unlimited=st.booleans(), timestampField=WORDS,
    ),
    frequency=parts(
        type=st.sampled_from(["batch", "streaming"]), cron=st.sampled_from(["0 49 1 * * ?", "49 1 * * *", "soon"]),
        interval=WORDS, description=WORDS,
    ),
    availability=FREE, latency=FREE,
)  # fmt: skip
OWN = parts(
    email_notifications=MAILS,
    source=parts(
        type=st.sampled_from(["adls", "eventhub"]), format=st.sampled_from(["csv", "json", "parquet"]),
        header=st.booleans(), delimiter=st.sampled_from([",", ";", "\t"]), multiline=st.booleans(), job_mock=FREE,
    ),
    sequence=MANY, job_mock=FREE, tasks=st.lists(FREE, max_size=3),
)  # fmt: skip
CONTRACTS = st.builds(
    lambda info, models, block, own, more: {
        "dataContractSpecification": "0.9.3", "id": "urn:x", "info": info, "models": models, **more,
        block: {"model": next(iter(models)), **own},
    },
    INFO, st.dictionaries(NAMES, MODEL, min_size=1, max_size=3), st.sampled_from(["workflow", "ingest_workflow"]), OWN,
    parts(
        servers=st.dictionaries(WORDS, parts(type=WORDS, location=WORDS, server=WORDS, catalog=WORDS), max_size=2),
        terms=st.one_of(FREE, parts(usage=WORDS, limitations=WORDS, billing=WORDS)), servicelevels=LEVELS,
        examples=st.lists(st.fixed_dictionaries({"type": st.just("csv"), "model": NAMES, "data": WORDS}), max_size=2),
        quality=st.one_of(FREE, st.fixed_dictionaries({"type": st.just("SodaCL"), "specification": SODA})),
        definitions=FREE, links=FREE, tags=FREE,
    ),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(CONTRACTS)
def test_no_leaf_of_any_contract_is_lost(data: dict[str, Any]) -> None:
    there = convert(emit(data), "reference.yaml")
    back = parse(convert(there.text, "odcs.yaml").text, "back.yaml").data
    assert dict(leaves(back)) == dict(leaves(data))
    assert same(back, data)


@settings(max_examples=20, deadline=None)
@given(CONTRACTS)
def test_what_is_named_as_unmapped_is_said_nowhere_else(data: dict[str, Any]) -> None:
    """Without the two custom properties that carry it, no such leaf comes back."""
    there = convert(emit(data), "reference.yaml")
    bare = parse(there.text, "odcs.yaml").data
    bare["customProperties"] = [
        each for each in bare.get("customProperties", []) if each["property"] not in ("reference", "referenceForm")
    ]
    alone = dict(leaves(parse(convert(emit(bare), "bare.yaml").text, "back.yaml").data))
    unsaid = {path for path in there.unmapped if path in alone and same(alone[path], dict(leaves(data))[path])}
    assert unsaid == set()
