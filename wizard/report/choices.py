"""What costs money, gathered from the answers, the names and the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.report.cost import EVENT_HUBS, IDLE, NETWORK, NODE_TYPE, UNITS, Choices
from wizard.steps.compute import ComputeQuestions
from wizard.steps.contracts import ContractsQuestions, schedules
from wizard.steps.facts import ProjectFacts
from wizard.steps.foundation import FoundationQuestions

if TYPE_CHECKING:
    from wizard.setup.draft import Draft
    from wizard.setup.folder import Folder
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
        schedules=schedules(ctx.answers, ctx.folder),
        idle_minutes=compute.autotermination_minutes,
        units=foundation.event_hubs_units,
    )


UNKNOWN = {"": ""}  # a schedule that nobody knows yet


def drafted(draft: Draft, folder: Folder) -> Choices:
    """From answers that are still being given; what is not valid yet stands as it was typed, and has no price then."""
    answers = draft.valid()
    return Choices(
        region=draft.text("project.location"),
        nat_gateway=draft.text(NETWORK) == "nat_gateway",
        event_hubs=draft.text(EVENT_HUBS) == "true",
        node_type=draft.text(NODE_TYPE),
        schedules=schedules(answers, folder) if answers.holds(ContractsQuestions) else UNKNOWN,
        idle_minutes=_number(draft.text(IDLE), 20),
        units=_number(draft.text(UNITS), 1),
    )


def _number(text: str, usual: int) -> int:
    """What is not typed to its end counts as usual."""
    return int(text) if text.isdecimal() else usual
