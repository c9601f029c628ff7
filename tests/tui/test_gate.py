"""The gate between a step's thread and the person: what it asks, what it looks at by itself, which word counts."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from wizard.guided.asking import AskingGate
from wizard.setup.cancel import Cancellation, Cancelled
from wizard.setup.gate import Decision
from wizard.setup.step import Finding, Guide, Kind, Verdict

GUIDE = Guide("give it its roles", ("there",), "an Owner")
OFFER = Finding(Verdict.TODO, "roles are missing", changes=("give Owner",), guide=GUIDE)
LESS = Finding(Verdict.TODO, "roles are missing", changes=("give Reader",), guide=GUIDE)


class Heard:
    """What was posted; `asked` is set with each question."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.asked = threading.Event()

    def __call__(self, event: Any) -> None:
        self.events.append(event)
        if event.event == "asked":
            self.asked.set()

    @property
    def names(self) -> list[str]:
        return [event.event for event in self.events]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def gate(heard: Heard, *, often: float = 0.0, watches: bool = True) -> AskingGate:
    kinds = {"principal": Kind.GUIDED, "metastore": Kind.AUTOMATIC}
    return AskingGate(kinds, {}, heard, often=often, watches=watches)


def test_what_a_person_may_do_as_well_is_looked_at_while_it_is_offered(heard: Heard) -> None:
    for step in ("principal", "metastore"):
        assert gate(heard).before_apply(step, OFFER, None) is Decision.CHECK
    assert heard.names == ["asked", "asked"], "a look is no answer"


def test_a_word_during_a_look_counts_if_the_offer_is_the_same(heard: Heard) -> None:
    asking = gate(heard)
    asking.before_apply("principal", OFFER, None)
    asking.say("principal", Decision.GO)
    assert asking.before_apply("principal", OFFER, None) is Decision.GO
    assert heard.names == ["asked", "asked", "answered"]


def test_a_word_on_another_offer_does_not_count(heard: Heard) -> None:
    asking = gate(heard)
    asking.before_apply("principal", OFFER, None)
    asking.say("principal", Decision.GO)
    assert asking.before_apply("principal", LESS, None) is Decision.CHECK


def test_without_watching_it_waits_for_a_word(heard: Heard) -> None:
    asking, words = gate(heard, watches=False), []
    thread = threading.Thread(target=lambda: words.append(asking.before_apply("principal", OFFER, None)))
    thread.start()
    assert heard.asked.wait(30)
    asking.say("principal", Decision.GO)
    thread.join(30)
    assert words == [Decision.GO]
    assert asking.before_apply("metastore", OFFER, None) is Decision.GO, "what the wizard does by itself"


def test_a_guide_that_came_true_goes_on_by_itself(heard: Heard) -> None:
    asking, rest = gate(heard), Finding(Verdict.TODO, "the account lacks people", changes=("add owner",))
    asking.again("principal", Finding(Verdict.BLOCKED, "no admin", guide=GUIDE), failed=False)
    assert asking.before_apply("principal", rest, None) is Decision.GO
    assert heard.names == ["asked", "answered"]


def test_a_wish_to_stop_ends_a_question_that_waits_for_ever_and_one_that_comes_after(heard: Heard) -> None:
    asking, cancel, ended = gate(heard, watches=False), Cancellation(), threading.Event()
    asking.listen(cancel)

    def ask() -> None:
        with pytest.raises(Cancelled):
            asking.before_apply("principal", OFFER, None)
        ended.set()

    threading.Thread(target=ask, daemon=True).start()
    assert heard.asked.wait(30)
    cancel.request()
    assert ended.wait(30)
    with pytest.raises(Cancelled):
        asking.before_apply("principal", OFFER, None)
    assert heard.names == ["asked", "answered", "asked", "answered"]


def test_a_word_on_one_step_leaves_the_question_of_another(heard: Heard) -> None:
    asking = gate(heard, watches=False)
    words: dict[str, Decision] = {}
    failed = Finding(Verdict.TODO, "it failed")

    def ask(step: str) -> None:
        asking.again(step, failed, failed=True)
        words[step] = Decision.CHECK

    threads = {step: threading.Thread(target=ask, args=(step,), daemon=True) for step in ("principal", "metastore")}
    for thread in threads.values():
        thread.start()
        assert heard.asked.wait(30)
        heard.asked.clear()
    asking.say("metastore", Decision.CHECK)
    threads["metastore"].join(30)
    assert [*words] == ["metastore"]
    asking.say("principal", Decision.CHECK)
    threads["principal"].join(30)
    assert {*words} == {*threads}
