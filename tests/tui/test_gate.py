"""The gate between a step's thread and the person: what it asks, what it looks at by itself, which word counts."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from wizard.guided.asking import SELDOM, AskingGate
from wizard.setup.cancel import Cancellation, Cancelled
from wizard.setup.gate import Decision
from wizard.setup.step import Finding, Guide, Kind, Problem, Verdict

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


NOBODY = Finding(Verdict.BLOCKED, "no admin", guide=GUIDE)


def pauses(heard: Heard, began: float) -> list[float]:
    """Seconds from `began` to the moment of each look that was told."""
    return [event.until - began for event in heard.events if event.event == "asked" and event.until is not None]


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> float:
    """Time stands, and every look is due at once."""
    monkeypatch.setattr("wizard.guided.asking.time.monotonic", lambda: 1000.0)
    monkeypatch.setattr(AskingGate, "_heard", lambda self, step, until: None)
    return 1000.0


def test_it_looks_less_and_less_often_while_nothing_changes(heard: Heard, still: float) -> None:
    asking = gate(heard, often=5.0)
    for _look in range(30):
        asking.again("principal", NOBODY, failed=False)
    told = pauses(heard, still)
    assert told[:3] == pytest.approx([5.0, 6.0, 7.2])
    assert told == sorted(told)
    assert told[-1] == SELDOM


@pytest.mark.parametrize("what", ["another state", "a word"])
def test_it_looks_often_again_when_something_changes_or_somebody_is_there(
    heard: Heard, still: float, what: str
) -> None:
    asking = gate(heard, often=5.0)
    for _look in range(5):
        asking.again("principal", NOBODY, failed=False)
    if what == "a word":
        asking.say("principal", Decision.CHECK)
    asking.again("principal", NOBODY if what == "a word" else Finding(Verdict.BLOCKED, "one role", guide=GUIDE), False)
    assert pauses(heard, still)[-1] == pytest.approx(5.0)


def test_it_waits_as_long_as_the_service_asked_and_goes_on_looking(heard: Heard, still: float) -> None:
    asking = gate(heard, often=5.0)
    asking.again("principal", NOBODY, failed=False)
    slow = Problem("slow down", "many requests", "wait", transient=True, retry_after=42.0)
    assert asking.again("principal", Finding(Verdict.UNKNOWN, "slow down", problem=slow), failed=True)
    assert pauses(heard, still) == pytest.approx([5.0, 42.0])


def test_what_fails_for_good_waits_for_a_word(heard: Heard, still: float) -> None:
    asking = gate(heard, often=5.0)
    asking.again("principal", NOBODY, failed=False)
    broken = Problem("no role", "none", "ask for one")
    asking.again("principal", Finding(Verdict.UNKNOWN, "no role", problem=broken), failed=True)
    assert pauses(heard, still) == pytest.approx([5.0])
    assert heard.events[-1].what == "retry"


def test_nothing_is_looked_at_while_nobody_can_see_it_and_at_once_when_somebody_can(heard: Heard) -> None:
    asking, words = gate(heard), []
    asking.show(False)
    thread = threading.Thread(target=lambda: words.append(asking.before_apply("principal", OFFER, None)))
    thread.start()
    assert heard.asked.wait(30)
    thread.join(0.1)
    assert thread.is_alive(), "the look was due, and nobody could see it"
    asking.show(True)
    thread.join(30)
    assert words == [Decision.CHECK]


def test_a_word_counts_also_while_nobody_can_see_it(heard: Heard) -> None:
    asking = gate(heard)
    asking.show(False)
    words: list[Decision] = []
    thread = threading.Thread(target=lambda: words.append(asking.before_apply("principal", OFFER, None)))
    thread.start()
    assert heard.asked.wait(30)
    asking.say("principal", Decision.GO)
    thread.join(30)
    assert words == [Decision.GO]
