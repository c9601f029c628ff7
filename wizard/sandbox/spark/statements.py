"""SQL statements on the local Spark: Unity Catalog names become Delta folders, values become text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DIALECT = "databricks"
_FILES = ("avro", "binaryfile", "csv", "delta", "json", "orc", "parquet", "text")
_NESTED = ("array", "map", "struct", "variant")


def rewrite(statement: str, tables: Mapping[str, Path]) -> str:
    """The statement with each table that `tables` knows as delta.`folder`; names match without case.

    Raises sqlglot.errors.ParseError for what is no SQL."""
    known = {name.lower().replace("`", ""): path for name, path in tables.items()}
    tree = sqlglot.parse_one(statement, dialect=_DIALECT)
    for table in list(tree.find_all(exp.Table)):
        folder = known.get(".".join(part.name for part in table.parts).lower())
        if folder is None:
            if table.db.lower() in _FILES and not table.catalog:
                raise PermissionError(f"[INSUFFICIENT_PERMISSIONS] the path {table.name} lies in no location of yours")
            continue
        # A column may be written table.column: the table keeps its name.
        if not table.alias and isinstance(table.parent, exp.From | exp.Join):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("catalog", None)
        table.set("db", exp.to_identifier("delta"))
        table.set("this", exp.to_identifier(str(folder), quoted=True))
    for column in tree.find_all(exp.Column):
        if column.args.get("db") is not None:
            column.set("db", None)
            column.set("catalog", None)
    return tree.sql(dialect=_DIALECT)


def answer(session: SparkSession, statement: str, tables: Mapping[str, Path], limit: int) -> dict[str, Any]:
    """Columns as [name, type], rows as text or None; at most `limit` rows."""
    frame = session.sql(rewrite(statement, tables))
    columns = [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]
    if not columns:
        return {"columns": [], "rows": []}
    flat = frame.toDF(*(f"c{number}" for number in range(len(columns))))
    cells = [_text(f"c{number}", kind) for number, (_, kind) in enumerate(columns)]
    rows = flat.limit(limit).selectExpr(*cells).collect()
    return {"columns": [[name, kind.upper()] for name, kind in columns], "rows": [list(row) for row in rows]}


def _text(name: str, kind: str) -> str:
    if kind.startswith(_NESTED):
        return f"to_json({name}) as {name}"
    if kind == "timestamp":
        return f"date_format({name}, \"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\") as {name}"
    if kind == "binary":
        return f"base64({name}) as {name}"
    return f"cast({name} as string) as {name}"
