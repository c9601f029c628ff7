"""What of the journey is there already, step by step: looked at, told, and chosen from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from wizard.cloud.world import World
from wizard.report.sketch import Sketch
from wizard.setup.answers import Answers, section_name
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.engine import Engine
from wizard.setup.outcome import Mode, Outcome
from wizard.setup.step import FactBook, Finding, Kind, Step, Verdict
from wizard.setup.survey import Seen, Standing, Surveyed
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.names import named_by
from wizard.steps.problems import from_exception
from wizard.text import N_, _

NAMED = ("Microsoft.Databricks/workspaces", "Microsoft.Storage/storageAccounts")
ALL, SETUP = "all", "setup:"
_WORDS = {
    Standing.OURS: N_("there, ours"),
    Standing.PART: N_("there, part of it"),
    Standing.UNMARKED: N_("there, no mark"),
    Standing.OTHERS: N_("there, of setup {id}"),
    Standing.ABSENT: N_("not there"),
}


class Looking(Step[World]):
    """A step that is only looked at; its objects are kept in `seen` and what it says of the answers in `answers`."""

    def __init__(self, step: WizardStep, unanswered: Sequence[str]) -> None:
        self._step, self._unanswered = step, unanswered
        self.seen: tuple[Seen, ...] = ()
        self.answers: dict[str, dict[str, Any]] = {}
        # The engine asks an instance; the class of each step has its own.
        vars(self).update(name=step.name, title=step.title, kind=step.kind, after=step.after)

    def check(self, ctx: Ctx) -> Finding:
        asked = section_name(self._step.questions) if self._step.questions else ""
        if asked == "contracts" and (missing := [one for one in self._unanswered if one.startswith("contracts.")]):
            return Finding(Verdict.TODO, _("not answered yet: {names}", names=", ".join(missing)))
        if not isinstance(self._step, Surveyed):
            return self._step.check(ctx)
        survey = self._step.survey(ctx)
        self.seen = survey.seen
        self.answers = {section: dict(fields) for section, fields in survey.answers.items()}
        return survey.finding


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the whole journey."""

    outcome: Outcome
    seen: dict[str, tuple[Seen, ...]]
    answers: dict[str, dict[str, Any]]

    @property
    def objects(self) -> list[Seen]:
        """Everything that is there and that Terraform can take."""
        return [one for seen in self.seen.values() for one in seen if one.id and one.address]

    def takeable(self) -> list[Seen]:
        """What `--take all` takes: nobody's, and to be changed in place at most."""
        return [one for one in self.objects if one.standing in (Standing.UNMARKED, Standing.PART) and not one.fixed]


ContextFactory = Callable[[str], Context[World]]


def look(steps: Sequence[WizardStep], contexts: ContextFactory, answers: Answers, open: Sequence[str]) -> Look:
    """Ask the world of every step; changes nothing. `open` are the answers that are stand-ins."""
    book, cancel = FactBook(), contexts(steps[0].name).cancel
    looking = [Looking(step, open) for step in steps if step.kind is not Kind.SUMMARY]

    def context(name: str) -> Context[World]:
        return replace(contexts(name), answers=answers, book=book)

    outcome = _engine(looking, context, cancel).run(Mode.CHECK)
    found: dict[str, dict[str, Any]] = {}
    for step in looking:
        for section, fields in step.answers.items():
            found[section] = {**found.get(section, {}), **fields}
    return Look(outcome, {step.name: step.seen for step in looking}, found)


def _engine(steps: Sequence[Looking], contexts: ContextFactory, cancel: Cancellation) -> Engine[World]:
    return Engine(steps, contexts, emit=lambda event: None, cancel=cancel, explain=from_exception)


def settled(steps: Sequence[WizardStep], contexts: ContextFactory, sketch: Sketch) -> tuple[Look, Sketch]:
    """Look until the answers say what is found: an answer that was left open is no difference."""
    seen = look(steps, contexts, sketch.answers(), sketch.open)
    fuller = sketch.with_found(seen.answers)
    if fuller.found != sketch.found and not seen.outcome.cancelled:
        return look(steps, contexts, fuller.answers(), fuller.open), fuller
    return seen, fuller


def lakehouses(ctx: Ctx) -> list[tuple[str, str]]:
    """Domain and environment of every lakehouse whose names stand in the subscription."""
    arm = ctx.world.arm(ctx, "operator")
    there = [resource.name for kind in NAMED for resource in arm.resources(kind)]
    return sorted({named for name in there if (named := named_by(name)) is not None})


def chosen(found: Look, words: Iterable[str]) -> list[Seen]:
    """The objects that the words of `--take` name. Raises KeyError with the first word that names nothing."""
    taken: list[Seen] = []
    for word in words:
        named = [one for one in found.objects if _names(found, one, word)]
        if not named and word != ALL:
            raise KeyError(word)
        taken += [one for one in named if one not in taken]
    return taken


def _names(found: Look, one: Seen, word: str) -> bool:
    if word == ALL:
        return one in found.takeable()
    if word.startswith(SETUP):
        of_it = {other.root for other in found.objects if other.setup == word.removeprefix(SETUP)}
        return one.setup == word.removeprefix(SETUP) or (one.standing is Standing.PART and one.root in of_it)
    return word.lower() in (one.address.lower(), one.id.lower())


def as_data(found: Look) -> list[dict[str, Any]]:
    """The steps of `adopt --json`."""
    return [
        {
            "name": name,
            "verdict": finding.verdict.value,
            "why": finding.why,
            **({"problem": asdict(finding.problem)} if finding.problem else {}),
            "objects": [{**asdict(one), "standing": one.standing.value} for one in found.seen.get(name, ())],
        }
        for name, finding in found.outcome.findings.items()
    ]


def lines(found: Look) -> list[str]:
    """The look in words: a line a step, below it a line an object."""
    told = []
    for name, finding in found.outcome.findings.items():
        told.append(f"{name}: {finding.why}")
        if finding.problem and finding.problem.why and not finding.problem.waits:
            told.append(f"    {finding.problem.why}")
        for one in found.seen.get(name, ()):
            standing = _(_WORDS[one.standing], id=one.setup)
            told.append(f"    {standing:<20} {one.what}" + (f"  [{one.address}]" if one.id else ""))
            told += [f"{'':>25} " + _("a run would change: {what}", what=what) for what in one.differs]
            told += [f"{'':>25} " + _("only by making it anew: {what}", what=what) for what in one.fixed]
    return told
