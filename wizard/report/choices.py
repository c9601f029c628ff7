"""What costs money, gathered from the answers, the names and the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.report.cost import Choices
from wizard.steps.compute import ComputeQuestions
from wizard.steps.contracts import schedules
from wizard.steps.facts import ProjectFacts
from wizard.steps.foundation import FoundationQuestions

if TYPE_CHECKING:
    from wizard.steps.base import Ctx


def choices(ctx: Ctx) -> Choices | None:
    """None until the project step has told the region."""
    project = ctx.maybe(ProjectFacts)
    if project is None:
        return None
    foundation, compute = ctx.ask(FoundationQuestions), ctx.ask(ComputeQuestions)
    return Choices(
        region=project.location,
        nat_gateway=foundation.network == "nat_gateway",
        event_hubs=foundation.event_hubs,
        node_type=compute.node_type,
        schedules=schedules(ctx),
    )
