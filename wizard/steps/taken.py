"""Whether our names are free: those that nobody else in Azure may have, and the group's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.cloud import api_versions
from wizard.setup import mark
from wizard.setup.step import Guide
from wizard.steps import agreed
from wizard.steps.base import Ctx
from wizard.steps.facts import ProjectFacts
from wizard.steps.names import DOMAIN_LENGTH, event_hubs_namespace, storage_account
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient

GROUPS = "Microsoft.Resources/resourceGroups"
ACCOUNTS, NAMESPACES = "Microsoft.Storage/storageAccounts", "Microsoft.EventHub/namespaces"
PROPOSALS = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody else has, in words by its type; `setup` is the id of the setup that has the group, if one has."""

    things: Mapping[str, str]
    setup: str | None = None

    @property
    def words(self) -> str:
        things = ", ".join(self.things.values())
        if self.setup:
            return _("taken by the setup {id}: {names}", id=self.setup, names=things)
        return _("taken by somebody else: {names}", names=things)


def taken(ctx: Ctx, arm: ArmClient, project: ProjectFacts, *, event_hubs: bool) -> Taken | None:
    """None if all are free or ours. Asks only registered providers: MissingSubscriptionRegistration else."""
    things: dict[str, str] = {}
    setup = None
    group = arm.resource(f"{arm.scope}/resourceGroups/{project.resource_group}", api_versions.GROUPS)
    if group is not None and not _may_use(ctx, str(group["id"]), group.get("tags") or {}):
        setup = mark.tagged(group.get("tags"))
        things[GROUPS] = _("resource group {name}", name=project.resource_group)
    if not arm.storage_name(project.storage_account).free and not ours(ctx, arm, ACCOUNTS, project.storage_account):
        things[ACCOUNTS] = _("storage account {name}", name=project.storage_account)
    name = project.event_hubs_namespace
    if event_hubs and not arm.event_hubs_name(name).free and not ours(ctx, arm, NAMESPACES, name):
        things[NAMESPACES] = _("Event Hubs namespace {name}", name=name)
    return Taken(things, setup) if things else None


def guide(found: Taken, free: str | None) -> Guide:
    """What a person does about it; `free` is a domain that can be had."""
    actions = [_("set project.domain or project.environment in the answers to something else")]
    actions.append(_("where they are yours: see them with adopt, and take them over with adopt --take"))
    if free:
        actions.append(_("free now: domain {domain}", domain=free))
    if found.setup:
        go_on = _("to go on with the setup {id}, run in its own folder: config.yaml there names it", id=found.setup)
        actions.insert(0, go_on)
    return Guide(_("Choose another name"), tuple(actions), _("you"))


def free_domain(arm: ArmClient, project: ProjectFacts, *, event_hubs: bool) -> str | None:
    """A domain near the wished one whose global names are free: the storage account's, and the Event Hubs namespace's
    where one is wanted. None if none is found soon."""
    for number in range(1, PROPOSALS + 1):
        domain = f"{project.domain[: DOMAIN_LENGTH - 2]}{number}"
        account, namespace = (named(domain, project.environment) for named in (storage_account, event_hubs_namespace))
        if arm.storage_name(account).free and (not event_hubs or arm.event_hubs_name(namespace).free):
            return domain
    return None


def ours(ctx: Ctx, arm: ArmClient, kind: str, name: str) -> bool:
    """Whether the resource of that name carries this setup's id, or the user agreed to take it over."""
    named = [item for item in arm.resources(kind) if item.name.lower() == name.lower()]
    return any(_may_use(ctx, item.id, item.tags) for item in named)


def _may_use(ctx: Ctx, id: str, tags: Mapping[str, str]) -> bool:
    return mark.tagged(tags) == ctx.setup_id or agreed.covers(ctx.folder, id)
