"""Open Data Contract Standard, 3.0 to 3.2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lakehouse_jobs.contract import types
from lakehouse_jobs.contract.located import Defect, Located, Path, dotted
from lakehouse_jobs.contract.model import DECIMAL_COMMA, Contract, LogicalType, Notifications, Retention
from lakehouse_jobs.contract.odcs_shape import INGESTION, ITEM, LIMITS, PROPERTY, SHAPE, USED, USED_OF_LEVEL
from lakehouse_jobs.contract.problems import address, element, problems
from lakehouse_jobs.contract.quality import FORMATS, USED_OF_ENTRY, Entry
from lakehouse_jobs.contract.shape import ANY, FLAG, TEXT, listing, walk, walk_at
from lakehouse_jobs.contract.views import (
    Column,
    Table,
    every,
    given,
    leaves,
    listed,
    mapping_of,
    mappings,
    text,
    texts,
    to_model,
    unmapped,
)

REFERENCE = "reference"  # the custom property that holds what only the reference form has a place for
OF_COLUMN = {"pii": ANY, "sourceName": TEXT, "decimalComma": FLAG}  # our custom properties of a column
# Our custom properties, and whose they are.
OURS = {"ingestion": "a model", **dict.fromkeys(OF_COLUMN, "a column")}
_TOP = ("owner", "contact", "frequency", REFERENCE)


def _custom(holder: dict[str, Any]) -> dict[str, Any]:
    return {str(p.get("property")): p.get("value") for p in mappings(holder.get("customProperties"))}


def _custom_place(holder: dict[str, Any], path: Path, name: str) -> Path | None:
    """Where the value of a custom property stands."""
    for index, custom in enumerate(listed(holder.get("customProperties"))):
        if mapping_of(custom).get("property") == name:
            return (*path, "customProperties", index, "value")
    return None


def _misplaced(located: Located, holder: dict[str, Any], path: Path, whose: str) -> Iterator[Defect]:
    """Custom properties that were meant for us and that nothing would read: a column would stay in clear."""
    seen: set[str] = set()
    for number, custom in enumerate(listed(holder.get("customProperties"))):
        name, at = mapping_of(custom).get("property"), (*path, "customProperties", number, "property")
        plain = re.sub(r"[-_ ]", "", str(name)).lower()
        meant = next((ours for ours in OURS if ours.lower() == plain), None)
        if meant is None:
            continue
        if name != meant:
            yield located.defect(at, f"is {name!r}", "nothing reads it", f"did you mean {meant}?")
        elif OURS[meant] != whose:
            yield located.defect(at, f"is {name!r}", f"it is said of {OURS[meant]}, not of {whose}", "put it there")
        elif meant in seen:
            yield located.defect(at, f"{name} stands twice", "one of them would not be read", "keep one")
        seen.add(meant)


def check(located: Located) -> Iterator[Defect]:
    """Everything wrong with a contract of this form."""
    yield from walk(located, SHAPE)
    data = mapping_of(located.data)
    yield from _misplaced(located, data, (), "the contract")
    for number, written in enumerate(listed(data.get("schema"))):
        schema, path = mapping_of(written), ("schema", number)
        yield from _misplaced(located, schema, path, "a model")
        place = _custom_place(schema, path, "ingestion")
        if place:
            yield from walk_at(located, INGESTION, place, _custom(schema)["ingestion"])
        for index, raw in enumerate(listed(schema.get("properties"))):
            yield from _property(located, mapping_of(raw), (*path, "properties", index))
        yield from _positions(located, listed(schema.get("properties")), (*path, "properties"))
    found = tables(data)
    yield from problems(located, found)
    for number, written in enumerate(listed(data.get("slaProperties"))):
        yield from _sla(located, mapping_of(written), ("slaProperties", number), found)
    for number, written in enumerate(listed(data.get("support"))):
        channel = mapping_of(written)
        if channel.get("tool") == "email" and channel.get("scope") == "notifications":
            yield from address(located, str(channel.get("url", "")), ("support", number, "url"))
    names = [mapping_of(written).get("server") for written in listed(data.get("servers"))]
    for number, name in enumerate(names):
        if name is not None and name in names[:number]:
            place = ("servers", number, "server")
            yield located.defect(place, f"{name} stands twice", "a server is told by its name", "rename one")


def _positions(located: Located, columns: list[Any], path: Path) -> Iterator[Defect]:
    """The order of a key's columns."""
    seen: set[int] = set()
    for number, raw in enumerate(columns):
        position = mapping_of(raw).get("primaryKeyPosition")
        if not isinstance(position, int) or isinstance(position, bool) or position == -1:
            continue
        at = (*path, number, "primaryKeyPosition")
        if raw.get("primaryKey") is not True:
            why = "the column is no part of the key"
            yield located.defect(at, f"is {position}", why, "add primaryKey: true, or remove it")
        elif position < 1 or position in seen:
            why = "another column has it" if position in seen else "positions count from 1"
            yield located.defect(at, f"is {position}", why, "number the key's columns 1, 2, …")
        seen.add(position)


