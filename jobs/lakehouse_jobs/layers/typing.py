"""From text to the contract's types: expressions only, so that each is tested as text."""

from __future__ import annotations

from lakehouse_jobs.contract.model import Field, Model
from lakehouse_jobs.sources.files import quoted

REASONS = "_reasons"
_PLAIN = "STRING"


def typed(field: Field) -> str:
    """The value in the field's type, or null where the text is none."""
    cell = quoted(field.name)
    if field.spark_type == _PLAIN:
        return cell
    if field.format and field.type in ("date", "timestamp"):
        moment = f"try_to_timestamp({cell}, '{_escape(field.format)}')"
        return f"cast({moment} as {field.spark_type})"
    return f"try_cast({cell} as {field.spark_type})"


def faults(field: Field) -> list[str]:
    """Expressions of a reason why the text does not do, null where it does. They quote no value."""
    cell, name = quoted(field.name), _escape(field.name)
    found = []
    if field.required:
        found.append(f"if({cell} is null, '{name}: required', null)")
    if field.spark_type != _PLAIN:
        wrong = f"{cell} is not null and {typed(field)} is null"
        found.append(f"if({wrong}, '{name}: no {field.spark_type}', null)")
    if field.max_length is not None:
        found.append(f"if(length({cell}) > {field.max_length}, '{name}: longer than {field.max_length}', null)")
    return found


def reasons(model: Model) -> str:
    """All reasons of a row in one text, empty for a good row; never null."""
    parts = [fault for field in model.fields for fault in faults(field)]
    return f"concat_ws('; ', {', '.join(parts)}) as {REASONS}" if parts else f"'' as {REASONS}"


def order(model: Model, alias: str, technical: tuple[str, ...]) -> str:
    """What tells which of two rows with one key is newer: a total order over typed rows."""
    cells = [f"{alias}.{quoted(name)}" for name in (*model.sequence, *technical)]
    content = ", ".join(f"{alias}.{quoted(f.name)}" for f in model.fields)
    return f"struct({', '.join(cells)}, to_json(struct({content})))"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
