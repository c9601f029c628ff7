"""What a new version of a contract changes: for those who read the tables, for those who deliver, for the tables.

Breaking is what can make a query or a delivery wrong that was right, or makes the next run refuse. All else is
compatible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from lakehouse_jobs.contract.diff_columns import Kind, columns
from lakehouse_jobs.contract.diff_rules import gates, rules
from lakehouse_jobs.contract.model import Contract, Evolution, Model, Source

_NOTHING = "nothing: no table shows it"
_SOURCE = "files are read in another way from the next run on; those that are in bronze stay as they are"
# Of a contract and of a model: what its change is, why, and what it does to the tables.
_PLAIN: dict[str, tuple[Kind, str, str]] = {
    "id": ("breaking", "it is another contract", "none; the tables have the models' names"),
    "title": ("compatible", "it is told, not used", _NOTHING),
    "description": ("compatible", "it is told, not used", _NOTHING),
    "owner": ("compatible", "it is told, not used", _NOTHING),
    "contact": ("compatible", "it is told, not used", _NOTHING),
    "servers": ("compatible", "it is told, not used", _NOTHING),
    "kept": ("compatible", "no part of this version uses it", _NOTHING),
    "domain": ("compatible", "jobs are named after it", "none; the job gets another name at the next deployment"),
    "cron": ("compatible", "the data come at other times", "none; the job runs by the new schedule once deployed"),
    "frequency": ("compatible", "it is told; the schedule counts", _NOTHING),
    "notifications": ("compatible", "others are told of runs", _NOTHING),
    "sequence": (
        "breaking", "another row counts as the newest of a key",
        "rows in silver stay until one comes that is newer by the new order; rebuild silver for one order throughout",
    ),
    "write": (
        "breaking", "silver keeps one row a key in one way, and every row in the other",
        "rows that are there stay as they are; rebuild silver from bronze",
    ),
    "deletes": (
        "breaking", "rows are taken away by another condition",
        "from the next run on; rows that are there stay until their key comes again",
    ),
    "cluster": (
        "compatible", "queries get the same rows", "new files are clustered by it, older ones by OPTIMIZE",
    ),
    "bronze_pii": (
        "breaking", "bronze holds personal data in another form",
        "rows written from now on; those that are in bronze stay as they are",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where (`account.email.type`), from what to what, its kind, why it is so, what the tables get."""

    place: str
    what: str
    kind: Kind
    why: str
    effect: str

    def __str__(self) -> str:
        return f"{self.kind} {self.place}: {self.what}; {self.why}; tables: {self.effect}"


def diff(old: Contract, new: Contract) -> list[Change]:
    """Every change, breaking ones first, else in the order of the contract."""
    found = list(_plain(old, new, "", ("models", "version", "retention")))
    found += _retention(old, new)
    ours, theirs = ({model.name: model for model in contract.models} for contract in (old, new))
    for name, model in ours.items():
        if name in theirs:
            found += _model(model, theirs[name])
        else:
            effect = f"bronze and silver of {name} stay, and get no rows any more"
            found.append(Change(name, "removed", "breaking", "its readers get nothing new", effect))
    for name in theirs:
        if name not in ours:
            effect = f"the next run makes bronze and silver of {name}"
            found.append(Change(name, "added", "compatible", "nobody reads it yet", effect))
    return sorted(found + _version(old, new, found), key=lambda change: change.kind)


def is_breaking(changes: list[Change]) -> bool:
    return any(change.kind == "breaking" for change in changes)


def _version(old: Contract, new: Contract, found: list[Change]) -> list[Change]:
    if old.version != new.version:
        what = f"{old.version} → {new.version}"
        return [
            Change("version", what, "compatible", "runs and quarantine name it", "rows set aside from now on say it")
        ]
    if not found:
        return []
    what = f"is {new.version} still"
    return [Change("version", what, "compatible", "nobody can tell the two apart by it; raise it", _NOTHING)]


def _plain(old: Any, new: Any, place: str, without: tuple[str, ...]) -> Iterator[Change]:
    """The attributes that are told by name alone."""
    for each in fields(old):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if each.name not in without and before != after:
            kind, why, effect = _PLAIN[each.name]
            where = ".".join(part for part in (place, each.name) if part)
            yield Change(where, shown(before, after), kind, why, effect)


def shown(before: Any, after: Any) -> str:
    """From what to what, where both are short."""
    texts = [_short(before), _short(after)]
    return "changed" if None in texts else f"{texts[0]} → {texts[1]}"


def _short(value: Any) -> str | None:
    if value in (None, (), {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return None if isinstance(value, dict) or len(text) > 60 or ("(" in text[:40] and "=" in text) else text


def _retention(old: Contract, new: Contract) -> Iterator[Change]:
    if old.retention == new.retention:
        return
    before, after = (kept.days if kept else None for kept in (old.retention, new.retention))
    shorter = after is not None and (before is None or after < before)
    what = f"{before or 'no'} → {after or 'no'} days" if before != after else shown(old.retention, new.retention)
    why = "older rows are no longer promised" if shorter else "rows are kept at least as long"
    effect = "rows past it may be deleted" if shorter else "none"
    yield Change("retention", what, "breaking" if shorter else "compatible", why, effect)


def _model(old: Model, new: Model) -> list[Change]:
    told = ("name", "fields", "source", "rules", "gates", "evolution")
    found = list(_plain(old, new, old.name, told))
    found += [Change(*each) for each in columns(old, new)]
    if old.keys != new.keys and sorted(old.keys) != sorted(new.keys):
        what, why = shown(old.keys, new.keys), "rows are told apart by other columns"
        effect = "rows are merged by the new key from the next run on; silver must be rebuilt from bronze"
        found.append(Change(f"{old.name}.key", what, "breaking", why, effect))
    found += _source(old.source, new.source, old.name)
    found += _evolution(old.evolution, new.evolution, old.name)
    found += [Change(*each) for each in (*rules(old, new), *gates(old, new))]
    return found


def _source(old: Source, new: Source, place: str) -> Iterator[Change]:
    for each in fields(old):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if before != after:
            why = "what is delivered as before is read wrongly, or not at all"
            yield Change(f"{place}.source.{each.name}", shown(before, after), "breaking", why, _SOURCE)


def _evolution(old: Evolution, new: Evolution, place: str) -> Iterator[Change]:
    for each in fields(old):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if before == after:
            continue
        strict = after == "freeze"
        why = "what departs from the contract ends the run" if strict else "a departure is met in another way"
        effect = "none; the next run acts by it"
        kind: Kind = "breaking" if strict else "compatible"
        where = f"{place}.evolution.{each.name}"
        yield Change(where, shown(before or "quarantine", after or "quarantine"), kind, why, effect)
