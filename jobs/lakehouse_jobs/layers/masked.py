"""Bronze whose personal data is protected before it is written, where the contract asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakehouse_jobs.privacy.key import register
from lakehouse_jobs.privacy.protect import hashes, pads, protected_raw, protects, rescued
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
