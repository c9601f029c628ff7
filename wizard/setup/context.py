"""What a step is handed: answers, folder, secrets, the world's clients, and a voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from wizard.setup.events import Event, Progress, Waiting
from wizard.setup.step import FactBook, Facts, Questions, World

if TYPE_CHECKING:
    from wizard.setup.answers import Answers
    from wizard.setup.cancel import Cancellation
    from wizard.setup.folder import Folder
    from wizard.setup.secrets import Secrets

FactsT = TypeVar("FactsT", bound=Facts)
QuestionsT = TypeVar("QuestionsT", bound=Questions)


class FactsMissing(Exception):  # noqa: N818 - a state of the world, not a bug
    """An earlier step has not told what this one needs; the engine reports `blocked`."""

    def __init__(self, kind: type[Facts]) -> None:
        super().__init__(kind.__name__)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Context(Generic[World]):
    """One step's view of the run. `world` gives the clients (see `wizard.cloud.world.World`)."""

    step: str
    answers: Answers
    folder: Folder
    secrets: Secrets
    world: World
    book: FactBook
    cancel: Cancellation
    setup_id: str
    emit: Callable[[Event], None]
    data_loss_allowed: bool = False  # the user agreed to lose what a plan says is lost

    def ask(self, questions: type[QuestionsT]) -> QuestionsT:
        """The answers to one step's questions, typed."""
        return self.answers.section(questions)

    def facts(self, kind: type[FactsT]) -> FactsT:
        """What an earlier step learned; raises FactsMissing where it has not."""
        found = self.book.find(kind)
        if found is None:
            raise FactsMissing(kind)
        return found

    def maybe(self, kind: type[FactsT]) -> FactsT | None:
        """As `facts`, but None where the step has not told it."""
        return self.book.find(kind)

    def say(self, text: str) -> None:
        """Tell the user what happens now (one line, translated by the caller)."""
        self.emit(Progress(step=self.step, text=text))

    def wait_for(self, what: str, ready: Callable[[], bool], *, seconds: float, every: float = 1.0) -> bool:
        """Poll `ready` until true, at most `seconds`; says what it waits for; stops on cancel.

        Returns whether it became true."""
        return self.cancel.wait_until(
            ready, seconds=seconds, every=every, on_wait=lambda: self.emit(Waiting(step=self.step, what=what))
        )
