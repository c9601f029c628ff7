"""Federated credentials: added once, whatever befalls the request, and told where the operator may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clouds import of_its_own
from tests.steps.early import Setup, open_setup
from wizard.sandbox.process import Connection
from wizard.setup.step import StepFailed
from wizard.steps import federation
from wizard.steps.federation import Trust, trusts
from wizard.steps.sign_in import SignIn

ADDING = "graph.application.federatedCredential.create"
ENVIRONMENTS = ("lakehouse", "lakehouse-plan")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("federation") / "state"
    with of_its_own(state) as connection:
        yield connection


@pytest.fixture(autouse=True)
def no_fault(cloud: Connection) -> Iterator[None]:
    yield
    cloud.clear_faults()


def opened(cloud: Connection, place: Path) -> Setup:
    setup = open_setup(cloud, place)
    setup.check(SignIn())
    return setup


def application(cloud: Connection) -> str:
    return str(cloud.info["identities"]["lakehouse-wizard"]["client_id"])


def create(setup: Setup, wanted: tuple[Trust, ...]) -> tuple[Trust, ...]:
    return federation.create(setup.context("sign-in"), application(setup.connection), wanted)


def held(setup: Setup, wanted: tuple[Trust, ...]) -> list[str]:
    """The names of the application's credentials that are among the wanted."""
    graph = setup.world.graph(setup.context("test"), "operator")
    found = graph.application(application(setup.connection))
    assert found is not None
    subjects = {trust.subject for trust in wanted}
    return [one["name"] for one in graph.federated_credentials(found["id"]) if one["subject"] in subjects]


@pytest.mark.parametrize("kind", ["none", "lost_response", "throttled", "error", "timeout", "cut_body", "lag"])
def test_it_converges_without_a_duplicate(cloud: Connection, tmp_path: Path, kind: str) -> None:
    setup = opened(cloud, tmp_path)
    wanted = trusts("octo/lake", kind, ENVIRONMENTS)
    wanted = tuple(Trust(one.name, one.subject.replace("octo", kind.replace("_", "-"))) for one in wanted)
    if kind != "none":
        cloud.add_fault(kind, match={"operation": ADDING}, count=1, seconds=1.0)
    create(setup, wanted)
    assert sorted(held(setup, wanted)) == sorted(one.name for one in wanted)
    before = len(cloud.requests(mutating=True))
    assert create(setup, wanted) == ()
    assert len(cloud.requests(mutating=True)) == before


def test_a_name_of_another_subject_is_told_and_kept(cloud: Connection, tmp_path: Path) -> None:
    setup = opened(cloud, tmp_path)
    mine = trusts("octo/first", "shared", ENVIRONMENTS)
    create(setup, mine)
    with pytest.raises(StepFailed) as refused:
        create(setup, trusts("octo/second", "shared", ENVIRONMENTS))
    assert "repo:octo/first:environment:lakehouse" in refused.value.problem.why
    assert "--name" in refused.value.problem.next_action
    assert len(held(setup, mine)) == 2


def test_who_may_not_is_told_what_somebody_else_is_to_do(cloud: Connection, tmp_path: Path) -> None:
    setup = opened(cloud, tmp_path)
    wanted = trusts("octo/denied", "denied", ENVIRONMENTS)
    cloud.add_fault("denied", match={"operation": ADDING}, count=0)
    with pytest.raises(StepFailed) as refused:
        create(setup, wanted)
    told = refused.value.problem.next_action
    assert all(trust.subject in told for trust in wanted)
    assert federation.ISSUER in told


def test_an_application_that_there_is_not_is_told(cloud: Connection, tmp_path: Path) -> None:
    setup = opened(cloud, tmp_path)
    with pytest.raises(StepFailed) as refused:
        federation.create(setup.context("sign-in"), "00000000-0000-4000-8000-000000000000", ())
    assert "--client-id" in refused.value.problem.next_action
