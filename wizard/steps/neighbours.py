"""Other setups beside this one, known by their marks: what they use of ours must outlive us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wizard.setup import mark
from wizard.steps.base import Ctx
from wizard.text import _


def using_principal(ctx: Ctx, object_id: str) -> tuple[str, ...]:
    """The other setups that act as this service principal, in words: it owns the group that each made."""
    return _others(ctx, ctx.world.graph(ctx, "operator").owned_groups(object_id))


def using_person(ctx: Ctx, object_id: str) -> tuple[str, ...]:
    """The other setups in whose group a user is, in words."""
    return _others(ctx, ctx.world.graph(ctx, "operator").groups_of(object_id))


def _others(ctx: Ctx, groups: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    told = []
    for group in groups:
        name, setup = group.get("displayName"), mark.told(group.get("description"))
        if name is None:  # the operator may not read it: it may well be another setup's
            told.append(_("whoever made the group {id}", id=group.get("id")))
        elif setup not in (None, ctx.setup_id):
            told.append(_("setup {id} (group {name})", id=setup, name=name))
    return tuple(sorted(told))
