"""Step 4, resource providers and quota: what the subscription must allow before anything is made in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Problem, StepFailed, Verdict
from wizard.steps import quota, taken
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.compute import ComputeQuestions
from wizard.steps.facts import ProjectFacts
from wizard.steps.foundation import FoundationQuestions
from wizard.text import N_, _, _n

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient

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
UNDER_WAY = "Registering"
NEAR = 3  # regions of a similar name that are proposed


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
        found = states(arm)
        missing = [namespace for namespace, state in found.items() if state != "Registered"]
        if missing:
            # Names and quota can be asked only of registered providers.
            changes = tuple(
                _("wait for the registration of {namespace}, which is under way", namespace=namespace)
                if found[namespace] == UNDER_WAY
                else _("register {namespace}", namespace=namespace)
                for namespace in missing
            )
            why = _n(
                "{n} resource provider is not registered", "{n} resource providers are not registered", len(missing)
            )
            return Finding(Verdict.TODO, why, changes=changes, found=_listed(found))
        return self._names(ctx, arm) or self._quota(ctx, arm)

    def apply(self, ctx: Ctx) -> None:
        arm = ctx.world.arm(ctx, "operator")
        found = states(arm)
        waiting = {namespace for namespace, state in found.items() if state != "Registered"}
        for namespace in sorted(waiting):
            if found[namespace] != UNDER_WAY:
                ctx.say(_("registering {namespace}", namespace=namespace))
                _register(arm, namespace)

        def registered() -> bool:
            for name in sorted(waiting):
                if arm.provider_state(name) == "Registered":
                    waiting.remove(name)
                    done = len(NAMESPACES) - len(waiting)
                    ctx.say(_("{namespace} is registered, {done} of {all}",
                              namespace=name, done=done, all=len(NAMESPACES)))  # fmt: skip
            return not waiting

        what = _("the registration of {names}", names=", ".join(sorted(waiting)))
        if not ctx.wait_for(what, registered, seconds=REGISTRATION_SECONDS):
            raise StepFailed(
                Problem(
                    _("{names} did not get registered", names=", ".join(sorted(waiting))),
                    _("Azure was asked {seconds} seconds long", seconds=REGISTRATION_SECONDS),
                    _("look at Resource providers in the subscription's page, and run again"),
                    who=_("an Owner or Contributor of the subscription"),
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
        told = quota.judged(arm, location, node_type)
        if told.room is quota.Room.UNKNOWN:
            why = _("all resource providers are registered and the names are free; {quota}", quota=told.why)
            return Finding(Verdict.DONE, why, found=told.found)
        if told.room is quota.Room.ENOUGH or self._in_use_by_us(ctx, arm, told):
            enough = _("all resource providers are registered; names and quota are sufficient")
            return Finding(Verdict.DONE, enough, found=told.found)
        known = quota.regions(arm)
        if known and location not in known:
            return Finding(
                Verdict.BLOCKED,
                _("the subscription has no region called {location}", location=location),
                guide=_regions(location, known),
            )
        others = quota.elsewhere(arm, location, node_type)
        return Finding(Verdict.BLOCKED, told.why, guide=quota.guide(told, location, others), found=told.found)

    @staticmethod
    def _in_use_by_us(ctx: Ctx, arm: ArmClient, told: quota.Judged) -> bool:
        """Our own clusters may be what uses the quota; they will be gone or reused."""
        return bool(told.short) and taken.ours(
            ctx, arm, "Microsoft.Databricks/workspaces", ctx.facts(ProjectFacts).workspace
        )


def states(arm: ArmClient) -> dict[str, str]:
    """The registration of each namespace we need."""
    with ThreadPoolExecutor(4) as pool:
        # With what this thread knows: a wait of theirs is this step's too, shown and ended with the run.
        asked = [pool.submit(copy_context().run, arm.provider_state, namespace) for namespace in NAMESPACES]
        return dict(zip(NAMESPACES, (one.result() for one in asked), strict=True))


def _listed(found: dict[str, str]) -> tuple[Found, ...]:
    return tuple(
        Found(_("{namespace}: {state}", namespace=namespace, state=state), "done" if state == "Registered" else "todo")
        for namespace, state in found.items()
    )


def _register(arm: ArmClient, namespace: str) -> None:
    """Raises StepFailed that names who may, where the caller may not."""
    from azure.core.exceptions import HttpResponseError

    from wizard.steps.problems import from_exception

    try:
        arm.register_provider(namespace)
    except HttpResponseError as error:
        problem = from_exception(error)
        if problem.raw_code != "AuthorizationFailed":
            raise
        raise StepFailed(
            replace(
                problem,
                what=_("{namespace} cannot be registered: a role is missing", namespace=namespace),
                next_action=_(
                    "let an Owner or Contributor of the subscription run: az provider register --namespace {namespace}",
                    namespace=namespace,
                ),
                who=_("an Owner or Contributor of the subscription"),
            )
        ) from error


def _regions(location: str, known: list[str]) -> Guide:
    near = get_close_matches(location, known, NEAR, 0.0)
    action = _("set project.location in the answers to one that it has, such as {names}", names=", ".join(near))
    return Guide(_("Choose another region"), (action,), _("you"))
