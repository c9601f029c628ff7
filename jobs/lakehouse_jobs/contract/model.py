"""The contract as the jobs use it: one form, whichever file it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp", "time", "object", "array"]
LOGICAL_TYPES: tuple[LogicalType, ...] = (
    "string", "integer", "number", "boolean", "date", "timestamp", "time", "object", "array",
)  # fmt: skip
FORMATS = ("csv", "json", "parquet")
DECIMAL_COMMA = "0,0"  # format of a number written as 1.234,56
Protection = Literal["hash", "mask_email", "mask_phone", "mask_generic", "redacted"]
Severity = Literal["warning", "quarantine", "fail"]
WriteMode = Literal["merge", "append"]
Reaction = Literal["evolve", "freeze", "discard_row", "discard_value"]
Metric = Literal["rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues", "query"]
Operator = Literal[
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo",
    "mustBeBetween", "mustNotBeBetween",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `spark_type` is the type its values have before protection, as SQL text; bronze keeps text.

    A protected column is text in silver, whatever its type: see `lakehouse_jobs.privacy`."""

    name: str
    type: LogicalType
    spark_type: str
    required: bool = False
    key_position: int | None = None  # from 1; None: not part of the primary key
    max_length: int | None = None  # characters
    min_length: int | None = None  # characters
    minimum: str | None = None  # as SQL compares it with the typed value: a number, or a date as text
    maximum: str | None = None
    pattern: str | None = None  # a regular expression (Java's) that the whole text matches
    format: str | None = None  # a date or timestamp pattern, as Spark writes them; DECIMAL_COMMA of a number
    classification: str | None = None
    pii: Protection | None = None
    description: str | None = None
    examples: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()  # of an object
    items: Field | None = None  # of an array: one element
    source_name: str | None = None  # what the input calls the column, where that is no name of a table's column


@dataclass(frozen=True, slots=True)
class Source:
    """Where and how the input comes. `header` and `delimiter` count for csv, `multiline` for csv and json."""

    type: str = "adls"
    format: str = "csv"
    header: bool = True
    delimiter: str = ","
    multiline: bool = True  # a record may span lines; json without it is one object a line
    encoding: str = "UTF-8"
    null_value: str | None = None  # csv: what stands for no value, besides an empty cell, as NA


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on each row, by `predicate` or by `reference`; the rules that follow from a field (required, its type,
    lengths, limits, pattern) are not listed here: the compiler derives them. Those of enum, multipleOf, exclusive
    limits and the formats of text (email, uuid, uri, ipv4) are.

    `predicate` is SQL over the typed, unprotected columns of one row, true for a good one. NULL counts as failed
    unless `null_passes`. `reference` is `table.column` of a model in the same catalog's silver: the value of
    `field` must be there. `field` may lie in an object: `address.street`.

    Severity: `warning` counts and tells, `quarantine` sets the row aside, `fail` stops promotion. Written as info,
    warn or low it is a warning; as error, medium, high or nothing, quarantine; as critical or blocker, fail."""

    name: str  # unique in its model; what the quarantine says
    predicate: str | None = None
    reference: str | None = None
    field: str | None = None
    severity: Severity = "quarantine"
    null_passes: bool = False
    dimension: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule on the data as a whole: one number that `operator` compares with `value` (and `upper`, for a range).

    Severity `fail` stops promotion and keeps what was there; `warning` is told. Nothing, and any word but those of a
    warning, is `fail`. Counts are of the rows of a batch that no row rule set aside; `query` is SQL that gives one
    number, `{model}` in it stands for the batch."""

    name: str
    metric: Metric
    operator: Operator
    value: float
    upper: float | None = None
    fields: tuple[str, ...] = ()
    query: str | None = None
    predicate: str | None = None  # of null-, missing-, invalidValues: true for a row not counted; NULL is counted
    unit: Literal["rows", "percent"] = "rows"
    severity: Literal["warning", "fail"] = "fail"
    dimension: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Evolution:
    """What is done where the input departs from the contract: a table that is not there yet, a column that the
    contract does not know, a value that is not of its column's type.

    `evolve` takes it in (makes the table; adds the column as text; widens the column), `freeze` ends the run red
    before anything is written, `discard_row` leaves the row out and counts it, `discard_value` leaves the value out
    (bronze keeps it) and takes the row. `type` None: the row is quarantined."""

    table: Reaction = "evolve"
    column: Reaction = "discard_value"
    type: Reaction | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows are kept: days, counted from `element` if the contract names it."""

    days: int
    element: str | None = None


@dataclass(frozen=True, slots=True)
class Notifications:
    on_start: tuple[str, ...] = ()
    on_success: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """One table: `name` in bronze and in silver.

    `write` merge keeps one row a key; append keeps every row that no rule sets aside, and needs no key. `deletes` is
    SQL over a typed row, true where it takes its key's row away. `cluster` are columns of silver."""

    name: str
    fields: tuple[Field, ...]
    source: Source = Source()
    sequence: tuple[str, ...] = ()  # columns whose greatest value is the newest row of a key
    write: WriteMode = "merge"
    deletes: str | None = None
    cluster: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    gates: tuple[Gate, ...] = ()
    evolution: Evolution = Evolution()
    bronze_pii: Literal["clear", "masked"] = "clear"
    description: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The primary key's columns in their order."""
        keyed = [(f.key_position, f.name) for f in self.fields if f.key_position is not None]
        return tuple(name for _, name in sorted(keyed))

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)


@dataclass(frozen=True, slots=True)
class Contract:
    id: str
    title: str
    version: str
    models: tuple[Model, ...]
    description: str | None = None
    owner: str | None = None
    domain: str | None = None
    contact: dict[str, Any] = field(default_factory=dict)
    servers: dict[str, dict[str, Any]] = field(default_factory=dict)
    cron: str | None = None  # Quartz: seconds first
    frequency: str | None = None  # batch | streaming
    retention: Retention | None = None
    notifications: Notifications = Notifications()
    kept: dict[str, Any] = field(default_factory=dict)  # dotted path -> what no part of this version uses

    def model(self, name: str) -> Model:
        """Raises KeyError naming the models there are."""
        for model in self.models:
            if model.name == name:
                return model
        raise KeyError(f"the contract has no model {name!r}; it has {', '.join(m.name for m in self.models)}")
