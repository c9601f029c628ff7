"""Advice in plain mode: whoever waits for it is heard, and what does not come is waited for once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from wizard import journey
from wizard.guided.advice import Advice
from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, Named, Priced, texts
from wizard.prompts import advised
from wizard.prompts.advised import Advised
from wizard.prompts.terminal import Interrupted, Leave, Terminal
from wizard.setup.draft import Draft


class Silent:
    """Answers nobody until it is let go; `meanwhile` is done with each question."""

    def __init__(self, meanwhile: Any = None) -> None:
        self.let_go, self.asked = threading.Event(), 0
        self._meanwhile = meanwhile

    def _wait(self) -> None:
        self.asked += 1
        if self._meanwhile is not None:
            self._meanwhile()
        assert self.let_go.wait(60)

    def priced(self, draft: Draft) -> Priced:
        self._wait()
        return Priced(texts(draft, PRICE_KEYS), {"foundation.network": {"nat_gateway": 36.5}}, 40.0, True, "USD")

    def named(self, draft: Draft) -> Named:
        self._wait()
        return Named(texts(draft, NAME_KEYS), {"project.domain": ("ok", "free")})


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with Terminal().open() as found:
        yield found


@pytest.fixture
def draft() -> Draft:
    return Draft(journey.questions())


@pytest.mark.parametrize(("number", "wish"), [(signal.SIGINT, Interrupted), (signal.SIGTERM, Leave)])
def test_a_wish_to_stop_is_heard_while_prices_are_waited_for(
    terminal: Terminal, draft: Draft, number: signal.Signals, wish: type[Exception]
) -> None:
    silent = Silent(lambda: os.kill(os.getpid(), number))
    section = next(each for each in draft.sections if each.name == "foundation")
    with pytest.raises(wish):
        Advised(cast(Advice, silent), draft, terminal).estimate(section)
    assert not silent.let_go.is_set(), "nothing was answered"
    silent.let_go.set()


def test_what_does_not_come_is_unknown_and_waited_for_once(
    terminal: Terminal, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advised, "PATIENCE", 0.0)
    silent = Silent()
    found = Advised(cast(Advice, silent), draft, terminal)
    sections = {each.name: each for each in draft.sections}
    network = next(each for each in sections["foundation"].questions if each.name == "network")
    assert found.prices(network) == {}
    assert found.estimate(sections["foundation"]) == "Estimate: unknown"
    assert silent.asked == 1
    assert list(found.names(sections["project"])) == list(found.names(sections["project"])) == []
    assert silent.asked == 2, "the names are asked for beside the prices, once"
    draft.answer("foundation.network", "public_egress")
    assert found.prices(network) == {}
    assert silent.asked == 3, "other answers are asked for anew"
    silent.let_go.set()