def _sla(located: Located, sla: dict[str, Any], path: Path, found: list[Table]) -> Iterator[Defect]:
    if sla.get("property") == "retention" and isinstance(sla.get("element"), str):
        yield from element(located, found, sla["element"], (*path, "element"))
    cron = sla.get("schedule")
    if sla.get("property") == "frequency" and isinstance(cron, str) and types.quartz(cron) is None:
        why = "it is neither Quartz (6 or 7 fields, one a ?) nor Unix cron (5)"
        yield located.defect((*path, "schedule"), f"is {cron!r}", why, 'write it as "0 30 6 * * ?"')
    if sla.get("property") == "retention" and types.days(str(sla.get("value")), str(sla.get("unit", ""))) is None:
        yield located.defect((*path, "value"), "is no length of time", "rows are kept for days", "value: 365")


def _property(located: Located, raw: dict[str, Any], path: Path) -> Iterator[Defect]:
    yield from _misplaced(located, raw, path, "a column")
    for key, shape in OF_COLUMN.items():
        if place := _custom_place(raw, path, key):
            yield from walk_at(located, shape, place, _custom(raw)[key])
    logical, written = raw.get("logicalType"), raw.get("physicalType")
    known = types.physical(str(written))
    if logical is None and not known and not located.lost:
        yield located.defect((*path, "logicalType"), "is missing", "a column has a type", "add logicalType: …")
    if isinstance(written, str) and known and types.logical(str(logical)) and not _agree(str(logical), known[0]):
        where = (*path, "physicalType")
        yield located.defect(where, f"is {written}", f"the logical type is {logical}", "make the two agree")
    if raw.get("properties") is not None:
        inner = raw["properties"]
        yield from walk_at(located, listing(PROPERTY), (*path, "properties"), inner)
        for index, child in enumerate(listed(inner)):
            yield from _property(located, mapping_of(child), (*path, "properties", index))
    if raw.get("items") is not None:
        yield from walk_at(located, ITEM, (*path, "items"), raw["items"])
        yield from _property(located, mapping_of(raw["items"]), (*path, "items"))


def _agree(logical: str, physical: str) -> bool:
    """A number may be stored as an integer; before ODCS 3.1 a date could have a time."""
    wider = (logical, physical) in (("number", "integer"), ("date", "timestamp"))
    return wider or logical == physical or types.LOGICAL[logical] == "STRING" == types.LOGICAL[physical]


def tables(data: dict[str, Any]) -> list[Table]:
    """The schema's objects as written."""
    found = []
    for number, written in enumerate(listed(data.get("schema"))):
        schema, path = mapping_of(written), ("schema", number)
        place = _custom_place(schema, path, "ingestion") or path
        settings = given(_custom(schema).get("ingestion"))
        raw_columns = enumerate(listed(schema.get("properties")))
        columns = [_column(given(raw), (*path, "properties", n)) for n, raw in raw_columns]
        for column in columns:
            column.nest()
        _number_keys(columns)
        entries = _entries(schema, path, None)
        for raw, column in zip(listed(schema.get("properties")), columns, strict=True):
            entries += _inner_entries(mapping_of(raw), column)
        found.append(
            Table(
                name=str(schema.get("name")), path=path, columns=columns,
                key_remedy="mark its columns with `primaryKey: true`",
                source=settings, source_path=place, settings=settings, settings_path=place, entries=entries,
                description=schema.get("description"),
            )
        )  # fmt: skip
    return found


