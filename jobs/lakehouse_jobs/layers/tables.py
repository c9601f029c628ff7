"""Silver's tables: made as the contract says, and changed with it where that loses nothing."""

from __future__ import annotations

import re
from dataclasses import replace

from lakehouse_jobs.contract.model import Field, Model
from lakehouse_jobs.layers import LOAD, LOADED, Hop
from lakehouse_jobs.layers.batch import EXTRA, technical
from lakehouse_jobs.layers.order import moments
from lakehouse_jobs.layers.typing import PLAIN
from lakehouse_jobs.privacy import protect
from lakehouse_jobs.sources.files import MODIFIED, quoted

KINDS = {MODIFIED: "TIMESTAMP", LOADED: "TIMESTAMP", LOAD: "BIGINT"}
# Of other types Delta keeps no statistics, and refuses to cluster by them.
_ORDERED = re.compile(r"TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|DECIMAL\(.*\)|STRING|DATE|TIMESTAMP|TIMESTAMP_NTZ")
_LARGER = {
    "TINYINT": ("SMALLINT", "INT", "BIGINT", "DOUBLE"), "SMALLINT": ("INT", "BIGINT", "DOUBLE"),
    "INT": ("BIGINT", "DOUBLE"), "BIGINT": (), "FLOAT": ("DOUBLE",), "DATE": ("TIMESTAMP_NTZ",),
}  # fmt: skip
_DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 20}


class SchemaMismatch(Exception):  # noqa: N818 - a state of the table, told as it is
    """The table has another type for a column than the contract; changing it is a person's decision."""


class TableMissing(Exception):  # noqa: N818 - a state of the catalog, told as it is
    """There is no table, and the contract lets none be made."""


def plain(field: Field) -> bool:
    """Whether a column may stand in clear in Delta's log: in statistics, bounds and conditions."""
    return not protect.protects(field)


def statistics(model: Model) -> tuple[str, ...]:
    """The columns whose minimum and maximum Delta keeps."""
    wanted = (*model.keys, *model.sequence, *model.cluster)
    kept = [name for name in dict.fromkeys(wanted) if plain(model.field(name)) and ordered(model.field(name))]
    return (*kept, *([MODIFIED] if MODIFIED in moments(model) else []), LOAD)


def clustered(model: Model) -> tuple[str, ...]:
    return tuple(name for name in model.cluster if name in statistics(model))


def ordered(field: Field) -> bool:
    return _ORDERED.fullmatch(field.spark_type) is not None


def properties(model: Model) -> dict[str, str]:
    """Of a silver table. Rows are only marked as gone where rows are ever changed."""
    vectors = str(model.write == "merge").lower()
    listed = ",".join(quoted(name) for name in statistics(model))
    return {"delta.dataSkippingStatsColumns": listed, "delta.enableDeletionVectors": vectors}


def prepare(hop: Hop) -> Model:
    """The table is there, with all columns of the contract. Gives the model with the types that silver has."""
    if hop.platform.exists(hop.target):
        return _evolved(hop)
    model = hop.model
    if model.evolution.table == "freeze":
        raise TableMissing(f"there is no table {hop.target}, and evolution of tables is freeze: nothing was written")
    cells = [f"{quoted(f.name)} {protect.silver_type(f)}" for f in model.fields]
    make(hop, hop.target, [*cells, *(f"{name} {KINDS[name]}" for name in technical(hop))], model)
    return model


def make(hop: Hop, name: str, cells: list[str], model: Model | None = None) -> None:
    """A Delta table; one that holds no values of the model has statistics of the load only."""
    told = properties(model) if model else {"delta.dataSkippingStatsColumns": LOAD}
    options = ", ".join(f"'{key}' = '{value}'" for key, value in told.items())
    cluster = f" CLUSTER BY ({', '.join(map(quoted, clustered(model)))})" if model and clustered(model) else ""
    hop.platform.session().sql(
        f"CREATE TABLE IF NOT EXISTS {hop.platform.table(name)} ({', '.join(cells)}) USING DELTA{cluster} "
        f"TBLPROPERTIES ({options})"
    )


def _evolved(hop: Hop) -> Model:
    session, table, model = hop.platform.session(), hop.platform.table(hop.target), hop.model
    stored = session.table(table).schema.fields
    there = {f.name.lower(): f.dataType.simpleString() for f in stored}
    wrong, missing, fields = [], [], []
    for field in model.fields:
        wanted, kind = protect.silver_type(field), there.get(field.name.lower(), "")
        stands = kind.upper() in wider(wanted)
        fields.append(replace(field, spark_type=kind.upper()) if stands else field)
        if not kind:
            missing.append(f"{quoted(field.name)} {wanted}")
        elif _form(wanted) in wider(kind.upper()):
            widen(hop, field.name, wanted)
        elif _form(kind) != _form(wanted) and not stands:
            wrong.append(f"{field.name} is {kind.upper()}, the contract says {wanted}")
    if wrong:
        raise SchemaMismatch(f"{hop.target}: {'; '.join(wrong)}")
    missing += [f"{name} {KINDS[name]}" for name in technical(hop) if name.lower() not in there]
    if missing:
        session.sql(f"ALTER TABLE {table} ADD COLUMNS ({', '.join(missing)})")
    known = {f.name.lower() for f in model.fields} | set(KINDS)
    extra = [Field(f.name, "string", PLAIN, description=EXTRA) for f in stored if f.name.lower() not in known]
    evolves = model.evolution.column == "evolve"
    return replace(model, fields=(*fields, *(extra if evolves else ())))


def wider(kind: str) -> tuple[str, ...]:
    """The types that Delta widens this one to, the narrowest first."""
    digits = _DIGITS.get(kind, 0)
    decimals = tuple(f"DECIMAL({n},0)" for n in range(digits, 39)) if digits else ()
    found = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", kind)
    if found:
        precision, scale = int(found[1]), int(found[2])
        return tuple(
            f"DECIMAL({p},{s})"
            for s in range(scale, 39)
            for p in range(max(precision + s - scale, precision), 39)
            if (p, s) != (precision, scale)
        )
    return (*_LARGER.get(kind, ()), *decimals)


def widen(hop: Hop, name: str, kind: str) -> None:
    """Change a column's type where every value there fits; no file is written anew."""
    session, table = hop.platform.session(), hop.platform.table(hop.target)
    session.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')")
    session.sql(f"ALTER TABLE {table} ALTER COLUMN {quoted(name)} TYPE {kind}")


def add(hop: Hop, names: list[str]) -> None:
    """Columns that the contract does not know, as text."""
    cells = ", ".join(f"{quoted(name)} STRING" for name in names)
    hop.platform.session().sql(f"ALTER TABLE {hop.platform.table(hop.target)} ADD COLUMNS ({cells})")


def _form(kind: str) -> str:
    return kind.upper().replace("`", "").replace(": ", ":").replace(", ", ",")
