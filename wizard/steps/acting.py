"""As whom the steps act in the Databricks account: the operator, or the principal where it alone is admin there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.steps.base import Ctx
from wizard.steps.facts import AccountAdminFacts

if TYPE_CHECKING:
    from databricks.sdk import AccountClient, WorkspaceClient

    from wizard.cloud.world import Who


def who(ctx: Ctx) -> Who:
    """The operator, where nobody has looked yet."""
    admin = ctx.maybe(AccountAdminFacts)
    return admin.acts if admin else "operator"


def account(ctx: Ctx) -> AccountClient:
    return ctx.world.account(ctx, who(ctx))


def workspace(ctx: Ctx) -> WorkspaceClient:
    """Our workspace, as who is account admin; for what only an admin or owner may ask or change there."""
    return ctx.world.workspace(ctx, who(ctx))
