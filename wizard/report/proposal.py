"""What is proposed from a sample, as a table of text and as data."""

from __future__ import annotations

from collections.abc import Iterator

from lakehouse_jobs.contract.model import Field
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wizard.contracts.proposal import Proposal
from wizard.text import _, figure


def places(proposal: Proposal) -> Iterator[tuple[str, Field]]:
    """Every column with its place, nested ones after the one they are in, in the contract's order."""
    for model in proposal.contract.models:
        for field in model.fields:
            yield from _within(field, field.name)


def _within(field: Field, place: str) -> Iterator[tuple[str, Field]]:
    yield place, field
    for inner in field.fields:
        yield from _within(inner, f"{place}.{inner.name}")
    if field.items is not None:
        yield from _within(field.items, f"{place}[]")


def render_proposal(proposal: Proposal, console: Console) -> None:
    """A line of the file, a row a column: type, key, null, protection, and what speaks for them."""
    model = proposal.contract.models[0]
    console.print(Text(_("{model}: {told}", model=model.name, told=", ".join(proposal.told))))
    seen = _("seen in {n} rows", n=figure(proposal.rows, ","))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in (_("column"), _("type"), _("key"), _("null"), _("PII"), seen):
        table.add_column(heading, overflow="fold")
    for place, field in places(proposal):
        table.add_row(
            Text(place),
            Text(_kind(field)),
            Text(_key(field, model.sequence)),
            Text(_("no") if field.required else _("yes")),
            Text(field.pii or "-"),
            Text("; ".join(proposal.evidence.get(place, ()))),
        )
    console.print(table)


def _kind(field: Field) -> str:
    """The type, and the pattern of a date or number; the physical one where the logical one does not say it."""
    shown = field.spark_type.lower() if field.spark_type.startswith("DECIMAL") else field.type
    return f"{shown} {field.format}" if field.format else shown


def _key(field: Field, sequence: tuple[str, ...]) -> str:
    if field.key_position is not None:
        return str(field.key_position)
    return _("newest") if field.name in sequence else "-"


def as_data(proposal: Proposal) -> dict[str, object]:
    """The same for a program."""
    model = proposal.contract.models[0]
    return {
        "model": model.name,
        "rows": proposal.rows,
        "told": list(proposal.told),
        "write": model.write,
        "key": list(model.keys),
        "sequence": list(model.sequence),
        "source": {
            "format": model.source.format,
            "header": model.source.header,
            "delimiter": model.source.delimiter,
            "multiline": model.source.multiline,
            "encoding": model.source.encoding,
            "null_value": model.source.null_value,
        },
        "columns": [_column(proposal, place, field) for place, field in places(proposal)],
    }


def _column(proposal: Proposal, place: str, field: Field) -> dict[str, object]:
    seen = proposal.columns[place]
    return {
        "column": place,
        "source_name": seen.source_name,
        "type": field.type,
        "physical_type": field.spark_type,
        "format": field.format,
        "required": field.required,
        "key": field.key_position,
        "pii": field.pii,
        "filled": seen.filled,
        "empty": seen.empty,
        "distinct": seen.distinct,
        "longest": seen.longest,
        "evidence": list(proposal.evidence.get(place, ())),
    }
