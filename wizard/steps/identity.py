"""Step 7, identity: the group whose members work in the lakehouse. People are existing users."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, field_validator

from wizard.setup.step import Facts, Permission, Questions
from wizard.steps.base import Ctx
from wizard.steps.facts import DirectoryFacts, PrincipalFacts, ProjectFacts
from wizard.steps.names import check_owner
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_


class IdentityQuestions(Questions):
    """Who works in the lakehouse."""

    members: list[str] = Field(
        default=[], description=N_("user principal names of existing users to be members; empty: the owner alone")
    )

    @field_validator("members")
    @classmethod
    def _names(cls, value: list[str]) -> list[str]:
        return [check_owner(upn) for upn in value]


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

    def variables(self, ctx: Ctx) -> dict[str, Any]:
        project = ctx.facts(ProjectFacts)
        return {
            "setup_id": ctx.setup_id,
            "group_name": project.group,
            "principal_object_id": ctx.facts(PrincipalFacts).object_id,
            "member_upns": sorted(set(ctx.ask(IdentityQuestions).members) or {project.owner}),
        }
