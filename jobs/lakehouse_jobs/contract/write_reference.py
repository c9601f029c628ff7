"""A contract in the reference form: what `reference.convert` reads, written. What the form has no place for is not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lakehouse_jobs.contract.model import DECIMAL_COMMA, Contract, Field, Gate, Model, Source
from lakehouse_jobs.contract.write import given, ingestion, number
from lakehouse_jobs.contract.write_quality import Written, written

SPECIFICATION = "0.9.3"
BLOCK = "workflow"
_TYPES = {
    "STRING": "string", "INT": "int", "BIGINT": "bigint", "FLOAT": "float", "DOUBLE": "double", "BOOLEAN": "boolean",
    "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMP_NTZ": "timestamp_ntz",
}  # fmt: skip
_SODA = {
    "mustBeGreaterThan": ">", "mustBeGreaterOrEqualTo": ">=", "mustBeLessThan": "<", "mustBeLessOrEqualTo": "<=",
    "mustBe": "=", "mustNotBe": "!=",
}  # fmt: skip
_SETTINGS = ("sequence", "write", "deletes", "cluster", "evolution", "bronzePii")


def document(contract: Contract, block: str = BLOCK) -> dict[str, Any]:
    """The data of the contract's text; `block` is what its own block is called."""
    return given(
        dataContractSpecification=SPECIFICATION,
        id=contract.id,
        info=given(
            title=contract.title, version=contract.version, description=contract.description, owner=contract.owner,
            domain=contract.domain, contact=contract.contact,
        ),
        servers=contract.servers,
        servicelevels=_levels(contract),
        models={model.name: _model(model) for model in contract.models},
        quality=_quality(contract),
        **{block: _workflow(contract)},
    )  # fmt: skip


def _levels(contract: Contract) -> dict[str, Any]:
    retention = None
    if contract.retention is not None:
        days = contract.retention.days
        period = f"P{days // 365}Y" if days and days % 365 == 0 else f"P{days}D"
        retention = given(period=period, timestampField=contract.retention.element)
    return given(retention=retention, frequency=given(type=contract.frequency, cron=contract.cron))


def _model(model: Model) -> dict[str, Any]:
    in_order = model.keys == tuple(field.name for field in model.fields if field.key_position is not None)
    asked = written(replace(model, gates=tuple(gate for gate in model.gates if not _soda(gate))))
    return given(
        description=model.description,
        primaryKey=[] if in_order else list(model.keys),
        fields={field.name: _field(field, asked, marked=in_order) for field in model.fields},
        quality=asked.entries,
    )


def _field(field: Field, asked: Written, inside: str = "", *, marked: bool = True) -> dict[str, Any]:
    """`marked`: a key's column says so itself."""
    full = f"{inside}.{field.name}" if inside else field.name
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", field.spark_type)
    precise = decimal is not None and decimal.groups() != ("38", "10")
    return given(
        type="decimal" if decimal else field.type if field.fields or field.items else _type(field),
        primary=True if marked and field.key_position is not None else None,
        nullable=False if field.required else None,
        unique=True if full in asked.unique else None,
        precision=int(decimal[1]) if decimal and precise else None,
        scale=int(decimal[2]) if decimal and precise else None,
        minLength=field.min_length,
        max_length=field.max_length,
        minimum=None if field.minimum is None else number(field.minimum),
        maximum=None if field.maximum is None else number(field.maximum),
        pattern=field.pattern,
        **{"format": None if field.format == DECIMAL_COMMA else field.format, **asked.limits.get(full, {})},
        decimalComma=True if field.format == DECIMAL_COMMA else None,
        enum=asked.enums.get(full),
        sourceName=field.source_name,
        classification=field.classification,
        pii=field.pii,
        description=field.description,
        examples=list(field.examples),
        quality=asked.by_column.get(full),
        fields={inner.name: _field(inner, asked, full) for inner in field.fields},
        items=_field(field.items, asked, full) if field.items else None,
    )


def _type(field: Field) -> str:
    return _TYPES[field.spark_type] if field.type not in ("time", "object", "array") else field.type


def _quality(contract: Contract) -> dict[str, Any]:
    checks = {f"checks for {model.name}": [s for g in model.gates if (s := _soda(g))] for model in contract.models}
    checks = {name: said for name, said in checks.items() if said}
    return {"type": "SodaCL", "specification": checks} if checks else {}


def _soda(gate: Gate) -> str | None:
    """SodaCL has a word for it, and no word on severity."""
    operator = _SODA.get(gate.operator)
    if operator is None or gate != Gate("rowCount", "rowCount", gate.operator, gate.value):
        return None
    return f"row_count {operator} {gate.value:g}"


def _workflow(contract: Contract) -> dict[str, Any]:
    """The block of its own. It has one source for all models, and says how one of them is ingested."""
    if not contract.models:
        return {"email_notifications": mails} if (mails := _mails(contract)) else {}
    said = [(model, {k: v for k, v in ingestion(model).items() if k in _SETTINGS}) for model in contract.models]
    named, settings = next((each for each in said if each[1]), said[0])
    return given(
        model=named.name,
        email_notifications=_mails(contract),
        source=_source(named.source),
        **settings,
    )


def _mails(contract: Contract) -> dict[str, Any]:
    mails = contract.notifications
    return given(on_start=list(mails.on_start), on_success=list(mails.on_success), on_failure=list(mails.on_failure))


def _source(source: Source) -> dict[str, Any]:
    plain, csv = Source(), source.format == "csv"
    return given(
        type=source.type,
        format=source.format,
        header=source.header if csv or source.header != plain.header else None,
        delimiter=source.delimiter if csv or source.delimiter != plain.delimiter else None,
        multiline=None if source.multiline == csv else source.multiline,
        encoding=None if source.encoding == plain.encoding else source.encoding,
        nullValue=source.null_value,
    )
