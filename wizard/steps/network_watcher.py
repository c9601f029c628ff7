"""Step 8, network watcher: Azure makes one by itself when a virtual network appears; keep it or delete it.

Nothing of the lakehouse hangs on it: what goes wrong here is told, and the journey goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from wizard.cloud import api_versions
from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Questions, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import ProjectFacts
from wizard.text import N_, _, _n

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient, Resource

WATCHER = "Microsoft.Network/networkWatchers"
FLOW_LOGS, MONITORS = f"{WATCHER}/flowLogs", f"{WATCHER}/connectionMonitors"
GROUP = "NetworkWatcherRG"  # the one that Azure makes for its watchers
NETWORK, FEATURE = "Microsoft.Network", "DisableNetworkWatcherAutocreation"
DELETE_SECONDS = REGISTRATION_SECONDS = 600
CONSENT = "permanent"  # what is typed to opt out
OPTING_OUT = "opting-out"  # in the folder's private part: the opt-out does not count yet


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
    empty_group: Literal["keep", "delete"] = Field(
        default="keep",
        description=N_("keep or delete NetworkWatcherRG, where no watcher is left in it"),
        json_schema_extra={"why": N_("it is Azure's own group; empty it does nothing and costs nothing")},
    )
    opt_out: str = Field(
        default="",
        description=N_("whether Azure never makes watchers by itself again; to opt out, type: permanent"),
        json_schema_extra={
            "why": N_(
                "empty: no opt-out. It counts for the whole subscription and every region, and only a request "
                "to Azure's support undoes it"
            )
        },
    )

    @field_validator("opt_out")
    @classmethod
    def _typed(cls, value: str) -> str:
        if value not in ("", CONSENT):
            raise ValueError(
                _(
                    "the opt-out counts for the whole subscription, and only Azure's support undoes it; "
                    "leave it empty, or type the word {word}",
                    word=CONSENT,
                )
            )
        return value


class NetworkWatcher(WizardStep):
    """Done when the region has no watcher, or it is to be kept; and where this could not be brought about."""

    name: ClassVar[str] = "network-watcher"
    title: ClassVar[str] = N_("Network watcher")
    kind: ClassVar[Kind] = Kind.GUIDED
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("foundation",)
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission(
            "azure", "Contributor", "/subscriptions/{subscription}", N_("to delete the network watcher"),
            only="network_watcher.action=delete",
        ),
        Permission(
            "azure", "Contributor", "/subscriptions/{subscription}", N_("to delete the group that is left empty"),
            only="network_watcher.empty_group=delete",
        ),
        Permission(
            "azure", "Contributor", "/subscriptions/{subscription}", N_("to opt out of Azure's making watchers"),
            only="network_watcher.opt_out",
        ),
    )  # fmt: skip
    questions: ClassVar[type[Questions] | None] = NetworkWatcherQuestions

    def __init__(self) -> None:
        super().__init__()
        self._troubles: list[str] = []  # what this run's apply could not do

    def check(self, ctx: Ctx) -> Finding:
        try:
            return self._looked(ctx)
        except Exception as error:
            why = _("not looked for: {why}; nothing of the lakehouse hangs on it", why=_told(error))
            return Finding(Verdict.DONE, why, found=(Found(why, "unknown"),))

    def _looked(self, ctx: Ctx) -> Finding:
        arm, asked = ctx.world.arm(ctx, "operator"), ctx.ask(NetworkWatcherQuestions)
        location = ctx.facts(ProjectFacts).location
        found = watchers(arm, location)
        told = [*_why_it_matters(found, location)]
        changes: list[str] = []
        used = _used(arm, found) if asked.action == "delete" else {}
        going = [item for item in found if item.id not in used] if asked.action == "delete" else []
        for item in found:
            told.append(_stands(item, going, used))
        if asked.opt_out:
            changes += _opt_out_changes(ctx, arm)
        changes += [_("delete {id}", id=item.id) for item in going]
        rest = _rest(arm, going)
        if rest == 0:
            told.append(_of_group(asked))
            if asked.empty_group == "delete":
                changes.append(_("delete the empty resource group {name}", name=GROUP))
        if changes:
            return Finding(Verdict.TODO, _why(found, going, used, location), changes=tuple(changes), found=tuple(told))
        return Finding(Verdict.DONE, _why(found, going, used, location), found=tuple(told))

    def apply(self, ctx: Ctx) -> None:
        self._troubles.clear()
        arm, asked = ctx.world.arm(ctx, "operator"), ctx.ask(NetworkWatcherQuestions)
        if asked.opt_out:  # first: else a network that changes meanwhile brings the next watcher
            self._try(ctx, _("the opt-out"), lambda: self._opt_out(ctx, arm))
        if asked.action == "delete":
            self._try(ctx, _("the deletion"), lambda: self._delete_watchers(ctx, arm))
        if asked.empty_group == "delete" and not self._troubles:
            self._try(ctx, _("the deletion of {name}", name=GROUP), lambda: self._delete_group(ctx, arm))

    def confirm(self, ctx: Ctx) -> Finding:
        """What could not be done is told, and holds nobody up."""
        found = self.check(ctx)
        troubles = [*self._troubles]
        if not troubles and found.verdict is Verdict.TODO:
            troubles.append(_("Azure does not show yet what was done"))
        if not troubles:
            return found
        why = _("{why}; nothing of the lakehouse hangs on it, and the journey goes on", why="; ".join(troubles))
        told = tuple(Found(trouble, "unknown") for trouble in troubles)
        return Finding(Verdict.DONE, why, found=(*told, *found.found))

    def _try(self, ctx: Ctx, what: str, act: Callable[[], bool]) -> None:
        """`act` tells whether it came to its end in time."""
        try:
            ended = act()
        except Exception as error:
            trouble = _("{what} was refused: {why}", what=what, why=_told(error))
        else:
            if ended:
                return
            trouble = _("{what} is still under way; it goes on by itself", what=what)
        self._troubles.append(trouble)
        ctx.say(trouble)

    def _delete_watchers(self, ctx: Ctx, arm: ArmClient) -> bool:
        found = watchers(arm, ctx.facts(ProjectFacts).location)
        used = _used(arm, found)
        gone = [
            ctx.wait_for(_("the deletion of {name}", name=item.name), arm.delete(item.id, api_versions.NETWORK),
                         seconds=DELETE_SECONDS)
            for item in found
            if item.id not in used
        ]  # fmt: skip
        return all(gone)  # one that takes long keeps none of the others

    def _delete_group(self, ctx: Ctx, arm: ArmClient) -> bool:
        """Looked at again just before: what came meanwhile stays."""
        if arm.held_by_group(GROUP) != []:
            return True
        done = arm.delete(f"{arm.scope}/resourceGroups/{GROUP}", api_versions.GROUPS)
        return ctx.wait_for(_("the deletion of {name}", name=GROUP), done, seconds=DELETE_SECONDS)

    def _opt_out(self, ctx: Ctx, arm: ArmClient) -> bool:
        """The feature, then Microsoft.Network once more, without which it does not count. What is begun and not ended
        is noted, since Azure does not tell whether it counts already."""
        pending = ctx.folder.private / OPTING_OUT
        if arm.feature_state(NETWORK, FEATURE) != "Registered":
            ctx.folder.write(pending, f"{FEATURE}\n")
            arm.register_feature(NETWORK, FEATURE)

        def registered() -> bool:
            return arm.feature_state(NETWORK, FEATURE) == "Registered"

        what = _("the registration of {names}", names=FEATURE)
        if not ctx.wait_for(what, registered, seconds=REGISTRATION_SECONDS):
            return False
        if pending.exists():
            arm.register_provider(NETWORK)
            pending.unlink()
        return True


def watchers(arm: ArmClient, location: str) -> list[Resource]:
    """The watchers of one region (normally one, NetworkWatcher_<region> in NetworkWatcherRG)."""
    return [item for item in arm.resources(WATCHER) if (item.location or "").lower() == location.lower()]


def _told(error: Exception) -> str:
    """What Azure refused, in words; raises again what is none of its refusals, or a sign-in that does not hold."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    from wizard.cloud.policies import NotData
    from wizard.steps.problems import from_exception

    if not isinstance(error, (AzureError, NotData)) or isinstance(error, ClientAuthenticationError):
        raise error
    return from_exception(error).what


