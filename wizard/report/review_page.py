"""The review as a page of blocks, in the order a board reads: what, who, what it costs, what is lost, every step."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.report import bill
from wizard.report.cost import Cost
from wizard.report.page import Block, Bullets, Heading, Paragraph, Places, Rows
from wizard.report.render import SIGNS
from wizard.report.review import Review, StepReview
from wizard.steps.rights import can_words
from wizard.text import _


def blocks(review: Review) -> tuple[Block, ...]:
    """The whole page."""
    return tuple(_page(review))


def _page(review: Review) -> Iterator[Block]:
    yield Heading(_("Plan of the whole journey: {title}", title=review.title), 1)
    yield Paragraph(
        _(
            "Setup {setup}, target {target}, subscription {subscription}. Nothing was changed to make this page.",
            setup=review.setup_id,
            target=review.target,
            subscription=review.subscription,
        )
    )
    yield Heading(_("Who acts"))
    rows = tuple((each.role, each.name, each.does, ", ".join(each.steps)) for each in review.identities)
    yield Rows((_("identity"), _("who"), _("does"), _("steps")), rows)
    if review.rights:
        yield Heading(_("Who can do what"))
        yield Rows(
            (_("step"), _("who can do it"), _("lacks")),
            tuple((one.step, can_words(one), ", ".join(one.lacks)) for one in review.rights),
        )
    yield Heading(_("What is deleted or replaced"))
    if review.dangers:
        yield Bullets(review.dangers, loud=True)
    else:
        yield Paragraph(_("Nothing, as far as known today."))
    yield Heading(_("What it costs a month"))
    yield from _cost(review.cost, review.cost_unknown)
    yield Heading(_("Steps"))
    yield Rows(
        (_("no."), _("step"), _("actor"), _("verdict"), _("changes")),
        tuple((str(step.number), step.title, step.actor, _verdict(step), _count(step)) for step in review.steps),
        numbers=(0,),
    )
    for step in review.steps:
        yield from _step(step)


def _cost(cost: Cost | None, unknown: str | None) -> Iterator[Block]:
    if cost is None:
        yield Paragraph(_("Not estimated: {why}", why=unknown or ""))
        return
    yield from bill.blocks(bill.bill({"cost": cost.as_data()}))


def _verdict(step: StepReview) -> str:
    if step.after:
        return _("◌ known after {steps}", steps=", ".join(step.after))
    symbol, word, _style = SIGNS[step.verdict]
    return f"{symbol} {_(word)}"


def _count(step: StepReview) -> str:
    if step.verdict == "done":
        return _("none")
    text = str(len(step.changes))
    if not step.changes:  # waiting, blocked or not to be asked: that is not the same as none
        return _("not known yet")
    return _("{n} foreseen", n=text) if step.after else text


def _step(step: StepReview) -> Iterator[Block]:
    yield Heading(f"{step.number}. {step.title}", 3)
    yield Paragraph(_("Actor: {actor}. {verdict}: {why}", actor=step.actor, verdict=_verdict(step), why=_why(step)))
    if step.dangers:
        yield Bullets(step.dangers, loud=True)
    if calm := tuple(change for change in step.changes if change not in step.dangers):
        yield Bullets(calm)
    if step.by_hand:
        yield Paragraph(_("A person has to act first:"))
        yield Bullets(step.by_hand)
    if step.permissions:
        rows = tuple((each.system, each.name, each.scope, each.why) for each in step.permissions)
        yield Rows((_("system"), _("permission"), _("scope"), _("why")), rows)
    if step.links:
        yield Places(step.links)


def _why(step: StepReview) -> str:
    if not step.after:
        return step.why
    if not step.changes:
        return _("not known before")
    return _(
        "in full not known before; what follows is what the answers and the step's own files tell now, and what "
        "stands already is not made again"
    )
