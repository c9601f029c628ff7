"""What is counted before a load is promoted: rules that warn or end the run, and rules on the data as a whole.

A batch that a gate stops stays in bronze and is tried again by the next run, together with what has come since; silver
and quarantine keep what they had. A contract without such rules pays nothing here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lakehouse_jobs.contract.model import Gate
from lakehouse_jobs.layers.batch import Batch
from lakehouse_jobs.quality import gates, rules
from lakehouse_jobs.records import Judged
from lakehouse_jobs.sources.files import columns, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Stopped(Exception):  # noqa: N818 - what the contract asks for, told as it is
    """A rule or a gate of severity `fail` was broken: nothing of the load is promoted."""


@dataclass(frozen=True, slots=True)
class Told:
    rules: dict[str, int] = field(default_factory=dict)
    gates: list[dict[str, Any]] = field(default_factory=list)


def before(batch: Batch, judged: DataFrame) -> Told:
    """Count, and raise Stopped if the load may not be promoted."""
    model = batch.hop.model
    if batch.rescued and model.evolution.column == "freeze":
        raise Stopped(
            f"{batch.hop.target}: {batch.rescued} rows came with data outside the contract's columns, and evolution of "
            "columns is freeze: nothing was promoted. Take the column into the contract, or mend the input"
        )
    asked = [check for check in batch.checks if check.severity in ("warning", "fail")]
    if not asked and not model.gates:
        return Told()
    counted = {name: how for name, how in rules.counted(batch.checks).items() if name in {c.name for c in asked}}
    sums = judged.selectExpr(*counted.values()).first() if counted else None
    failed = {name: int(sums[n]) for n, name in enumerate(counted) if sums[n]} if sums else {}
    wrong = [check.name for check in asked if check.severity == "fail" and check.name in failed]
    results = _judge(batch, judged, model.gates)
    broken = gates.stops(results)
    if wrong or broken:
        told = [f"rule {name}: {failed[name]} rows" for name in wrong]
        told += [f"gate {each.gate}: {'no value' if each.value is None else f'{each.value:g}'}" for each in broken]
        raise Stopped(
            f"{batch.hop.target}: stopped by {'; '.join(told)}. Nothing up to load {batch.load} was promoted; "
            "the next run tries it again with what has come since. Mend the input, or the contract"
        )
    return Told(failed, [asdict(result) for result in results])


def _judge(batch: Batch, judged: DataFrame, wanted: tuple[Gate, ...]) -> list[Judged]:
    """One pass for all that aggregate, one query for each gate that has its own."""
    if not wanted:
        return []
    rows = judged.where(f"not {rules.failing(batch.checks)}").selectExpr(*map(quoted, columns(batch.hop.model)))
    listed = [(gate, gates.aggregate(gate)) for gate in wanted]
    simple = [(gate, how) for gate, how in listed if how is not None]
    found = rows.selectExpr(*(how for _, how in simple)).first() if simple else None
    values = {gate.name: found[n] for n, (gate, _) in enumerate(simple)} if found else {}
    if len(simple) < len(listed):
        view = f"_gated_{uuid4().hex}"
        rows.createOrReplaceTempView(view)
        try:
            for gate in (gate for gate, how in listed if how is None):
                answer = rows.sparkSession.sql(gates.statement(gate, view)).first()
                values[gate.name] = answer[0] if answer else None
        finally:
            rows.sparkSession.catalog.dropTempView(view)
    return [gates.judged(gate, values.get(gate.name)) for gate in wanted]
