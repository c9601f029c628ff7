"""What both contract forms have in common: models and columns with their places, checked and made into `Model`s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, get_args

from lakehouse_jobs.contract import quality, types
from lakehouse_jobs.contract.located import Path, dotted
from lakehouse_jobs.contract.model import (
    DECIMAL_COMMA,
    Evolution,
    Field,
    LogicalType,
    Model,
    Protection,
    Reaction,
    Source,
    WriteMode,
)
from lakehouse_jobs.contract.quality import Entry
from lakehouse_jobs.contract.shape import FLAG, TEXT, TEXTS, Shape, mapping

# How the input is read, and how it is ingested: the same keys in both forms.
SOURCE = {
    "format": TEXT, "header": FLAG, "delimiter": TEXT, "multiline": FLAG, "encoding": TEXT, "nullValue": TEXT,
}  # fmt: skip
REACTION = Shape("text", choices=get_args(Reaction))
SETTINGS = {
    "sequence": TEXTS, "write": Shape("text", choices=get_args(WriteMode)), "deletes": TEXT, "cluster": TEXTS,
    "evolution": mapping(table=REACTION, column=REACTION, type=REACTION),
    "bronzePii": Shape("text", choices=("clear", "masked")),
}  # fmt: skip


@dataclass(slots=True)
class Column:
    """One column as written. `resolved` is None where its type is unknown (told by the form itself).

    `limits` are in ODCS's words, whatever the form calls them: minLength, maxLength, minimum, maximum,
    exclusiveMinimum, exclusiveMaximum, multipleOf, pattern, format, enum; `places` says where each stands."""

    name: str
    path: Path
    resolved: tuple[LogicalType, str] | None
    type_path: Path
    required: bool = False
    unique: bool = False
    key_position: int | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Path] = field(default_factory=dict)
    classification: str | None = None
    pii: Any = None
    source_name: str | None = None
    description: str | None = None
    examples: tuple[str, ...] = ()
    fields: list[Column] = field(default_factory=list)
    items: Column | None = None
    full_name: str = ""  # with the objects it is in: `address.street`
    in_list: bool = False  # an array's item, or inside one

    @property
    def logical(self) -> LogicalType | None:
        return self.resolved[0] if self.resolved else None

    @property
    def spark_type(self) -> str:
        return self.resolved[1] if self.resolved else "STRING"

    def place(self, key: str) -> Path:
        return self.places.get(key, self.path)

    def nest(self, inside: str = "") -> None:
        """Name the fields by the objects they are in, and make the type of an object or list from theirs."""
        self.full_name = f"{inside}.{self.name}" if inside else self.name
        inner = [*self.fields, *([self.items] if self.items else [])]
        for child in inner:
            child.in_list = self.in_list or child is self.items
            child.nest(self.full_name)
        if inner and self.resolved:
            known = all(child.resolved for child in inner)
            made = types.array(inner[0].spark_type) if self.items else types.struct(self._types())
            self.resolved = (self.resolved[0], made) if known else None

    def _types(self) -> list[tuple[str, str]]:
        return [(child.name, child.spark_type) for child in self.fields]


@dataclass(slots=True)
class Table:
    """One model as written; `key_remedy` says how this form marks a primary key.

    `source` says how the input is read, `settings` how it is ingested (sequence, write, deletes, cluster, evolution,
    bronzePii), `entries` what is asked of its data; each with its place."""

    name: str
    path: Path
    columns: list[Column]
    key_remedy: str
    source: dict[str, Any] = field(default_factory=dict)
    source_path: Path = ()
    settings: dict[str, Any] = field(default_factory=dict)
    settings_path: Path = ()
    entries: list[Entry] = field(default_factory=list)
    description: str | None = None

    def names(self, key: str) -> list[str]:
        """A list of columns among the settings."""
        return [name for name in listed(self.settings.get(key)) if isinstance(name, str)]


def to_model(table: Table) -> Model:
    """The model of a table without defects."""
    source, settings = table.source, table.settings
    evolution = mapping_of(settings.get("evolution"))
    return Model(
        name=table.name,
        fields=tuple(_to_field(column) for column in table.columns),
        source=Source(
            type=source.get("type") or source.get("source") or "adls",
            format=source.get("format", "csv"),
            header=source.get("header", True),
            delimiter=source.get("delimiter", ","),
            multiline=source.get("multiline", source.get("format", "csv") == "csv"),
            encoding=source.get("encoding", "UTF-8"),
            null_value=source.get("nullValue"),
        ),
        sequence=tuple(table.names("sequence")),
        write=settings.get("write", "merge"),
        deletes=settings.get("deletes"),
        cluster=tuple(table.names("cluster")),
        rules=quality.rules(table),
        gates=quality.gates(table),
        evolution=Evolution(**{kind: reaction for kind, reaction in evolution.items() if reaction is not None}),
        bronze_pii=settings.get("bronzePii", "clear"),
        description=table.description,
    )


def _to_field(column: Column) -> Field:
    if column.resolved is None:
        raise ValueError(f"column {column.full_name} has no known type")
    limits = column.limits
    timed = column.logical in ("date", "timestamp", "time")
    return Field(
        name=column.name,
        type=column.resolved[0],
        spark_type=column.resolved[1],
        required=column.required or column.key_position is not None,
        key_position=column.key_position,
        max_length=limits.get("maxLength"),
        min_length=limits.get("minLength"),
        minimum=_limit(limits.get("minimum")),
        maximum=_limit(limits.get("maximum")),
        pattern=limits.get("pattern"),
        format=limits.get("format") if timed or limits.get("format") == DECIMAL_COMMA else None,
        classification=column.classification,
        pii=protection(column.pii),
        description=column.description,
        examples=column.examples,
        fields=tuple(_to_field(child) for child in column.fields),
        items=_to_field(column.items) if column.items else None,
        source_name=column.source_name,
    )


def _limit(written: Any) -> str | None:
    return None if written is None else str(written)


def protection(written: Any) -> Protection | None:
    """How a column is protected. Anything that is no known way is the strongest: no clear value for a typing error."""
    if not written:
        return None
    return next((known for known in get_args(Protection) if known == written), "redacted")


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[str, Any]]:
    """Every leaf of plain data with its dotted path; an empty map or list is a leaf."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield dotted(path), value


def unmapped(data: Any, used: tuple[str, ...]) -> dict[str, Any]:
    """The leaves whose dotted path fits no pattern of `used` (`*` any run of characters, indices left out)."""
    found = {}
    for path, value in leaves(data):
        plain = re.sub(r"\[\d+\]", "", path)
        plain = re.sub(r"\.(properties|items)(\.(properties|items))+\b", ".properties", plain)
        if not any(fnmatchcase(plain, pattern) for pattern in used):
            found[path] = value
    return found


def every(columns: list[Column]) -> Iterator[Column]:
    """The columns and all that is in them."""
    for column in columns:
        yield column
        yield from every([*column.fields, *([column.items] if column.items else [])])


def given(value: Any) -> dict[str, Any]:
    """What a mapping says; a key with nothing behind it is as absent."""
    return {key: inner for key, inner in mapping_of(value).items() if inner is not None}


def text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def mappings(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list that may hold anything, or be anything."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def mapping_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()
