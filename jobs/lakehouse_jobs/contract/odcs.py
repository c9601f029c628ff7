"""Open Data Contract Standard, 3.0 to 3.2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lakehouse_jobs.contract import types
from lakehouse_jobs.contract.located import Defect, Located, Path
from lakehouse_jobs.contract.model import LOGICAL_TYPES, Contract, Gate, LogicalType, Notifications, Operator, Retention
from lakehouse_jobs.contract.shape import (
    ANY,
    FLAG,
    IDENTIFIER,
    NUMBER,
    TEXT,
    TEXTS,
    WHOLE,
    Shape,
    listing,
    mapping,
    walk,
)
from lakehouse_jobs.contract.views import (
    Column,
    Table,
    leaves,
    listed,
    mapping_of,
    mappings,
    problems,
    protection,
    texts,
    to_model,
    unmapped,
)

CUSTOM = listing(mapping(id=TEXT, property=TEXT.needed, value=ANY.needed, description=TEXT))
OPERATORS: tuple[Operator, ...] = (
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo",
)  # fmt: skip
QUALITY = listing(mapping(
    id=TEXT, name=TEXT, type=Shape("text", choices=("library", "sql", "custom", "text")), metric=TEXT, rule=TEXT,
    arguments=ANY, query=TEXT, engine=TEXT, implementation=ANY, description=TEXT, dimension=TEXT, severity=TEXT,
    method=TEXT, businessImpact=TEXT, unit=TEXT, schedule=TEXT, scheduler=TEXT, tags=TEXTS, customProperties=CUSTOM,
    authoritativeDefinitions=ANY, validValues=ANY, mustBeBetween=listing(NUMBER), mustNotBeBetween=listing(NUMBER),
    **dict.fromkeys(OPERATORS, NUMBER),
))  # fmt: skip
PROPERTY = mapping(
    id=TEXT, name=IDENTIFIER.needed, businessName=TEXT, physicalName=TEXT,
    logicalType=Shape("text", required=True, choices=LOGICAL_TYPES, why="a column has a type"),
    logicalTypeOptions=mapping(
        maxLength=WHOLE, minLength=WHOLE, pattern=TEXT, format=TEXT, minimum=ANY, maximum=ANY, exclusiveMinimum=ANY,
        exclusiveMaximum=ANY, multipleOf=NUMBER, timezone=ANY, defaultTimezone=TEXT, maxItems=WHOLE, minItems=WHOLE,
        uniqueItems=FLAG, maxProperties=WHOLE, minProperties=WHOLE, required=TEXTS,
    ),
    physicalType=TEXT, description=TEXT, required=FLAG, unique=FLAG, primaryKey=FLAG, primaryKeyPosition=WHOLE,
    partitioned=FLAG, partitionKeyPosition=WHOLE, classification=TEXT, encryptedName=TEXT, criticalDataElement=FLAG,
    transformSourceObjects=TEXTS, transformLogic=TEXT, transformDescription=TEXT, examples=listing(ANY), tags=TEXTS,
    relationships=ANY, authoritativeDefinitions=ANY, quality=QUALITY, customProperties=CUSTOM, properties=ANY,
    items=ANY, semanticConcept=ANY,
)  # fmt: skip
OBJECT = mapping(
    id=TEXT, name=IDENTIFIER.needed, physicalName=TEXT, physicalType=TEXT, logicalType=TEXT, businessName=TEXT,
    description=TEXT, dataGranularityDescription=TEXT, tags=TEXTS, authoritativeDefinitions=ANY, relationships=ANY,
    quality=QUALITY, customProperties=CUSTOM, properties=listing(PROPERTY).needed,
)  # fmt: skip
SHAPE = mapping(
    apiVersion=Shape(
        "text", required=True, pattern=r"v?3\.[0-2](\.\d+)?", why="this version reads ODCS 3.0 to 3.2",
        remedy="write v3.1.0",
    ),
    kind=Shape("text", required=True, choices=("DataContract",)), id=TEXT.needed, name=TEXT, version=TEXT.needed,
    status=TEXT.needed, tenant=TEXT, domain=TEXT, dataProduct=TEXT, contractCreatedTs=TEXT, slaDefaultElement=TEXT,
    description=mapping(
        purpose=TEXT, limitations=TEXT, usage=TEXT, authoritativeDefinitions=ANY, customProperties=CUSTOM
    ),
    servers=listing(ANY), schema=listing(OBJECT).needed, tags=TEXTS, price=ANY, team=ANY, roles=ANY,
    support=listing(mapping(
        id=TEXT, channel=TEXT, tool=TEXT, scope=TEXT, url=TEXT, invitationUrl=TEXT, description=TEXT,
        customProperties=CUSTOM,
    )),
    slaProperties=listing(mapping(
        id=TEXT, property=TEXT.needed, value=ANY.needed, valueExt=ANY, unit=TEXT, element=TEXT, driver=TEXT,
        description=TEXT, scheduler=TEXT, schedule=TEXT, customProperties=CUSTOM,
    )),
    customProperties=CUSTOM, authoritativeDefinitions=ANY,
)  # fmt: skip
INGESTION = mapping(
    source=TEXT, format=TEXT, header=FLAG, delimiter=TEXT, multiline=FLAG, encoding=TEXT, sequence=listing(TEXT)
)
USED = (
    "apiVersion", "kind", "id", "name", "version", "domain", "description.purpose", "servers.*",
    "schema.name", "schema.description", "schema.customProperties.value.*", "schema.customProperties.property",
    *(f"schema.properties.{leaf}" for leaf in (
        "name", "logicalType", "logicalTypeOptions.maxLength", "logicalTypeOptions.format", "physicalType",
        "description", "required", "primaryKey", "primaryKeyPosition", "classification", "examples",
        "customProperties.property", "customProperties.value",
    )),
    *(f"schema*.quality.{leaf}" for leaf in ("type", "metric", "severity", *OPERATORS)),
    "slaProperties.property", "slaProperties.value", "slaProperties.unit", "slaProperties.element",
    "slaProperties.scheduler", "slaProperties.schedule", "support.*",
    "customProperties.property", "customProperties.value*",
)  # fmt: skip
_TOP = ("owner", "contact", "frequency")
REFERENCE = "reference"  # the custom property that holds what only the reference form has a place for


def _custom(holder: dict[str, Any]) -> dict[str, Any]:
    return {str(p.get("property")): p.get("value") for p in mappings(holder.get("customProperties"))}


def check(located: Located) -> Iterator[Defect]:
    """Everything wrong with a contract of this form."""
    yield from walk(located, SHAPE)
    data = mapping_of(located.data)
    for number, schema in enumerate(listed(data.get("schema"))):
        yield from _object(located, mapping_of(schema), ("schema", number))
    yield from problems(located, tables(data))
    for number, written in enumerate(listed(data.get("slaProperties"))):
        path, sla = ("slaProperties", number), mapping_of(written)
        cron = sla.get("schedule")
        if sla.get("property") == "frequency" and isinstance(cron, str) and types.quartz(cron) is None:
            why = "it is neither Quartz (6 or 7 fields, one a ?) nor Unix cron (5)"
            yield located.defect((*path, "schedule"), f"is {cron!r}", why, 'write it as "0 30 6 * * ?"')
        if sla.get("property") == "retention" and types.days(str(sla.get("value")), str(sla.get("unit", ""))) is None:
            yield located.defect((*path, "value"), "is no length of time", "rows are kept for days", "value: 365")


def _object(located: Located, schema: dict[str, Any], path: Path) -> Iterator[Defect]:
    for number, custom in enumerate(mappings(schema.get("customProperties"))):
        if custom.get("property") == "ingestion":
            yield from walk_part(located, (*path, "customProperties", number, "value"), custom.get("value"))
    for number, raw in enumerate(mappings(schema.get("properties"))):
        written, known = raw.get("physicalType"), types.physical(str(raw.get("physicalType")))
        logical = raw.get("logicalType")
        if isinstance(written, str) and known and logical in types.LOGICAL and not _agree(str(logical), known[0]):
            where = (*path, "properties", number, "physicalType")
            yield located.defect(where, f"is {written}", f"the logical type is {logical}", "make the two agree")


def walk_part(located: Located, path: Path, value: Any) -> list[Defect]:
    """The `ingestion` property, ours, has a shape of its own."""
    part = Located(located.name, value, [], located.lost)
    found = walk(part, INGESTION)
    placed = []
    for defect in found:
        inner = tuple(k for k in defect.field.split(".") if k != "(file)")
        unknown = inner and inner[0] not in INGESTION.keys
        placed.append(located.defect((*path, *inner), defect.what, defect.why, defect.remedy, key=bool(unknown)))
    return placed


def _agree(logical: str, physical: str) -> bool:
    return logical == physical or types.LOGICAL[logical] == "STRING" == types.LOGICAL[physical]


def tables(data: dict[str, Any]) -> list[Table]:
    """The schema's objects as written."""
    found = []
    for number, written in enumerate(listed(data.get("schema"))):
        schema, path = mapping_of(written), ("schema", number)
        place = next((
            (*path, "customProperties", index, "value")
            for index, custom in enumerate(mappings(schema.get("customProperties")))
            if custom.get("property") == "ingestion"
        ), path)  # fmt: skip
        source = mapping_of(_custom(schema).get("ingestion"))
        sequence = source.get("sequence")
        raw_columns = enumerate(listed(schema.get("properties")))
        columns = [_column(mapping_of(raw), (*path, "properties", n)) for n, raw in raw_columns]
        _number_keys(columns)
        found.append(
            Table(
                name=str(schema.get("name")), path=path, columns=columns,
                key_remedy="mark its columns with `primaryKey: true`",
                source=source, source_path=place,
                sequence=sequence if isinstance(sequence, list) else [], sequence_path=(*place, "sequence"),
                gates=_gates(schema), description=schema.get("description"),
            )
        )  # fmt: skip
    return found


