"""The reference form: Data Contract Specification 0.9.3 with one block of its own, `workflow` or `ingest_workflow`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lakehouse_jobs.contract import quality, soda, types
from lakehouse_jobs.contract.located import Defect, Located, Path, nearest
from lakehouse_jobs.contract.model import DECIMAL_COMMA, Contract, LogicalType, Model, Notifications, Retention
from lakehouse_jobs.contract.problems import address, element, problems
from lakehouse_jobs.contract.quality import USED_OF_ENTRY, Entry
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
    names,
    walk,
    walk_at,
)
from lakehouse_jobs.contract.views import (
    SETTINGS,
    SOURCE,
    Column,
    Table,
    given,
    leaves,
    listed,
    mapping_of,
    text,
    texts,
    to_model,
    unmapped,
)

FIELD = mapping(
    type=Shape("text", required=True, choices=tuple(types.REFERENCE), why="a column has a type"),
    nullable=FLAG, required=FLAG, unique=FLAG, primary=FLAG, primaryKey=FLAG, max_length=WHOLE, maxLength=WHOLE,
    minLength=WHOLE, precision=WHOLE, scale=WHOLE, pattern=TEXT, format=TEXT, minimum=ANY, maximum=ANY,
    exclusiveMinimum=ANY, exclusiveMaximum=ANY, multipleOf=NUMBER, sourceName=TEXT, decimalComma=FLAG,
    title=TEXT, description=TEXT, classification=TEXT, pii=ANY, tags=TEXTS, examples=listing(ANY), example=ANY,
    enum=listing(ANY), references=TEXT, quality=ANY, fields=ANY, items=ANY, config=ANY, links=ANY,
)  # fmt: skip
EMAILS = listing(TEXT)
WORKFLOW = mapping(
    model=TEXT.needed,
    email_notifications=mapping(on_start=EMAILS, on_success=EMAILS, on_failure=EMAILS),
    source=mapping(type=TEXT, **SOURCE, job_mock=ANY), **SETTINGS, job_mock=ANY, tasks=listing(ANY),
)  # fmt: skip
SHAPE = mapping(
    dataContractSpecification=Shape(
        "text", required=True, pattern=r"(0\.9|1\.\d+)\.\d+", why="this version reads 0.9.x", remedy='write "0.9.3"'
    ),
    id=TEXT.needed,
    info=mapping(
        title=TEXT.needed, version=TEXT.needed, status=TEXT, description=TEXT, owner=TEXT, domain=TEXT, contact=ANY
    ).needed,
    servers=names(ANY), terms=ANY,
    models=names(mapping(
        type=TEXT, title=TEXT, namespace=TEXT, description=TEXT, quality=ANY, config=ANY, tags=ANY, examples=ANY,
        primaryKey=TEXTS, fields=names(FIELD).needed,
    )).needed,
    definitions=ANY, examples=ANY, links=ANY, tags=ANY,
    servicelevels=mapping(
        retention=mapping(period=TEXT, description=TEXT, unlimited=FLAG, timestampField=TEXT),
        frequency=mapping(type=TEXT, cron=TEXT, interval=TEXT, description=TEXT),
        availability=ANY, latency=ANY, freshness=ANY, support=ANY, backup=ANY,
    ),
    quality=ANY, workflow=WORKFLOW, ingest_workflow=WORKFLOW,
)  # fmt: skip
OF_COLUMN = ("pii", "sourceName", "decimalComma", "examples")
LIMITS = {
    "max_length": "maxLength", "maxLength": "maxLength", "minLength": "minLength", "minimum": "minimum",
    "maximum": "maximum", "exclusiveMinimum": "exclusiveMinimum", "exclusiveMaximum": "exclusiveMaximum",
    "multipleOf": "multipleOf", "pattern": "pattern", "format": "format", "enum": "enum",
}  # fmt: skip
USED = (
    "dataContractSpecification", "id", "info.title", "info.version", "info.description", "info.owner", "info.domain",
    "info.contact*", "servers.*", "servicelevels.retention.period", "servicelevels.retention.timestampField",
    "servicelevels.frequency.type", "servicelevels.frequency.cron", "models.*.description", "models.*.primaryKey",
    *(f"models.*.fields.*.{leaf}" for leaf in (
        "type", "nullable", "required", "unique", "primary", "primaryKey", "precision", "scale", "description",
        "classification", "pii", "examples", "sourceName", "decimalComma", *LIMITS,
    )),
    *(f"{block}.{leaf}" for block in ("workflow", "ingest_workflow") for leaf in (
        "model", "email_notifications.*", "source.type", *(f"source.{key}" for key in SOURCE), *SETTINGS,
        "evolution.*",
    )),
)  # fmt: skip


def check(located: Located) -> Iterator[Defect]:
    """Everything wrong with a contract of this form."""
    yield from walk(located, SHAPE)
    data = mapping_of(located.data)
    for name in mapping_of(data.get("models")):
        yield from walk_name(located, ("models", name), name)
        for column, raw in mapping_of(mapping_of(data["models"][name]).get("fields")).items():
            yield from walk_name(located, ("models", name, "fields", column), column)
            yield from _inner(located, mapping_of(raw), ("models", name, "fields", column))
    found = tables(data)
    yield from problems(located, found)
    yield from _checks(located, data)
    yield from _workflow(located, data)
    levels = mapping_of(data.get("servicelevels"))
    cron = mapping_of(levels.get("frequency")).get("cron")
    if isinstance(cron, str) and types.quartz(cron) is None:
        path = ("servicelevels", "frequency", "cron")
        why = "it is neither Quartz (6 or 7 fields, one a ?) nor Unix cron (5)"
        yield located.defect(path, f"is {cron!r}", why, 'write it as "0 30 6 * * ?"')
    period = mapping_of(levels.get("retention")).get("period")
    if isinstance(period, str) and types.days(period) is None:
        path = ("servicelevels", "retention", "period")
        yield located.defect(path, f"is {period!r}", "it is no length of time", 'write it as "P1Y" or "30 days"')
    start = mapping_of(levels.get("retention")).get("timestampField")
    if isinstance(start, str):
        yield from element(located, found, start, ("servicelevels", "retention", "timestampField"))


def _checks(located: Located, data: dict[str, Any]) -> Iterator[Defect]:
    """SodaCL's checks are of a model that is there."""
    models = mapping_of(data.get("models"))
    for key in mapping_of(mapping_of(data.get("quality")).get("specification")):
        model = key.removeprefix("checks for ").strip()
        if key.startswith("checks for ") and models and model not in models:
            meant = nearest(model, models)
            remedy = f"did you mean checks for {meant}?" if meant else f"models: {', '.join(models)}"
            path = ("quality", "specification", key)
            yield located.defect(path, f"is of {model!r}", "models has no such entry", remedy, key=True)


