"""What is told of a world that somebody else began, and what may be chosen from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.steps.early import Setup, answers_of, open_setup
from wizard import journey
from wizard.provisioning import adoption
from wizard.report.sketch import sketch
from wizard.report.survey import Look, chosen
from wizard.sandbox import process
from wizard.setup import mark
from wizard.setup.answers import AnswersInvalid
from wizard.setup.outcome import Outcome
from wizard.setup.secrets import Secrets
from wizard.setup.step import Verdict
from wizard.setup.survey import Seen, Standing, whose
from wizard.steps import agreed
from wizard.steps.facts import FoundationFacts, ProjectFacts
from wizard.steps.foundation import Foundation, FoundationQuestions
from wizard.steps.foundation_survey import objects, seen_as
from wizard.steps.identity import Identity
from wizard.steps.names import named_by
from wizard.steps.project import Project, ProjectQuestions
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    root = tmp_path_factory.mktemp("half_built")
    with process.connect(root / "state", "half_built") as cloud:
        setup = open_setup(cloud, root)
        for step in (SignIn(), Project(), ServicePrincipal()):
            setup.settle(step)
        yield setup
    process.stop(root / "state")


def test_a_look_names_what_is_there_whose_it_is_and_what_the_answers_would_be(setup: Setup) -> None:
    asked = len(setup.mutations())
    found = Foundation().survey(setup.context("foundation"))
    standing = {one.address: one.standing for one in found.seen}
    assert standing["azurerm_resource_group.lakehouse"] is Standing.UNMARKED
    assert standing['azurerm_subnet_nat_gateway_association.egress["host"]'] is Standing.PART
    assert standing["azurerm_consumption_budget_subscription.lakehouse"] is Standing.ABSENT
    assert "azurerm_eventhub_namespace.lakehouse[0]" not in standing  # not asked for
    assert found.answers["project"] == {"location": "brazilsouth", "project": "data-master"}
    assert found.answers["foundation"] == {"network": "nat_gateway"}
    assert isinstance(found.finding.facts, FoundationFacts)
    assert found.finding.verdict is Verdict.TODO
    assert len(setup.mutations()) == asked


def test_a_budget_that_is_taken_keeps_its_beginning(setup: Setup) -> None:
    project = setup.book.find(ProjectFacts)
    assert project is not None
    (budget,) = (one for one in objects(project, setup.arm.scope, 200) if "budget" in one.address)
    body = {"id": budget.id, "properties": {"amount": 200, "timePeriod": {"startDate": "2025-01-01T00:00:00Z"}}}
    assert seen_as(budget, body, "mine").pins == {"budget_start": "2025-01-01T00:00:00Z"}


def test_an_id_is_written_as_terraform_writes_it(setup: Setup) -> None:
    """Azure answers in letters of other cases now and then; an import of such an id would make the object anew."""
    project = setup.book.find(ProjectFacts)
    assert project is not None
    group = objects(project, setup.arm.scope, 200)[0]
    body = {"id": group.id.replace("resourceGroups", "resourcegroups").upper(), "location": project.location}
    assert seen_as(group, body, "mine").id == group.id


def test_what_is_in_another_region_could_only_be_made_anew(setup: Setup) -> None:
    ctx = setup.context("foundation")
    project = ctx.answers.section(ProjectQuestions)
    elsewhere = Project().check(ctx).facts
    assert elsewhere is not None
    setup.book.add(elsewhere.model_copy(update={"location": "eastus"}))
    group = Foundation().survey(ctx).seen[0]
    setup.book.add(elsewhere)
    assert group.fixed == (f"location is {project.location}, wanted eastus",)


def test_names_of_nobodys_objects_are_free_once_they_are_agreed_to(setup: Setup) -> None:
    assert setup.settle(ResourceProviders()).verdict is Verdict.BLOCKED
    seen = Foundation().survey(setup.context("foundation")).seen
    agreed.keep(setup.folder, {"foundation": {one.address: one.id for one in seen if one.id}})
    assert setup.check(ResourceProviders()).verdict is Verdict.DONE


def test_a_group_is_taken_over_by_word_and_by_no_other_way(setup: Setup) -> None:
    (group,) = Identity().survey(setup.context("identity")).seen
    refused = setup.check(Identity())
    assert not any(change.startswith("adopt") for change in refused.changes)
    agreed.keep(setup.folder, {"identity": {group.address: group.id}})
    planned = setup.check(Identity())
    assert any(change.startswith("adopt azuread_group.engineers") for change in planned.changes)
    assert setup.settle(Identity()).verdict is Verdict.DONE
    (ours,) = Identity().survey(setup.context("identity")).seen
    assert (ours.standing, ours.id) == (Standing.OURS, group.id)


def test_what_went_away_since_it_was_agreed_is_made_anew(setup: Setup) -> None:
    (group,) = Identity().survey(setup.context("identity")).seen
    graph = setup.world.graph(setup.context("test"), "operator")
    graph._delete(group.id)
    assert setup.settle(Identity()).verdict is Verdict.DONE
    (made,) = Identity().survey(setup.context("identity")).seen
    assert made.standing is Standing.OURS
    assert made.id != group.id


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("adbdrisk", ("risk", "")),
        ("adbdrisk-prod", ("risk", "prod")),
        ("stadrisk", ("risk", "")),
        ("staedevrisk", ("risk", "dev")),
        ("dbstorage32ef0cc0ef1b4f", None),
        ("my-workspace", None),
    ],
)
def test_domain_and_environment_are_read_from_a_name(name: str, named: tuple[str, str] | None) -> None:
    assert named_by(name) == named


def test_a_mark_says_whose_an_object_is() -> None:
    assert whose("mine", "mine") == (Standing.OURS, "")
    assert whose("other", "mine") == (Standing.OTHERS, "other")
    assert whose(None, "mine") == (Standing.UNMARKED, "")
    assert mark.told("made by hand, lakehouse-setup=abc for us") == "abc"
    assert mark.told("made by hand") is None


def look() -> Look:
    seen = (
        Seen("group", Standing.UNMARKED, "/id/group", "foundation", "group.one"),
        Seen("part", Standing.PART, "/id/part", "foundation", "part.one"),
        Seen("other", Standing.OTHERS, "/id/other", "foundation", "other.one", setup="abc"),
        Seen("elsewhere", Standing.UNMARKED, "/id/else", "identity", "else.one", fixed=("location is a, wanted b",)),
        Seen("absent", Standing.ABSENT, root="identity", address="absent.one"),
    )
    return Look(Outcome(), {"foundation": seen}, {})


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        (["all"], ["group.one", "part.one"]),
        (["setup:abc"], ["part.one", "other.one"]),
        (["else.one"], ["else.one"]),
        (["/ID/OTHER", "all"], ["other.one", "group.one", "part.one"]),
    ],
)
def test_all_takes_nobodys_and_the_rest_is_taken_by_name(words: list[str], taken: list[str]) -> None:
    assert [one.address for one in chosen(look(), words)] == taken


@pytest.mark.parametrize("word", ["nothing.one", "setup:unknown", "absent.one"])
def test_what_is_not_there_cannot_be_taken(word: str) -> None:
    with pytest.raises(KeyError):
        chosen(look(), [word])


def test_a_draft_takes_the_users_answers_first_and_says_what_is_open(setup: Setup, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    given: dict[str, Any] = {"sign_in": answers_of(setup.connection)["sign_in"], "project": {"project": "mine"}}
    file.write_text(yaml.safe_dump(given), encoding="utf-8")
    secrets = Secrets(tmp_path, {"sandbox": setup.connection.resolver})
    found = {"project": {"project": "theirs", "domain": "risk", "tags": {"team": "data"}}}
    budget = {"foundation": {"monthly_budget": 50, "event_hubs": True}}
    sketched = sketch(file, secrets, journey.questions()).with_found(found).with_found(budget)
    asked = sketched.answers().section(FoundationQuestions)
    assert (asked.monthly_budget, asked.event_hubs) == (50, True)
    answered = sketched.answers().section(ProjectQuestions)
    assert (answered.project, answered.domain) == ("mine", "risk")
    assert sketched.open == ("project.owner", "foundation.budget_contact", "contracts.files")
    written = yaml.safe_load(sketched.text())
    assert written["project"] == {"domain": "risk", "project": "mine", "owner": None, "tags": {"team": "data"}}
    assert written["sign_in"]["client_secret"] == given["sign_in"]["client_secret"]


def test_a_draft_without_a_sign_in_is_refused_with_its_defects(tmp_path: Path) -> None:
    with pytest.raises(AnswersInvalid) as refused:
        sketch(None, Secrets(tmp_path, {}), journey.questions()).answers()
    assert {defect.key for defect in refused.value.defects} == {"sign_in.tenant_id", "sign_in.subscription_id"}


def test_what_terraform_says_is_gone_is_no_longer_imported() -> None:
    said = 'Cannot import non-existent remote object\nwhile importing "a.one", no object exists with the given id'
    assert adoption.gone(said, {"a.one": "1", "b.two": "2"}) == {"b.two": "2"}
    assert adoption.gone("something else", {"a.one": "1"}) == {"a.one": "1"}
