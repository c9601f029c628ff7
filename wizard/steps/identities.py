"""Where the clients find who signs in: answers for the operator, facts for the principal."""

from __future__ import annotations

from wizard.cloud.endpoints import TargetSettings
from wizard.cloud.world import Login, WorkspaceAddress, World
from wizard.steps.base import Ctx
from wizard.steps.facts import AccountFacts, FoundationFacts, PrincipalFacts
from wizard.steps.sign_in import SignInQuestions


class JourneyIdentities:
    """Reads the operator from the answers, the principal and the hosts from what the steps learned."""

    def operator(self, ctx: Ctx) -> Login:
        asked = ctx.ask(SignInQuestions)
        if asked.method != "client_secret":
            return Login(asked.method, asked.tenant_id, asked.subscription_id)
        secret = ctx.secrets.resolve(asked.client_secret) if asked.client_secret else None
        return Login(asked.method, asked.tenant_id, asked.subscription_id, asked.client_id, secret)

    def principal(self, ctx: Ctx) -> Login:
        asked, principal = ctx.ask(SignInQuestions), ctx.facts(PrincipalFacts)
        secret = ctx.secrets.resolve(principal.secret)
        return Login("client_secret", asked.tenant_id, asked.subscription_id, principal.client_id, secret)

    def account_id(self, ctx: Ctx) -> str:
        return ctx.facts(AccountFacts).account_id

    def workspace(self, ctx: Ctx) -> WorkspaceAddress:
        foundation = ctx.facts(FoundationFacts)
        return WorkspaceAddress(foundation.workspace_url, foundation.workspace_resource_id, foundation.workspace_id)


def open_world(target: TargetSettings) -> World:
    """The clients of one run on `target`."""
    return World(target, JourneyIdentities())
