"""Step 6, foundation: resource group, network, storage, workspace, access connector, budget."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from wizard.cloud import api_versions
from wizard.setup import mark
from wizard.setup.step import Facts, Permission, Questions, Removal
from wizard.setup.survey import Survey
from wizard.steps import pinned, state_account
from wizard.steps.base import Ctx
from wizard.steps.facts import FoundationFacts, PrincipalFacts, ProjectFacts, SignInFacts
from wizard.steps.names import names
from wizard.steps.project import ProjectQuestions
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_, _

BUDGET_START = "budget_start"  # the root's variable, and the pin in config.yaml: another one makes the budget anew


class FoundationQuestions(Questions):
    """How the workspace reaches the internet, what is optional, and what it may cost."""

    network: Literal["nat_gateway", "public_egress"] = Field(
        default="nat_gateway",
        description=N_("how clusters reach the internet: nat_gateway or public_egress"),
        json_schema_extra={
            "why": N_("with nat_gateway no node has a public address; a change makes the workspace anew"),
            "cost": N_(
                "a NAT gateway is billed by the hour, used or not; public_egress costs only the addresses in use"
            ),
        },
    )
    event_hubs: bool = Field(
        default=False,
        description=N_("whether to make an Event Hubs namespace"),
        json_schema_extra={"cost": N_("a throughput unit is billed by the hour, used or not")},
    )
    event_hubs_units: int = Field(
        default=1,
        ge=1,
        le=40,
        description=N_("throughput units of the Event Hubs namespace: 1 MB or 1000 events a second in, twice that out"),
        json_schema_extra={"cost": N_("each is billed by the hour, used or not, where there is a namespace")},
    )
    monthly_budget: int = Field(
        default=200,
        gt=0,
        description=N_("budget of a month in the subscription's currency; a mail warns at 80 percent"),
        json_schema_extra={"cost": N_("none: a budget warns, and stops nothing")},
    )
    budget_contact: str = Field(
        pattern=r"^[^@\s]+@[^@\s]+$", description=N_("the e-mail address that is warned when the budget runs out")
    )


class Foundation(TerraformStep):
    """Done when the plan of terraform/foundation is empty."""

    name: ClassVar[str] = "foundation"
    title: ClassVar[str] = N_("Foundation")
    after: ClassVar[tuple[str, ...]] = ("resource-providers", "service-principal", "project")
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("azure", "Contributor", "/subscriptions/{subscription}", N_("to make the group and what is in it")),
        Permission(
            "azure",
            "Role Based Access Control Administrator",
            "/subscriptions/{subscription}",
            N_("to let the access connector read and write the storage"),
        ),
    )
    questions: ClassVar[type[Questions] | None] = FoundationQuestions
    root: ClassVar[str] = "foundation"
    told: ClassVar[type[Facts]] = FoundationFacts

    def variables(self, ctx: Ctx) -> dict[str, Any]:
        asked, project = ctx.ask(FoundationQuestions), ctx.facts(ProjectFacts)
        return {
            "subscription_id": ctx.facts(SignInFacts).subscription_id,
            "principal_object_id": ctx.facts(PrincipalFacts).object_id,
            "setup_id": ctx.setup_id,
            "location": project.location,
            "tags": project.tags,
            "resource_group": project.resource_group,
            "managed_resource_group": project.managed_resource_group,
            "storage_account": project.storage_account,
            "container_prefix": project.container_prefix,
            "workspace": project.workspace,
            "access_connector": project.access_connector,
            "event_hubs_namespace": project.event_hubs_namespace,
            **asked.model_dump(),
            **self.pin(ctx),
        }

    def survey(self, ctx: Ctx) -> Survey:
        from wizard.steps import foundation_survey

        return foundation_survey.survey(ctx, ctx.ask(FoundationQuestions).monthly_budget)

    def orphan(self, ctx: Ctx) -> str | None:
        arm, name = ctx.world.arm(ctx, "operator"), names(ctx.ask(ProjectQuestions), ctx.setup_id).resource_group
        group = arm.resource(f"{arm.scope}/resourceGroups/{name}", api_versions.GROUPS)
        ours = group is not None and mark.tagged(group.get("tags")) == ctx.setup_id
        return _("resource group {name}", name=name) if ours else None

    def removal(self, ctx: Ctx) -> Removal | None:
        """The account of the states goes last: this is the last root that is destroyed."""
        found, account = super().removal(ctx), state_account.removable(ctx)
        if not account:
            return found
        return Removal((*found.objects, *account), found.data_loss) if found else Removal(account)

    def destroy(self, ctx: Ctx) -> None:
        if self._removing is not None and not self._removing.empty:
            super().destroy(ctx)
        state_account.destroy(ctx)

    def pin(self, ctx: Ctx) -> dict[str, str]:
        return {BUDGET_START: pinned.read_or(ctx.folder, BUDGET_START, lambda: self._start(ctx))}

    def _start(self, ctx: Ctx) -> str:
        return self.recorded(ctx).get(BUDGET_START) or datetime.now(UTC).strftime("%Y-%m-01T00:00:00Z")
