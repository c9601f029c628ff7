"""The principal's secret: whether it signs in, how it is made anew, and what lost answers left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azure.core.exceptions import ClientAuthenticationError

from wizard.cloud.world import Login
from wizard.setup import mark
from wizard.setup.secrets import SecretMissing
from wizard.setup.step import Problem
from wizard.steps.base import Ctx
from wizard.steps.facts import PrincipalFacts, SignInFacts
from wizard.steps.principal_leftovers import Leftovers, look
from wizard.steps.principal_object import REPLICATION_SECONDS, SECRET_FILE, our_applications, too_slow
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.steps.problems import from_exception
from wizard.text import _

SECRET_DAYS = 180


def sign_in(ctx: Ctx, principal: PrincipalFacts) -> Problem | None:
    """Why the principal cannot sign in; None if it can."""
    signed_in = ctx.facts(SignInFacts)
    try:
        secret = ctx.secrets.resolve(principal.secret)
        login = Login("client_secret", signed_in.tenant_id, signed_in.subscription_id, principal.client_id, secret)
        ctx.world.credential_of(ctx, login).get_token(ctx.world.target.endpoints.arm_scope)
    except SecretMissing as missing:
        return Problem(_("the principal's secret cannot be had"), missing.why, missing.remedy)
    except ClientAuthenticationError as error:
        return from_exception(error)
    return None


def renew_secret(ctx: Ctx, principal: PrincipalFacts) -> None:
    """A new secret, written (0600) the moment it is told, since it is told only once."""
    graph = ctx.world.graph(ctx, "operator")
    application = graph.application(principal.client_id)
    if application is None:
        raise too_slow(principal.display_name)
    ctx.say(_("making a secret for {name}, kept in {file}", name=principal.display_name, file=principal.secret.name))
    end = datetime.now(UTC) + timedelta(days=SECRET_DAYS)
    secret = graph.add_password(str(application["id"]), mark.words(ctx.setup_id), f"{end:%Y-%m-%dT%H:%M:%SZ}")
    ctx.secrets.remember(secret)
    ctx.folder.write(ctx.folder.private / SECRET_FILE, secret + "\n", mode=0o600)
    what = _("the new secret to be accepted")
    if not ctx.wait_for(what, lambda: sign_in(ctx, principal) is None, seconds=REPLICATION_SECONDS):
        raise too_slow(principal.display_name)


def leftovers(ctx: Ctx, principal: PrincipalFacts) -> Leftovers:
    """What is to be cleared away once the kept secret signs in."""
    if ctx.ask(ServicePrincipalQuestions).mode == "given":
        return Leftovers()
    return look(our_applications(ctx), mark.words(ctx.setup_id), ctx.secrets.resolve(principal.secret))
