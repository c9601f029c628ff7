"""Answers: composed from the steps' questions, read from a file and the environment, judged all at once."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import yaml
from lakehouse_jobs.contract.located import Located, parse
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from wizard.setup.complaints import explain
from wizard.setup.secrets import SecretRef, Secrets
from wizard.setup.step import Questions
from wizard.text import _

ENV_PREFIX = "LAKEHOUSE"
QuestionsT = TypeVar("QuestionsT", bound=Questions)


@dataclass(frozen=True, slots=True, order=True)
class AnswerDefect:
    """One thing wrong with the answers. `line` and `column` count from 1; 0 where it stands in no file."""

    source: str
    line: int
    column: int
    key: str
    what: str
    why: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}:{self.column}" if self.line else self.source
        return f"{place} {self.key}: {self.what}, {self.why}, {self.remedy}"


class AnswersInvalid(Exception):  # noqa: N818 - told to the user, all of it
    """The answers cannot be used; `defects` holds every reason."""

    def __init__(self, defects: Sequence[AnswerDefect]) -> None:
        super().__init__("\n".join(str(defect) for defect in defects))
        self.defects = tuple(defects)
        self.count = len(self.defects)


class Answers:
    """Valid answers, by the class of questions they answer."""

    def __init__(self, sections: Mapping[type[Questions], Questions], source: Path | None) -> None:
        self._sections = dict(sections)
        self.source = source

    def section(self, questions: type[QuestionsT]) -> QuestionsT:
        """The answers to `questions`; KeyError if no step of the journey asks them."""
        found = self._sections[questions]
        assert isinstance(found, questions)
        return found

    def holds(self, questions: type[Questions]) -> bool:
        """Whether the section is answered: only while answers are being given it may not be."""
        return questions in self._sections

    def plain(self) -> dict[str, Any]:
        """All answers as JSON data; secrets as their references. Replaying it gives the same setup."""
        return {section_name(kind): answers.model_dump(mode="json") for kind, answers in self._sections.items()}


def section_name(questions: type[Questions]) -> str:
    """`NetworkWatcherQuestions` answers stand under `network_watcher`."""
    name = questions.__name__.removesuffix("Questions")
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def variable(section: str, field: str) -> str:
    """The environment variable that answers a question, as LAKEHOUSE_PROJECT_DOMAIN."""
    return f"{ENV_PREFIX}_{section}_{field}".upper()


def given_in(env: Mapping[str, str], questions: Iterable[type[Questions]]) -> bool:
    """Whether any variable answers, or means to answer, one of the questions."""
    prefixes = tuple(variable(section_name(kind), "") for kind in questions)
    return any(name.startswith(prefixes) for name in env)


def load(
    questions: Iterable[type[Questions]],
    path: Path | None,
    env: Mapping[str, str] = os.environ,
    secrets: Secrets | None = None,
) -> Answers:
    """Read answers from `path` (YAML) with the environment on top; `secrets` also tries every reference.

    Raises AnswersInvalid with every defect of the file, of the environment and of the references."""
    sections = {section_name(kind): kind for kind in questions}
    located = _read(path)
    defects = [
        AnswerDefect(located.name, flaw.line, flaw.column, flaw.field, flaw.what, flaw.why, flaw.remedy)
        for flaw in located.defects
    ]
    data = located.data if isinstance(located.data, dict) else {}
    if located.data is not None and not isinstance(located.data, dict) and not defects:
        defects.append(_shape(located, (), _("sections, each with its keys")))
    known = [*sections, "version"]
    defects += [_unknown(located, (name,), known) for name in data if name not in known]
    defects += _unknown_variables(sections, env)
    answers: dict[type[Questions], Questions] = {}
    for name, kind in sections.items():
        given = data.get(name)
        if given is not None and not isinstance(given, dict):
            defects.append(_shape(located, (name,), _("keys with their values")))
            continue
        values, overridden, unreadable = _with_environment(name, kind, given or {}, env)
        defects += unreadable
        if secrets is not None:
            defects += _missing_secrets(located, kind, values, overridden, secrets)
        try:
            answers[kind] = kind.model_validate(_answered(kind, values))
        except ValidationError as error:
            if name not in located.lost:
                defects += _section_defects(located, name, kind, error, overridden)
    if defects:
        raise AnswersInvalid(sorted(set(defects)))
    return Answers(answers, path)


def _read(path: Path | None) -> Located:
    if path is None:
        return parse("", "answers")
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else _("it is not UTF-8 text")
        raise AnswersInvalid(
            [
                AnswerDefect(
                    str(path), 0, 0, "-", _("the answers file cannot be read"), str(why),
                    _("give --answers a readable YAML file; `lakehouse-wizard answers template` writes one"),
                )
            ]
        ) from error  # fmt: skip


def _with_environment(
    section: str, kind: type[Questions], given: Mapping[str, Any], env: Mapping[str, str]
) -> tuple[dict[str, Any], set[str], list[AnswerDefect]]:
    values, overridden, defects = dict(given), set(), []
    for field, info in kind.model_fields.items():
        name = variable(section, field)
        if name not in env:
            continue
        overridden.add(field)
        try:
            values[field] = env[name] if not _structured(info) else yaml.safe_load(env[name])
            if not env[name] and info.default is None:
                values[field] = None  # an empty variable takes away what the file answers and need not
        except yaml.YAMLError:
            defects.append(
                AnswerDefect(name, 0, 0, f"{section}.{field}", _("it cannot be read"), _("it is not YAML"),
                             _("write a list as [a, b] and a mapping as {a: b}"))
            )  # fmt: skip
    return values, overridden, defects


def _answered(kind: type[Questions], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without the required keys that are left blank, as a fresh template has them: no answers."""
    blank = {field for field, info in kind.model_fields.items() if info.is_required() and values.get(field) is None}
    return {field: value for field, value in values.items() if field not in blank}


