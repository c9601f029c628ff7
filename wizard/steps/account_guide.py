"""The first account admin: what only a person's first login does, and who that person may be."""

from __future__ import annotations

from azure.core.exceptions import HttpResponseError

from wizard.setup.step import Guide
from wizard.steps.account_proof import compared
from wizard.steps.base import Ctx
from wizard.steps.facts import AccountFacts, PrincipalFacts, SignInFacts
from wizard.text import _

GUEST = "#ext#"


def first_admin(ctx: Ctx) -> Guide:
    """Who is admin now, the account tells its admins alone: so either somebody logs in first, or an admin is asked."""
    signed_in, principal = ctx.facts(SignInFacts), ctx.facts(PrincipalFacts)
    operator, console = signed_in.operator_name, ctx.world.target.endpoints.accounts
    could = global_administrators(ctx)
    actions = [_login(ctx, could)]
    guests = [name for name in could or [operator] if GUEST in name.lower()]
    actions += [
        _("sign in there with the user principal name {name}, not with the e-mail address", name=name)
        for name in guests
    ]
    if signed_in.operator_kind == "user":
        actions.append(_("if that was {operator}: run again, the wizard does the rest", operator=operator))
    actions.append(
        _("else, under User management, add the service principal {id} and give it, and {operator}, "
          "the role Account admin", id=principal.client_id, operator=operator)
    )  # fmt: skip
    if ctx.facts(AccountFacts).source == "answers":
        actions.append(_("where the account has an admin already, the id may be another account's; to see that:"))
        actions += compared(ctx).actions
    return Guide(_("Make the first account admin"), tuple(actions), _who(could), console)


def _login(ctx: Ctx, could: list[str]) -> str:
    operator, console = ctx.facts(SignInFacts).operator_name, ctx.world.target.endpoints.accounts
    if operator.lower() in {name.lower() for name in could}:
        return _("as {operator}, who is a Global Administrator, log in once to {url}: the first login makes you "
                 "account admin", operator=operator, url=console)  # fmt: skip
    return _("as a Global Administrator of the tenant, log in once to {url}: the first login makes you account admin",
             url=console)  # fmt: skip


def _who(could: list[str]) -> str:
    if not could:
        return _("a Global Administrator")
    return _("a Global Administrator: {names}", names=", ".join(could))


def global_administrators(ctx: Ctx) -> list[str]:
    """User principal names of the people who hold the role; none where the operator may not see that."""
    try:
        return ctx.world.graph(ctx, "operator").global_administrators()
    except HttpResponseError:
        return []
