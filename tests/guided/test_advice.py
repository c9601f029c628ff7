"""What a form is told beside its rules: prices and names, asked of the cloud as the answers stand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from wizard import visit
from wizard.guided import advice as advice_module
from wizard.guided.advice import Advice, Where
from wizard.guided.latest import Latest
from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, texts
from wizard.guided.words import a_month, in_all
from wizard.sandbox import process
from wizard.setup.draft import Draft
from wizard.visit import Visit

SCENARIO = "name_taken"


@pytest.fixture
def told() -> list[Any]:
    return []


@pytest.fixture
def advice(root: Path, told: list[Any]) -> Iterator[Advice]:
    found = Advice(Where(root, "sandbox", SCENARIO), told.append, quiet=0.01)
    yield found
    found.close()


def test_a_name_of_somebody_else_is_to_be_fixed_and_a_free_one_is_proposed(advice: Advice, draft: Draft) -> None:
    words = advice.named(draft).words
    assert words["project.domain"] == ("fix", "taken by somebody else: storage account stadrisk; free now: risk2")
    assert words["project.catalog"] == ("ok", "becomes the catalog crisk")
    assert "foundation.event_hubs" not in words, "no namespace is wanted"
    draft.answer("foundation.event_hubs", "true")
    words = advice.named(draft).words
    assert words["foundation.event_hubs"][0] == "fix"
    assert words["project.domain"][1].endswith("free now: risk3"), "the namespace of risk2 is taken"


def test_the_environment_stands_in_the_names_and_may_make_them_free(advice: Advice, draft: Draft) -> None:
    draft.answer("project.environment", "test")
    assert advice.named(draft).words["project.domain"] == ("ok", "becomes the storage account staetestrisk")


def test_a_shared_state_may_make_them_ours(advice: Advice, draft: Draft) -> None:
    draft.answer("state.backend", "azurerm")
    state, words = advice.named(draft).words["project.domain"]
    assert state == "ok"
    assert words == "in use: storage account stadrisk; fine if this is the lakehouse's own; free now: risk2"
    assert advice.named(draft).words["state.storage_account"] == ("ok", "becomes the storage account sttdrisk")
    draft.answer("state.storage_account", "stadrisk")
    told = advice.named(draft).words["state.storage_account"]
    assert told == ("fix", "taken by somebody else: storage account stadrisk")


def test_where_nobody_can_ask_it_is_said_which_step_does(advice: Advice, draft: Draft) -> None:
    draft.answer("sign_in.method", "device_code")
    state, words = advice.named(draft).words["project.domain"]
    assert state == "ok"
    assert "step 4 asks whether it is free" in words
    draft.answer("sign_in.method", "client_secret")
    draft.answer("sign_in.client_secret", "env:A_SECRET_THAT_NOBODY_SET")
    assert "step 4 asks" in advice.named(draft).words["project.domain"][1]


def test_a_domain_that_breaks_its_rule_is_not_asked_for(advice: Advice, draft: Draft) -> None:
    draft.answer("project.domain", "Risk-2")
    assert "project.domain" not in advice.named(draft).words


def test_each_choice_has_its_price_and_the_estimate_follows(advice: Advice, draft: Draft) -> None:
    first = advice.priced(draft)
    assert first.complete
    assert first.monthly is not None
    network, hubs = first.choices["foundation.network"], first.choices["foundation.event_hubs"]
    gateway = network["nat_gateway"]
    assert gateway == pytest.approx(730 * (0.045 + 0.005))
    assert hubs["false"] == 0.0, "what is not made costs nothing"
    draft.answer("foundation.event_hubs", "true")
    draft.answer("foundation.network", "public_egress")
    second = advice.priced(draft)
    assert second.monthly is not None
    assert gateway is not None
    assert network["public_egress"] is not None
    assert hubs["true"] is not None
    expected = first.monthly - gateway + network["public_egress"] + hubs["true"]
    assert second.monthly == pytest.approx(expected)
    assert a_month(gateway, first.currency) == "+ USD 36.50 / month"
    assert in_all(second).startswith(f"USD {second.monthly:.2f} / month; assumed: 20 h of cluster")


def test_waiting_idle_and_more_units_cost_what_stands_beside_them(advice: Advice, draft: Draft) -> None:
    draft.answer("foundation.event_hubs", "true")
    first = advice.priced(draft)
    draft.answer("compute.autotermination_minutes", "60")
    draft.answer("foundation.event_hubs_units", "2")
    second = advice.priced(draft)
    idle = [each.choices["compute.autotermination_minutes"] for each in (first, second)]
    units = [each.choices["foundation.event_hubs_units"] for each in (first, second)]
    assert (list(idle[0]), list(idle[1]), list(units[1])) == (["20"], ["60"], ["2"])
    assert first.monthly is not None
    assert second.monthly is not None
    more = (idle[1]["60"] or 0) - (idle[0]["20"] or 0) + (units[1]["2"] or 0) - (units[0]["1"] or 0)
    assert second.monthly - first.monthly == pytest.approx(more, abs=0.02)
    assert "assumed: 33.3 h of cluster" in in_all(second)
    draft.answer("compute.autotermination_minutes", "soon")
    assert advice.priced(draft).choices["compute.autotermination_minutes"] == {"soon": None}


def test_what_has_no_price_is_unknown_and_never_nothing(advice: Advice, draft: Draft) -> None:
    draft.answer("compute.node_type", "Standard_Odd_v9")
    odd = advice.priced(draft)
    assert odd.choices["compute.node_type"]["Standard_Odd_v9"] is None
    assert odd.choices["compute.node_type"]["Standard_DS3_v2"] is not None
    assert not odd.complete
    assert in_all(odd).startswith("at least ")
    draft.answer("project.location", "nowhere")
    assert advice.priced(draft).choices["foundation.event_hubs"]["true"] is None
    assert a_month(None, "USD") == "unknown"


def test_without_a_cloud_all_is_unknown(root: Path, draft: Draft, told: list[Any]) -> None:
    away = Advice(Where(root / "away", "sandbox", "no such scenario"), told.append)
    priced = away.priced(draft)
    assert priced.monthly is None
    assert priced.choices["foundation.network"] == {"nat_gateway": None, "public_egress": None}
    assert "the price list did not answer" in in_all(priced)
    assert "step 4 asks" in away.named(draft).words["project.domain"][1]
    away.close()


def test_a_cloud_that_did_not_answer_is_asked_again_by_and_by(
    root: Path, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advice_module, "SULK", 0.05)
    told: SimpleQueue[Any] = SimpleQueue()
    place = root / "shared"
    away = Advice(Where(root / "away", "sandbox", SCENARIO, place), told.put, quiet=0.01)
    place.mkdir(parents=True)
    (place / "something else").touch()  # this is no sandbox
    away.consider(draft)
    while told.get(timeout=60).event != "priced":  # how often it asks for the names meanwhile is no matter
        pass
    (place / "something else").unlink()
    try:
        found: dict[str, Any] = {}
        while "priced" not in found or "named" not in found:
            event = told.get(timeout=60)
            if event.event == "priced" and event.monthly is not None:
                found["priced"] = event
            elif event.event == "named" and event.words["project.domain"][0] == "fix":
                found["named"] = event
    finally:
        away.close()
        process.stop(place)


def test_a_cloud_that_refused_is_left_alone_for_a_while(
    root: Path, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def no_cloud(*_where: object) -> AbstractContextManager[Visit]:
        tries.append("once")
        raise OSError("no cloud")

    monkeypatch.setattr(visit, "visiting", no_cloud)
    away = Advice(Where(root, "sandbox"), print)
    for _turn in range(3):
        assert "now: " in away.named(draft).words["project.domain"][1]
        assert away.priced(draft).monthly is None
    away.close()
    assert tries == ["once"]


def test_the_end_waits_for_no_cloud_that_is_starting(root: Path, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, left = threading.Event(), threading.Event(), threading.Event()

    @contextmanager
    def slow(*_where: object) -> Iterator[object]:
        begun.set()
        assert go_on.wait(60)
        try:
            yield object()
        finally:
            left.set()

    monkeypatch.setattr(visit, "visiting", slow)
    away = Advice(Where(root, "sandbox"), print)
    asking = threading.Thread(target=away.priced, args=(draft,))
    asking.start()
    assert begun.wait(60)
    away.close()
    assert not left.is_set()
    go_on.set()
    asking.join(60)
    assert left.is_set(), "what came too late was let go"


def test_what_is_told_names_what_it_was_asked_for(advice: Advice, draft: Draft) -> None:
    priced, named = advice.priced(draft.copy()), advice.named(draft.copy())
    assert priced.asked == texts(draft, PRICE_KEYS)
    assert named.asked == texts(draft, NAME_KEYS)
    draft.answer("project.domain", "other")
    draft.answer("foundation.network", "public_egress")
    assert priced.asked != texts(draft, PRICE_KEYS)
    assert named.asked != texts(draft, NAME_KEYS)


def test_only_the_newest_is_done_and_nothing_after_the_end() -> None:
    done: list[int] = []
    began, let_go, last = threading.Event(), threading.Event(), threading.Event()

    def do(number: int) -> None:
        began.set()
        assert let_go.wait(60)
        done.append(number)
        if number == 4:
            last.set()

    worker = Latest(do, 0.01, "test")
    worker.give(0)
    assert began.wait(60)
    for number in range(1, 5):  # while it cannot look
        worker.give(number)
    let_go.set()
    assert last.wait(60)
    worker.close()
    worker.give(5)
    worker._thread.join(60)
    assert done == [0, 4]
