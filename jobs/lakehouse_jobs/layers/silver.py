"""Bronze → silver: typed by the contract, judged by its rules, protected, and promoted load by load.

What bronze has loaded since is one batch. It is read once to be written; rows that a rule sets aside are read again,
and only if there are any. Every row is accounted for: those written as Delta counts them, the rest by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lakehouse_jobs.layers import Hop, Ledger, evolve, gates, tables
from lakehouse_jobs.layers.append import append
from lakehouse_jobs.layers.batch import Batch
from lakehouse_jobs.layers.masked import as_masked
from lakehouse_jobs.layers.merge import merge
from lakehouse_jobs.layers.quarantine import left_out, quarantine
from lakehouse_jobs.layers.tables import SchemaMismatch
from lakehouse_jobs.privacy import protect
from lakehouse_jobs.privacy.key import register

__all__ = ["SchemaMismatch", "load", "quarantine"]


class Unaccounted(Exception):  # noqa: N818 - a state of the tables, told as it is
    """The counts of a load do not add up: a defect of ours, and never passed over."""


def load(hop: Hop, source: str) -> None:
    """Promote what silver has not of bronze. Counts: taken, valid, quarantined, duplicates, stale,
    discarded, deleted, inserted, updated, rules, gates."""
    arrived = Ledger(hop.checkpoint, "bronze")
    last = max(hop.ledger.loads(), default=-1)
    pending = [number for number in arrived.loads() if number > last]
    if not pending:
        return
    hop = replace(hop, model=as_masked(hop.model))
    model = tables.prepare(hop)
    if any(protect.hashes(field) for field in model.fields):
        if hop.key is None:
            raise RuntimeError(f"{hop.target} has a hashed column, and the run was given no key")
        register(hop.platform.session(), hop.key.value())
    for loads in _grouped(pending, hop.ledger.begun()):
        counts = [arrived.read(number)["counts"] for number in loads]
        taken, rescued = (sum(int(each.get(name, 0)) for each in counts) for name in ("bronze", "rescued"))
        batch = evolve.evolved(Batch(replace(hop, model=model), source, last, loads[-1], taken, rescued))
        model, last = batch.hop.model, loads[-1]
        hop.ledger.write(last, hop.run, promote(batch))


def _grouped(pending: list[int], begun: list[int]) -> list[list[int]]:
    """The loads that are promoted together: all, but an attempt that may have written something is made again as it
    was, for its rows count once by the number of its last load."""
    groups, rest = [], pending
    for number in begun:
        first = [load for load in rest if load <= number]
        if first and first[-1] == number:
            groups.append(first)
            rest = rest[len(first) :]
    return [*groups, rest] if rest else groups


def promote(batch: Batch) -> dict[str, Any]:
    """Write one batch; what became of its rows."""
    if not batch.taken:
        return {"taken": 0}
    judged = batch.judged()
    told = gates.before(batch, judged)
    again = not batch.hop.ledger.begin(batch.load)
    rows = batch.silver(judged)
    if batch.hop.model.write == "append":
        written = append(batch, rows, again=again)
        left = left_out(batch, batch.taken - written)
        counts = {"valid": written, "inserted": written}
        lost = batch.taken - written - left.quarantined - left.discarded
    else:
        merged = merge(batch, rows, again=again)
        valid = merged.inserted + merged.updated
        left = left_out(batch, batch.taken - merged.winners)
        duplicates = batch.taken - left.quarantined - left.discarded - merged.winners
        stale = merged.winners - valid - merged.deleted
        counts = {
            "valid": valid, "inserted": merged.inserted, "updated": merged.updated, "deleted": merged.deleted,
            "duplicates": duplicates, "stale": stale,
        }  # fmt: skip
        lost = min(duplicates, stale, 0)
    if lost:
        raise Unaccounted(
            f"{batch.hop.target}, up to load {batch.load}: {lost} of {batch.taken} rows are not accounted for"
        )
    return {
        "taken": batch.taken, "quarantined": left.quarantined, "discarded": left.discarded, **counts,
        "rules": {**left.rules, **told.rules}, "gates": told.gates,
    }  # fmt: skip