def _column(raw: dict[str, Any], path: Path) -> Column:
    options, custom = mapping_of(raw.get("logicalTypeOptions")), _custom(raw)
    position = raw.get("primaryKeyPosition")
    length = options.get("maxLength")
    return Column(
        name=str(raw.get("name")), path=path, resolved=_resolve(raw), type_path=(*path, "logicalType"),
        required=raw.get("required") is True,
        key_position=(position if isinstance(position, int) else 10_000) if raw.get("primaryKey") is True else None,
        max_length=length if isinstance(length, int) else None,
        max_length_path=(*path, "logicalTypeOptions", "maxLength"),
        format=options.get("format"), classification=raw.get("classification"),
        pii=protection(custom.get("pii")),
        description=raw.get("description"), examples=texts(raw.get("examples")),
    )  # fmt: skip


def _number_keys(columns: list[Column]) -> None:
    keyed = sorted((c for c in columns if c.key_position is not None), key=lambda c: c.key_position or 0)
    for position, column in enumerate(keyed, start=1):
        column.key_position = position


def _resolve(raw: dict[str, Any]) -> tuple[LogicalType, str] | None:
    logical = types.logical(str(raw.get("logicalType")))
    if logical is None:
        return None
    known = types.physical(str(raw.get("physicalType")))
    return logical, known[1] if known and known[0] == logical else types.LOGICAL[logical]


