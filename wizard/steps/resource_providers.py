"""Step 4, resource providers and quota: what the subscription must allow before anything is made in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Problem, StepFailed, Verdict
from wizard.steps import taken
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.compute import ComputeQuestions
from wizard.steps.facts import ProjectFacts
from wizard.steps.foundation import FoundationQuestions
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient, Sku, Usage

NAMESPACES = (
    "Microsoft.Databricks",
    "Microsoft.Storage",
    "Microsoft.EventHub",
    "Microsoft.Network",
    "Microsoft.Compute",
    "Microsoft.ManagedIdentity",
    "Microsoft.KeyVault",
    "Microsoft.Consumption",
    "Microsoft.Authorization",
)
REGISTRATION_SECONDS = 600
PORTAL_QUOTAS = "https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade/~/myQuotas"
PROPOSALS = 3


class ResourceProviders(WizardStep):
    """Done when every namespace is registered, our names are free or ours, and the node type fits the quota."""

    name: ClassVar[str] = "resource-providers"
    title: ClassVar[str] = N_("Providers, quota")
    kind: ClassVar[Kind] = Kind.AUTOMATIC
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("sign-in", "project")
    reads: ClassVar[tuple[str, ...]] = ("foundation.event_hubs", "compute.node_type")
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("azure", "Contributor", "/subscriptions/{subscription}", N_("to register resource providers")),
    )

    def check(self, ctx: Ctx) -> Finding:
        arm = ctx.world.arm(ctx, "operator")
        missing = [namespace for namespace, state in states(arm).items() if state != "Registered"]
        if missing:
            # Names and quota can be asked only of registered providers.
            changes = tuple(_("register {namespace}", namespace=namespace) for namespace in missing)
            why = _("{count} resource providers are not registered", count=len(missing))
            return Finding(Verdict.TODO, why, changes=changes)
        return self._names(ctx, arm) or self._quota(ctx, arm)

    def apply(self, ctx: Ctx) -> None:
        arm = ctx.world.arm(ctx, "operator")
        waiting = {namespace for namespace, state in states(arm).items() if state != "Registered"}
        for namespace in sorted(waiting):
            ctx.say(_("registering {namespace}", namespace=namespace))
            arm.register_provider(namespace)

        def registered() -> bool:
            waiting.difference_update({name for name in waiting if arm.provider_state(name) == "Registered"})
            return not waiting

        what = _("the registration of {names}", names=", ".join(sorted(waiting)))
        if not ctx.wait_for(what, registered, seconds=REGISTRATION_SECONDS):
            raise StepFailed(
                Problem(
                    _("{names} did not get registered", names=", ".join(sorted(waiting))),
                    _("Azure was asked {seconds} seconds long", seconds=REGISTRATION_SECONDS),
                    _("look at Resource providers in the subscription's page, and run again"),
                )
            )

    def _names(self, ctx: Ctx, arm: ArmClient) -> Finding | None:
        """Blocked if a name is somebody else's; None if all are free or ours."""
        project = ctx.facts(ProjectFacts)
        event_hubs = ctx.ask(FoundationQuestions).event_hubs
        found = taken.taken(ctx, arm, project, event_hubs=event_hubs)
        if found is None:
            return None
        free = taken.free_domain(arm, project, event_hubs=event_hubs)
        return Finding(Verdict.BLOCKED, found.words, guide=taken.guide(found, free))

    def _quota(self, ctx: Ctx, arm: ArmClient) -> Finding:
        """Whether the node type is offered in the region, and its cores are within both rows of the quota."""
        location, node_type = ctx.facts(ProjectFacts).location, ctx.ask(ComputeQuestions).node_type
        skus, usages = arm.skus(location), arm.usages(location)
        sku = next((item for item in skus if item.name == node_type), None)
        if sku is None or sku.restrictions:
            reason = ", ".join(sku.restrictions) if sku else _("not offered there")
            why = _("{node} cannot be used in {location}: {reason}", node=node_type, location=location, reason=reason)
            return Finding(Verdict.BLOCKED, why, guide=_guide(location, _fitting(skus, usages, None)))
        short = _short(sku, usages)
        enough = _("all resource providers are registered; names and quota are sufficient")
        found = _offered(sku, usages, location)
        if not short:
            return Finding(Verdict.DONE, enough, found=found)
        if all(row.limit >= sku.vcpus for row in short) and taken.ours(
            ctx, arm, "Microsoft.Databricks/workspaces", ctx.facts(ProjectFacts).workspace
        ):
            # Our own clusters may be what uses the quota; they will be gone or reused.
            return Finding(Verdict.DONE, enough, found=found)
        rows = "; ".join(
            _("{row}: {needed} vCPU needed, {free} of {limit} free",
              row=row.label or row.name, needed=sku.vcpus, free=row.free, limit=row.limit)
            for row in short
        )  # fmt: skip
        why = _("not enough quota for {node} in {location}: {rows}", node=node_type, location=location, rows=rows)
        return Finding(Verdict.BLOCKED, why, guide=_guide(location, _fitting(skus, usages, sku)))


def states(arm: ArmClient) -> dict[str, str]:
    """The registration of each namespace we need."""
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(NAMESPACES, pool.map(arm.provider_state, NAMESPACES), strict=True))


def _short(sku: Sku, usages: dict[str, Usage]) -> list[Usage]:
    """The rows of the quota that do not have room for one machine: the region's, and the family's."""
    rows = [usages[name] for name in ("cores", sku.family) if name in usages]
    return [row for row in rows if row.free < sku.vcpus]


def _offered(sku: Sku, usages: dict[str, Usage], location: str) -> tuple[Found, ...]:
    """The node type, and what is free of its family's quota and of the region's."""
    found = [Found(_("{node} is offered in {location}: {n} vCPU", node=sku.name, location=location, n=sku.vcpus))]
    rows = (usages[name] for name in (sku.family, "cores") if name in usages)
    found += [
        Found(_("{row}: {free} of {limit} vCPU free", row=row.label or row.name, free=row.free, limit=row.limit))
        for row in rows
    ]
    return tuple(found)


def _fitting(skus: list[Sku], usages: dict[str, Usage], instead_of: Sku | None) -> list[str]:
    """Other sizes that the region offers and the quota has room for; the nearest in size first."""
    wanted = instead_of.vcpus if instead_of else 4
    fit = [
        item
        for item in skus
        if item.vcpus >= 4 and not item.restrictions and not _short(item, usages) and item.family in usages
    ]
    return [item.name for item in sorted(fit, key=lambda item: (abs(item.vcpus - wanted), item.name))[:PROPOSALS]]


def _guide(location: str, proposals: list[str]) -> Guide:
    actions = []
    if proposals:
        actions.append(_("set compute.node_type in the answers to one that fits: {names}", names=", ".join(proposals)))
    actions += [
        _("or set project.location to another region"),
        _("or ask for more quota in {location}: portal, Quotas, Compute", location=location),
    ]
    return Guide(_("Choose another size or region, or ask for quota"), tuple(actions), _("you"), PORTAL_QUOTAS)
