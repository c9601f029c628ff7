"""Where the clients find who signs in: answers for the operator, facts for the principal."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from wizard.cloud.endpoints import TargetSettings
from wizard.cloud.world import Login, WorkspaceAddress, World
from wizard.setup.secrets import SecretRef, Secrets
from wizard.steps.base import Ctx
from wizard.steps.facts import AccountFacts, FoundationFacts, PrincipalFacts
from wizard.steps.sign_in import USES, SignInQuestions


def secret_of(ctx: Ctx, ref: SecretRef) -> str:
    """A secret other than the operator's own, which may be in a Key Vault that the operator opens."""
    return secrets_of(ctx).resolve(ref)


def secrets_of(ctx: Ctx) -> Secrets:
    """With the Key Vaults open, as the operator."""
    ctx.secrets.vaults.open = partial(ctx.world.key_vault, ctx)
    return ctx.secrets


class JourneyIdentities:
    """Reads the operator from the answers, the principal and the hosts from what the steps learned."""

    def operator(self, ctx: Ctx) -> Login:
        asked = ctx.ask(SignInQuestions)

        def value(field: str) -> Any:
            """The answer, where the method uses it; the value behind it, where it is a reference."""
            found = getattr(asked, field) if field in USES[asked.method] else None
            return ctx.secrets.resolve(found) if isinstance(found, SecretRef) else found

        token_file = value("token_file")
        return Login(
            asked.method,
            asked.tenant_id,
            asked.subscription_id,
            client_id=value("client_id"),
            client_secret=value("client_secret"),
            certificate=value("client_certificate"),
            certificate_password=value("certificate_password"),
            token_file=str(ctx.folder.root / Path(token_file).expanduser()) if token_file else None,
        )

    def principal(self, ctx: Ctx) -> Login:
        asked, principal = ctx.ask(SignInQuestions), ctx.facts(PrincipalFacts)
        secret = secret_of(ctx, principal.secret)
        return Login("client_secret", asked.tenant_id, asked.subscription_id, principal.client_id, secret)

    def account_id(self, ctx: Ctx) -> str:
        return ctx.facts(AccountFacts).account_id

    def workspace(self, ctx: Ctx) -> WorkspaceAddress:
        foundation = ctx.facts(FoundationFacts)
        return WorkspaceAddress(foundation.workspace_url, foundation.workspace_resource_id, foundation.workspace_id)


def open_world(target: TargetSettings) -> World:
    """The clients of one run on `target`."""
    return World(target, JourneyIdentities())