def _gates(schema: dict[str, Any]) -> tuple[Gate, ...]:
    found = []
    places = [(None, schema), *((str(p.get("name")), p) for p in mappings(schema.get("properties")))]
    for name, holder in places:
        for rule in mappings(holder.get("quality")):
            for operator in OPERATORS:
                if isinstance(rule.get(operator), int | float) and isinstance(rule.get("metric"), str):
                    value = float(rule[operator])
                    found.append(Gate(rule["metric"], rule["metric"], operator, value, fields=(name,) if name else ()))
    return tuple(found)


def convert(data: dict[str, Any]) -> Contract:
    """The contract of a file without defects."""
    custom = _custom(data)
    slas = {str(s.get("property")): s for s in mappings(data.get("slaProperties"))}
    retention, frequency = slas.get("retention"), slas.get("frequency", {})
    kept = unmapped(data, USED)
    kept.update({f"customProperties.{key}": value for key, value in custom.items() if key not in (*_TOP, REFERENCE)})
    kept.update(leaves(custom[REFERENCE]) if REFERENCE in custom else {})
    if kept.get("status") == "active":
        del kept["status"]
    kept.update({f"slaProperties.{key}": sla for key, sla in slas.items() if key not in ("retention", "frequency")})
    cron = frequency.get("schedule")
    kept_days = types.days(str(retention["value"]), str(retention.get("unit", ""))) if retention else None
    return Contract(
        id=data["id"], title=data.get("name") or data["id"], version=data["version"],
        models=tuple(to_model(table) for table in tables(data)),
        description=mapping_of(data.get("description")).get("purpose"),
        owner=custom.get("owner"), domain=data.get("domain"), contact=mapping_of(custom.get("contact")),
        servers={
            str(s.get("server", n)): {k: v for k, v in s.items() if k != "server"}
            for n, s in enumerate(mappings(data.get("servers")))
        },
        cron=types.quartz(cron) if isinstance(cron, str) else None, frequency=custom.get("frequency"),
        retention=Retention(kept_days, retention.get("element")) if retention and kept_days is not None else None,
        notifications=_notifications(data), kept=kept,
    )  # fmt: skip


def _notifications(data: dict[str, Any]) -> Notifications:
    """E-mail support channels of scope `notifications`; a channel not named after an event is told of failures."""
    by_event: dict[str, list[str]] = {"on_start": [], "on_success": [], "on_failure": []}
    for entry in mappings(data.get("support")):
        url = str(entry.get("url", ""))
        if entry.get("scope") == "notifications" and entry.get("tool") == "email":
            address = re.sub(r"^mailto:", "", url)
            by_event.get(str(entry.get("channel")), by_event["on_failure"]).append(address)
    return Notifications(*(tuple(by_event[e]) for e in ("on_start", "on_success", "on_failure")))
