"""What a step is: a check of the world, an apply that changes it, and the data both are known by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from wizard.text import _

if TYPE_CHECKING:
    from wizard.setup.answers import Answers
    from wizard.setup.context import Context
    from wizard.setup.folder import Folder

World = TypeVar("World")


class Verdict(StrEnum):
    """What a check found the world to be."""

    DONE = "done"
    TODO = "todo"
    BLOCKED = "blocked"  # only a person, or another step, can go on from here
    UNKNOWN = "unknown"  # the world could not be asked


class Kind(StrEnum):
    """How a step is carried out; front ends choose a screen by it."""

    AUTOMATIC = "automatic"
    GUIDED = "guided"
    FORM = "form"
    TERRAFORM = "terraform"
    DEPLOY = "deploy"
    SUMMARY = "summary"


class Actor(StrEnum):
    """Who may carry a step out."""

    PERSON = "person"
    PRINCIPAL = "principal"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Permission:
    """One right a step needs: `system` is azure, graph, databricks-account, databricks-workspace,
    unity-catalog or local; `name` is the role, app role or privilege by its official name.

    `lasting`: for good, since the jobs need it with each run; else only while the setup is made, changed or destroyed.
    `only`: the answer that asks for it, as `identity.create_members` or `network_watcher.action=delete`."""

    system: str
    name: str
    scope: str
    why: str
    lasting: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """What a person does where no API can: who, the actions in order, and where."""

    headline: str
    actions: tuple[str, ...]
    who: str
    link: str | None = None


WAITING = "waiting"  # the raw code of a problem that only waits for earlier steps


@dataclass(frozen=True, slots=True)
class Problem:
    """A known or unknown failure, told as what, why and the next action.

    `transient`: it passes by itself, so that another try in the same run is worth it."""

    what: str
    why: str
    next_action: str
    link: str | None = None
    raw_code: str | None = None
    request_id: str | None = None
    raw_message: str | None = None
    log: str | None = None
    transient: bool = False
    who: str = ""  # can do the next action; empty where whoever runs it can
    step: str | None = None  # to go back to, by its name
    command: str | None = None  # that does the next action, or begins it
    retry_after: float | None = None  # seconds that the service asked to wait

    @property
    def waits(self) -> bool:
        """Whether it is none of its own: an earlier step is not done yet."""
        return self.raw_code == WAITING


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a check looked at, in words: `done` stands, `todo` does not yet, `unknown` could not be told."""

    what: str
    state: Literal["done", "todo", "unknown"] = "done"


class Facts(BaseModel):
    """What a step's check learned of the world, for the steps after it. Never holds a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Questions(BaseModel):
    """What a step asks. A field's `description` is its meaning; `json_schema_extra` may carry `why`
    (of the default) and `cost`. A secret is of type `SecretRef`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `changes` says in words what an apply would do, `found` what was looked at and how it
    stands, `link` where a person sees it."""

    verdict: Verdict
    why: str
    facts: Facts | None = None
    changes: tuple[str, ...] = ()
    guide: Guide | None = None
    problem: Problem | None = None
    found: tuple[Found, ...] = ()
    link: str | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing but earlier steps holds it up; no person can do anything about it."""
        return self.guide is None and (self.problem is None or self.problem.waits)


@dataclass(frozen=True, slots=True)
class Removal:
    """What a destroy of one step takes away, in words, and which data is lost for good with it.
    `kept` names, with the reason, what this setup made and others use: it stays."""

    objects: tuple[str, ...]
    data_loss: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class StepFailed(Exception):  # noqa: N818 - it carries a problem, it is not a bug
    """Raised by a check or an apply that cannot go on; the engine tells it to the user."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.what}\n{problem.why}\n{problem.next_action}")
        self.problem = problem


class Step(ABC, Generic[World]):
    """One step of the journey. `after` names the steps whose facts it reads or whose work it needs, `ahead` those
    after which it may look ahead (see `look_ahead`); where it is empty, it does not."""

    name: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]
    actor: ClassVar[Actor]
    after: ClassVar[tuple[str, ...]] = ()
    ahead: ClassVar[tuple[str, ...]] = ()
    permissions: ClassVar[tuple[Permission, ...]] = ()
    questions: ClassVar[type[Questions] | None] = None
    reads: ClassVar[tuple[str, ...]] = ()  # answers to other steps' questions, as compute.node_type

    def faults(self, answers: Answers, folder: Folder) -> list[str]:
        """What is wrong with the files the answers name, each as `file:line:column field: what, why, remedy`.

        Asked before anything is made: the folder may not exist yet."""
        return []

    def look_ahead(self, ctx: Context[World]) -> None:
        """Begin what a check will need, and return at once. Called when the steps of `ahead` have ended, before those
        of `after` have; what was begun counts unless `close` is called before the check. Changes nothing."""

    @abstractmethod
    def check(self, ctx: Context[World]) -> Finding:
        """Ask the world, without changing it."""

    def foresee(self, ctx: Context[World]) -> Facts | None:
        """What an apply would tell, as far as it is known before one. Asked after a finding of `todo` that no apply
        follows."""
        return None

    def withheld(self, ctx: Context[World], found: Finding) -> Finding | None:
        """What is told in place of an apply that a person must agree to first; None where it may go ahead."""
        return None

    def apply(self, ctx: Context[World]) -> None:
        """Make what `check` found missing. Called only after a finding of `todo`."""
        raise NotImplementedError(f"{self.name} has nothing to apply")

    def confirm(self, ctx: Context[World]) -> Finding:
        """The check after an apply; a step that knows a cheaper proof overrides it."""
        return self.check(ctx)

    def close(self, ctx: Context[World]) -> None:
        """Drop what a check kept for an apply that did not follow, and what looking ahead began. Called at the end of
        every command, and before a check where an apply came between."""

    def left_behind(self, ctx: Context[World], *, changing: bool) -> str | None:
        """What may be left where the user does not wait for this step's current call, in words; None for nothing.
        `changing`: it is in its apply or its destroy, and not only asking. Asks no cloud."""
        return _("the call under way may still take effect; the next run finds what it made") if changing else None

    def removal(self, ctx: Context[World]) -> Removal | None:
        """What `destroy` would take away now; None where there is nothing. Changes nothing."""
        return None

    def destroy(self, ctx: Context[World]) -> None:
        """Take away what `removal` named."""


@dataclass(slots=True)
class FactBook:
    """The facts of this run, by their type."""

    _facts: dict[type[Facts], Facts] = field(default_factory=dict)

    def add(self, facts: Facts) -> None:
        self._facts[type(facts)] = facts

    def find(self, kind: type[FactsT]) -> FactsT | None:
        found = self._facts.get(kind)
        return found if isinstance(found, kind) else None


FactsT = TypeVar("FactsT", bound=Facts)
