"""The how-to pages: every link leads somewhere, and what they tell people to type is what the wizard itself does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wizard import journey
from wizard.cli import build_parser
from wizard.cloud.methods import AUDIENCE
from wizard.setup.step import Kind
from wizard.steps import principal_rights as rights
from wizard.steps.federation import ISSUER
from wizard.steps.network_watcher import FEATURE, GROUP
from wizard.steps.resource_providers import NAMESPACES

ROOT = Path(__file__).parents[1]
HOW_TO = ROOT / "docs" / "how-to"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)")
# The steps that a person may do by hand, and their pages.
BY_HAND = {
    "sign-in": "sign-in",
    "resource-providers": "resource-providers",
    "service-principal": "service-principal",
    "network-watcher": "network-watcher",
    "account-id": "account-id",
    "account-admin": "account-admin",
    "metastore": "metastore",
    "unity-catalog": "workspace-access",
}


def text(name: str) -> str:
    return (HOW_TO / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    named = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in named if not (page.parent / link).exists()] == []


def test_the_readme_names_every_how_to() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in HOW_TO.glob("*.md") if f"docs/how-to/{path.name}" not in readme] == []


def test_every_guided_step_has_a_page() -> None:
    assert {step.name for step in journey.STEPS if step.kind is Kind.GUIDED} <= BY_HAND.keys()


@pytest.mark.parametrize(("step", "page"), BY_HAND.items())
def test_a_page_says_who_how_what_the_wizard_does_and_how_to_check(step: str, page: str) -> None:
    told = text(page)
    assert "**Who:**" in told
    assert "## What the wizard does" in told
    check = told.partition("## Check")[2]
    (command,) = re.findall(r"lakehouse-wizard (plan --(?:only|until) [\w-]+)", check)
    asked = build_parser().parse_args(command.split())
    assert step in (asked.only, asked.until)


def test_what_is_typed_by_hand_is_what_the_wizard_sends() -> None:
    providers = text("resource-providers")
    assert re.findall(r"Microsoft\.\w+", providers.partition("; do")[0].partition("NAMESPACE in")[2]) == [*NAMESPACES]
    principal = text("service-principal")
    assert [role for role in rights.APP_ROLES.values() if role not in principal] == []
    assert [name for name in rights.APP_ROLES if name not in principal] == []
    assert condition(principal) == rights.condition()
    watcher = text("network-watcher")
    assert FEATURE in watcher
    assert GROUP in watcher
    ci = text("ci")
    assert f'"issuer": "{ISSUER}"' in ci
    assert f'"audiences": ["{AUDIENCE}"]' in ci


@pytest.mark.parametrize("page", sorted(HOW_TO.glob("*.md")), ids=lambda page: page.stem)
def test_the_databricks_cli_is_told_its_host_as_it_takes_it(page: Path) -> None:
    """Only `auth` and `configure` have options for it; else it is DATABRICKS_HOST and DATABRICKS_ACCOUNT_ID."""
    typed = page.read_text(encoding="utf-8").replace("\\\n", "")
    asked = re.findall(r"^.*\bdatabricks (?!auth |configure)[a-z].*--(?:host|account-id)\b.*$", typed, re.MULTILINE)
    assert asked == []


def condition(page: str) -> str:
    """The condition as the shell passes it on."""
    roles = re.search(r"ROLES='([^']+)'", page)
    id = re.search(r"ID='([^']+)'", page)
    given = re.search(r'--condition \\\n  "(.+?)"\n', page, re.DOTALL)
    assert roles
    assert id
    assert given
    return given[1].replace("\\\n", "").replace("$ROLES", roles[1]).replace("$ID", id[1])
