"""Step 10, account admin: principal and principal user administer the Databricks account of our workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from databricks.sdk.errors import PermissionDenied, Unauthenticated

from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Problem, StepFailed, Verdict
from wizard.steps.account_people import Member, Present, ensure, find, lacks
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import (
    AccountAdminFacts,
    AccountFacts,
    DirectoryFacts,
    FoundationFacts,
    PrincipalFacts,
    ProjectFacts,
    SignInFacts,
)
from wizard.steps.problems import from_exception
from wizard.text import N_, _

if TYPE_CHECKING:
    from databricks.sdk import AccountClient

SETTLE_SECONDS = 120.0


class AccountAdmin(WizardStep):
    """Done when both are account admin, all people are in the account, and it lists our workspace
    (which proves the account id)."""

    name: ClassVar[str] = "account-admin"
    title: ClassVar[str] = N_("Account admin")
    kind: ClassVar[Kind] = Kind.GUIDED
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("account-id", "identity")
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("databricks-account", "account_admin", "account", N_("to add people and give roles")),
    )

    def check(self, ctx: Ctx) -> Finding:
        account = ctx.world.account(ctx, "operator")
        try:
            listed = any(str(item.workspace_id) == _workspace(ctx) for item in account.workspaces.list())
            found = [(member, find(account, member)) for member in members(ctx)]
        except (PermissionDenied, Unauthenticated):
            why = _("{operator} is not admin of the Databricks account", operator=ctx.facts(SignInFacts).operator_name)
            return Finding(Verdict.BLOCKED, why, guide=_first_admin(ctx))
        except ValueError as error:  # a wrong account id is answered with a web page instead of JSON
            problem = from_exception(error)
            return Finding(Verdict.BLOCKED, problem.what, guide=_other_account(ctx), problem=problem)
        if not listed:
            why = _("the account {id} does not list the workspace", id=ctx.facts(AccountFacts).account_id)
            return Finding(Verdict.BLOCKED, why, guide=_other_account(ctx))
        facts = _facts(found)
        changes = tuple(text for member, present in found for text in lacks(member, present))
        if changes:
            return Finding(Verdict.TODO, _("the account lacks people or roles"), facts=facts, changes=changes)
        why = _("principal and principal user are account admins; the account lists the workspace")
        return Finding(Verdict.DONE, why, facts=facts, found=_stand(ctx))

    def apply(self, ctx: Ctx) -> None:
        account = ctx.world.account(ctx, "operator")
        wanted = members(ctx)
        for member in wanted:
            ensure(account, member)
        what = _("the account to show the new roles")
        if not ctx.wait_for(what, lambda: _settled(account, wanted), seconds=SETTLE_SECONDS):
            raise StepFailed(
                Problem(
                    _("the Databricks account does not show the new roles yet"),
                    _("it was asked {seconds:.0f} seconds long", seconds=SETTLE_SECONDS),
                    _("run again in some minutes"),
                )
            )


def members(ctx: Ctx) -> list[Member]:
    """The principal and the principal user as admins, the group's people as plain users."""
    principal, owner = ctx.facts(PrincipalFacts), ctx.facts(ProjectFacts).owner
    people = [upn for upn in ctx.facts(DirectoryFacts).member_upns if upn.lower() != owner.lower()]
    return [
        Member("principal", principal.client_id, principal.display_name, admin=True),
        Member("user", owner, owner, admin=True),
        *(Member("user", upn, upn, admin=False) for upn in people),
    ]


def _stand(ctx: Ctx) -> tuple[Found, ...]:
    """Who is in the account, and the proof that it is the right one."""
    admin, plain = _("account admin"), _("user of the account")
    people = [Found(f"{each.display_name}: {admin if each.admin else plain}") for each in members(ctx)]
    account, project = ctx.facts(AccountFacts), ctx.facts(ProjectFacts)
    lists = _("the account {id} lists the workspace {name}", id=account.account_id, name=project.workspace)
    return (*people, Found(lists))


def _workspace(ctx: Ctx) -> str:
    return ctx.facts(FoundationFacts).workspace_id


def _facts(found: list[tuple[Member, Present | None]]) -> AccountAdminFacts | None:
    """None while somebody is missing."""
    ids = {member: present.id for member, present in found if present is not None}
    if len(ids) < len(found):
        return None
    principal = next(ids[member] for member in ids if member.kind == "principal")
    people = {member.name: ids[member] for member in ids if member.kind == "user"}
    return AccountAdminFacts(principal_scim_id=principal, people=people)


def _settled(account: AccountClient, wanted: list[Member]) -> bool:
    return not any(lacks(member, find(account, member)) for member in wanted)


def _first_admin(ctx: Ctx) -> Guide:
    signed_in, principal = ctx.facts(SignInFacts), ctx.facts(PrincipalFacts)
    console = ctx.world.target.endpoints.accounts
    actions = [
        _("as a Global Administrator of the tenant, log in once to {url}: the first login makes you account admin",
          url=console),
    ]  # fmt: skip
    if signed_in.operator_kind == "user":
        actions.append(
            _("if that was {operator}: run again, the wizard does the rest", operator=signed_in.operator_name)
        )
    actions.append(
        _("else, under User management, add the service principal {id} and give it, and {operator}, "
          "the role Account admin", id=principal.client_id, operator=signed_in.operator_name)
    )  # fmt: skip
    return Guide(_("Make the first account admin"), tuple(actions), _("a Global Administrator"), console)


def _other_account(ctx: Ctx) -> Guide:
    actions = (
        _("open the workspace https://{url}", url=ctx.facts(FoundationFacts).workspace_url),
        _("choose your name at the top right, then Manage account, and compare the Account ID there"),
        _("put that one into account_id.account_id in the answers"),
    )
    return Guide(_("Give the workspace's own account"), actions, _("an account admin"), None)
