"""A contract while it is being edited: each change gives a new one, judged as the file that would be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from lakehouse_jobs.contract import sql
from lakehouse_jobs.contract.check import check
from lakehouse_jobs.contract.located import Defect, dotted, parse, parted
from lakehouse_jobs.contract.model import DECIMAL_COMMA, Contract, Field, LogicalType, Model, Protection
from lakehouse_jobs.contract.write import to_odcs

from wizard.contracts import rules
from wizard.contracts.rules import RuleKind
from wizard.text import N_, _

PROTECTIONS: tuple[Protection, ...] = get_args(Protection)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_WORD = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[A-Za-z_]\w*(?!\w*\s*\()")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as people choose it. `format`: how its values are written, where not as Spark reads them by itself."""

    name: str
    type: LogicalType
    spark_type: str
    words: str
    format: str | None = None


KINDS = (
    Kind("string", "string", "STRING", N_("text; leading zeros stay")),
    Kind("integer", "integer", "BIGINT", N_("whole numbers, 64 bits")),
    Kind("int", "integer", "INT", N_("whole numbers, 32 bits")),
    Kind("decimal", "number", "DECIMAL(18,2)", N_("numbers with two exact places, as amounts")),
    Kind("number", "number", "DOUBLE", N_("numbers, rounded as a machine does")),
    Kind("number 0,0", "number", "DOUBLE", N_("numbers written with a comma, as 1.234,56"), DECIMAL_COMMA),
    Kind("boolean", "boolean", "BOOLEAN", N_("true or false")),
    Kind("date", "date", "DATE", N_("days written as 2026-01-31")),
    Kind("date d/m/y", "date", "DATE", N_("days written as 31/01/2026"), "dd/MM/yyyy"),
    Kind("date m/d/y", "date", "DATE", N_("days written as 01/31/2026"), "MM/dd/yyyy"),
    Kind("timestamp", "timestamp", "TIMESTAMP", N_("moments, in the zone of the session where none is written")),
    Kind("timestamp_ntz", "timestamp", "TIMESTAMP_NTZ", N_("day and time of a clock, of no zone")),
    Kind("time", "time", "STRING", N_("time of day, kept as text")),
)


class Refused(Exception):  # noqa: N818 - what a person is told, with the remedy
    """A change that cannot be made."""


def shown_type(column: Field) -> str:
    """A column's type in a word: of several the one that people know."""
    known = (kind for kind in KINDS if (kind.type, kind.spark_type, kind.format) == _typed(column))
    if (kind := next(known, None)) is not None:
        return kind.name
    if column.spark_type.startswith("DECIMAL"):
        return column.spark_type.lower()
    return column.type


def _typed(column: Field) -> tuple[str, str, str | None]:
    return column.type, column.spark_type, column.format


def protection_words(pii: Protection | None) -> str:
    """What a protection makes of a value."""
    return {
        None: _("as it is"),
        "mask_email": _("the first letter and the domain stay"),
        "mask_phone": _("the last digits stay"),
        "mask_generic": _("the first character stays"),
        "hash": _("the same value gives the same code, nobody reads it back"),
        "redacted": _("nothing stays"),
    }[pii]


@dataclass(frozen=True, slots=True)
class Judged:
    """The file that a contract would be, and what is wrong with it."""

    contract: Contract
    text: str
    defects: tuple[Defect, ...]

    def line_of(self, *path: str | int) -> int:
        """The line of a part of the file, from 1."""
        return parse(self.text, "").where(path)[0]


def judged(contract: Contract, name: str) -> Judged:
    """Pure, and some milliseconds a column: for a thread where there are many. `name`: the file's."""
    text = to_odcs(contract)
    return Judged(contract, text, tuple(check(text, name)))


