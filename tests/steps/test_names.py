"""Names are legal for every service, the same each time, and never shared by two lakehouses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wizard.setup import mark
from wizard.steps.facts import ProjectFacts
from wizard.steps.names import DOMAIN_LENGTH, names
from wizard.steps.project import ProjectQuestions

GUEST = "lakehouse.owner_example.com#EXT#@tenant.onmicrosoft.com"
domains = st.from_regex(rf"[a-z][a-z0-9]{{1,{DOMAIN_LENGTH - 1}}}", fullmatch=True)
environments = st.sampled_from(["", "dev", "test", "prod"])


def named(domain: str, environment: str = "", **more: str) -> ProjectFacts:
    answers = ProjectQuestions.model_validate(
        {"domain": domain, "environment": environment, "project": "lakehouse", "owner": GUEST, **more}
    )
    return names(answers, "0123456789ab")


def global_names(facts: ProjectFacts) -> set[str]:
    return {
        facts.resource_group,
        facts.managed_resource_group,
        facts.storage_account,
        facts.event_hubs_namespace,
        facts.workspace,
        facts.access_connector,
        facts.catalog,
        facts.group,
    }


@given(domains, environments)
def test_every_name_is_legal_for_its_service(domain: str, environment: str) -> None:
    facts = named(domain, environment)
    assert re.fullmatch(r"[a-z0-9]{3,24}", facts.storage_account)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]", facts.event_hubs_namespace)
    assert re.fullmatch(r"[A-Za-z0-9_-]{3,64}", facts.workspace)
    assert re.fullmatch(r"[A-Za-z0-9_-]{3,64}", facts.access_connector)
    for group in (facts.resource_group, facts.managed_resource_group):
        assert re.fullmatch(r"[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]", group)
    for container in ("raw", "log", "catalog"):
        name = facts.container_prefix + container
        assert re.fullmatch(r"[a-z0-9](-?[a-z0-9]){2,62}", name)
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,254}", facts.catalog)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", facts.group)


@given(domains, environments)
def test_the_same_answers_always_give_the_same_names(domain: str, environment: str) -> None:
    assert named(domain, environment) == named(domain, environment)


@given(st.tuples(domains, environments), st.tuples(domains, environments))
def test_two_lakehouses_share_no_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    shared = global_names(named(*one)) & global_names(named(*other))
    assert one == other or not shared


@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
def test_a_domain_that_ends_like_an_environment_shares_no_name(environment: str) -> None:
    assert not global_names(named("risk", environment)) & global_names(named("risk" + environment))


@given(domains, environments)
def test_names_carry_domain_and_environment(domain: str, environment: str) -> None:
    facts = named(domain, environment)
    for name in global_names(facts) - {facts.group}:
        assert domain in name
        assert environment in name
    assert facts.tags[mark.KEY] == "0123456789ab"


def test_an_empty_environment_gives_the_names_of_the_reference() -> None:
    facts = named("risk")
    assert facts.resource_group == "rsgdrisk"
    assert facts.storage_account == "stadrisk"
    assert facts.event_hubs_namespace == "ethdrisk"
    assert facts.workspace == "adbdrisk"
    assert facts.access_connector == "adbdrisk-mi"
    assert facts.container_prefix == "ctrdrisk"
    assert facts.catalog == "crisk"
    assert facts.group == "data_engineer"
    assert named("fraud").group == "data_engineer_fraud"
    assert named("risk", "dev").group == "data_engineer_risk_dev"


@pytest.mark.parametrize("domain", ["", "r", "Risk", "1risk", "ri-sk", "risco_é", "a" * (DOMAIN_LENGTH + 1)])
def test_an_illegal_domain_is_refused_with_the_reason_and_a_remedy(domain: str) -> None:
    with pytest.raises(ValidationError, match=r"storage account.*; use 2 to 16"):
        named(domain)


@pytest.mark.parametrize(
    "owner", ["owner", "owner@", "@tenant.com", "a@b@c.com", "ow ner@tenant.com", "o'wner@t.com/x"]
)
def test_an_owner_that_is_no_user_principal_name_is_refused(owner: str) -> None:
    with pytest.raises(ValidationError, match="user principal name"):
        named("risk", owner=owner)


def test_our_own_tags_cannot_be_overridden() -> None:
    with pytest.raises(ValidationError, match="set by the wizard"):
        ProjectQuestions.model_validate(
            {"domain": "risk", "project": "p", "owner": GUEST, "tags": {"Lakehouse-Setup": "x"}}
        )
