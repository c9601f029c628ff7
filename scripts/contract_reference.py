"""The contract's reference: every key that is read, from the forms and the model, with what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from lakehouse_jobs.contract import odcs, odcs_shape, quality, reference, types
from lakehouse_jobs.contract.model import Evolution, Model, Operator, Protection, Source
from lakehouse_jobs.contract.shape import Shape
from lakehouse_jobs.privacy.plain import shielded

from scripts.contract_meanings import (
    COLUMN,
    DOCUMENT,
    ENTRY,
    EVOLUTION,
    INGESTION,
    INTRODUCTION,
    KEPT,
    LEVEL,
    MODEL,
    OF_COLUMN,
    PROTECTION,
    REACTION,
    REFERENCE,
    SODA,
    SUPPORT,
)

TYPES = {
    "map": "mapping", "names": "mapping", "list": "list", "text": "text", "whole": "whole number", "number": "number",
    "bool": "true or false", "any": "any",
}  # fmt: skip
HEAD = "| key | type | required | default | meaning |\n|---|---|---|---|---|\n"


def page() -> str:
    """The whole page, without its first line."""
    schema, entry = _inner(odcs_shape.SHAPE, "schema"), _inner(odcs_shape.OBJECT, "quality")
    parts = [
        f"# Contract\n\n{INTRODUCTION}\n",
        _section("The document", odcs_shape.SHAPE.keys, DOCUMENT, {}),
        _section("`schema`: one entry a model", schema.keys, MODEL, {}),
        _section("`ingestion`: how a model is ingested", odcs_shape.INGESTION.keys, INGESTION, _defaults()),
        _reactions(),
        _section("`properties`: one entry a column", odcs_shape.PROPERTY.keys, COLUMN, {"required": "false"}),
        _section("`logicalTypeOptions`: limits of a column", _limits(), COLUMN, {}, prefix="logicalTypeOptions."),
        _section("`customProperties` of a column", odcs.OF_COLUMN, OF_COLUMN, {}),
        _protections(),
        _section("`quality`: rules and gates, of a model or a column", entry.keys, ENTRY, {"type": "library"}),
        _rules(),
        _section("`slaProperties`", _inner(odcs_shape.SHAPE, "slaProperties").keys, LEVEL, {}),
        _section("`support`", _inner(odcs_shape.SHAPE, "support").keys, SUPPORT, {}),
        _types(),
        _reference(),
    ]
    return "".join(parts) + f"\n{KEPT}"


def unsaid() -> list[str]:
    """Keys that are read and have no meaning told, and meanings of keys that nothing reads."""
    pairs: list[tuple[Mapping[str, Shape], Mapping[str, str]]] = [
        (odcs_shape.SHAPE.keys, DOCUMENT), (_inner(odcs_shape.SHAPE, "schema").keys, MODEL),
        (odcs_shape.INGESTION.keys, INGESTION),
        ({**odcs_shape.PROPERTY.keys, **_limits("logicalTypeOptions.")}, COLUMN),
        (odcs.OF_COLUMN, OF_COLUMN), (_inner(odcs_shape.OBJECT, "quality").keys, ENTRY),
        (_inner(odcs_shape.SHAPE, "slaProperties").keys, LEVEL), (_inner(odcs_shape.SHAPE, "support").keys, SUPPORT),
    ]  # fmt: skip
    stale = [key for shape, meanings in pairs for key in meanings if key not in shape]
    of_document = [key for key in {use.split(".")[0] for use in odcs_shape.USED} if key not in DOCUMENT]
    of_column = [
        use.removeprefix("schema.properties.") for use in odcs_shape.USED if use.startswith("schema.properties.")
    ]
    silent = [key for key in of_column if key not in COLUMN and key != "enum.value"]
    silent += [key for key in odcs_shape.INGESTION.keys if key not in INGESTION]
    silent += [key for key in odcs.OF_COLUMN if key not in OF_COLUMN]
    silent += [key for key in quality.USED_OF_ENTRY if key not in ENTRY]
    silent += [key for key in _used_of_reference() if key not in REFERENCE]
    stale += [key for key in REFERENCE if key not in set(_used_of_reference())]
    return [*stale, *of_document, *silent]


def _inner(shape: Shape, key: str) -> Shape:
    item = shape.keys[key].item
    assert item is not None
    return item


def _limits(prefix: str = "") -> dict[str, Shape]:
    options = odcs_shape.ITEM.keys["logicalTypeOptions"].keys
    return {prefix + key: shape for key, shape in options.items() if key in odcs_shape.LIMITS}


def _section(
    title: str, keys: Mapping[str, Shape], meanings: Mapping[str, str], defaults: Mapping[str, str], prefix: str = ""
) -> str:
    """A table of those keys of a form that mean something to the wizard."""
    rows = []
    for key, shape in keys.items():
        if (meaning := meanings.get(prefix + key)) is not None:
            kind = TYPES[shape.kind]
            if shape.choices and len(shape.choices) <= 4:
                kind = " \\| ".join(f"`{choice}`" for choice in shape.choices)
            default = f"`{defaults[key]}`" if key in defaults else "-"
            rows.append(f"| `{key}` | {kind} | {'yes' if shape.required else 'no'} | {default} | {meaning} |\n")
    return f"\n## {title}\n\n{HEAD}{''.join(rows)}"


def _defaults() -> dict[str, str]:
    """Of a model's ingestion, as the model has them."""
    source, model = Source(), Model("m", ())
    return {
        "source": source.type, "format": source.format, "header": str(source.header).lower(),
        "delimiter": source.delimiter, "encoding": source.encoding, "write": model.write,
        "bronzePii": model.bronze_pii, "multiline": "true for csv",
    }  # fmt: skip


