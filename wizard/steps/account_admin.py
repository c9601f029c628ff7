"""Step 10, account admin: principal and principal user administer the Databricks account of our workspace."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Problem, StepFailed, Verdict
from wizard.steps import identity_sync
from wizard.steps.account_guide import first_admin
from wizard.steps.account_people import Member, Present, admins, ensure, find, lacks
from wizard.steps.account_proof import Proof, prove, refuted
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import (
    AccountAdminFacts,
    AccountFacts,
    DirectoryFacts,
    PrincipalFacts,
    ProjectFacts,
    SignInFacts,
)
from wizard.steps.replication import once_known
from wizard.text import N_, _

if TYPE_CHECKING:
    from databricks.sdk import AccountClient

    from wizard.cloud.world import Who

SHOWN = 10  # of the account's admins, by name
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
        who, proof = admitted(ctx)
        refusal = refuted(ctx, ctx.facts(AccountFacts).account_id, proof)
        if refusal is not None:
            return refusal
        if proof is not Proof.LISTED:
            why = _("{operator} is not admin of the Databricks account", operator=ctx.facts(SignInFacts).operator_name)
            return Finding(Verdict.BLOCKED, why, guide=first_admin(ctx))
        account = ctx.world.account(ctx, who)
        found = [(member, find(account, member)) for member in members(ctx)]
        synced = identity_sync.is_on(ctx, account, who)
        facts = _facts(found, who, bool(synced))
        stands = (*_stand(ctx, account, who), identity_sync.told(synced))
        changes = tuple(text for member, present in found for text in lacks(member, present))
        changes += identity_sync.joins(ctx) if synced else ()
        if changes:
            why = _("the account lacks people or roles")
            return Finding(Verdict.TODO, why, facts=facts, changes=changes, found=stands)
        why = _("principal and principal user are account admins; the account lists the workspace")
        return Finding(Verdict.DONE, why, facts=facts, found=(*_there(ctx), *stands))

    def apply(self, ctx: Ctx) -> None:
        who, _proof = admitted(ctx)
        account, wanted = ctx.world.account(ctx, who), members(ctx)
        synced, what = identity_sync.is_on(ctx, account, who), _("the account to show the new roles")
        for member in wanted:
            if synced and find(account, member) is None:
                identity_sync.resolve(ctx, account, member)
            once_known(ctx, what, partial(ensure, account, member), seconds=SETTLE_SECONDS)
        if synced and identity_sync.joins(ctx):
            identity_sync.join(ctx)
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


def admitted(ctx: Ctx) -> tuple[Who, Proof]:
    """Who of ours the account lets in as its admin, the operator before the principal, and what it says of the id."""
    account_id = ctx.facts(AccountFacts).account_id
    proof = prove(ctx, account_id)
    alone = ctx.facts(SignInFacts).operator_name.lower() == ctx.facts(PrincipalFacts).client_id.lower()
    if proof is Proof.DENIED and not alone and prove(ctx, account_id, "principal") is Proof.LISTED:
        return "principal", Proof.LISTED
    return "operator", proof


def _there(ctx: Ctx) -> tuple[Found, ...]:
    """Who is in the account, and the proof that it is the right one."""
    admin, plain = _("account admin"), _("user of the account")
    people = [Found(f"{each.display_name}: {admin if each.admin else plain}") for each in members(ctx)]
    account, project = ctx.facts(AccountFacts), ctx.facts(ProjectFacts)
    lists = _("the account {id} lists the workspace {name}", id=account.account_id, name=project.workspace)
    return (*people, Found(lists))


def _stand(ctx: Ctx, account: AccountClient, who: Who) -> tuple[Found, ...]:
    """Who has the role now, and as whom the step acts where that is not the operator."""
    named = admins(account)
    shown = ", ".join(named[:SHOWN])
    rows = [_("account admins now: {names}", names=shown)]
    if len(named) > SHOWN:
        rows = [_("account admins now: {names}, and {n} more", names=shown, n=len(named) - SHOWN)]
    if who == "principal":
        rows.append(
            _("{operator} is no account admin, so the principal {name} acts",
              operator=ctx.facts(SignInFacts).operator_name, name=ctx.facts(PrincipalFacts).display_name)
        )  # fmt: skip
    return tuple(Found(row) for row in rows)


def _facts(found: list[tuple[Member, Present | None]], who: Who, synced: bool) -> AccountAdminFacts | None:
    """None while somebody is missing."""
    ids = {member: present.id for member, present in found if present is not None}
    if len(ids) < len(found):
        return None
    principal = next(ids[member] for member in ids if member.kind == "principal")
    people = {member.name: ids[member] for member in ids if member.kind == "user"}
    return AccountAdminFacts(principal_scim_id=principal, people=people, acts=who, synced=synced)


def _settled(account: AccountClient, wanted: list[Member]) -> bool:
    return not any(lacks(member, find(account, member)) for member in wanted)