@dataclass(slots=True)
class ContractDraft:
    """One contract, changed step by step; columns are known by their position, since names change.

    `seen`: what the sample shows of a column, by model and column."""

    contract: Contract
    seen: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _added: set[tuple[str, str]] = field(default_factory=set)  # columns that no input had yet

    def model(self, number: int) -> Model:
        return self.contract.models[number]

    def evidence(self, number: int, at: int) -> str:
        model = self.model(number)
        return "; ".join(self.seen.get((model.name, model.fields[at].name), ()))

    # the contract and its models

    def change(self, **parts: Any) -> None:
        """Other values for parts of the contract itself."""
        self.contract = replace(self.contract, **parts)

    def change_model(self, number: int, **parts: Any) -> None:
        self._put(number, replace(self.model(number), **parts))

    def change_source(self, number: int, **parts: Any) -> None:
        self.change_model(number, source=replace(self.model(number).source, **parts))

    def rename_model(self, number: int, name: str) -> None:
        """Raises Refused."""
        model = self.model(number)
        others = {each.name.lower() for each in self.contract.models if each is not model}
        self._legal(name, others)
        self.seen = {(name if of == model.name else of, column): told for (of, column), told in self.seen.items()}
        self._kept(("models", model.name), ("models", name))
        self.change_model(number, name=name)

    # columns

    def add_column(self, number: int, name: str, at: int | None = None) -> int:
        """A text column, after all or at a position; where it stands. Raises Refused."""
        model = self.model(number)
        self._legal(name, {each.name.lower() for each in model.fields})
        at = len(model.fields) if at is None else at
        self._shift(number, at, by=1)
        column = Field(name, "string", "STRING")
        self._added.add((model.name, name))
        self.change_model(number, fields=(*model.fields[:at], column, *model.fields[at:]))
        return at

    def remove_column(self, number: int, at: int) -> None:
        """With the rules on it. Rules on other columns that name it stay, and are told as defects."""
        model = self.model(number)
        gone = model.fields[at]
        self._drop_kept(("schema", number, "properties", at), ("models", model.name, "fields", gone.name))
        self._shift(number, at + 1, by=-1)
        self._put(
            number,
            replace(
                model,
                fields=_renumbered(each for each in model.fields if each is not gone),
                rules=tuple(rule for rule in model.rules if not _of(rule.field, gone.name)),
                gates=tuple(gate for gate in model.gates if not any(_of(name, gone.name) for name in gate.fields)),
                sequence=tuple(name for name in model.sequence if name != gone.name),
                cluster=tuple(name for name in model.cluster if name != gone.name),
            ),
        )

    def rename_column(self, number: int, at: int, name: str) -> None:
        """Everything of the model that names the column follows; the input's own name stays. Raises Refused."""
        model, before = self.model(number), self.model(number).fields[at]
        if name == before.name:
            return
        self._legal(name, {each.name.lower() for each in model.fields if each is not before})
        to = _renamer(before.name, name)
        new = (model.name, before.name) in self._added
        if new:
            self._added.add((model.name, name))
        column = replace(before, name=name, source_name=None if new else _source_name(before, name))
        rules_ = (replace(rule, field=to.path(rule.field), predicate=to.sql(rule.predicate), name=to.rule(rule.name))
                  for rule in model.rules)  # fmt: skip
        gates = (replace(gate, fields=tuple(map(to.rule, gate.fields)), name=to.rule(gate.name),
                         query=to.sql(gate.query), predicate=to.sql(gate.predicate))
                 for gate in model.gates)  # fmt: skip
        if (told := self.seen.pop((model.name, before.name), None)) is not None:
            self.seen[model.name, name] = told
        self._kept(("models", model.name, "fields", before.name), ("models", model.name, "fields", name))
        self._put(
            number,
            replace(
                model,
                fields=(*model.fields[:at], column, *model.fields[at + 1 :]),
                rules=tuple(rules_),
                gates=tuple(gates),
                sequence=tuple(map(to.rule, model.sequence)),
                cluster=tuple(map(to.rule, model.cluster)),
                deletes=to.sql(model.deletes),
            ),
        )

    def set_type(self, number: int, at: int, kind: Kind) -> None:
        """Limits that the new type has no use for go, and a list of values that are none of it. Raises Refused."""
        column = self._column(number, at)
        if column.type in ("object", "array"):
            raise Refused(_("what is inside {column} makes its type; change it in the editor", column=column.name))
        text, ordered = kind.type == "string", kind.type in rules.ORDERED
        self._put_column(number, at, replace(
            column, type=kind.type, spark_type=kind.spark_type, format=kind.format,
            min_length=column.min_length if text else None, max_length=column.max_length if text else None,
            pattern=column.pattern if text else None, minimum=column.minimum if ordered else None,
            maximum=column.maximum if ordered else None,
        ))  # fmt: skip
        if not text:
            self.drop_rule(number, at, RuleKind.NOT_BLANK)
        for rule in rules.found(self.model(number), at):
            if rule.kind is RuleKind.ONE_OF:
                try:
                    self.put_rule(number, at, rule.kind, rule.text, rule.name)
                except rules.RuleUnreadable:
                    self.drop_rule(number, at, rule.kind, rule.name)

    def set_decimal(self, number: int, at: int, precision: int, scale: int) -> None:
        if not 0 <= scale <= precision <= 38 or precision < 1:
            raise Refused(_("a decimal has 1 to 38 digits, and no more of them after the point; write it as 18, 2"))
        self.set_type(number, at, Kind("decimal", "number", f"DECIMAL({precision},{scale})", ""))

    def set_format(self, number: int, at: int, pattern: str) -> None:
        """How a date or moment is written, as Spark has it: dd/MM/yyyy."""
        self._put_column(number, at, replace(self._column(number, at), format=pattern or None))

    def set_key(self, number: int, at: int, position: int | None) -> None:
        """The place of a column in the key, from 1; None: it is no part of it."""
        fields = list(self.model(number).fields)
        order = [index for index, _each in sorted(
            ((index, each) for index, each in enumerate(fields) if each.key_position is not None and index != at),
            key=lambda pair: pair[1].key_position or 0)]  # fmt: skip
        fields[at] = replace(fields[at], key_position=None)
        if position is not None:
            order.insert(min(max(position, 1) - 1, len(order)), at)
        for place, index in enumerate(order, start=1):
            fields[index] = replace(fields[index], key_position=place, required=True)
        self.change_model(number, fields=tuple(fields))
        if any(rule.where == "key" for rule in rules.found(self.model(number), at)):
            self._put(number, rules.drop(self.model(number), at, RuleKind.UNIQUE))

    def set_nullable(self, number: int, at: int, nullable: bool) -> None:
        """Raises Refused for a column of the key."""
        column = self._column(number, at)
        if nullable and column.key_position is not None:
            why = _("{column} is part of the key: a row without it could not be found again", column=column.name)
            raise Refused(why)
        if nullable:
            self.drop_rule(number, at, RuleKind.NOT_BLANK)
        self._put_column(number, at, replace(self._column(number, at), required=not nullable))

    def set_pii(self, number: int, at: int, pii: Protection | None) -> None:
        self._put_column(number, at, replace(self._column(number, at), pii=pii))

    def put_rule(self, number: int, at: int, kind: RuleKind, text: str = "", name: str | None = None) -> None:
        """Raises rules.RuleUnreadable."""
        self._put(number, rules.put(self.model(number), at, kind, text, name))

    def drop_rule(self, number: int, at: int, kind: RuleKind, name: str | None = None) -> None:
        self._put(number, rules.drop(self.model(number), at, kind, name))

    # within

    def _column(self, number: int, at: int) -> Field:
        return self.model(number).fields[at]

    def _put_column(self, number: int, at: int, column: Field) -> None:
        fields = self.model(number).fields
        self.change_model(number, fields=(*fields[:at], column, *fields[at + 1 :]))

    def _put(self, number: int, model: Model) -> None:
        models = self.contract.models
        self.change(models=(*models[:number], model, *models[number + 1 :]))

    def _legal(self, name: str, others: Iterable[str]) -> None:
        if not NAME.fullmatch(name):
            raise Refused(_("begin with a letter and use letters, digits and _"))
        if name.lower() in others:
            raise Refused(_("{name} is there already, and case does not count; choose another name", name=name))

    def _kept(self, before: tuple[str | int, ...], after: tuple[str | int, ...]) -> None:
        """What no part of this version uses moves along with what it stands on."""
        self._rekey(lambda path: (*after, *path[len(before) :]) if path[: len(before)] == before else path)

    def _drop_kept(self, *places: tuple[str | int, ...]) -> None:
        self._rekey(lambda path: None if any(path[: len(place)] == place for place in places) else path)

    def _shift(self, number: int, first: int, by: int) -> None:
        """The columns from a position on get another one."""
        head = ("schema", number, "properties")

        def moved(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
            at = path[3] if path[:3] == head and len(path) > 3 else None
            return (*head, at + by, *path[4:]) if isinstance(at, int) and at >= first else path

        self._rekey(moved)

    def _rekey(self, to: Callable[[tuple[str | int, ...]], tuple[str | int, ...] | None]) -> None:
        kept = {}
        for text, value in self.contract.kept.items():
            before = tuple(parted(text))
            after = to(before)
            if after is not None:
                kept[text if after == before else dotted(after)] = value
        self.change(kept=kept)


def _of(name: str | None, column: str) -> bool:
    """Whether a rule's field is that column, or in it."""
    return name is not None and (name == column or name.startswith(f"{column}."))


def _renumbered(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The key's positions without a gap."""
    kept = list(fields)
    order = sorted((each.key_position, at) for at, each in enumerate(kept) if each.key_position is not None)
    for place, (_before, at) in enumerate(order, start=1):
        kept[at] = replace(kept[at], key_position=place)
    return tuple(kept)


def _source_name(column: Field, name: str) -> str | None:
    """What the input calls the column: it does not change with the table's name for it."""
    before = column.source_name or column.name
    return None if before == name else before


@dataclass(frozen=True, slots=True)
class _renamer:  # noqa: N801 - used as a function is
    before: str
    after: str

    def path(self, name: str | None) -> str | None:
        return f"{self.after}{name[len(self.before) :]}" if name is not None and _of(name, self.before) else name

    def rule(self, name: str) -> str:
        return self.path(name) or name

    def sql(self, text: str | None) -> str | None:
        """The column's name in SQL, in backticks or plain; what stands in quotes is text."""

        def one(match: re.Match[str]) -> str:
            word = match[0]
            if word == f"`{self.before}`":
                return sql.quoted(self.after)
            return self.after if word == self.before else word

        return None if text is None else _WORD.sub(one, text)
