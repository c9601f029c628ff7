"""What a form says beside the rules: what each choice costs, and whether the names can be had.

Asked of the cloud's own services while the answers are given, in threads; whoever asks waits for nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.guided.latest import Latest
from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, Named, Priced, Word, texts
from wizard.provisioning.backend import AZURERM, LOCAL
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient
    from wizard.report.cost import Remembered
    from wizard.setup.draft import Draft
    from wizard.steps.facts import ProjectFacts
    from wizard.steps.taken import Taken
    from wizard.visit import Visit

QUIET = 0.4  # seconds after the last key
SULK = 30.0  # seconds that a cloud which did not answer is left alone
DOMAIN, CATALOG, EVENT_HUBS = "project.domain", "project.catalog", "foundation.event_hubs"
BACKEND, STATES = "state.backend", "state.storage_account"


@dataclass(frozen=True, slots=True)
class Where:
    """The folder that the answers are for, and its cloud."""

    folder: Path
    target: str
    scenario: str | None = None
    sandbox: Path | None = None


class Advice:
    """`consider` returns at once, and what comes of it is told to `post`; `priced` and `named` wait."""

    def __init__(self, where: Where, post: Callable[[Any], None], quiet: float = QUIET) -> None:
        self._where, self._post = where, post
        self._lock, self._connecting = threading.Lock(), threading.Lock()  # the first is never held for long
        self._open = ExitStack()
        self._visit: Visit | None = None
        self._prices: Remembered | None = None
        self._closed, self._silent_until = False, 0.0
        self._refused: Exception | None = None  # why there is no connection
        self._alone_until = 0.0  # monotonic: when it may be connected to again
        self._workers: tuple[Latest[Draft], Latest[Draft]] = (
            Latest(self._tell_prices, quiet, "prices"),
            Latest(self._tell_names, quiet, "names"),
        )

    def consider(self, draft: Draft) -> None:
        """Ask for these answers, unless newer ones come soon. The draft is read in other threads: give a copy."""
        for worker in self._workers:
            worker.give(draft)

    def close(self) -> None:
        """Let the cloud go, at once; a sandbox that is starting is let go as soon as it stands."""
        for worker in self._workers:
            worker.close()
        with self._lock:
            self._closed = True
            self._open.close()

    def _visited(self) -> Visit:
        """The cloud, connected to with the first question; left alone for a while after that failed."""
        from wizard.setup.folder import Folder
        from wizard.visit import visiting

        where = self._where
        with self._connecting:
            if self._closed:
                raise ConnectionError("the advice is closed")
            if (visit := self._visit) is not None:
                return visit
            if self._refused is not None and time.monotonic() < self._alone_until:
                raise self._refused
            held = ExitStack()
            try:
                visit = held.enter_context(visiting(Folder(where.folder), where.target, where.scenario, where.sandbox))
            except Exception as error:
                self._refused, self._alone_until = error, time.monotonic() + SULK
                raise
            with self._lock:
                if not self._closed:
                    self._open, self._visit, self._refused = held, visit, None
                    return visit
        held.close()
        raise ConnectionError("the advice was closed meanwhile")

    def _leave(self) -> None:
        """Connect anew next time: the sandbox may have ended."""
        with self._lock:
            self._open.close()
            self._open, self._visit, self._prices = ExitStack(), None, None

    # prices

    def _tell_prices(self, draft: Draft) -> float | None:
        self._post(self.priced(draft))
        return _until(self._silent_until)

    def priced(self, draft: Draft) -> Priced:
        """Asks the price list, at most once for each price; what cannot be had is unknown."""
        from wizard.report.choices import drafted
        from wizard.report.cost import CHOSEN, CURRENCY, Remembered, estimate, of_choice
        from wizard.setup.folder import Folder

        asked = texts(draft, PRICE_KEYS)
        values = {key: _values(draft, key) for key in CHOSEN}
        unknown: dict[str, dict[str, float | None]] = {key: dict.fromkeys(each) for key, each in values.items()}
        if time.monotonic() < self._silent_until:
            return Priced(asked, unknown, None, False, CURRENCY)
        try:
            visit = self._visited()
            prices = self._prices = self._prices or Remembered(visit.world.prices())
            choices = drafted(draft, Folder(self._where.folder))
            cost = estimate(choices, prices)
            found = {
                key: {value: of_choice(choices, key, value, prices) for value in each} for key, each in values.items()
            }
        except Exception:  # a price that cannot be had is no reason to say more than unknown
            self._silent_until = time.monotonic() + SULK
            self._leave()
            return Priced(asked, unknown, None, False, CURRENCY)
        note, hours = visit.world.target.price_note or "", choices.exploration_hours
        return Priced(asked, found, cost.known, cost.complete, cost.currency, note, hours)

    # names

    def _tell_names(self, draft: Draft) -> float | None:
        words = _made_of(draft)
        if words is None:
            self._post(self.named(draft))
            return _until(self._alone_until) if self._refused is not None else None
        asked, (project, told) = texts(draft, NAME_KEYS), words
        if _who_asks(draft) is None:
            checking: Word = ("checking", _("whether {name} is free", name=project.storage_account))
            self._post(Named(asked, {**told, DOMAIN: checking}))
        self._post(self.named(draft))
        return _until(self._alone_until) if self._refused is not None else None

    def named(self, draft: Draft) -> Named:
        """Asks what the sign-in sees, and whether the names are free, where somebody is signed in; else says when that
        is asked."""
        asked, words, seen = texts(draft, NAME_KEYS), _made_of(draft), self._seen(draft)
        if words is None:
            return Named(asked, seen)
        project, told = words
        told = {**told, **seen}
        why = _who_asks(draft)
        if why is None:
            try:
                return Named(asked, {**told, **self._asked_for(draft, project)})
            except Exception as error:
                from wizard.steps.problems import from_exception

                why = from_exception(error).what
        later = _("becomes the storage account {name}; step {step} asks whether it is free (now: {why})",
                  name=project.storage_account, step=_step(), why=why)  # fmt: skip
        return Named(asked, {**told, DOMAIN: ("ok", later)})

    def _seen(self, draft: Draft) -> dict[str, Word]:
        """Nothing where the cloud cannot be asked: the step says why."""
        from wizard.guided import seen

        try:
            return seen.words(draft, self._visited())
        except Exception:  # as with prices: what cannot be had is not said
            return {}

    def _asked_for(self, draft: Draft, project: ProjectFacts) -> dict[str, Word]:
        from wizard.steps import taken

        visit = self._visited()
        ctx = visit.context(draft.valid())
        arm = visit.world.arm(ctx, "operator")
        hubs = draft.text(EVENT_HUBS) == "true"
        found = taken.taken(ctx, arm, project, event_hubs=hubs)
        words: dict[str, Word] = {DOMAIN: ("ok", _("becomes the storage account {name}", name=project.storage_account))}
        if hubs:
            name = project.event_hubs_namespace
            words[EVENT_HUBS] = ("ok", _("becomes the Event Hubs namespace {name}", name=name))
        shared = draft.text(BACKEND) != LOCAL  # they may be this lakehouse's own, made from another folder
        if found is not None:
            free = taken.free_domain(arm, project, event_hubs=hubs)
            words[DOMAIN] = ("ok", _in_use(found, free)) if shared else ("fix", _taken(found.words, free))
        if found is not None and taken.NAMESPACES in found.things:
            words[EVENT_HUBS] = ("ok", _in_use(found, None)) if shared else ("fix", found.words)
        if draft.text(BACKEND) == AZURERM:
            words[STATES] = _state_account(draft, arm, project)
        return words


def _state_account(draft: Draft, arm: ArmClient, project: ProjectFacts) -> Word:
    """One of the subscription's own accounts may hold the states, whoever made it."""
    from wizard.steps import taken
    from wizard.steps.state_backend import StateQuestions, account_name

    name = account_name(StateQuestions.model_construct(storage_account=draft.text(STATES)), project)
    own = any(each.name.lower() == name.lower() for each in arm.resources(taken.ACCOUNTS))
    if own or arm.storage_name(name).free:
        return "ok", _("becomes the storage account {name}", name=name)
    return "fix", _("taken by somebody else: {names}", names=_("storage account {name}", name=name))


