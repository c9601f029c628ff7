"""Answers for a setup that is only looked at: what is given, with stand-ins for what is not, and what was found."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from wizard.setup.answers import Answers, load, section_name, variable
from wizard.setup.secrets import Secrets
from wizard.setup.step import Questions
from wizard.setup.template import template

Sections = Mapping[str, Mapping[str, Any]]

# What a look needs in place of an answer that is not given. Nothing is made of them; sign_in has no stand-in.
STAND_INS: dict[tuple[str, str], Any] = {
    ("project", "domain"): "unnamed",
    ("project", "project"): "lakehouse",
    ("project", "owner"): "nobody@example.com",
    ("foundation", "budget_contact"): "nobody@example.com",
    ("contracts", "files"): ["template:account"],
}


@dataclass(frozen=True, slots=True)
class Sketch:
    """`given` is the file's own data; `found` fills what it leaves open. `open` names what nobody answered yet."""

    path: Path | None
    secrets: Secrets
    questions: Sequence[type[Questions]]
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def open(self) -> tuple[str, ...]:
        """Required answers that are neither given nor found, as `project.owner`."""
        return tuple(
            f"{section}.{name}"
            for section, name in STAND_INS
            if not self.answers_it(section, name) and self.found.get(section, {}).get(name) is None
        )

    def answers_it(self, section: str, name: str) -> bool:
        """Whether the user answered it, in the file or by its variable."""
        return self.given.get(section, {}).get(name) is not None or variable(section, name) in os.environ

    def with_found(self, found: Sections) -> Sketch:
        """With what the world says of the questions that the user left open."""
        fresh = {
            section: {name: value for name, value in fields.items() if not self.answers_it(section, name)}
            for section, fields in found.items()
        }
        sections = {*self.found, *fresh}
        return replace(self, found={one: {**self.found.get(one, {}), **fresh.get(one, {})} for one in sections})

    def answers(self) -> Answers:
        """All that is known, and stand-ins. Raises AnswersInvalid with every defect of what is given."""
        env = {variable(*key): _text(value) for key, value in STAND_INS.items() if not self.answers_it(*key)}
        for section, fields in self.found.items():
            env |= {variable(section, name): _text(value) for name, value in fields.items()}
        loaded = load(self.questions, self.path, {**env, **os.environ}, self.secrets)
        return Answers({kind: loaded.section(kind) for kind in self.questions}, None)

    def text(self) -> str:
        """An answers file with what is given and what was found."""
        sections = [section_name(kind) for kind in self.questions]
        merged = {one: {**self.found.get(one, {}), **self.given.get(one, {})} for one in sections}
        return template(self.questions, merged)


def sketch(path: Path | None, secrets: Secrets, questions: Sequence[type[Questions]]) -> Sketch:
    """From an answers file, or from the environment alone. What is wrong with the file is told by `answers`."""
    data = None
    if path is not None:
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            data = None
    sections = data if isinstance(data, dict) else {}
    return Sketch(
        path, secrets, questions, {name: dict(held) for name, held in sections.items() if isinstance(held, dict)}
    )


def _text(value: Any) -> str:
    """A value as a variable holds it: a list or a mapping as YAML."""
    return yaml.safe_dump(value, default_flow_style=True) if isinstance(value, (list, dict)) else str(value)
