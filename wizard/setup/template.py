"""The answers' schema and commented template, made from the questions themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wizard.setup.answers import section_name, variable
from wizard.setup.secrets import SecretRef
from wizard.setup.step import Questions
from wizard.text import _

WIDTH = 96


def schema(questions: Iterable[type[Questions]]) -> dict[str, Any]:
    """One JSON schema (2020-12) of a whole answers file."""
    sections: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for kind in questions:
        part = kind.model_json_schema()
        definitions.update(part.pop("$defs", {}))
        sections[section_name(kind)] = part
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lakehouse Wizard answers",
        "type": "object",
        "additionalProperties": False,
        "properties": {"version": {"const": 1}, **sections},
        **({"$defs": definitions} if definitions else {}),
    }


def template(questions: Iterable[type[Questions]], given: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """A commented answers file: what is given (by section and field) or must be answered stands open, what has a
    default is commented out."""
    answered = given or {}
    parts = [
        _comment(_("Answers for lakehouse-wizard. A secret is a reference: env:NAME, file:PATH, keyring:SERVICE/NAME."))
        + "version: 1\n"
    ]
    for kind in questions:
        lines = [f"\n{section_name(kind)}:\n"]
        for name, info in kind.model_fields.items():
            lines.append(_field(section_name(kind), name, info, answered.get(section_name(kind), {})))
        parts.append("".join(lines))
    return "".join(parts)


def _field(section: str, name: str, info: FieldInfo, given: Mapping[str, Any]) -> str:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    notes = [_(info.description) if info.description else name]
    notes += [_(str(extra[key])) for key in ("why", "cost") if key in extra]
    notes.append(_("Variable: {name}", name=variable(section, name)))
    text = _comment(" ".join(note.rstrip(".") + "." for note in notes), indent="  ")
    if given.get(name) is not None:
        return f"{text}  {name}: {_yaml(given[name])}\n"
    if info.is_required():
        return f"{text}  {name}:\n"
    default = info.get_default(call_default_factory=True, validated_data={})
    return f"{text}  # {name}: {_yaml(default)}".rstrip() + "\n"


def _yaml(value: object) -> str:
    if value is None or value is PydanticUndefined:
        return ""
    plain = str(value) if isinstance(value, SecretRef) else value
    if isinstance(plain, tuple):
        plain = list(plain)
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()


def _comment(text: str, indent: str = "") -> str:
    lines = textwrap.wrap(text, WIDTH - len(indent) - 2, break_on_hyphens=False, break_long_words=False)
    return "".join(f"{indent}# {line}\n" for line in lines)
