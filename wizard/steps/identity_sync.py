"""Automatic identity management: whether the account takes people and groups from Entra by itself, and what of ours it
must then be left to take. What is told is what Databricks' documentation says; it is on in new accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from databricks.sdk import errors
from databricks.sdk.errors.base import DatabricksError

from wizard.setup.step import Found, Problem, StepFailed
from wizard.steps.base import Ctx
from wizard.steps.facts import AccountFacts, DirectoryFacts, PrincipalFacts, ProjectFacts, SignInFacts
from wizard.text import _

if TYPE_CHECKING:
    from databricks.sdk import AccountClient

    from wizard.cloud.world import Who
    from wizard.steps.account_people import Member

NOT_SO = (errors.BadRequest, errors.NotFound, errors.NotImplemented)


def is_on(ctx: Ctx, account: AccountClient, who: Who) -> bool | None:
    """The account is asked for who acts, by the id in Entra: an error where it takes nobody from there. Who acts is in
    the account already, as its admin, so that the question makes nobody. None where it could not be told, which holds
    nothing up: the API is a beta one."""
    root, signed_in = f"accounts/{ctx.facts(AccountFacts).account_id}", ctx.facts(SignInFacts)
    try:
        if who == "operator" and signed_in.operator_kind == "user":
            account.iam_v2.get_external_user(f"{root}/external-users/{signed_in.operator_object_id}")
        else:
            principal = ctx.facts(PrincipalFacts).object_id if who == "principal" else signed_in.operator_object_id
            account.iam_v2.get_external_service_principal(f"{root}/external-service-principals/{principal}")
    except NOT_SO:
        return False
    except (DatabricksError, ValueError):  # a ValueError is a web page in the answer's place
        return None
    return True


def told(on: bool | None) -> Found:
    if on is None:
        return Found(_("whether automatic identity management is on, the account did not tell"), "unknown")
    if on:
        return Found(_("automatic identity management is on: the account takes people and groups from Entra by itself"))
    return Found(_("automatic identity management is off: people are added to the account here"))


def resolve(ctx: Ctx, account: AccountClient, member: Member) -> None:
    """Have the member taken over from Entra as the account itself would: added by name, it could come to stand there
    twice. Repeatable: who is there stays."""
    if member.kind == "principal":
        account.iam_v2.resolve_service_principal(ctx.facts(PrincipalFacts).object_id)
        return
    person = ctx.world.graph(ctx, "operator").user(member.name)
    if person is None:
        raise StepFailed(
            Problem(
                _("there is no user {name} in Entra", name=member.name),
                _("the Databricks account takes its people from there, by automatic identity management"),
                _("invite or make the user in Entra, or correct project.owner and identity.members in the answers"),
            )
        )
    account.iam_v2.resolve_user(str(person["id"]))


def joins(ctx: Ctx) -> tuple[str, ...]:
    """What the Entra group lacks for the account to take the principal into its group, in words."""
    principal, group = ctx.facts(PrincipalFacts), ctx.facts(DirectoryFacts)
    if ctx.world.graph(ctx, "operator").is_member(group.group_object_id, principal.object_id):
        return ()
    name = ctx.facts(ProjectFacts).group
    return (_("add the principal {name} to the Entra group {group}, whose members the account takes over",
              name=principal.display_name, group=name),)  # fmt: skip


def join(ctx: Ctx) -> None:
    principal, group = ctx.facts(PrincipalFacts), ctx.facts(DirectoryFacts)
    ctx.world.graph(ctx, "operator").add_member(group.group_object_id, principal.object_id)