def walk_name(located: Located, path: tuple[str | int, ...], name: str) -> Iterator[Defect]:
    """A name that stands as a key."""
    if not re.fullmatch(IDENTIFIER.pattern or "", name):
        yield located.defect(path, f"{name!r} is no legal name", IDENTIFIER.why, IDENTIFIER.remedy, key=True)


def _inner(located: Located, raw: dict[str, Any], path: Path) -> Iterator[Defect]:
    """What is in an object or a list has the form of a column again."""
    if raw.get("fields") is not None:
        yield from walk_at(located, names(FIELD), (*path, "fields"), raw["fields"])
        for name, child in mapping_of(raw["fields"]).items():
            yield from walk_name(located, (*path, "fields", name), name)
            yield from _inner(located, mapping_of(child), (*path, "fields", name))
    if raw.get("items") is not None:
        yield from walk_at(located, FIELD, (*path, "items"), raw["items"])
        yield from _inner(located, mapping_of(raw["items"]), (*path, "items"))


def _workflow(located: Located, data: dict[str, Any]) -> Iterator[Defect]:
    blocks = [key for key in ("workflow", "ingest_workflow") if key in data]
    meant = any(nearest(key, ("workflow", "ingest_workflow")) for key in data)
    if not blocks and not meant and not located.lost & {"workflow", "ingest_workflow"}:
        yield located.defect(("workflow",), "is missing", "it says what to ingest", "add workflow: {model: …}")
    if len(blocks) == 2:
        why = "workflow and ingest_workflow are two names of one block"
        yield located.defect(("ingest_workflow",), "stands beside workflow", why, "keep one", key=True)
    for block in blocks[:1]:
        for event, addresses in mapping_of(mapping_of(data[block]).get("email_notifications")).items():
            for number, written in enumerate(listed(addresses)):
                if isinstance(written, str):
                    yield from address(located, written, (block, "email_notifications", event, number))
        model = mapping_of(data[block]).get("model")
        models = list(mapping_of(data.get("models")))
        if isinstance(model, str) and models and model not in models:
            remedy = f"choose one of {', '.join(models)}"
            yield located.defect((block, "model"), f"is {model!r}", "models has no such entry", remedy)


def tables(data: dict[str, Any]) -> list[Table]:
    """The models as written; the workflow's source counts for all of them, the rest for the model it names."""
    block = "ingest_workflow" if "ingest_workflow" in data else "workflow"
    workflow = given(data.get(block))
    found = []
    for name, written in mapping_of(data.get("models")).items():
        model, path = mapping_of(written), ("models", name)
        raw = mapping_of(model.get("fields"))
        columns = [_column(column, given(one), (*path, "fields", column)) for column, one in raw.items()]
        for column in columns:
            column.nest()
        _number_keys(columns, texts(model.get("primaryKey")))
        found.append(
            Table(
                name=name, path=path, columns=columns, key_remedy="mark its columns with `primary: true`",
                source=given(workflow.get("source")), source_path=(block, "source"),
                settings=workflow if workflow.get("model") == name else {}, settings_path=(block,),
                entries=_entries(data, name, model, columns), description=model.get("description"),
            )
        )  # fmt: skip
    return found


