"""Rows that are not promoted: set aside with the reasons, or left out as the contract says."""

from __future__ import annotations

from dataclasses import dataclass, field

from lakehouse_jobs.layers import LOAD, Hop
from lakehouse_jobs.layers.batch import OUT, Batch
from lakehouse_jobs.quality import rules

PROPERTIES = {"delta.dataSkippingStatsColumns": LOAD}


@dataclass(frozen=True, slots=True)
class Left:
    quarantined: int = 0
    discarded: int = 0
    rules: dict[str, int] = field(default_factory=dict)


def quarantine(hop: Hop) -> str:
    return f"{hop.target}_quarantine"


def left_out(batch: Batch, missing: int) -> Left:
    """Set aside what a rule did; `missing` rows were not promoted, which duplicates are not either.

    The rows are read from bronze again: that is cheaper than keeping them, and most loads have none. They are counted
    where they were written; only rows to be discarded, which stand nowhere, take a pass of their own."""
    if not missing:
        return Left()
    hop, left = batch.hop, None
    if any(check.severity == "discard" for check in batch.checks):
        left = _counted(batch)
        if not left.quarantined:
            return left
    hop.platform.append(batch.aside(), quarantine(hop), hop.application, batch.load, PROPERTIES)
    return left or _written(batch)


def _counted(batch: Batch) -> Left:
    """What failed which rules, from bronze: a pass that writes nothing."""
    checks = batch.checks
    masks = [rules.mask(number) for number in range(len(rules.masks(checks)))]
    out = f"{rules.failing(checks, OUT)} as _out"
    failed = batch.judged().where(rules.failing(checks)).selectExpr(*masks, out)
    groups = failed.groupBy(*masks, "_out").count().collect()
    wide = len(masks)
    told = rules.tally(checks, [(tuple(row[:wide]), int(row[-1])) for row in groups])
    blocking = {check.name for check in checks if check.severity in rules.BLOCKING}
    return Left(
        sum(int(row[-1]) for row in groups if not row[wide]),
        sum(int(row[-1]) for row in groups if row[wide]),
        {name: count for name, count in told.items() if name in blocking},
    )


def _written(batch: Batch) -> Left:
    """What the quarantine has of this load."""
    hop = batch.hop
    rows = hop.platform.session().sql(f"select _rules from {hop.platform.table(quarantine(hop))} where {batch.within}")
    groups = rows.groupBy("_rules").count().collect()
    told: dict[str, int] = {}
    for names, count in groups:
        for name in names:
            told[name] = told.get(name, 0) + int(count)
    return Left(sum(int(count) for _, count in groups), 0, told)
