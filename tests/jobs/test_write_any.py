"""Any contract, whatever made it (a form, a proposal, a file), is read as it was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lakehouse_jobs.contract import odcs
from lakehouse_jobs.contract.located import parse
from lakehouse_jobs.contract.model import (
    DECIMAL_COMMA,
    Contract,
    Evolution,
    Field,
    Gate,
    Model,
    Notifications,
    Retention,
    Rule,
    Source,
)
from lakehouse_jobs.contract.types import struct
from lakehouse_jobs.contract.write import to_odcs

TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.sampled_from(["0071", "yes", "a: b", 'it\'s "so"', "1e3", "é 😀", "line\nline\n"]),
)
MAYBE = st.one_of(st.none(), TEXT)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
# SQL is read without the blanks around it, and `{object}` is another name of the batch.
SQL = TEXT.map(str.strip).filter(lambda text: text and "{" not in text)
SEVERITIES = st.sampled_from(["warning", "quarantine", "fail"])
WHOLE = st.one_of(st.none(), st.integers(1, 300))


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def column(name: str) -> st.SearchStrategy[Field]:
    common = {
        "required": st.booleans(), "classification": MAYBE, "description": MAYBE, "source_name": MAYBE,
        "pii": optional(st.sampled_from(["hash", "mask_email", "mask_phone", "mask_generic", "redacted"])),
    }  # fmt: skip
    texts = st.builds(
        Field, st.just(name), st.just("string"), st.just("STRING"), max_length=WHOLE, min_length=WHOLE, pattern=MAYBE,
        examples=st.lists(TEXT, max_size=2).map(tuple), **common,
    )  # fmt: skip
    limits = optional(st.one_of(st.integers().map(str), st.sampled_from(["0.5", "1.50", "-2"])))
    numbers = st.builds(
        Field, st.just(name), st.just("number"), st.sampled_from(["DOUBLE", "FLOAT", "DECIMAL(9,2)"]), minimum=limits,
        maximum=limits, format=st.sampled_from([None, DECIMAL_COMMA]), **common,
    )  # fmt: skip
    whole = st.builds(
        Field, st.just(name), st.just("integer"), st.sampled_from(["INT", "BIGINT"]), minimum=limits,
        examples=st.lists(st.integers(-9, 9).map(str), max_size=2).map(tuple), **common,
    )  # fmt: skip
    dates = st.builds(
        Field, st.just(name), st.just("date"), st.just("DATE"), format=optional(st.just("dd/MM/yyyy")),
        minimum=optional(st.just("2020-01-01")), **common,
    )  # fmt: skip
    return st.one_of(texts, numbers, whole, dates)


@st.composite
def fields(draw: st.DrawFn) -> tuple[Field, ...]:
    found = [draw(column(name)) for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))]
    keys = draw(st.permutations(range(len(found))))[: draw(st.integers(0, len(found)))]
    for position, number in enumerate(keys, start=1):
        found[number] = replace(found[number], key_position=position, required=True)
    if draw(st.booleans()):
        inner = tuple(draw(column(name)) for name in ("city", "street"))
        kind = struct([(each.name, each.spark_type) for each in inner])
        found.append(Field("place_", "object", kind, fields=inner))
        item = replace(draw(column("item")), source_name=None)
        found.append(Field("many_", "array", f"ARRAY<{item.spark_type}>", items=item))
    return tuple(found)


def rules(names: list[str]) -> st.SearchStrategy[tuple[Rule, ...]]:
    where = st.sampled_from([None, *names])
    said = {"severity": SEVERITIES, "null_passes": st.booleans(), "dimension": MAYBE, "description": MAYBE}
    cells = st.sampled_from(
        ["`{0}` IS NOT NULL", "`{0}` IN ('a', 'b\\'')", "`{0}` RLIKE '^(?:[a-z]\\\\d)\\\\z'", "`{0}` > 0"]
    )
    known = st.builds(
        lambda column, form, more: Rule("x", form.format(column), field=column, **more),
        st.sampled_from(names), cells, st.fixed_dictionaries(said),
    )  # fmt: skip
    free = st.builds(Rule, st.just("x"), predicate=SQL, field=where, **said)
    others = st.builds(Rule, st.just("x"), reference=NAMES.map("other.{}".format), field=where, **said)
    found = st.lists(st.one_of(known, free, others), max_size=5)
    return named(
        found, [f"{name}.{key}" for name in names for key in ("enum", "format", "nullValues", "exclusiveMinimum")]
    )


def gates(names: list[str]) -> st.SearchStrategy[tuple[Gate, ...]]:
    said: dict[str, Any] = {"severity": st.sampled_from(["warning", "fail"]), "dimension": MAYBE, "description": MAYBE}
    operators = st.sampled_from(["mustBe", "mustBeGreaterThan", "mustBeLessOrEqualTo"])
    value = st.one_of(st.integers(0, 99).map(float), st.just(0.5))
    column = st.sampled_from(names).map(lambda name: (name,))
    rows = st.builds(Gate, st.just("x"), st.just("rowCount"), operators, value, **said)
    between = st.builds(Gate, st.just("x"), st.just("rowCount"), st.just("mustBeBetween"), value, value, **said)
    cells = st.builds(
        Gate, st.just("x"), st.sampled_from(["nullValues", "missingValues", "invalidValues"]), operators, value,
        fields=column, predicate=SQL, unit=st.sampled_from(["rows", "percent"]), **said,
    )  # fmt: skip
    twice = st.builds(
        Gate, st.just("x"), st.just("duplicateValues"), operators, value,
        fields=st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple), **said,
    )  # fmt: skip
    query = st.builds(Gate, st.just("x"), st.just("query"), operators, value, query=SQL, **said)
    found = st.lists(st.one_of(rows, between, cells, twice, query), max_size=4)
    return named(found, ["rowCount", "query", *(f"{name}.unique" for name in names)])


@st.composite
def named(draw: st.DrawFn, found: st.SearchStrategy[list[Any]], known: list[str]) -> tuple[Any, ...]:
    """Each with a name of its own, often such as a reader gives."""
    drawn = draw(found)
    names = draw(
        st.lists(st.one_of(TEXT, st.sampled_from(known)), min_size=len(drawn), max_size=len(drawn), unique=True)
    )
    return tuple(replace(one, name=name) for one, name in zip(drawn, names, strict=True))


@st.composite
def models(draw: st.DrawFn, name: str) -> Model:
    own = draw(fields())
    names = [field.name for field in own if not field.fields and not field.items]
    listed = st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)
    reactions = st.sampled_from(["evolve", "freeze", "discard_row", "discard_value"])
    source = st.builds(
        Source, format=st.sampled_from(["csv", "json", "parquet"]), header=st.booleans(),
        delimiter=st.sampled_from(",;\t|"), multiline=st.booleans(),
        encoding=st.sampled_from(["UTF-8", "ISO-8859-1"]), null_value=MAYBE,
    )  # fmt: skip
    return Model(
        name, own, draw(source), sequence=draw(listed), write=draw(st.sampled_from(["merge", "append"])),
        deletes=draw(optional(SQL)), cluster=draw(listed), rules=draw(rules(names)), gates=draw(gates(names)),
        evolution=draw(st.builds(Evolution, table=reactions, column=reactions, type=optional(reactions))),
        bronze_pii=draw(st.sampled_from(["clear", "masked"])), description=draw(MAYBE),
    )  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    names = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    mails = st.lists(st.just("a@example.com"), max_size=2).map(tuple)
    return Contract(
        id=draw(TEXT), title=draw(TEXT), version=draw(TEXT), models=tuple(draw(models(name)) for name in names),
        description=draw(MAYBE), owner=draw(MAYBE), domain=draw(MAYBE),
        contact=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
        servers=draw(st.dictionaries(NAMES, st.dictionaries(NAMES.filter(lambda n: n != "server"), TEXT), max_size=2)),
        cron=draw(optional(st.just("0 30 6 * * ?"))), frequency=draw(MAYBE),
        retention=draw(optional(st.builds(Retention, st.integers(1, 999), MAYBE))),
        notifications=draw(st.builds(Notifications, mails, mails, mails)),
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(contracts())
def test_any_contract_is_read_as_it_was_written(contract: Contract) -> None:
    text = to_odcs(contract)
    located = parse(text, "any.yaml")
    assert located.defects == []
    assert odcs.convert(located.data) == contract
    assert to_odcs(odcs.convert(located.data)) == text
