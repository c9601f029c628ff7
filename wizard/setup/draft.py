"""Answers while they are being given: text by text, judged by the questions' own models, saved as they become valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from wizard.setup.answers import Answers, load, section_name, variable
from wizard.setup.complaints import explain
from wizard.setup.folder import Folder
from wizard.setup.secrets import SecretRef, Secrets
from wizard.setup.step import Questions
from wizard.text import _

Shape = Literal["text", "choice", "secret", "list", "mapping"]


@dataclass(frozen=True, slots=True)
class Question:
    """One field as a front end asks it. `why` is of the default, `cost` of the choices; both may be empty."""

    section: str
    name: str
    meaning: str
    why: str
    cost: str
    shape: Shape
    choices: tuple[str, ...]
    required: bool
    default: str
    limits: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.section}.{self.name}"


@dataclass(frozen=True, slots=True)
class Section:
    """The questions of one step, and what they are about."""

    name: str
    about: str
    questions: tuple[Question, ...]


def sections(kinds: Sequence[type[Questions]]) -> tuple[Section, ...]:
    """The questions as data, in the journey's order."""
    return tuple(
        Section(
            section_name(kind),
            _about(kind),
            tuple(_question(section_name(kind), name, info) for name, info in kind.model_fields.items()),
        )
        for kind in kinds
    )


def _about(kind: type[Questions]) -> str:
    own = kind.__dict__.get("__doc__")
    return _(" ".join(own.split())) if own else ""


def _question(section: str, name: str, info: FieldInfo) -> Question:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    shape, choices = _shape(info.annotation)
    default = "" if info.is_required() else as_text(info.get_default(call_default_factory=True, validated_data={}))
    return Question(
        section=section,
        name=name,
        meaning=_(info.description) if info.description else name,
        why=_(str(extra["why"])) if "why" in extra else "",
        cost=_(str(extra["cost"])) if "cost" in extra else "",
        shape=shape,
        choices=choices,
        required=info.is_required(),
        default=default,
        limits=tuple(_limits(info)),
    )


def _limits(info: FieldInfo) -> Iterator[str]:
    """What an answer must keep to, in words."""
    for each in info.metadata:
        if (least := getattr(each, "min_length", None)) is not None:
            yield _("at least {n} characters or entries", n=least)
        if (most := getattr(each, "max_length", None)) is not None:
            yield _("at most {n} characters or entries", n=most)
        if (least := getattr(each, "ge", None)) is not None:
            yield _("{n} or more", n=least)
        if (above := getattr(each, "gt", None)) is not None:
            yield _("more than {n}", n=above)
        if (most := getattr(each, "le", None)) is not None:
            yield _("{n} or less", n=most)
        if (pattern := getattr(each, "pattern", None)) is not None:
            yield _("it looks like {pattern}", pattern=pattern)


def _shape(annotation: Any) -> tuple[Shape, tuple[str, ...]]:
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    if SecretRef in parts:
        return "secret", ()
    for part in parts:
        origin = get_origin(part)
        if origin is Literal:
            return "choice", tuple(str(choice) for choice in get_args(part))
        if part is bool:
            return "choice", ("true", "false")
        if origin in (list, tuple):
            return "list", ()
        if origin is dict:
            return "mapping", ()
    return "text", ()


