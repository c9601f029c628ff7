"""Parquet: the file itself says the types. It is read by pyarrow, which comes with the extra `parquet`."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from lakehouse_jobs.contract.model import Source

from wizard.contracts.frame import Column, Frame
from wizard.contracts.proposal import Unreadable
from wizard.contracts.sample import Sample
from wizard.contracts.values import Typed
from wizard.text import _

MOST_ROWS = 100_000
INSTALL = 'pip install "lakehouse-wizard[parquet]"'


def frame(sample: Sample) -> Frame:
    """Raises Unreadable without pyarrow, and for a damaged file."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise Unreadable(
            _("{file} is Parquet", file=sample.path.name),
            _("pyarrow reads it, and is not installed here"),
            _("install it: {command}", command=INSTALL),
        ) from error
    try:
        with ParquetFile(sample.path) as file:
            total = file.metadata.num_rows
            schema = file.schema_arrow
            rows: dict[str, list[Any]] = {name: [] for name in schema.names}
            read = 0
            for batch in file.iter_batches(batch_size=10_000):
                for name, cells in batch.to_pydict().items():
                    rows[name] += cells
                read += batch.num_rows
                if read >= MOST_ROWS:
                    break
    except (ArrowException, OSError, ValueError) as error:
        raise Unreadable(
            _("{file} is damaged", file=sample.path.name),
            _("it begins as Parquet does, but its end does not say what is in it"),
            _("copy it again from where it came"),
        ) from error
    told = [_("Parquet"), *([_("the first {n} rows of {total}", n=read, total=total)] if read < total else [])]
    columns = [_column(field.name, rows[field.name], field.type) for field in schema]
    return Frame(Source(format="parquet", header=False, multiline=False), columns, read, tuple(told))


def _column(name: str, found: list[Any], kind: Any) -> Column:
    from pyarrow import types

    cells = [None if value is None else _text(value) for value in found]
    if types.is_dictionary(kind):
        return _column(name, found, kind.value_type)
    if types.is_struct(kind):
        inner = [value for value in found if value is not None]
        fields = [_column(field.name, [value.get(field.name) for value in inner], field.type) for field in kind]
        return Column(name, cells, Typed("object", "STRING", None, (_("an object"),)), fields=fields)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        elements = [each for value in found if value is not None for each in value]
        return Column(
            name,
            cells,
            Typed("array", "STRING", None, (_("a list"),)),
            items=_column("item", elements, kind.value_type),
        )
    return Column(name, cells, _declared(kind), textual=True)


def _declared(kind: Any) -> Typed:  # noqa: PLR0911 - one return a kind
    from pyarrow import types

    why = (_("the file says {type}", type=str(kind)),)
    if types.is_boolean(kind):
        return Typed("boolean", "BOOLEAN", None, why)
    if types.is_uint64(kind):
        return Typed("number", "DECIMAL(20,0)", None, why)
    if types.is_integer(kind):
        return Typed("integer", "BIGINT" if kind.bit_width == 64 or types.is_uint32(kind) else "INT", None, why)
    if types.is_floating(kind):
        return Typed("number", "DOUBLE" if kind.bit_width == 64 else "FLOAT", None, why)
    if types.is_decimal(kind):
        return Typed("number", f"DECIMAL({kind.precision},{kind.scale})", None, why)
    if types.is_date(kind):
        return Typed("date", "DATE", None, why)
    if types.is_timestamp(kind):
        return Typed("timestamp", "TIMESTAMP", None, why)
    if types.is_time(kind):
        return Typed("time", "STRING", None, why)
    return Typed("string", "STRING", None, why)


def _text(value: object) -> str:
    if isinstance(value, (datetime.date, datetime.time, decimal.Decimal)):
        return str(value)
    return value if isinstance(value, str) else repr(value)
