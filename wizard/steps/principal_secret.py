"""The principal's secret: whether it signs in and for how long, how it is made anew, what lost answers left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azure.core.exceptions import ClientAuthenticationError

from wizard.cloud.world import Login
from wizard.setup import mark
from wizard.setup.folder import PRIVATE
from wizard.setup.secrets import SecretMissing
from wizard.setup.step import Problem, StepFailed
from wizard.steps.base import Ctx
from wizard.steps.facts import PrincipalFacts, SignInFacts
from wizard.steps.identities import secret_of, secrets_of
from wizard.steps.principal_leftovers import HINT, Leftovers, look
from wizard.steps.principal_object import (
    REPLICATION_SECONDS,
    SECRET_FILE,
    Principal,
    our_applications,
    place,
    too_slow,
)
from wizard.steps.principal_questions import SECRET_DAYS, ServicePrincipalQuestions
from wizard.steps.problems import from_exception
from wizard.text import _

SOON_DAYS = 30  # before its end, at which a secret is spoken of
# What Entra says of a secret that is wrong, missing or ended, and of an application that it does not know everywhere
# yet; learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
HELPED = {"AADSTS7000215", "AADSTS7000216", "AADSTS7000222", "AADSTS700016", "AADSTS7000229"}


def sign_in(ctx: Ctx, principal: PrincipalFacts) -> Problem | None:
    """Why the principal cannot sign in; None if it can."""
    signed_in = ctx.facts(SignInFacts)
    try:
        secret = secret_of(ctx, principal.secret)
        login = Login("client_secret", signed_in.tenant_id, signed_in.subscription_id, principal.client_id, secret)
        ctx.world.credential_of(ctx, login).get_token(ctx.world.target.endpoints.arm_scope)
    except SecretMissing as missing:
        return Problem(_("the principal's secret cannot be had"), missing.why, missing.remedy)
    except ClientAuthenticationError as error:
        ctx.secrets.vaults.forget()  # what somebody puts there meanwhile is read next time
        return from_exception(error)
    return None


def helps(refused: Problem) -> bool:
    """Whether a new secret helps against what `sign_in` told: not against a policy, or a failure of Entra's own."""
    return refused.raw_code is None or refused.raw_code in HELPED


def ends(ctx: Ctx, principal: Principal) -> datetime | None:
    """When the secret in use ends; None where Entra does not tell. It is known by its first characters, which Entra
    tells; of several that begin alike the one that ends last counts."""
    try:
        hint = secret_of(ctx, principal.facts.secret)[:HINT]
    except SecretMissing:
        return None
    told = [str(one.get("endDateTime") or "") for one in principal.secrets if one.get("hint") == hint]
    try:
        return datetime.fromisoformat(max(told)) if told else None
    except ValueError:
        return None


def days_left(end: datetime) -> int:
    """Whole days, below 0 once it has ended."""
    return (end - datetime.now(UTC)) // timedelta(days=1)


def due(ctx: Ctx, principal: Principal) -> bool:
    """Whether the answers want a secret of ours made anew before it ends."""
    asked, end = ctx.ask(ServicePrincipalQuestions), ends(ctx, principal)
    return asked.mode == "create" and end is not None and days_left(end) < asked.renew_days


def cannot_be_kept(ctx: Ctx) -> SecretMissing | None:
    """Why no secret can be kept where the answers want it; None if it can. Asked before one is made."""
    try:
        secrets_of(ctx).prove(place(ctx))
    except SecretMissing as missing:
        return missing
    return None


def renew_secret(ctx: Ctx, principal: PrincipalFacts) -> None:
    """A new secret, kept the moment it is told, since it is told only once. One that cannot be kept is revoked."""
    graph = ctx.world.graph(ctx, "operator")
    application = graph.application(principal.client_id)
    if application is None:
        raise too_slow(principal.display_name)
    if (missing := cannot_be_kept(ctx)) is not None:
        raise _not_kept(missing)
    ctx.say(_("making a secret for {name}, kept in {place}", name=principal.display_name, place=principal.secret))
    end = datetime.now(UTC) + timedelta(days=SECRET_DAYS)
    made = graph.new_password(str(application["id"]), mark.words(ctx.setup_id), f"{end:%Y-%m-%dT%H:%M:%SZ}")
    try:
        ctx.secrets.keep(principal.secret, str(made["secretText"]))
    except Exception as refused:
        graph.remove_password(str(application["id"]), str(made["keyId"]))
        if isinstance(refused, SecretMissing):
            raise _not_kept(refused) from refused
        raise
    if principal.secret.scheme != "file":  # what an earlier choice left here signs in no more
        (ctx.folder.root / PRIVATE / SECRET_FILE).unlink(missing_ok=True)
    what = _("the new secret to be accepted")
    if not ctx.wait_for(what, lambda: sign_in(ctx, principal) is None, seconds=REPLICATION_SECONDS):
        raise too_slow(principal.display_name)


def leftovers(ctx: Ctx, principal: PrincipalFacts) -> Leftovers:
    """What is to be cleared away once the kept secret signs in."""
    if ctx.ask(ServicePrincipalQuestions).mode == "given":
        return Leftovers()
    return look(our_applications(ctx), mark.words(ctx.setup_id), secret_of(ctx, principal.secret))


def drop(ctx: Ctx, principal: PrincipalFacts) -> None:
    """Take the kept secret of a principal of ours away. It is worth nothing by now: a place that refuses is left."""
    try:
        secrets_of(ctx).drop(principal.secret)
    except SecretMissing as refused:
        ctx.say(_("what was kept as {place} stays there: {why}", place=principal.secret, why=refused.why))


def _not_kept(missing: SecretMissing) -> StepFailed:
    return StepFailed(Problem(_("The principal's secret cannot be kept where the answers want it"), missing.why,
                              missing.remedy))  # fmt: skip