def _taken(words: str, free: str | None) -> str:
    return words if free is None else _("{taken}; free now: {domain}", taken=words, domain=free)


def _in_use(found: Taken, free: str | None) -> str:
    names = ", ".join(found.things.values())
    if free is None:
        return _("in use: {names}; fine if this is the lakehouse's own", names=names)
    return _("in use: {names}; fine if this is the lakehouse's own; free now: {domain}", names=names, domain=free)


def _until(moment: float) -> float | None:
    """Seconds from now; None where it is past."""
    left = moment - time.monotonic()
    return left if left > 0 else None


def _values(draft: Draft, key: str) -> tuple[str, ...]:
    """The choices of a question that costs; of a node type those whose price is known, and the one that stands."""
    from wizard.report.cost import NODE_TYPE, NODE_TYPES

    section, name = key.split(".")
    question = next(
        each for found in draft.sections if found.name == section for each in found.questions if each.name == name
    )
    known = tuple(NODE_TYPES) if key == NODE_TYPE else ()
    return question.choices or tuple(dict.fromkeys((*known, draft.text(key))))


def _made_of(draft: Draft) -> tuple[ProjectFacts, dict[str, Word]] | None:
    """The names that the answers give, and what is told of them without asking; None while the domain is not valid."""
    from wizard.steps import names
    from wizard.steps.project import ProjectQuestions

    domain, catalog = draft.text(DOMAIN), draft.text(CATALOG)
    try:
        names.check_domain(domain)
        names.check_catalog(catalog)
    except ValueError:
        return None
    made = ProjectQuestions.model_construct(
        domain=domain, environment=draft.text("project.environment"), catalog=catalog, project="", owner="",
        location=draft.text("project.location"), tags={},
    )  # fmt: skip
    project = names.names(made, "")
    return project, {CATALOG: ("ok", _("becomes the catalog {name}", name=project.catalog))}


def _who_asks(draft: Draft) -> str | None:
    """Why nobody can ask for names yet; None where the answers' own sign-in can."""
    from wizard.cloud.world import ATTENDED
    from wizard.steps.sign_in import SignInQuestions

    answers = draft.valid()
    if not answers.holds(SignInQuestions):
        return _("nobody is signed in")
    if answers.section(SignInQuestions).method in ATTENDED:
        return _("the person signs in at step 2")
    return None


def _step() -> int:
    """The number of the step that looks at the names in any case."""
    from wizard.journey import STEPS
    from wizard.steps.resource_providers import ResourceProviders

    return STEPS.index(ResourceProviders) + 1
