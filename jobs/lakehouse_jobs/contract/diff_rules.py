"""The changes of a model's rules and gates, as the parts of `diff.Change`. They are known by their names."""

from __future__ import annotations

from collections.abc import Iterator

from lakehouse_jobs.contract.diff_columns import Kind, Told
from lakehouse_jobs.contract.model import Gate, Model, Rule

Verdict = tuple[str, Kind, str, str]  # what, kind, why, effect
_HARD = {"warning": 0, "quarantine": 1, "fail": 2}
_EFFECT = {
    "warning": "none; rows that break it are counted, and stay",
    "quarantine": "rows in silver stay; from the next run on, rows that break it go to quarantine",
    "fail": "a run with a row that breaks it ends red, and keeps what was there",
}
_STOPS = "a batch that fails it is not promoted; silver keeps what was there"
_RULE_GONE: Verdict = (
    "removed", "compatible", "every row that was right still is", "none; rows in quarantine stay there",
)  # fmt: skip
_GATE_GONE: Verdict = ("removed", "compatible", "every batch that was promoted still is", "none")
_TOLD_OTHERWISE: Verdict = ("is described in another way", "compatible", "it is told, not used", "none")
# A greater bound asks for more, or for less.
_MORE = ("mustBeGreaterThan", "mustBeGreaterOrEqualTo")
_LESS = ("mustBeLessThan", "mustBeLessOrEqualTo")


def rules(old: Model, new: Model) -> Iterator[Told]:
    ours, theirs = {rule.name: rule for rule in old.rules}, {rule.name: rule for rule in new.rules}
    for name, rule in ours.items():
        for verdict in _rule(rule, theirs[name]) if name in theirs else [_RULE_GONE]:
            yield f"{old.name}.rules.{name}", *verdict
    for name, rule in theirs.items():
        if name not in ours:
            hard = rule.severity != "warning"
            why = "rows that were right may no longer be" if hard else "rows that break it stay"
            what = f"added, {rule.severity}"
            yield f"{old.name}.rules.{name}", what, _kind(breaking=hard), why, _EFFECT[rule.severity]


def _kind(*, breaking: bool) -> Kind:
    return "breaking" if breaking else "compatible"


def _rule(old: Rule, new: Rule) -> Iterator[Verdict]:
    hard, effect = new.severity != "warning", _EFFECT[new.severity]
    if old.severity != new.severity:
        harder = _HARD[new.severity] > _HARD[old.severity]
        why = "it does more to rows that break it" if harder else "it does less to rows that break it"
        yield f"{old.severity} → {new.severity}", _kind(breaking=harder), why, effect
    if (old.predicate, old.reference, old.field) != (new.predicate, new.reference, new.field):
        yield "asks for something else", _kind(breaking=hard), "rows that were right may no longer be", effect
    if old.null_passes != new.null_passes:
        what = "NULL passes" if new.null_passes else "NULL no longer passes"
        why = "rows without a value are judged in another way"
        yield what, _kind(breaking=hard and not new.null_passes), why, effect
    if (old.dimension, old.description) != (new.dimension, new.description):
        yield _TOLD_OTHERWISE


def gates(old: Model, new: Model) -> Iterator[Told]:
    ours, theirs = {gate.name: gate for gate in old.gates}, {gate.name: gate for gate in new.gates}
    for name, gate in ours.items():
        for verdict in _gate(gate, theirs[name]) if name in theirs else [_GATE_GONE]:
            yield f"{old.name}.gates.{name}", *verdict
    for name, gate in theirs.items():
        if name not in ours:
            stops = gate.severity == "fail"
            why = "batches that were promoted may no longer be" if stops else "it only tells"
            what = f"added, {gate.severity}: {_said(gate)}"
            yield f"{old.name}.gates.{name}", what, _kind(breaking=stops), why, _STOPS if stops else "none; it is told"


def _gate(old: Gate, new: Gate) -> Iterator[Verdict]:
    stops = new.severity == "fail"
    effect = _STOPS if stops else "none; it is told"
    if old.severity != new.severity:
        why = "it stops what it only told of" if stops else "it tells of what it stopped"
        yield f"{old.severity} → {new.severity}", _kind(breaking=stops), why, effect
    if _said(old) != _said(new):
        eased = _eased(old, new)
        why = "every batch that was promoted still is" if eased else "batches that were promoted may no longer be"
        yield f"{_said(old)} → {_said(new)}", _kind(breaking=stops and not eased), why, "none" if eased else effect
    if (old.query, old.predicate, old.fields) != (new.query, new.predicate, new.fields):
        why = "batches that were promoted may no longer be"
        yield "counts something else", _kind(breaking=stops), why, effect
    if (old.dimension, old.description) != (new.dimension, new.description):
        yield _TOLD_OTHERWISE


def _said(gate: Gate) -> str:
    bound = f"{gate.value:g}" + ("" if gate.upper is None else f" to {gate.upper:g}")
    return f"{gate.metric} {gate.operator} {bound}" + (" %" if gate.unit == "percent" else "")


def _eased(old: Gate, new: Gate) -> bool:
    same = (old.metric, old.operator, old.unit) == (new.metric, new.operator, new.unit)
    if new.operator in _MORE:
        return same and new.value < old.value
    if new.operator in _LESS:
        return same and new.value > old.value
    wider = new.upper is not None and old.upper is not None and new.value <= old.value and new.upper >= old.upper
    return same and new.operator == "mustBeBetween" and wider
