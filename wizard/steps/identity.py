"""Step 7, identity: the group whose members work in the lakehouse. People are users that exist when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from wizard.setup import mark
from wizard.setup.step import Facts, Permission, Questions
from wizard.setup.survey import Seen, Standing, Survey, summed, whose
from wizard.steps.base import Ctx
from wizard.steps.facts import DirectoryFacts, PrincipalFacts, ProjectFacts
from wizard.steps.names import check_owner
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_, _


class IdentityQuestions(Questions):
    """Who works in the lakehouse."""

    members: list[str] = Field(
        default=[], description=N_("user principal names of existing users to be members; empty: the owner alone")
    )

    create_members: list[str] = Field(
        default=[],
        description=N_("user principal names of further members, made with a random password if they do not exist"),
        json_schema_extra={
            "why": N_("step 5 makes them, their passwords are kept in .wizard/passwords, and a destroy removes them")
        },
    )

    @field_validator("members", "create_members")
    @classmethod
    def _names(cls, value: list[str]) -> list[str]:
        return [check_owner(upn) for upn in value]

    @field_validator("create_members")
    @classmethod
    def _no_guests(cls, value: list[str]) -> list[str]:
        for upn in value:
            if "#ext#" in upn.lower():
                raise ValueError(_("a guest has to be invited; invite {upn} in Entra and name it in members", upn=upn))
        return value


class Identity(TerraformStep):
    """Done when the plan of terraform/identity is empty."""

    name: ClassVar[str] = "identity"
    title: ClassVar[str] = N_("Identity")
    after: ClassVar[tuple[str, ...]] = ("service-principal", "project")
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("graph", "Group.ReadWrite.All", "/", N_("to make the group and its memberships")),
        Permission("graph", "User.ReadWrite.All", "/", N_("to find the members")),
    )
    questions: ClassVar[type[Questions] | None] = IdentityQuestions
    root: ClassVar[str] = "identity"
    told: ClassVar[type[Facts]] = DirectoryFacts

    def survey(self, ctx: Ctx) -> Survey:
        """The group; its members are no objects of their own."""
        asked, project = ctx.ask(IdentityQuestions), ctx.facts(ProjectFacts)
        group = ctx.world.graph(ctx, "operator").group(project.group)
        what, address = _("group {name}", name=project.group), "azuread_group.engineers"
        if group is None:
            seen = Seen(what, Standing.ABSENT, root=self.root, address=address)
            return Survey(summed([seen]), (seen,))
        standing, other = whose(mark.told(group.get("description")), ctx.setup_id)
        seen = Seen(what, standing, f"/groups/{group['id']}", self.root, address, other)
        facts = DirectoryFacts(
            group_name=project.group,
            group_object_id=str(group["id"]),
            member_upns=tuple(sorted({*(asked.members or [project.owner]), *asked.create_members})),
        )
        return Survey(summed([seen], facts), (seen,))

    def existing(self, ctx: Ctx, type: str, planned: Mapping[str, Any]) -> str | None:
        """The group of that name that carries our mark, as the provider writes its id."""
        group = ctx.world.graph(ctx, "principal").group(str(planned.get("display_name")))
        ours = group is not None and mark.told(group.get("description")) == ctx.setup_id
        return f"/groups/{group['id']}" if group is not None and ours else None

    def variables(self, ctx: Ctx) -> dict[str, Any]:
        asked, project = ctx.ask(IdentityQuestions), ctx.facts(ProjectFacts)
        return {
            "setup_id": ctx.setup_id,
            "group_name": project.group,
            "principal_object_id": ctx.facts(PrincipalFacts).object_id,
            "member_upns": sorted({*(asked.members or [project.owner]), *asked.create_members}),
        }