def _entries(holder: dict[str, Any], path: Path, column: Column | None) -> list[Entry]:
    found = enumerate(listed(holder.get("quality")))
    return [Entry(given(entry), (*path, "quality", n), column) for n, entry in found if isinstance(entry, dict)]


def _inner_entries(raw: dict[str, Any], column: Column) -> list[Entry]:
    """A column's entries and those of the fields in it."""
    entries = _entries(raw, column.path, column)
    for child, inner in zip(column.fields, listed(raw.get("properties")), strict=False):
        entries += _inner_entries(mapping_of(inner), child)
    return entries + (_inner_entries(mapping_of(raw.get("items")), column.items) if column.items else [])


def _column(raw: dict[str, Any], path: Path) -> Column:
    """`raw` without what is null there."""
    options, custom = mapping_of(raw.get("logicalTypeOptions")), _custom(raw)
    position = raw.get("primaryKeyPosition")
    limits = {key: options[key] for key in LIMITS if options.get(key) is not None}
    places: dict[str, Path] = {key: (*path, "logicalTypeOptions", key) for key in limits}
    if isinstance(raw.get("enum"), list):
        limits["enum"] = [entry.get("value") for entry in mappings(raw["enum"])]
        places["enum"] = (*path, "enum")
    if custom.get("decimalComma") is True:
        limits["format"] = DECIMAL_COMMA
    if "examples" in raw:
        places["examples"] = (*path, "examples")
    for key in OF_COLUMN:
        if place := _custom_place(raw, path, key):
            places[key] = place
    inner = raw.get("items")
    return Column(
        name=str(raw.get("name", "item")), path=path, resolved=_resolve(raw), type_path=(*path, "logicalType"),
        required=raw.get("required") is True, unique=raw.get("unique") is True,
        key_position=(position if isinstance(position, int) else 10_000) if raw.get("primaryKey") is True else None,
        limits=limits, places=places, classification=raw.get("classification"), pii=custom.get("pii"),
        source_name=text(custom.get("sourceName")), description=raw.get("description"),
        examples=texts(raw.get("examples")),
        fields=[_column(given(c), (*path, "properties", n)) for n, c in enumerate(listed(raw.get("properties")))],
        items=_column(given(inner), (*path, "items")) if inner is not None else None,
    )  # fmt: skip


def _number_keys(columns: list[Column]) -> None:
    keyed = sorted((c for c in columns if c.key_position is not None), key=lambda c: c.key_position or 0)
    for position, column in enumerate(keyed, start=1):
        column.key_position = position


def _resolve(raw: dict[str, Any]) -> tuple[LogicalType, str] | None:
    known = types.physical(str(raw.get("physicalType")))
    if raw.get("logicalType") is None:
        return known
    logical = types.logical(str(raw.get("logicalType")))
    if logical is None:
        return None
    if logical == "date" and known and known[0] == "timestamp":
        return known
    bits = types.BITS.get(str(mapping_of(raw.get("logicalTypeOptions")).get("format")), types.LOGICAL[logical])
    return logical, known[1] if known and _agree(logical, known[0]) else bits