def _unknown_variables(sections: Mapping[str, type[Questions]], env: Mapping[str, str]) -> list[AnswerDefect]:
    """A defect for each variable of a section that has no such question. Other variables are not ours to judge."""
    known = {variable(name, field) for name, kind in sections.items() for field in kind.model_fields}
    prefixes = tuple(variable(name, "") for name in sections)
    return [
        AnswerDefect(name, 0, 0, "-", _("unknown variable"), _("no question has this name"),
                     _did_you_mean(name, sorted(known), _("unset it; `lakehouse-wizard answers template` names all")))
        for name in sorted(env)
        if name.startswith(prefixes) and name not in known
    ]  # fmt: skip


def _did_you_mean(name: str, known: Sequence[str], otherwise: str) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return _("did you mean {name}?", name=close[0]) if close else otherwise


def _missing_secrets(
    located: Located, kind: type[Questions], values: Mapping[str, Any], overridden: set[str], secrets: Secrets
) -> list[AnswerDefect]:
    """A defect for each secret that cannot be had. Asked of the section as given, valid or not."""
    section, defects = section_name(kind), []
    for field, info in kind.model_fields.items():
        given = values.get(field)
        if SecretRef not in (info.annotation, *get_args(info.annotation)) or not isinstance(given, str):
            continue
        try:
            missing = secrets.check([SecretRef.parse(given)])
        except ValueError:  # no reference at all: validation says so
            continue
        source, (line, column) = variable(section, field), (0, 0)
        if field not in overridden:
            source, (line, column) = located.name, located.where((section, field))
        for problem in missing:
            what = _("the secret {reference} cannot be had", reference=problem.reference)
            key = f"{section}.{field}"
            defects.append(AnswerDefect(source, line, column, key, what, problem.why, problem.remedy))
    return defects


def _structured(info: FieldInfo) -> bool:
    """Whether an environment variable for it holds YAML (a list or mapping) rather than a plain word."""

    def holds(annotation: Any) -> bool:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            return any(holds(part) for part in get_args(annotation))
        return origin in (list, tuple, dict)

    return holds(info.annotation)


def _unknown(located: Located, path: tuple[str, ...], known: Sequence[str]) -> AnswerDefect:
    line, column = located.where(path, key=True)
    remedy = _did_you_mean(path[-1], known, _("remove it; known here: {names}", names=", ".join(sorted(known))))
    why = _("no question has this name")
    return AnswerDefect(located.name, line, column, ".".join(path), _("unknown key"), why, remedy)


def _shape(located: Located, path: tuple[str, ...], wanted: str) -> AnswerDefect:
    line, column = located.where(path, key=True)
    key = ".".join(path) or "-"
    return AnswerDefect(
        located.name, line or 1, column or 1, key, _("not a mapping"), _("{wanted} are expected here", wanted=wanted),
        _("see `lakehouse-wizard answers template`"),
    )  # fmt: skip


def _section_defects(
    located: Located, section: str, kind: type[Questions], error: ValidationError, overridden: set[str]
) -> list[AnswerDefect]:
    defects = []
    for item in error.errors(include_url=False):
        field = str(item["loc"][0]) if item["loc"] else ""
        if item["type"] == "missing" and field in located.lost:
            continue  # its line is told already, as one that cannot be read
        key = ".".join([section, *(str(part) for part in item["loc"] if part != "[key]")])
        if item["type"] == "extra_forbidden":
            defects.append(_unknown(located, (section, field), list(kind.model_fields)))
            continue
        info = kind.model_fields.get(field)
        env_name = variable(section, field) if field else ""
        complaint = explain(item, info, key, env_name)
        if field in overridden:
            defects.append(AnswerDefect(env_name, 0, 0, key, *complaint))
            continue
        line, column = located.where((section, *item["loc"]))
        defects.append(AnswerDefect(located.name, line, column, key, *complaint))
    return defects