def _entries(data: dict[str, Any], name: str, model: dict[str, Any], columns: list[Column]) -> list[Entry]:
    """What is asked of a model: SodaCL's checks, and the lists of later versions, which are as ODCS has them."""
    found = []
    by_name = {column.full_name: column for column in quality.flat(columns)}
    specification = mapping_of(data.get("quality")).get("specification")
    for path, written in soda.places(specification, name, ("quality", "specification")):
        entry = soda.entry(written)
        named = entry.pop("columns") if entry else []
        if entry and len(named) > 1:
            entry["arguments"] = {"properties": named}
        column = by_name.get(named[0]) if len(named) == 1 else None
        if entry and len(named) == 1 and column is None:
            entry["arguments"] = {**entry.get("arguments", {}), "properties": named}
        found.append(Entry(entry or {"type": "text"}, path, column))
    path = ("models", name, "quality")
    found += [
        Entry(given(one), (*path, n)) for n, one in enumerate(listed(model.get("quality"))) if isinstance(one, dict)
    ]
    for column in by_name.values():
        raw = mapping_of(_at(data, column.path)).get("quality")
        place = (*column.path, "quality")
        found += [Entry(given(one), (*place, n), column) for n, one in enumerate(listed(raw)) if isinstance(one, dict)]
    return found


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _column(name: str, raw: dict[str, Any], path: Path) -> Column:
    limits: dict[str, Any] = {}
    places: dict[str, Path] = {key: (*path, key) for key in OF_COLUMN if key in raw}
    for key, ours in LIMITS.items():
        if raw.get(key) is not None:
            limits[ours], places[ours] = raw[key], (*path, key)
    if raw.get("decimalComma") is True:
        limits["format"] = DECIMAL_COMMA
    inner = raw.get("items")
    return Column(
        name=name, path=path, resolved=_resolve(raw), type_path=(*path, "type"),
        required=raw.get("required") is True or raw.get("nullable") is False, unique=raw.get("unique") is True,
        key_position=0 if raw.get("primary") is True or raw.get("primaryKey") is True else None,
        limits=limits, places=places, classification=raw.get("classification"), pii=raw.get("pii"),
        source_name=text(raw.get("sourceName")), description=raw.get("description"),
        examples=texts(raw.get("examples")),
        fields=[
            _column(child, given(one), (*path, "fields", child))
            for child, one in mapping_of(raw.get("fields")).items()
        ],
        items=_column("item", given(inner), (*path, "items")) if inner is not None else None,
    )  # fmt: skip


def _number_keys(columns: list[Column], order: tuple[str, ...]) -> None:
    keyed = [c for c in columns if c.key_position is not None or c.name in order]
    keyed.sort(key=lambda c: order.index(c.name) if c.name in order else len(order))
    for position, column in enumerate(keyed, start=1):
        column.key_position = position


def _resolve(raw: dict[str, Any]) -> tuple[LogicalType, str] | None:
    resolved = types.REFERENCE.get(str(raw.get("type")))
    if resolved and resolved[1].startswith("DECIMAL") and isinstance(raw.get("precision"), int):
        return resolved[0], f"DECIMAL({raw['precision']},{raw.get('scale') or 0})"
    return resolved


def convert(data: dict[str, Any]) -> Contract:
    """The contract of a file without defects."""
    info, levels = data["info"], mapping_of(data.get("servicelevels"))
    workflow = mapping_of(data.get("workflow") or data.get("ingest_workflow"))
    retention = mapping_of(levels.get("retention"))
    frequency = mapping_of(levels.get("frequency"))
    mails = mapping_of(workflow.get("email_notifications"))
    kept_days = types.days(retention["period"]) if "period" in retention else None
    found = tables(data)
    models: list[Model] = [to_model(table) for table in found]
    return Contract(
        id=data["id"], title=info["title"], version=info["version"], models=tuple(models),
        description=info.get("description"), owner=info.get("owner"), domain=info.get("domain"),
        contact=mapping_of(info.get("contact")), servers=mapping_of(data.get("servers")),
        cron=types.quartz(frequency["cron"]) if frequency.get("cron") else None, frequency=frequency.get("type"),
        retention=None if kept_days is None else Retention(kept_days, retention.get("timestampField")),
        notifications=Notifications(*(texts(mails.get(k)) for k in ("on_start", "on_success", "on_failure"))),
        kept=_kept(data, found),
    )  # fmt: skip


def _kept(data: dict[str, Any], found: list[Table]) -> dict[str, Any]:
    """Every leaf that nothing uses, by its path."""
    kept = unmapped(data, USED)
    for entry in (entry for table in found for entry in table.entries if entry.kind != "kept"):
        written = _at(data, entry.path)
        if entry.path[0] == "quality":
            used = list(leaves(written, entry.path))
        else:
            used = [
                leaf for key in entry.raw if key in USED_OF_ENTRY for leaf in leaves(written[key], (*entry.path, key))
            ]
        for leaf, _ in used:
            kept.pop(leaf, None)
    return kept