def convert(data: dict[str, Any]) -> Contract:
    """The contract of a file without defects."""
    custom = _custom(data)
    slas = _levels(data)
    retention, frequency = slas.get("retention"), slas.get("frequency", {})
    found = tables(data)
    cron = frequency.get("schedule")
    kept_days = types.days(str(retention["value"]), str(retention.get("unit", ""))) if retention else None
    return Contract(
        id=data["id"], title=data.get("name") or data["id"], version=data["version"],
        models=tuple(to_model(table) for table in found),
        description=mapping_of(data.get("description")).get("purpose"),
        owner=custom.get("owner"), domain=data.get("domain"), contact=mapping_of(custom.get("contact")),
        servers={
            str(s.get("server", n)): {k: v for k, v in s.items() if k != "server"}
            for n, s in enumerate(mappings(data.get("servers")))
        },
        cron=types.quartz(cron) if isinstance(cron, str) else None, frequency=custom.get("frequency"),
        retention=Retention(kept_days, retention.get("element")) if retention and kept_days is not None else None,
        notifications=_notifications(data), kept=_kept(data, found, slas),
    )  # fmt: skip


def _levels(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Service levels by what they promise; the second of a kind, which nothing uses, as `retention_2`."""
    found: dict[str, dict[str, Any]] = {}
    for level in mappings(data.get("slaProperties")):
        name = str(level.get("property"))
        same = sum(1 for known in found if known == name or known.startswith(f"{name}_"))
        found[f"{name}_{same + 1}" if same else name] = level
    return found


def _kept(data: dict[str, Any], found: list[Table], slas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Every leaf that nothing uses, by its path; whole custom properties and service levels by their names."""
    kept = {
        path: value
        for path, value in unmapped(data, USED).items()
        if not re.search(r"(^|\.)(quality|customProperties|slaProperties|support)\[", path)
    }
    for entry in (entry for table in found for entry in table.entries):
        used = () if entry.kind == "kept" else USED_OF_ENTRY
        for key, value in entry.raw.items():
            if key not in used:
                kept.update(leaves(value, (*entry.path, key)))
    for column in (column for table in found for column in every(table.columns)):
        shape = column.limits.get("format")
        if column.logical == "string" and shape is not None and shape not in FORMATS:
            kept[dotted(column.place("format"))] = shape
    for path, holder in _holders(data, ()):
        ours = _TOP if not path else ("ingestion",) if len(path) == 2 and path[0] == "schema" else tuple(OF_COLUMN)
        for name, value in _custom(holder).items():
            if name not in ours or (ours == tuple(OF_COLUMN) and path[0] != "schema"):
                kept[f"{dotted(path)}.customProperties.{name}" if path else f"customProperties.{name}"] = value
    kept.update(leaves(_custom(data)[REFERENCE]) if REFERENCE in _custom(data) else {})
    if kept.get("status") == "active":
        del kept["status"]
    for name, sla in slas.items():
        read_here = name == "retention" or (name == "frequency" and "schedule" in sla)
        rest = [(key, value) for key, value in sla.items() if key not in USED_OF_LEVEL]
        kept.update({dotted(("slaProperties", name, key)): value for key, value in rest} if read_here else {
            dotted(("slaProperties", name)): sla
        })  # fmt: skip
    for number, entry in enumerate(listed(data.get("support"))):
        if not _notifies(mapping_of(entry)):
            kept[f"support[{number}]"] = entry
    return kept


def _holders(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every mapping that has custom properties; those of a quality entry are kept with the entry."""
    for part, inner in value.items() if isinstance(value, dict) else enumerate(listed(value)):
        if part not in ("customProperties", "quality"):
            yield from _holders(inner, (*path, part))
    if isinstance(value, dict) and "customProperties" in value:
        yield path, value


def _notifies(entry: dict[str, Any]) -> bool:
    return entry.get("scope") == "notifications" and entry.get("tool") == "email"


def _notifications(data: dict[str, Any]) -> Notifications:
    """E-mail support channels of scope `notifications`; a channel not named after an event is told of failures."""
    by_event: dict[str, list[str]] = {"on_start": [], "on_success": [], "on_failure": []}
    for entry in mappings(data.get("support")):
        if _notifies(entry):
            address = re.sub(r"^mailto:", "", str(entry.get("url", "")))
            by_event.get(str(entry.get("channel")), by_event["on_failure"]).append(address)
    return Notifications(*(tuple(by_event[e]) for e in ("on_start", "on_success", "on_failure")))
