"""What is true now: each step's verdict, and the tables as the runs' own records count them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from wizard.setup.step import FactBook, Finding
from wizard.steps.facts import FirstRunFacts, SignInFacts, TableFacts
from wizard.steps.rights import Ability, abilities
from wizard.text import _

if TYPE_CHECKING:
    from wizard.steps.base import Ctx, WizardStep

STATEMENT_SECONDS = 600.0  # a stopped warehouse takes minutes to start


@dataclass(frozen=True, slots=True)
class StepStatus:
    name: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class TableStatus:
    """`rows` None means unknown; `why` says why."""

    name: str
    rows: int | None
    location: str | None
    why: str | None = None

    def as_data(self) -> dict[str, Any]:
        known = {"name": self.name, "rows": self.rows, "location": self.location}
        return known if self.why is None else {**known, "why": self.why}


@dataclass(frozen=True, slots=True)
class StatusReport:
    steps: tuple[StepStatus, ...]
    tables: tuple[TableStatus, ...]
    rights: tuple[Ability, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The form of `status --json`."""
        known = {
            "steps": [{"name": step.name, "verdict": step.verdict, "why": step.why} for step in self.steps],
            "tables": [table.as_data() for table in self.tables],
        }
        return {**known, "rights": [asdict(one) for one in self.rights]} if self.rights else known


def status_report(
    ctx: Ctx, findings: Mapping[str, Finding], steps: Iterable[type[WizardStep]] = (), *, deep: bool = False
) -> StatusReport:
    """What a check of the journey found, and who can do which of `steps`; `deep` recounts the tables through a SQL
    warehouse."""
    who = ctx.maybe(SignInFacts)
    found = status(findings, counted_tables(ctx) if deep else recorded_tables(ctx.book))
    return replace(found, rights=abilities(ctx, who, steps)) if who is not None else found


def status(findings: Mapping[str, Finding], tables: Iterable[TableStatus]) -> StatusReport:
    """Put together the findings of a check of the journey, in its order."""
    steps = (StepStatus(name, found.verdict.value, found.why) for name, found in findings.items())
    return StatusReport(tuple(steps), tuple(tables))


def recorded_tables(book: FactBook) -> tuple[TableStatus, ...]:
    """The tables as the newest run records count them; nothing is recounted, so nothing is paid for."""
    known = book.find(FirstRunFacts)
    return () if known is None else tuple(_recorded(table) for table in known.tables)


def _recorded(table: TableFacts) -> TableStatus:
    why = _("no run record counts it") if table.rows is None else None
    return TableStatus(table.name, table.rows, table.location, why)


def counted_tables(ctx: Ctx) -> tuple[TableStatus, ...]:
    """The tables recounted through a SQL warehouse, which starts one that is stopped."""
    tables = recorded_tables(ctx.book)
    if not tables:
        return ()
    workspace = ctx.world.workspace(ctx)
    warehouses = sorted(workspace.warehouses.list(), key=lambda each: str(each.state and each.state.value) != "RUNNING")
    if not warehouses or not warehouses[0].id:
        why = _("there is no SQL warehouse to count with, or it may not be used")
        return tuple(TableStatus(table.name, None, table.location, why) for table in tables)
    return tuple(_counted(ctx, warehouses[0].id, table) for table in tables)


def _counted(ctx: Ctx, warehouse: str, table: TableStatus) -> TableStatus:
    from databricks.sdk.service.sql import StatementResponse, StatementState

    statements = ctx.world.workspace(ctx).statement_execution
    name = ".".join(f"`{part}`" for part in table.name.split("."))
    answers: list[StatementResponse] = [
        statements.execute_statement(f"SELECT count(*) FROM {name}", warehouse, wait_timeout="30s")
    ]

    def ended() -> bool:
        answer = answers[-1]
        if answer.status is None or answer.status.state not in (StatementState.PENDING, StatementState.RUNNING):
            return True
        answers.append(statements.get_statement(str(answer.statement_id)))
        return False

    if not ctx.wait_for(_("the count of {table}", table=table.name), ended, seconds=STATEMENT_SECONDS):
        return TableStatus(table.name, None, table.location, _("the warehouse did not answer in time"))
    answer = answers[-1]
    rows = answer.result.data_array if answer.result else None
    if answer.status is None or answer.status.state is not StatementState.SUCCEEDED or not rows:
        error = answer.status.error if answer.status else None
        why = error.message if error and error.message else _("the warehouse gave no count")
        return TableStatus(table.name, None, table.location, why)
    return TableStatus(table.name, int(rows[0][0]), table.location)
