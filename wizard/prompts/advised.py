"""What the questions say beside their rules, in lines: what each choice costs, and whether the names are free."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from wizard.guided.advice import Advice
from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, Named, Priced, texts
from wizard.guided.words import a_month, in_all
from wizard.setup.draft import Draft, Question, Section
from wizard.text import _

if TYPE_CHECKING:
    from wizard.prompts.terminal import Terminal

PATIENCE, SOON = 16.0, 1.0  # seconds that an answer is waited for; after which it is said that one is
TURN = 0.1  # seconds between two looks at whether the person wishes to stop
AnswerT = TypeVar("AnswerT")


class Asking(Generic[AnswerT]):
    """One question about the texts `asked`, in a thread of its own. It is waited for once; `answer` may come later."""

    def __init__(self, asked: tuple[str, ...], ask: Callable[[], AnswerT]) -> None:
        self.asked, self._ask = asked, ask
        self.answer: AnswerT | None = None
        self._thread = threading.Thread(target=self._work, name="advised", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        self.answer = self._ask()

    def over(self, seconds: float) -> bool:
        """Whether it ended; waits no longer than that."""
        self._thread.join(seconds)
        return not self._thread.is_alive()


class Advised:
    """Over the draft as it stands at each call; the terminal is told where one has to wait, and heard meanwhile.

    What takes too long is unknown, and is not waited for again while the same texts stand. Raises Leave,
    Interrupted."""

    def __init__(self, advice: Advice, draft: Draft, terminal: Terminal) -> None:
        self._advice, self._draft, self._terminal = advice, draft, terminal
        self._pricing: Asking[Priced] | None = None
        self._naming: Asking[Named] | None = None
        self._told: tuple[str, ...] = ()  # texts whose names were told not to be free

    def prices(self, question: Question) -> Mapping[str, str]:
        """What a month of each choice costs, in words; empty for a question whose choices cost nothing."""
        if question.key not in PRICE_KEYS or (priced := self._price()) is None:
            return {}
        return {value: a_month(each, priced.currency) for value, each in priced.choices.get(question.key, {}).items()}

    def estimate(self, section: Section) -> str:
        """The month as it would cost now; empty for a section that nothing of it depends on."""
        if not {question.key for question in section.questions} & {*PRICE_KEYS}:
            return ""
        priced = self._price()
        return _("Estimate: {words}", words=in_all(priced) if priced is not None else _("unknown"))

    def _price(self) -> Priced | None:
        asked = texts(self._draft, PRICE_KEYS)
        if self._pricing is None or self._pricing.asked != asked:
            draft = self._draft.copy()
            self._pricing = Asking(asked, lambda: self._advice.priced(draft))
            self._wait(self._pricing, _("asking what it costs"))
        return self._pricing.answer

    def names(self, section: Section) -> Iterator[tuple[str, str, str]]:
        """Field, ok or fix, and what was found; of this section alone."""
        keys = {question.key: question.name for question in section.questions}
        if not keys.keys() & {*NAME_KEYS}:
            return
        asked = texts(self._draft, NAME_KEYS)
        if self._naming is None or self._naming.asked != asked or self._naming.over(0):
            draft = self._draft.copy()
            self._naming = Asking(asked, lambda: self._advice.named(draft))
            self._wait(self._naming, _("asking whether the names are free"))
        found = self._naming.answer
        for key, (state, text) in found.words.items() if found is not None else ():
            if key in keys:
                yield keys[key], state, text

    def once(self) -> bool:
        """Whether the names as they stand are told for the first time."""
        before, self._told = self._told, texts(self._draft, NAME_KEYS)
        return before != self._told

    def _wait(self, asking: Asking[AnswerT], what: str) -> None:
        """Until it is answered, or takes too long."""
        began, told = time.monotonic(), False
        while not asking.over(TURN) and (waited := time.monotonic() - began) < PATIENCE:
            self._terminal.heed()
            if waited > SOON and not told:
                told = True
                self._terminal.say(what)
