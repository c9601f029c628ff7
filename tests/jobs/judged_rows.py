"""Rows that every kind of check judges, with what each must say: by hand, not by the compiler.

A row is text as it came; Spark types it. `None` is null, what a row leaves out is a good value."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse_jobs.contract.model import Field, Model, Rule

INSIDE = "STRUCT<street: STRING, no: INT>"
ADDRESS = Field(
    "addr", "object", INSIDE,
    fields=(
        Field("street", "string", "STRING", required=True, min_length=2, pii="hash"),
        Field("no", "integer", "INT", maximum="10"),
    ),
)  # fmt: skip
TAGS = Field(
    "tags", "array", "ARRAY<STRUCT<t: STRING, at: DATE>>",
    items=Field(
        "tag", "object", "STRUCT<t: STRING, at: DATE>", required=True,
        fields=(
            Field("t", "string", "STRING", required=True, max_length=3),
            Field("at", "date", "DATE", minimum="2020-01-01"),
        ),
    ),
)  # fmt: skip
GRID = Field(
    "grid",
    "array",
    "ARRAY<ARRAY<INT>>",
    items=Field("line", "array", "ARRAY<INT>", items=Field("cell", "integer", "INT", maximum="5")),
)
FIELDS = (
    Field("id", "integer", "BIGINT", key_position=1, minimum="1", maximum="10"),
    Field("name", "string", "STRING", required=True, min_length=1, max_length=4, pattern="a|ab|b'[\\d]*"),
    Field("code", "string", "STRING", minimum="10", maximum="it's"),
    Field("amount", "number", "DOUBLE", required=True, minimum="0.5", maximum="1.5"),
    Field("ratio", "number", "FLOAT", minimum="-1"),
    Field("price", "number", "DECIMAL(10,2)", maximum="9.99"),
    Field("tiny", "number", "DOUBLE", maximum="1e-3"),
    Field("day", "date", "DATE", minimum="2020-01-01", maximum="2020-12-31"),
    Field("number", "integer", "INT", max_length=2, minimum="0.5", pattern="[0-9]+"),
    ADDRESS, TAGS, GRID,
)  # fmt: skip
RULES = (
    Rule("positive", "id > 0 -- a comment"),
    Rule("either", "id > 100 or ratio > 0", null_passes=True, severity="warning"),
    Rule("never_beyond", "id <> 9", null_passes=True, severity="fail"),
    Rule("known", reference="other.id", field="id"),
    Rule("known_if_there", reference="other.code", field="code", null_passes=True, severity="warning"),
    Rule("id.minimum", "id <> 8", null_passes=True, severity="warning"),
)
WARNINGS = ("either", "known_if_there", "id.minimum (2)")
MODEL = Model("judged", FIELDS, rules=RULES)
GOOD: dict[str, str | None] = {
    "id": "5", "name": "ab", "code": "20", "amount": "1", "ratio": "0.5", "price": "1", "tiny": "0",
    "day": "2020-06-01", "number": "12", "addr": '{"street": "ab", "no": 10}',
    "tags": '[{"t": "abc", "at": "2020-01-01"}]', "grid": "[[1, 5], []]", "_found_0": "true", "_found_1": "true",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Cells that differ from a good row's, and the checks that fail, in the order of their bits."""

    cells: dict[str, str | None]
    failed: tuple[str, ...] = ()

    @property
    def blocked(self) -> tuple[str, ...]:
        """Without the warnings."""
        return tuple(name for name in self.failed if name not in WARNINGS)