def _group(watcher: Resource) -> str:
    """The resource group it is in, by its id: /subscriptions/ID/resourceGroups/GROUP/..."""
    return watcher.id.split("/")[4]


def _used(arm: ArmClient, found: list[Resource]) -> dict[str, int]:
    """Watcher's id -> how many flow logs and connection monitors of somebody are in it; they would go with it."""
    if not found:
        return {}
    inside = [item.id.lower() for kind in (FLOW_LOGS, MONITORS) for item in arm.resources(kind)]
    counts = {item.id: sum(id.startswith(f"{item.id}/".lower()) for id in inside) for item in found}
    return {id: count for id, count in counts.items() if count}


def _rest(arm: ArmClient, going: list[Resource]) -> int | None:
    """How much Azure's own group would still hold; None where there is no such group."""
    held = arm.held_by_group(GROUP)
    return None if held is None else len({id.lower() for id in held} - {item.id.lower() for item in going})


def _opt_out_changes(ctx: Ctx, arm: ArmClient) -> list[str]:
    if arm.feature_state(NETWORK, FEATURE) != "Registered":
        return [_("opt out of network watchers for the whole subscription, for good: register {name}", name=FEATURE)]
    if (ctx.folder.private / OPTING_OUT).exists():
        return [_("register {namespace} again, so that the opt-out counts", namespace=NETWORK)]
    return []


def _why(found: list[Resource], going: list[Resource], used: dict[str, int], location: str) -> str:
    if not found:
        return _("no network watcher in {location}", location=location)
    if going:
        return _("{names} is to be deleted", names=", ".join(item.name for item in going))
    names = ", ".join(item.name for item in found)
    if used:
        return _("{names} is kept: somebody uses it", names=names)
    return _("{names} is kept, as chosen", names=names)


def _why_it_matters(found: list[Resource], location: str) -> tuple[Found, ...]:
    if not found:
        return (Found(_("Azure was asked for the watchers of {location}: none is there", location=location)),)
    return (
        Found(_("all networks of the subscription in {location} share it; Azure makes it again when a virtual network "
                "is made or changed, and no destroy of ours takes it away", location=location)),
    )  # fmt: skip


def _stands(item: Resource, going: list[Resource], used: dict[str, int]) -> Found:
    if item in going:
        return Found(_("{name} in {group}, to go", name=item.name, group=_group(item)), "todo")
    if item.id in used:
        words = _n(
            "{name} in {group}, kept: {n} flow log or connection monitor is in it, and would be lost",
            "{name} in {group}, kept: {n} flow logs and connection monitors are in it, and would be lost",
            used[item.id],
            name=item.name,
            group=_group(item),
        )
        return Found(words)
    return Found(_("{name} in {group}, kept", name=item.name, group=_group(item)))


def _of_group(asked: NetworkWatcherQuestions) -> Found:
    if asked.empty_group == "delete":
        return Found(_("{name} holds nothing else, to go", name=GROUP), "todo")
    return Found(
        _("{name} holds nothing else; network_watcher.empty_group: delete takes it away once it is empty", name=GROUP)
    )
