"""`plan --all`: the whole journey on one page, before anything is touched."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journey import hands
from tests.journey.conftest import RISK
from tests.journey.running import Ran
from tests.journey.running import forked as wizard
from wizard.journey import STEPS
from wizard.sandbox import process

FORMATS = ("text", "markdown", "html")


@dataclass
class Pages:
    """The pages of a setup whose cloud is still empty, and what making them asked of that cloud."""

    ran: dict[str, Ran] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    mutating: list[dict[str, Any]] = field(default_factory=list)
    changed: bool = True
    secrets: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ran["json"].out)
        return found

    def step(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(step for step in self.data["steps"] if step["name"] == name)
        return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    folder = tmp_path_factory.mktemp("review") / "lakehouse"
    state = folder / ".wizard" / "sandbox"
    pages = Pages()
    with process.connect(state, "clean") as connection:
        before = hands.store(state)
        identities = connection.info["identities"].values()
        pages.secrets = tuple(str(one.get("client_secret") or one.get("password")) for one in identities)
        given = ("--folder", folder, "--target", "sandbox", "--answers", RISK)
        pages.ran["json"] = wizard("plan", "--all", "--json", *given)
        for name in FORMATS:
            output = folder.parent / f"page.{name}"
            pages.ran[name] = wizard("plan", "--all", "--format", name, "--output", output, "--folder", folder)
            pages.text[name] = output.read_text(encoding="utf-8") if output.is_file() else ""
        pages.mutating = connection.requests(mutating=True)
        pages.changed = hands.store(state) != before
        pages.ran["foundation"] = wizard("run", "--until", "foundation", "--json", "--folder", folder)
        answers = folder / "answers.yaml"
        text = answers.read_text(encoding="utf-8")
        answers.write_text(text.replace("network: nat_gateway", "network: public_egress"), encoding="utf-8")
        pages.ran["anew"] = wizard("plan", "--all", "--format", "json", "--folder", folder)
    process.stop(state)
    return pages


@pytest.mark.parametrize("name", ["json", *FORMATS])
def test_it_ends_well_whatever_is_left_to_do(pages: Pages, name: str) -> None:
    assert pages.ran[name].code == 0, pages.ran[name].explain()


def test_it_changes_nothing_in_the_world(pages: Pages) -> None:
    assert pages.mutating == []
    assert not pages.changed


def test_every_step_is_there_in_order_with_actor_and_permissions(pages: Pages) -> None:
    assert [step["name"] for step in pages.data["steps"]] == [step.name for step in STEPS]
    for step, declared in zip(pages.data["steps"], STEPS, strict=True):
        assert step["actor"]
        assert [right["name"] for right in step["permissions"]] == [right.name for right in declared.permissions]


def test_a_phase_that_can_be_planned_names_its_resources(pages: Pages) -> None:
    step = pages.step("foundation")
    assert (step["verdict"], step["after"]) == ("todo", [])
    assert "create azurerm_storage_account.lakehouse, named stadrisk" in step["changes"]


def test_a_phase_that_waits_says_for_what_and_shows_what_is_known(pages: Pages) -> None:
    catalog = pages.step("unity-catalog")
    assert catalog["after"] == ["foundation", "identity", "metastore"]
    assert "create databricks_catalog.lakehouse, named crisk" in catalog["changes"]
    assert "make job ingest-risk-account, its schedule paused" in pages.step("ingestion")["changes"]


def test_cost_has_its_meters_its_jobs_and_a_total(pages: Pages) -> None:
    cost = pages.data["cost"]
    meters = {line["title"]: line for line in cost["lines"]}
    assert meters["jobs"]["monthly"] > 0  # the schedules are known before the contracts are in the folder
    assert cost["monthly"] == pytest.approx(sum(line["monthly"] for line in cost["lines"]), abs=0.01)


def test_both_identities_are_told(pages: Pages) -> None:
    operator, principal = pages.data["identities"]
    assert "metastore" in operator["steps"]
    assert principal["name"].startswith("lakehouse-wizard")
    assert "foundation" in principal["steps"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(pages: Pages, name: str) -> None:
    flat = "".join(pages.text[name].split())
    for part in ("azurerm_storage_account.lakehouse", "ingest-risk-account", "NATgateway", "Application.ReadWrite.All",
                 "foundation,identity,metastore", f"{pages.data['cost']['monthly']:.2f}"):  # fmt: skip
        assert part in flat, part
    assert not any(secret in pages.text[name] + pages.ran["json"].out for secret in pages.secrets)


def test_what_is_replaced_is_told_first_with_what_is_lost_and_why(pages: Pages) -> None:
    assert pages.ran["foundation"].code == 0, pages.ran["foundation"].explain()
    page = json.loads(pages.ran["anew"].out)
    workspace = next(danger for danger in page["dangers"] if "azurerm_databricks_workspace.lakehouse" in danger)
    assert workspace.startswith("replace")
    assert "lost for good: its notebooks, jobs, run history, clusters and secrets" in workspace
    assert workspace.endswith("named adbdrisk")
    assert any(danger.startswith("delete azurerm_nat_gateway.egress") for danger in page["dangers"])


def test_a_step_that_could_not_be_asked_is_told_as_not_known(tmp_path: Path) -> None:
    answers, output = tmp_path / "answers.yaml", tmp_path / "page.md"
    text = RISK.read_text(encoding="utf-8")
    answers.write_text(text.replace("sandbox:lakehouse-wizard", "env:WRONG"), encoding="utf-8")
    folder = tmp_path / "lakehouse"
    given = ("--folder", folder, "--target", "sandbox", "--answers", answers, "--output", output)
    ran = wizard("plan", "--all", *given, env={"WRONG": "canary-of-a-wrong-secret"})
    process.stop(folder / ".wizard" / "sandbox")
    assert ran.code == 0, ran.explain()
    page = output.read_text(encoding="utf-8")
    assert "| 2 | Sign in | operator | ■ blocked | not known yet |" in page
    assert "A person has to act first" in page
    assert "create databricks_catalog.lakehouse, named crisk" in page
    assert "canary-of-a-wrong-secret" not in page
