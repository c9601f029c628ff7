"""The whole journey on one page, before anything is touched: who does what, with which rights, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.report.choices import choices
from wizard.report.cost import Cost, estimate
from wizard.report.foreseen import foreseen
from wizard.report.links import Link
from wizard.report.review_links import step_links
from wizard.setup.step import Actor, Finding, Verdict
from wizard.steps.facts import PrincipalFacts, ProjectFacts, SignInFacts
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.steps.problems import from_exception
from wizard.steps.rights import Ability, abilities
from wizard.steps.sign_in import SignInQuestions
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.steps.base import Ctx, WizardStep

FORMAT = 1
ACTORS = {
    Actor.PERSON: N_("operator, a person"),
    Actor.PRINCIPAL: N_("principal"),
    Actor.EITHER: N_("operator"),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One of the two that act. `name` is who it is, as far as that is known."""

    role: str
    name: str
    does: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Right:
    system: str
    name: str
    scope: str
    why: str


@dataclass(frozen=True, slots=True)
class StepReview:
    """One step. `after` names the steps to be done before its changes are known in full: until then `changes` is what
    follows from the answers and the root module alone. `dangers` are those changes that delete or replace."""

    number: int
    name: str
    title: str
    actor: str
    verdict: str
    why: str
    changes: tuple[str, ...]
    dangers: tuple[str, ...]
    after: tuple[str, ...]
    by_hand: tuple[str, ...]
    permissions: tuple[Right, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """`cost` None, with `cost_unknown`, where the price list could not be asked or nothing is known to price."""

    setup_id: str
    target: str
    title: str
    subscription: str
    identities: tuple[Identity, ...]
    steps: tuple[StepReview, ...]
    cost: Cost | None
    cost_unknown: str | None
    rights: tuple[Ability, ...] = ()

    @property
    def dangers(self) -> tuple[str, ...]:
        return tuple(danger for step in self.steps for danger in step.dangers)

    def as_data(self) -> dict[str, Any]:
        """The page as JSON data."""
        return {
            "format": FORMAT,
            "setup_id": self.setup_id,
            "target": self.target,
            "title": self.title,
            "subscription": self.subscription,
            "identities": [_plain(identity) for identity in self.identities],
            "dangers": list(self.dangers),
            "steps": [_plain(step) for step in self.steps],
            "cost": self.cost.as_data() if self.cost else None,
            "cost_unknown": self.cost_unknown,
            "rights": [_plain(one) for one in self.rights],
        }


def review(ctx: Ctx, findings: Mapping[str, Finding], steps: Sequence[WizardStep]) -> Review:
    """A check of the journey, with what the steps declare; asks the price list, and what the operator may do."""
    project, signed_in = ctx.maybe(ProjectFacts), ctx.maybe(SignInFacts)
    cost, unknown = _cost(ctx)
    return Review(
        setup_id=ctx.setup_id,
        target=ctx.world.target.name,
        title=_("{domain} in {location}, catalog {catalog}", domain=project.domain, location=project.location,
                catalog=project.catalog) if project else _("unknown"),
        subscription=f"{signed_in.subscription_name} ({signed_in.subscription_id})"
        if signed_in
        else str(ctx.ask(SignInQuestions).subscription_id),
        identities=_identities(ctx, steps),
        steps=tuple(_step(ctx, number, step, findings) for number, step in enumerate(steps, 1)),
        cost=cost,
        cost_unknown=unknown,
        rights=abilities(ctx, signed_in, [type(step) for step in steps]) if signed_in else (),
    )  # fmt: skip


def _step(ctx: Ctx, number: int, step: WizardStep, findings: Mapping[str, Finding]) -> StepReview:
    found = findings[step.name]
    waiting = found.problem is not None and found.problem.waits
    guide, problem = found.guide, None if waiting or found.guide else found.problem  # the guide is the problem's remedy
    by_hand = [f"{action} ({guide.who})" for action in guide.actions] if guide else []
    if problem is not None:
        by_hand.append(_("{why}; {next_action}", why=problem.why, next_action=problem.next_action))
    return StepReview(
        number=number,
        name=step.name,
        title=_(step.title),
        actor=_(ACTORS[step.actor]),
        verdict=found.verdict.value,
        why=found.why,
        changes=foreseen(ctx, step) if waiting else _changes(step, found),
        dangers=_dangers(step) if found.verdict is Verdict.TODO else (),
        after=tuple(name for name in step.after if findings[name].verdict is not Verdict.DONE) if waiting else (),
        by_hand=tuple(by_hand),
        permissions=tuple(
            Right(right.system, right.name, _filled(ctx, right.scope), _(right.why)) for right in step.permissions
        ),
        links=step_links(step, guide),
    )


def _changes(step: WizardStep, found: Finding) -> tuple[str, ...]:
    """What the check found to change; Terraform's resources with the names they get."""
    names = {change.words: change.name for change in step.planned} if isinstance(step, TerraformStep) else {}
    return tuple(
        _("{what}, named {name}", what=words, name=name) if (name := names.get(words)) else words
        for words in found.changes
    )


def _dangers(step: WizardStep) -> tuple[str, ...]:
    """Planned changes that take something away, each with what is lost for good."""
    if not isinstance(step, TerraformStep):
        return ()
    words = (change.words for change in step.planned if change.action in ("delete", "replace"))
    return _changes(step, Finding(Verdict.TODO, "", changes=tuple(words)))


def _filled(ctx: Ctx, scope: str) -> str:
    signed_in, project = ctx.maybe(SignInFacts), ctx.maybe(ProjectFacts)
    known = {"{folder}": str(ctx.folder.root)}
    if signed_in is not None:
        known["{subscription}"] = signed_in.subscription_id
    if project is not None:
        known["{workspace}"] = project.workspace
    for name, value in known.items():
        scope = scope.replace(name, value)
    return scope


def _identities(ctx: Ctx, steps: Sequence[WizardStep]) -> tuple[Identity, Identity]:
    asked, signed_in, principal = ctx.ask(SignInQuestions), ctx.maybe(SignInFacts), ctx.maybe(PrincipalFacts)
    operator = signed_in.operator_name if signed_in else asked.client_id or _("not signed in yet")
    wanted = ctx.ask(ServicePrincipalQuestions)
    if principal is not None:
        name = f"{principal.display_name} ({principal.client_id})"
    else:
        name = wanted.client_id or _("is made in the step service-principal")
    rights = _("role set {roles}, directory permission {permission}", roles=wanted.role_set,
               permission=wanted.directory_permission)  # fmt: skip
    acting = [step for step in steps if step.permissions]
    return (
        Identity(
            _("operator"),
            operator,
            _("signs in by {method}; prepares the subscription, the principal and the account", method=asked.method),
            tuple(step.name for step in acting if step.actor is not Actor.PRINCIPAL),
        ),
        Identity(
            _("principal"),
            name,
            _("{rights}; builds the lakehouse", rights=rights),
            tuple(step.name for step in acting if step.actor is Actor.PRINCIPAL),
        ),
    )


def _cost(ctx: Ctx) -> tuple[Cost | None, str | None]:
    chosen = choices(ctx)
    if chosen is None:
        return None, _("the project is not known")
    try:
        return estimate(chosen, ctx.world.prices(), note=ctx.world.target.price_note), None
    except Exception as error:  # the page is worth having without prices; what kept them away is told
        return None, from_exception(error).what


def _plain(item: Any) -> Any:
    """Dataclasses and tuples as JSON data."""
    if isinstance(item, tuple):
        return [_plain(each) for each in item]
    slots = getattr(item, "__slots__", None)
    return {name: _plain(getattr(item, name)) for name in slots} if slots and not isinstance(item, str) else item