CASES = (
    Case({}),
    # A null in what need not be there.
    Case(dict.fromkeys(("code", "ratio", "price", "tiny", "day", "number", "addr", "tags", "grid"))),
    # Keys and what is required; a key's null is unknown to every rule that does not let it pass.
    Case({"id": None}, ("id.required", "positive")),
    Case({"name": None}, ("name.required",)),
    Case({"amount": None}, ("amount.required",)),
    # No value of its type: not also missing.
    Case({"id": "x"}, ("id.type", "positive")),
    Case({"id": "9223372036854775808"}, ("id.type", "positive")),
    Case({"amount": "one"}, ("amount.type",)),
    Case({"day": "2020-02-30"}, ("day.type",)),
    Case({"number": ""}, ("number.type",)),
    # Limits, just within and just beyond.
    Case({"id": "1"}), Case({"id": "10"}),
    Case({"id": "0"}, ("id.minimum", "positive")),
    Case({"id": "11"}, ("id.maximum",)),
    Case({"id": "8"}, ("id.minimum (2)",)),
    Case({"id": "9"}, ("never_beyond",)),
    Case({"amount": "0.5"}), Case({"amount": "1.5"}),
    Case({"amount": "0.49"}, ("amount.minimum",)),
    Case({"amount": "1.51"}, ("amount.maximum",)),
    Case({"amount": "NaN"}, ("amount.minimum", "amount.maximum")),
    Case({"ratio": "NaN"}, ("ratio.minimum",)),
    Case({"ratio": "-1"}, ("either",)),
    Case({"ratio": "-1.5"}, ("ratio.minimum", "either")),
    Case({"price": "9.99"}), Case({"price": "10"}, ("price.maximum",)),
    Case({"tiny": "0.001"}), Case({"tiny": "0.002"}, ("tiny.maximum",)), Case({"tiny": "NaN"}, ("tiny.maximum",)),
    Case({"day": "2020-01-01"}), Case({"day": "2020-12-31"}),
    Case({"day": "2019-12-31"}, ("day.minimum",)), Case({"day": "2021-01-01"}, ("day.maximum",)),
    Case({"code": "10"}), Case({"code": "it's"}),
    Case({"code": "1"}, ("code.minimum",)), Case({"code": "j"}, ("code.maximum",)), Case({"code": "9"}),
    # Lengths and patterns, of the whole text.
    Case({"name": ""}, ("name.minLength", "name.pattern")),
    Case({"name": "a"}), Case({"name": "b'12"}),
    Case({"name": "b'123"}, ("name.maxLength",)),
    Case({"name": "aba"}, ("name.pattern",)), Case({"name": "xab"}, ("name.pattern",)),
    Case({"name": "ab\n"}, ("name.pattern",)),
    Case({"number": "123"}, ("number.maxLength",)),
    Case({"number": "-1"}, ("number.minimum", "number.pattern")),
    Case({"number": "0"}, ("number.minimum",)),
    Case({"number": "1"}),
    # Within objects and lists.
    Case({"addr": '{"street": null, "no": 1}'}, ("addr.street.required",)),
    Case({"addr": '{"street": "a", "no": 11}'}, ("addr.street.minLength", "addr.no.maximum")),
    Case({"addr": '{"street": "ab", "no": "x"}'}, ("addr.type",)),
    Case({"addr": "{broken"}, ("addr.type", "addr.street.required")),
    Case({"tags": "[]"}),
    Case({"tags": '[{"t": "abc", "at": null}, null]'}, ("tags[].required",)),
    Case({"tags": '[{"t": "abcd", "at": "2019-12-31"}]'}, ("tags[].t.maxLength", "tags[].at.minimum")),
    Case({"tags": '[{"t": "ab", "at": "2020-01-01"}, {"t": null}]'}, ("tags[].t.required",)),
    Case({"tags": '[{"t": "ab", "at": "2020-01-01"}, {"t": "b", "at": "soon"}]'}, ("tags.type",)),
    Case({"tags": "no list"}, ("tags.type",)),
    Case({"grid": "[[1], null, [6]]"}, ("grid[][].maximum",)),
    Case({"grid": '[[1], ["x"]]'}, ("grid.type",)),
    # What other tables have.
    Case({"_found_0": None}, ("known",)),
    Case({"_found_1": None}, ("known_if_there",)),
    Case({"_found_1": None, "code": None}),
    # Several at once.
    Case({"id": None, "name": "", "_found_0": None},
         ("id.required", "name.minLength", "name.pattern", "positive", "known")),
)  # fmt: skip


def row_of(case: Case) -> tuple[str | None, ...]:
    return tuple({**GOOD, **case.cells}.values())


def typed_columns() -> list[str]:
    """What silver's typing gives the checks: each cell in its type, and the text of what is not text."""
    found = []
    for field in FIELDS:
        if field.spark_type == "STRING":
            found.append(field.name)
            continue
        nested = field.fields or field.items
        typed = (
            f"from_json({field.name}, '{field.spark_type}')"
            if nested
            else f"try_cast({field.name} as {field.spark_type})"
        )
        found += [f"{typed} as {field.name}", f"{field.name} as _raw_{field.name}"]
    return [*found, *(f"cast(_found_{n} as boolean) as _found_{n}" for n in range(2))]
