"""What is told of a principal that cannot be used, each reason with what a person does about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from azure.core.exceptions import HttpResponseError

from wizard.setup.secrets import SecretMissing
from wizard.setup.step import Finding, Found, Problem, Verdict
from wizard.steps import principal_guides as guides
from wizard.steps import principal_secret as secrets
from wizard.steps.base import Ctx
from wizard.steps.facts import SignInFacts
from wizard.steps.principal_object import Principal
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.text import _


def absent(ctx: Ctx) -> Finding:
    """No principal of the given client id: where it may be instead."""
    client_id, graph = str(ctx.ask(ServicePrincipalQuestions).client_id), ctx.world.graph(ctx, "operator")
    tenant = ctx.facts(SignInFacts).tenant_id
    kinds: tuple[Literal["servicePrincipals", "applications"], ...] = ("servicePrincipals", "applications")
    for kind in kinds:
        try:
            found = graph.object_by_id(kind, client_id)
        except HttpResponseError:  # an id of another form is refused, not absent
            continue
        if found is not None:
            why = _("{id} is the object id of {name}, not its client id", id=client_id, name=found.get("displayName"))
            return Finding(Verdict.BLOCKED, why, guide=guides.object_id_guide(str(found.get("appId"))))
    if graph.application(client_id) is not None:
        why = _("the application {id} has no service principal in the tenant yet", id=client_id)
        return Finding(Verdict.BLOCKED, why, guide=guides.no_principal_guide(client_id))
    why = _(
        "there is no service principal of application {id} in the tenant {tenant}; it may be of another tenant",
        id=client_id,
        tenant=tenant,
    )
    return Finding(Verdict.BLOCKED, why, guide=guides.missing_guide(client_id))


def disabled(principal: Principal) -> Finding:
    """Somebody switched its sign-in off; the wizard does not undo that."""
    facts = principal.facts
    why = _("{name} is disabled: somebody switched its sign-in off", name=facts.display_name)
    guide = guides.disabled_guide(facts.display_name, facts.client_id)
    return Finding(Verdict.BLOCKED, why, facts=facts, guide=guide)


def refused(ctx: Ctx, principal: Principal, problem: Problem) -> Finding:
    """A given principal that does not sign in."""
    facts, tenant = principal.facts, ctx.facts(SignInFacts).tenant_id
    if principal.home and principal.home.lower() != tenant.lower():
        why = _("{name} belongs to another tenant, {home}: no secret of it can be made here",
                name=facts.display_name, home=principal.home)  # fmt: skip
        guide = guides.foreign_guide(principal.home)
        return Finding(Verdict.BLOCKED, why, facts=facts, guide=guide, problem=problem)
    end, why = secrets.ends(ctx, principal), problem.what
    if end is not None and end <= datetime.now(UTC):
        why = _("the secret of {name} ended on {day}", name=facts.display_name, day=f"{end:%Y-%m-%d}")
    guide = guides.secret_guide(facts.client_id)
    return Finding(Verdict.BLOCKED, why, facts=facts, guide=guide, problem=problem)


def no_place(missing: SecretMissing) -> Finding:
    """The place that the answers name for the secret cannot be used: nothing is made before that is so."""
    problem = Problem(_("The principal's secret cannot be kept where the answers want it"), missing.why, missing.remedy)
    return Finding(Verdict.BLOCKED, missing.why, problem=problem, guide=guides.place_guide(missing))


def expiry(ctx: Ctx, principal: Principal) -> Found:
    """What is told of a secret that signs in: that it ends soon, or when it ends."""
    end = secrets.ends(ctx, principal)
    if end is None:
        return Found(_("its secret signs in"))
    day = f"{end:%Y-%m-%d}"
    if secrets.days_left(end) >= secrets.SOON_DAYS:
        return Found(_("its secret signs in, until {day}", day=day))
    if ctx.ask(ServicePrincipalQuestions).mode == "given":
        return Found(
            _("its secret ends on {day}: make a new one before, and put it where client_secret points", day=day), "todo"
        )
    return Found(_("its secret ends on {day}: set service_principal.renew_days to have it renewed", day=day), "todo")
