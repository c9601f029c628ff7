"""What the questions say beside their rules, in lines: what each choice costs, and whether the names are free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from wizard.guided.advice import Advice
from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, Priced, texts
from wizard.guided.words import a_month, in_all
from wizard.setup.draft import Draft, Question, Section
from wizard.text import _

PATIENCE, SOON = 15.0, 1.0  # seconds that an answer is waited for; after which it is said that one is
AnswerT = TypeVar("AnswerT")


class Advised:
    """Over the draft as it stands at each call; `say` tells where one has to wait."""

    def __init__(self, advice: Advice, draft: Draft, say: Callable[[str], None]) -> None:
        self._advice, self._draft, self._say = advice, draft, say
        self._priced: Priced | None = None
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
        if self._priced is None or self._priced.asked != asked:
            self._priced = self._wait(lambda: self._advice.priced(self._draft.copy()), _("asking what it costs"))
        return self._priced

    def names(self, section: Section) -> Iterator[tuple[str, str, str]]:
        """Field, ok or fix, and what was found; of this section alone."""
        keys = {question.key: question.name for question in section.questions}
        if not keys.keys() & {*NAME_KEYS}:
            return
        found = self._wait(lambda: self._advice.named(self._draft.copy()), _("asking whether the names are free"))
        for key, (state, text) in found.words.items() if found is not None else ():
            if key in keys:
                yield keys[key], state, text

    def once(self) -> bool:
        """Whether the names as they stand are told for the first time."""
        before, self._told = self._told, texts(self._draft, NAME_KEYS)
        return before != self._told

    def _wait(self, ask: Callable[[], AnswerT], what: str) -> AnswerT | None:
        """The answer; None where it takes too long."""
        answers: list[AnswerT] = []
        asking = threading.Thread(target=lambda: answers.append(ask()), name="advised", daemon=True)
        asking.start()
        asking.join(SOON)
        if asking.is_alive():
            self._say(what)
            asking.join(PATIENCE)
        return answers[0] if answers else None
