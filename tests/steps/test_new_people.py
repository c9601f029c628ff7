"""People whom the answers want made: once, with a private password, known as ours, gone with a destroy."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.clouds import of_its_own
from tests.steps.early import Setup, open_setup
from wizard.sandbox.process import Connection
from wizard.setup.answers import AnswersInvalid
from wizard.setup.step import Verdict
from wizard.steps.facts import PrincipalFacts
from wizard.steps.identity import Identity
from wizard.steps.new_people import PASSWORDS
from wizard.steps.preflight import Preflight
from wizard.steps.principal_rights import Grant, give
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

ANA, BIA = "ana@lakehousesandbox.onmicrosoft.com", "bia@lakehousesandbox.onmicrosoft.com"
BEFORE = (Preflight, SignIn, Project, ResourceProviders)


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[Connection]:
    with of_its_own(tmp_path / "clean") as connection:
        yield connection


def asking_for(clean: Connection, root: Path, *people: str) -> Setup:
    setup = open_setup(clean, root, {"identity": {"create_members": list(people)}})
    for step in BEFORE:
        assert setup.settle(step()).verdict is Verdict.DONE
    return setup


def password_of(setup: Setup, upn: str) -> Path:
    return setup.folder.private / PASSWORDS / upn


def logs_in(clean: Connection, upn: str, password: str) -> bool:
    form = {"grant_type": "password", "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "username": upn,
            "password": password, "scope": "https://graph.microsoft.com/.default"}  # fmt: skip
    url = f"{clean.info['endpoints']['login']}/{clean.info['tenant_id']}/oauth2/v2.0/token"
    return requests.post(url, data=form, verify=clean.info["ca_file"], timeout=30).ok


def test_people_are_made_once_become_members_and_go_with_a_destroy(clean: Connection, tmp_path: Path) -> None:
    setup = asking_for(clean, tmp_path, ANA, BIA)
    graph = setup.world.graph(setup.context("test"))
    graph.create_user(BIA, "somebody-Else-1", "somebody else's")

    first = setup.check(ServicePrincipal())
    assert first.verdict is Verdict.TODO
    assert first.changes == (f"create the user {ANA}",)
    assert setup.settle(ServicePrincipal()).verdict is Verdict.DONE

    assert stat.S_IMODE(password_of(setup, ANA).stat().st_mode) == 0o600
    assert logs_in(clean, ANA, password_of(setup, ANA).read_text(encoding="utf-8").strip())
    assert not password_of(setup, BIA).exists()  # she was there already, and stays as she is

    owner = clean.info["identities"]["owner"]["upn"]
    variables = Identity().variables(setup.context("identity"))
    assert variables["member_upns"] == sorted([owner, ANA, BIA])
    assert password_of(setup, ANA).read_text(encoding="utf-8").strip() not in str(variables)

    before = setup.mutations()
    assert setup.check(ServicePrincipal()).verdict is Verdict.DONE
    assert setup.mutations() == before

    step, ctx = ServicePrincipal(), setup.context("service-principal")
    removal = step.removal(ctx)
    assert removal is not None
    assert f"user {ANA}" in removal.objects
    assert f"user {BIA}" not in removal.objects
    step.destroy(ctx)
    assert graph.user(ANA) is None
    assert graph.user(BIA) is not None
    assert not password_of(setup, ANA).exists()
    assert step.removal(ctx) is None


def test_the_password_that_was_kept_is_the_one_that_is_set(clean: Connection, tmp_path: Path) -> None:
    setup = asking_for(clean, tmp_path, ANA)
    setup.folder.write(password_of(setup, ANA), "of-an-Interrupted-run-1\n")
    assert setup.settle(ServicePrincipal()).verdict is Verdict.DONE
    assert logs_in(clean, ANA, "of-an-Interrupted-run-1")


def test_who_was_made_once_is_removed_though_no_longer_asked_for(clean: Connection, tmp_path: Path) -> None:
    setup = asking_for(clean, tmp_path, ANA)
    assert setup.settle(ServicePrincipal()).verdict is Verdict.DONE
    later = open_setup(clean, tmp_path)
    later.book = setup.book
    removal = ServicePrincipal().removal(later.context("service-principal"))
    assert removal is not None
    assert f"user {ANA}" in removal.objects


def test_an_operator_who_may_not_make_users_is_told_who_may(
    clean: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = open_setup(clean, tmp_path / "chief", {"service_principal": {"role_set": "owner"}})
    graph = chief.world.graph(chief.context("test"))
    application = graph.create_application("reader", "a test's", "a-test")
    principal = graph.create_service_principal(application["appId"], "a-test")
    monkeypatch.setenv("READER", graph.add_password(application["id"], "a test's", "2040-01-01T00:00:00Z"))
    chief.arm.assign_role(chief.arm.role_id("Owner") or "", principal["id"], "ServicePrincipal", None)
    for name in ("Application.Read.All", "User.Read.All"):
        give(chief.arm, graph, principal["id"], Grant("app-role", name, "its id is told by the tenant"))

    sign_in = {"client_id": application["appId"], "client_secret": "env:READER"}
    setup = open_setup(clean, tmp_path / "reader", {"sign_in": sign_in, "identity": {"create_members": [ANA]}})
    for step in BEFORE:
        assert setup.settle(step()).verdict is Verdict.DONE
    finding = setup.settle(ServicePrincipal())
    assert finding.verdict is Verdict.BLOCKED, finding.why
    assert ANA in finding.why
    assert finding.guide is not None
    assert finding.guide.who == "a User Administrator"
    assert setup.book.find(PrincipalFacts) is not None


def test_a_guest_cannot_be_asked_to_be_made(clean: Connection, tmp_path: Path) -> None:
    with pytest.raises(AnswersInvalid, match="a guest has to be invited"):
        open_setup(clean, tmp_path, {"identity": {"create_members": ["x_y.com#EXT#@z.onmicrosoft.com"]}})
