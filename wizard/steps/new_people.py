"""People whom the tenant does not have yet: made through Graph as the answers ask, known as ours by a mark.

Their passwords are made here, kept (0600) below `.wizard/passwords`, and never reach Terraform."""

from __future__ import annotations

import secrets
from typing import Any

from wizard.setup import mark
from wizard.setup.step import Guide
from wizard.steps import neighbours
from wizard.steps.base import Ctx
from wizard.steps.identity import IdentityQuestions
from wizard.text import _

PASSWORDS = "passwords"
PORTAL = "https://entra.microsoft.com"
REPLICATION_SECONDS = 180.0
ALL_KINDS = "-aA1"  # Entra wants three of lower case, upper case, digit and symbol


def missing(ctx: Ctx) -> list[str]:
    """Who is asked for and does not exist, by user principal name."""
    graph = ctx.world.graph(ctx, "operator")
    return [upn for upn in ctx.ask(IdentityQuestions).create_members if graph.user(upn) is None]


def create(ctx: Ctx, upn: str) -> None:
    """Make one person. The password is kept before it is sent: it lasts where the answer gets lost."""
    graph, file = ctx.world.graph(ctx, "operator"), ctx.folder.private / PASSWORDS / upn
    ctx.say(_("creating the user {name}, password in {file}", name=upn, file=file.relative_to(ctx.folder.root)))
    file.parent.mkdir(mode=0o700, exist_ok=True)
    if not file.exists():
        ctx.folder.write(file, secrets.token_urlsafe(18) + ALL_KINDS + "\n", mode=0o600)
    password = file.read_text(encoding="utf-8").strip()
    ctx.secrets.remember(password)
    graph.create_user(upn, password, mark.words(ctx.setup_id))
    ctx.wait_for(
        _("{name} to be known everywhere", name=upn), lambda: graph.user(upn) is not None, seconds=REPLICATION_SECONDS
    )


def ours(ctx: Ctx) -> list[dict[str, Any]]:
    """The users that this setup made and that still exist: asked for now, or once, as their passwords tell."""
    graph, kept = ctx.world.graph(ctx, "operator"), ctx.folder.private / PASSWORDS
    names = {*ctx.ask(IdentityQuestions).create_members, *(path.name for path in kept.glob("*@*"))}
    found = [graph.user(upn) for upn in sorted(names)]
    return [user for user in found if user is not None and graph.mark_of(user) == mark.words(ctx.setup_id)]


def needed(ctx: Ctx, user: dict[str, Any]) -> tuple[str, ...]:
    """The other setups in whose group a user of ours is, in words."""
    return neighbours.using_person(ctx, str(user["id"]))


def remove(ctx: Ctx) -> None:
    """Take the users of ours away, with their passwords; those whom other setups need stay."""
    for user in ours(ctx):
        if needed(ctx, user):
            continue
        ctx.world.graph(ctx, "operator").delete_user(str(user["id"]))
        (ctx.folder.private / PASSWORDS / str(user["userPrincipalName"])).unlink(missing_ok=True)


def creation_guide(names: list[str]) -> Guide:
    actions = (
        *(_("in Entra, Users, New user: {name}", name=upn) for upn in names),
        _("or take them out of identity.create_members in the answers"),
    )
    return Guide(_("Make the users in the portal"), actions, _("a User Administrator"), PORTAL)