def as_text(value: Any) -> str:
    """A value as it is typed: lists as `a, b`, mappings as `a: b, c: d`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple, dict)):
        flow = yaml.safe_dump(list(value) if isinstance(value, tuple) else value, default_flow_style=True,
                              width=100_000, allow_unicode=True, sort_keys=False)  # fmt: skip
        return flow.strip()[1:-1]
    return str(value)


class Draft:
    """What was answered so far, by section and field, valid or not. A blank text is no answer."""

    def __init__(self, kinds: Sequence[type[Questions]], secrets: Secrets | None = None) -> None:
        self._kinds = {section_name(kind): kind for kind in kinds}
        self.retell()
        self._secrets = secrets
        self._values: dict[str, dict[str, Any]] = {}
        self._unreadable: dict[str, tuple[str, str]] = {}  # key: what was typed, and why it cannot be read
        self.asked: set[str] = {section.name for section in self.sections}  # sections that were gone through

    def copy(self) -> Draft:
        """As it stands now, for another thread: what is answered after is not in it."""
        other = copy(self)
        other._values = {section: dict(given) for section, given in self._values.items()}
        other._unreadable, other.asked = dict(self._unreadable), set(self.asked)
        return other

    def retell(self) -> None:
        """Tell the questions in the language of now."""
        self.sections = sections([*self._kinds.values()])
        self._questions = {question.key: question for section in self.sections for question in section.questions}

    def read(self, path: Path) -> None:
        """Take over the answers of a file; what is no mapping is left out. Raises OSError; AnswersInvalid where it
        cannot be read as YAML."""
        text = path.read_text(encoding="utf-8")
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError:
            load([*self._kinds.values()], path)  # tells where
            raise
        data = data if isinstance(data, dict) else {}
        if text.startswith(MADE + UNFINISHED):
            there = [section.name for section in self.sections if section.name in data]
            self.asked = {*there[:-1]}  # the last may have been left in its midst
        self.propose(data)

    def propose(self, values: Mapping[str, Any]) -> None:
        """Fill in what is not answered yet."""
        for section, given in values.items():
            if section in self._kinds and isinstance(given, Mapping):
                kept = self._values.setdefault(section, {})
                for field, value in given.items():
                    if f"{section}.{field}" in self._questions and value is not None:
                        kept.setdefault(field, value)

    def gone_through(self, section: str) -> bool:
        """Whether it has answers, and was not left in its midst."""
        return section in self.asked and bool(self._values.get(section))

    def take(self, values: Mapping[str, Any]) -> None:
        """Take answers over, also in place of others."""
        for section, given in values.items():
            if section in self._kinds and isinstance(given, dict):
                for field in given:
                    self._values.get(section, {}).pop(field, None)
        self.propose(values)

    def text(self, key: str) -> str:
        """What stands in the field: what was typed, else the answer, else the default."""
        if key in self._unreadable:
            return self._unreadable[key][0]
        section, name = key.split(".", 1)
        given = self._values.get(section, {})
        return as_text(given[name]) if name in given else self._questions[key].default

    def answer(self, key: str, text: str) -> None:
        """Take what was typed; `complaints` says whether it can be used."""
        section, name = key.split(".", 1)
        question, given = self._questions[key], self._values.setdefault(section, {})
        self._unreadable.pop(key, None)
        text = text.strip(" \t\r\n")  # a space of another script may be what is meant
        if text == question.default or (not text and question.shape != "choice"):
            given.pop(name, None)
            return
        try:
            given[name] = _value(question, text)
        except yaml.YAMLError:
            given.pop(name, None)
            form = "a, b" if question.shape == "list" else "a: b, c: d"
            self._unreadable[key] = (text, _("it cannot be read; write it as {form}", form=form))

    def complaints(self, section: str) -> dict[str, str]:
        """`reason: remedy` for each field that cannot be used as it stands, in their order."""
        kind = self._kinds[section]
        found: dict[str, str] = {}
        values = {**self._values.get(section, {})}
        try:
            kind.model_validate(values)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                name = str(item["loc"][0]) if item["loc"] else ""
                what, why, remedy = explain(item, kind.model_fields.get(name), name, variable(section, name))
                found.setdefault(name, why if item["type"] == "missing" else f"{why or what}; {remedy}")
        for question in self._section(section).questions:
            if question.key in self._unreadable:
                found[question.name] = self._unreadable[question.key][1]
            elif question.shape == "secret" and question.name not in found and question.name in values:
                found.update(self._missing_secret(question.name, str(values[question.name])))
        return found

    def valid(self) -> Answers:
        """The answers of the sections that can be used as they stand; the others are not in it."""
        found: dict[type[Questions], Questions] = {}
        for section, kind in self._kinds.items():
            if not any(key.startswith(f"{section}.") for key in self._unreadable):
                with suppress(ValidationError):
                    found[kind] = kind.model_validate(self._values.get(section, {}))
        return Answers(found, None)

    def _missing_secret(self, name: str, reference: str) -> dict[str, str]:
        missing = self._secrets.check([SecretRef.parse(reference)]) if self._secrets else []
        return {name: f"{missing[0].why}; {missing[0].remedy}"} if missing else {}

    def _section(self, name: str) -> Section:
        return next(section for section in self.sections if section.name == name)

    @property
    def to_fix(self) -> list[str]:
        """The sections that cannot be used as they stand."""
        return [section.name for section in self.sections if self.complaints(section.name)]

    def plain(self) -> dict[str, Any]:
        """What was answered, without defaults, as an answers file has it."""
        return {section: dict(given) for section, given in self._values.items() if given}

    def save(self, folder: Folder, *, unfinished: bool = False) -> bool:
        """Write the folder's answers.yaml where it says something else; a file of the user's is kept as a copy.
        `unfinished` writes the sections alone that were gone through, also those whose defaults were taken.

        Returns whether it was written."""
        path, data = folder.answers_file, self.plain()
        if unfinished:
            data = {section.name: data.get(section.name, {}) for section in self.sections if section.name in self.asked}
        head = MADE + UNFINISHED if unfinished else MADE
        if path.is_file():
            before = path.read_text(encoding="utf-8")
            made = before.startswith(MADE)
            if yaml.safe_load(before) == data and (not made or before.startswith(MADE + UNFINISHED) == unfinished):
                return False
            if not made:
                folder.back_up(path)
        folder.write(path, head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
        return True


MADE = "# Written by the app of lakehouse-wizard as the questions were answered. Secrets are references.\n"
UNFINISHED = "# The sections that are missing here were not asked yet.\n"


def _value(question: Question, text: str) -> Any:
    if question.shape == "list":
        return yaml.safe_load(text if text.startswith("[") else f"[{text}]")
    if question.shape == "mapping":
        return yaml.safe_load(text if text.startswith("{") else f"{{{text}}}")
    if question.choices == ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() and text == str(int(text)) and question.default.isdecimal() else text
