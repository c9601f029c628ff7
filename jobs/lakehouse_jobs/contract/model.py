"""The contract as the jobs use it: one form, whichever file it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp", "time", "object", "array"]
LOGICAL_TYPES: tuple[LogicalType, ...] = (
    "string", "integer", "number", "boolean", "date", "timestamp", "time", "object", "array",
)  # fmt: skip
FORMATS = ("csv", "json", "parquet")


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `spark_type` is its type in silver, as SQL text; bronze keeps text."""

    name: str
    type: LogicalType
    spark_type: str
    required: bool = False
    key_position: int | None = None  # from 1; None: not part of the primary key
    max_length: int | None = None  # characters
    format: str | None = None  # a date or timestamp pattern, as Spark writes them
    classification: str | None = None
    pii: str | None = None  # how it will be protected (hash, mask…); applied by no layer yet
    description: str | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where and how the input comes. `header` and `delimiter` count for csv, `multiline` for csv and json."""

    type: str = "adls"
    format: str = "csv"
    header: bool = True
    delimiter: str = ","
    multiline: bool = True  # a record may span lines; json without it is one object a line
    encoding: str = "UTF-8"


@dataclass(frozen=True, slots=True)
class Quality:
    """A rule on a model or one of its fields, kept for the checks inside the job."""

    metric: str
    operator: str
    value: float
    field: str | None = None
    severity: str | None = None


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
    """One table: `name` in bronze and in silver."""

    name: str
    fields: tuple[Field, ...]
    source: Source = Source()
    sequence: tuple[str, ...] = ()  # columns whose greatest value is the newest row of a key
    quality: tuple[Quality, ...] = ()
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
