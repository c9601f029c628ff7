"""Step 8, network watcher: Azure makes one by itself when a virtual network appears; keep it or delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from wizard.cloud import api_versions
from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Problem, Questions, StepFailed, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import ProjectFacts
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient, Resource

WATCHER = "Microsoft.Network/networkWatchers"
DELETE_SECONDS = 600


class NetworkWatcherQuestions(Questions):
    """What becomes of the watcher that Azure made."""

    action: Literal["keep", "delete"] = Field(
        default="keep",
        description=N_("keep or delete the region's network watcher"),
        json_schema_extra={
            "why": N_("Azure makes it by itself, and again when a network changes"),
            "cost": N_("none while idle"),
        },
    )


class NetworkWatcher(WizardStep):
    """Done when the region has no watcher, or it is to be kept."""

    name: ClassVar[str] = "network-watcher"
    title: ClassVar[str] = N_("Network watcher")
    kind: ClassVar[Kind] = Kind.GUIDED
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("foundation",)
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("azure", "Contributor", "/subscriptions/{subscription}", N_("to delete the network watcher")),
    )
    questions: ClassVar[type[Questions] | None] = NetworkWatcherQuestions

    def check(self, ctx: Ctx) -> Finding:
        location = ctx.facts(ProjectFacts).location
        found = watchers(ctx.world.arm(ctx, "operator"), location)
        if not found:
            none = (Found(_("Azure was asked for the watchers of {location}: none is there", location=location)),)
            return Finding(Verdict.DONE, _("no network watcher in {location}", location=location), found=none)
        listed = ", ".join(item.name for item in found)
        if ctx.ask(NetworkWatcherQuestions).action == "keep":
            kept = tuple(Found(_("{name} in {group}, kept", name=item.name, group=_group(item))) for item in found)
            return Finding(Verdict.DONE, _("{names} is kept, as chosen", names=listed), found=kept)
        changes = tuple(_("delete {id}", id=item.id) for item in found)
        there = tuple(
            Found(_("{name} in {group}, to go", name=item.name, group=_group(item)), "todo") for item in found
        )
        return Finding(Verdict.TODO, _("{names} is to be deleted", names=listed), changes=changes, found=there)

    def apply(self, ctx: Ctx) -> None:
        arm = ctx.world.arm(ctx, "operator")
        for item in watchers(arm, ctx.facts(ProjectFacts).location):
            done = arm.delete(item.id, api_versions.NETWORK)
            if not ctx.wait_for(_("the deletion of {name}", name=item.name), done, seconds=DELETE_SECONDS):
                raise StepFailed(
                    Problem(
                        _("{name} is still being deleted", name=item.name),
                        _("Azure was asked {seconds} seconds long", seconds=DELETE_SECONDS),
                        _("run again; the deletion goes on by itself"),
                    )
                )


def _group(watcher: Resource) -> str:
    """The resource group it is in, by its id: /subscriptions/ID/resourceGroups/GROUP/..."""
    return watcher.id.split("/")[4]


def watchers(arm: ArmClient, location: str) -> list[Resource]:
    """The watchers of one region (normally one, NetworkWatcher_<region> in NetworkWatcherRG)."""
    return [item for item in arm.resources(WATCHER) if (item.location or "").lower() == location.lower()]
