"""Bronze whose personal data is protected before it is written, where the contract asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lakehouse_jobs.contract.model import Field, Model
from lakehouse_jobs.privacy.key import register
from lakehouse_jobs.privacy.protect import hashes, pads, protected_raw, protects, rescued, silver_type
from lakehouse_jobs.sources.files import MODIFIED, PATH, RESCUED, quoted, source_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from lakehouse_jobs.layers import Hop


def masked(hop: Hop, rows: DataFrame) -> DataFrame:
    """Rows in bronze's form: as they are, or with each protected column as silver will have it.

    What fits no column loses its values too: nobody has said what they are."""
    model = hop.model
    if model.bronze_pii == "clear" or not any(protects(field) for field in model.fields):
        return rows
    version = "v1"
    if hop.key is not None and any(hashes(field) for field in model.fields):
        version = hop.key.version
        register(rows.sparkSession, hop.key.value())
    cells = [f"{protected_raw(field, quoted(field.name), version)} as {quoted(field.name)}" for field in model.fields]
    kept = f"{rescued(RESCUED, source_columns(model))} as {RESCUED}"
    return rows.selectExpr("*", *pads(model.fields)).selectExpr(*cells, kept, PATH, MODIFIED)


def as_masked(model: Model) -> Model:
    """The model of what is in bronze: where it is masked, a protected column is text there, and protected already.

    Nothing can be told of such a text by type, limits or pattern; only whether it is there."""
    if model.bronze_pii == "clear":
        return model
    return replace(model, fields=tuple(_masked(field) for field in model.fields))


def _masked(field: Field) -> Field:
    if field.pii:
        return Field(
            field.name, "string", "STRING", required=field.required, key_position=field.key_position,
            classification=field.classification, description=field.description, source_name=field.source_name,
        )  # fmt: skip
    if not protects(field):
        return field
    items = _masked(field.items) if field.items else None
    inner = tuple(_masked(each) for each in field.fields)
    return replace(field, spark_type=silver_type(field), fields=inner, items=items)