def _reactions() -> str:
    usual = Evolution()
    rows = "".join(f"| `{kind}` | `{getattr(usual, kind) or '-'}` | {text} |\n" for kind, text in EVOLUTION.items())
    words = "".join(f"- `{word}`: {text}\n" for word, text in REACTION.items())
    return f"\n### `evolution`\n\n| key | default | what departs from the contract |\n|---|---|---|\n{rows}\n{words}"


def _protections() -> str:
    rows = ""
    for way in get_args(Protection):
        text, example = PROTECTION[way]
        left = str(shielded(way, example, bytes(32)))
        shown = f"{left[:9]}…" if way == "hash" else left
        rows += f"| `{way}` | {text} | `{example}` | `{shown}` |\n"
    head = "| way | what is left | of | silver has |\n|---|---|---|---|\n"
    return f"\n### `pii`\n\nSilver and quarantine hold the column as text; null stays null.\n\n{head}{rows}"


def _rules() -> str:
    words: dict[str, list[str]] = {}
    for word, severity in quality.SEVERITIES.items():
        words.setdefault(severity, []).append(word)
    rows = "".join(f"| `{severity}` | {', '.join(found)} |\n" for severity, found in words.items())
    operators = ", ".join(f"`{operator}`" for operator in get_args(Operator))
    return f"\nBounds: {operators}; a range as `[10, 20]`.\n\n| severity | is written |\n|---|---|\n{rows}"


def _types() -> str:
    logical = "".join(f"| `{name}` | `{spark}` |\n" for name, spark in types.LOGICAL.items())
    return (
        "\n## Types\n\nA known `physicalType` (STRING, INT, BIGINT, FLOAT, DOUBLE, DECIMAL(p,s), BOOLEAN, DATE, "
        "TIMESTAMP, TIMESTAMP_NTZ and their usual names) decides; else the logical type does. An object with "
        "`properties` becomes a STRUCT, an array with `items` an ARRAY.\n\n"
        f"| logicalType | silver |\n|---|---|\n{logical}"
    )


def _used_of_reference() -> Iterator[str]:
    """The keys of the reference form that are read, without the names of models and columns."""
    seen = set()
    for use in reference.USED:
        key = use.replace("models.*.fields.*.", "models.TABLE.fields.COLUMN.").replace("models.*.", "models.TABLE.")
        key = key.replace("ingest_workflow.", "workflow.").removesuffix(".*").removesuffix("*")
        if key not in seen:
            seen.add(key)
            yield key


def _reference() -> str:
    rows = "".join(f"| `{key}` | {REFERENCE[key]} |\n" for key in _used_of_reference())
    return (
        "\n## The reference form\n\nData Contract Specification 0.9.3 with a block `workflow` (or `ingest_workflow`). "
        f"What a key of it is in ODCS:\n\n| key | in ODCS |\n|---|---|\n{rows}\n{SODA}"
    )
