"""A contract as ODCS v3.1.0: what `odcs.convert` reads, written."""

from __future__ import annotations

import re
from typing import Any

from lakehouse_jobs.contract import types
from lakehouse_jobs.contract.emit import emit
from lakehouse_jobs.contract.model import DECIMAL_COMMA, Contract, Evolution, Field, Model, Source
from lakehouse_jobs.contract.put_back import put_back
from lakehouse_jobs.contract.write_quality import Written, written

API_VERSION = "v3.1.0"
# In which a reader looks for them; what is not here comes last.
_ORDER = (
    "apiVersion", "kind", "id", "name", "version", "status", "tenant", "domain", "dataProduct", "businessName",
    "physicalName", "logicalType", "physicalType", "logicalTypeOptions", "enum", "required", "unique", "primaryKey",
    "primaryKeyPosition", "classification", "description", "tags", "examples", "customProperties", "servers", "schema",
    "properties", "items", "quality", "slaProperties", "support",
)  # fmt: skip
_EVENTS = ("on_start", "on_success", "on_failure")


def to_odcs(contract: Contract) -> str:
    """The YAML text of a contract; reading it gives the contract again. Deterministic.

    What no part of this version uses (`kept`) goes back to where it stood; what the reference form alone has a place
    for, into the custom property `reference`."""
    return emit(document(contract))


def document(contract: Contract) -> dict[str, Any]:
    """The data of that text."""
    custom = {"owner": contract.owner, "contact": contract.contact, "frequency": contract.frequency}
    found = given(
        apiVersion=API_VERSION,
        kind="DataContract",
        id=contract.id,
        name=contract.title,
        version=contract.version,
        status="active",
        domain=contract.domain,
        description=given(purpose=contract.description),
        servers=[{"server": name, **server} for name, server in contract.servers.items()],
        schema=[_model(model) for model in contract.models],
        slaProperties=_levels(contract),
        support=_support(contract),
        customProperties=_custom(**custom),
    )
    put_back(found, contract.kept)
    return ordered(found)


def ordered(found: dict[str, Any]) -> dict[str, Any]:
    """The same with the keys of the contract, its objects and their columns in their order."""
    ranked = sorted(found, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
    if "apiVersion" in found:  # elsewhere custom properties say much about little
        ranked = sorted(ranked, key=lambda key: key == "customProperties")
    inner: dict[str, Any] = {
        key: [ordered(each) for each in found[key]] for key in ("schema", "properties") if key in found
    }
    return {key: inner.get(key, found[key]) for key in ranked}


def given(**parts: Any) -> dict[str, Any]:
    """The parts that say something: no None, nothing empty."""
    return {key: value for key, value in parts.items() if value is not None and value not in ({}, [], ())}


def _custom(**parts: Any) -> list[dict[str, Any]]:
    return [{"property": key, "value": value} for key, value in given(**parts).items()]


def _model(model: Model) -> dict[str, Any]:
    asked = written(model)
    return given(
        name=model.name,
        description=model.description,
        customProperties=_custom(ingestion=ingestion(model)),
        properties=[_property(field, asked) for field in model.fields],
        quality=asked.entries,
    )


def ingestion(model: Model) -> dict[str, Any]:
    """The property `ingestion`, ours: source and format always, the rest where it is not the default."""
    source, plain, csv = model.source, Source(), model.source.format == "csv"
    evolution = given(**{
        name: getattr(model.evolution, name)
        for name in ("table", "column", "type")
        if getattr(model.evolution, name) != getattr(Evolution(), name)
    })  # fmt: skip
    return given(
        source=source.type,
        format=source.format,
        header=source.header if csv or source.header != plain.header else None,
        delimiter=source.delimiter if csv or source.delimiter != plain.delimiter else None,
        multiline=None if source.multiline == csv else source.multiline,
        encoding=None if source.encoding == plain.encoding else source.encoding,
        nullValue=source.null_value,
        sequence=list(model.sequence),
        write=None if model.write == "merge" else model.write,
        deletes=model.deletes,
        cluster=list(model.cluster),
        evolution=evolution,
        bronzePii=None if model.bronze_pii == "clear" else model.bronze_pii,
    )


def _property(field: Field, asked: Written, inside: str = "", *, item: bool = False) -> dict[str, Any]:
    """A column, or a field in one; an item of a list has no name of its own."""
    full = f"{inside}.{field.name}" if inside else field.name
    nested = field.fields or field.items
    return given(
        name=None if item and field.name == "item" else field.name,
        logicalType=field.type,
        physicalType=None if nested or field.spark_type == types.LOGICAL[field.type] else field.spark_type,
        logicalTypeOptions={**_options(field), **asked.limits.get(full, {})},
        enum=[{"value": value} for value in asked.enums.get(full, ())],
        required=field.required or None,
        unique=True if full in asked.unique else None,
        primaryKey=True if field.key_position is not None else None,
        primaryKeyPosition=field.key_position,
        classification=field.classification,
        description=field.description,
        examples=[_example(field, text) for text in field.examples],
        customProperties=_custom(
            pii=field.pii,
            sourceName=field.source_name,
            decimalComma=True if field.format == DECIMAL_COMMA else None,
        ),
        properties=[_property(inner, asked, full) for inner in field.fields],
        items=_property(field.items, asked, full, item=True) if field.items else None,
        quality=asked.by_column.get(full),
    )


def _options(field: Field) -> dict[str, Any]:
    return given(
        minLength=field.min_length,
        maxLength=field.max_length,
        pattern=field.pattern,
        format=None if field.format == DECIMAL_COMMA else field.format,
        minimum=_bound(field, field.minimum),
        maximum=_bound(field, field.maximum),
    )


def _bound(field: Field, text: str | None) -> int | float | str | None:
    return text if text is None or field.type not in ("integer", "number") else number(text)


def _example(field: Field, text: str) -> int | str:
    whole = field.type in ("integer", "number") and re.fullmatch(r"-?[1-9][0-9]{0,17}|0", text)
    return int(text) if whole else text


def number(text: str) -> int | float | str:
    """The number that is written so; the text where it is none, or would be written otherwise."""
    for kind in (int, float):
        try:
            found = kind(text)
        except ValueError:
            continue
        return found if str(found) == text else text
    return text


def _levels(contract: Contract) -> list[dict[str, Any]]:
    """Retention and frequency."""
    found = []
    if contract.retention is not None:
        found.append(
            given(property="retention", value=contract.retention.days, unit="d", element=contract.retention.element)
        )
    if contract.cron is not None:
        value, unit = often(contract.cron)
        found.append(
            {"property": "frequency", "value": value, "unit": unit, "scheduler": "cron", "schedule": contract.cron}
        )
    return found


def often(cron: str) -> tuple[int, str]:
    """How often a Quartz expression fires, roughly: value and unit (m minutes, h hours, d days, w weeks)."""
    _, minute, hour, day, _, weekday = cron.split()[:6]
    for part, unit in ((minute, "m"), (hour, "h")):
        if step := re.fullmatch(r"(?:\*|\d+)/(\d+)", part):
            return int(step[1]), unit
        if part == "*":
            return 1, unit
    if re.fullmatch(r"\d|[A-Z]{3}", weekday):
        return 1, "w"
    return (30, "d") if re.fullmatch(r"\d+|L", day) else (1, "d")


def _support(contract: Contract) -> list[dict[str, Any]]:
    return [
        {"channel": event, "tool": "email", "url": f"mailto:{address}", "scope": "notifications"}
        for event in _EVENTS
        for address in getattr(contract.notifications, event)
    ]
