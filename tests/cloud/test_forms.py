"""Each call of the clients against its published form (forms.yaml): method, path, query with api-version, and body."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cloud import exercises
from tests.cloud.wire import Wire
from tests.states.lakes import Lakes
from wizard.cloud.arm import ArmClient
from wizard.cloud.graph import GraphClient
from wizard.cloud.keyvault import KeyVault
from wizard.cloud.prices import PriceClient
from wizard.sandbox import process
from wizard.steps.facts import FoundationFacts

SILENT = {"covers", "made_here", "mark_of"}  # they ask nothing
CLIENTS = {"arm": ArmClient, "graph": GraphClient, "prices": PriceClient, "vault": KeyVault}


@cache
def forms() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("forms.yaml").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder = tmp_path_factory.mktemp("forms")
    with process.connect(folder / "state", "clean") as cloud:
        setup = Lakes(cloud).open(folder, domain="forms")
        foundation = setup.book.find(FoundationFacts)
        assert foundation is not None
        info, identity = cloud.info, cloud.info["identities"]["lakehouse-wizard"]
        seen = Wire(cloud, frozenset(forms()["constants"]))
        seen.names |= {
            "tenant": info["tenant_id"],
            "subscription": info["subscription_id"],
            "account": info["account_id"],
            "principal": identity["object_id"],
            "client": identity["client_id"],
            "workspace": foundation.workspace_id,
        }
        with seen.watching():
            for exercise in exercises.ALL:
                exercise(setup, seen)
        yield seen
    process.stop(folder / "state")


@pytest.mark.parametrize("form", forms()["calls"], ids=lambda form: form["call"])
def test_the_call_has_its_published_form(form: dict[str, Any], wire: Wire) -> None:
    assert wire.form(form["call"]) == form["requests"], form["source"]


def test_every_form_names_its_source(wire: Wire) -> None:
    assert [form["call"] for form in forms()["calls"] if not form["source"]] == []
    assert [form["call"] for form in forms()["calls"]] == list(wire.calls), "in the order of the exercises"


@pytest.mark.parametrize("name", CLIENTS)
def test_every_method_of_a_client_has_a_form(name: str) -> None:
    methods = {
        member
        for member, value in inspect.getmembers(CLIENTS[name], inspect.isfunction)
        if not member.startswith("_") and member not in SILENT
    }
    told = {form["call"].partition(".")[2] for form in forms()["calls"] if form["call"].startswith(f"{name}.")}
    assert told == methods
