"""The early steps against a running sandbox: one setup folder, one book of facts, real clients."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wizard import journey
from wizard.cloud.arm import ArmClient
from wizard.cloud.pipeline import RestClient
from wizard.cloud.world import World
from wizard.sandbox.process import Connection
from wizard.setup.answers import Answers, load
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.events import Event
from wizard.setup.folder import Folder
from wizard.setup.secrets import Secrets
from wizard.setup.step import FactBook, Finding, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import DirectoryFacts, FoundationFacts, ProjectFacts
from wizard.steps.identities import open_world

RESOURCES_API = "2024-05-01"


def answers_of(connection: Connection) -> dict[str, dict[str, Any]]:
    """Answers in which the scenario's operator acts, with the given principal."""
    info = connection.info
    operator, principal = info["identities"][info["operator"]], info["identities"][info["principal"]]
    sign_in = {"tenant_id": info["tenant_id"], "subscription_id": info["subscription_id"]}
    if operator["kind"] == "app":
        secret = f"sandbox:{info['operator']}"
        sign_in |= {"method": "client_secret", "client_id": operator["client_id"], "client_secret": secret}
    else:
        sign_in |= {"method": "azure_cli"}
    return {
        "sign_in": sign_in,
        "project": {"domain": "risk", "project": "lakehouse", "owner": info["identities"]["owner"]["upn"]},
        "service_principal": {
            "mode": "given",
            "client_id": principal["client_id"],
            "client_secret": f"sandbox:{info['principal']}",
        },
        "foundation": {"budget_contact": "owner@example.com"},
        "contracts": {"files": ["template:account"]},
        "first_run": {"samples": {"account": "template:account"}},
    }


@dataclass
class Setup:
    """`answers` may be changed section by section through `with_answers`."""

    connection: Connection
    folder: Folder
    answers: Answers
    world: World
    book: FactBook = field(default_factory=FactBook)
    events: list[Event] = field(default_factory=list)

    def context(self, step: str) -> Ctx:
        return Context(
            step=step,
            answers=self.answers,
            folder=self.folder,
            secrets=Secrets(self.folder.root, {"sandbox": self.connection.resolver}),
            world=self.world,
            book=self.book,
            cancel=Cancellation(),
            setup_id=self.folder.setup_id,
            emit=self.events.append,
        )

    def check(self, step: WizardStep) -> Finding:
        return self._told(step.check(self.context(step.name)))

    def settle(self, step: WizardStep) -> Finding:
        """Check, apply if asked for, check again: the engine's way with one step."""
        finding = self.check(step)
        if finding.verdict is not Verdict.TODO:
            return finding
        step.apply(self.context(step.name))
        return self._told(step.confirm(self.context(step.name)))

    def _told(self, finding: Finding) -> Finding:
        if finding.facts is not None:
            self.book.add(finding.facts)
        return finding

    @property
    def arm(self) -> ArmClient:
        return self.world.arm(self.context("test"), "operator")

    def mutations(self) -> list[str]:
        """Mutating requests so far, as `METHOD path`."""
        return [f"{one['method']} {one['path']}" for one in self.connection.requests(mutating=True)]


def open_setup(
    connection: Connection, root: Path, changes: Mapping[str, Mapping[str, Any]] | None = None, *, domain: str = "risk"
) -> Setup:
    """A setup folder below `root`, with the scenario's answers and `changes` on top of their sections."""
    sections = copy.deepcopy(answers_of(connection))
    sections["project"]["domain"] = domain
    for name, values in (changes or {}).items():
        sections[name] = {**sections.get(name, {}), **values}
    root.mkdir(parents=True, exist_ok=True)
    file = root / "answers.yaml"
    file.write_text(yaml.safe_dump(sections), encoding="utf-8")
    folder = Folder(root / "lakehouse")
    folder.create()
    return Setup(connection, folder, load(journey.questions(), file, {}), open_world(connection.target))


def make_workspace(setup: Setup) -> FoundationFacts:
    """What the foundation step leaves for those after it: a group and a workspace, made over REST."""
    project = setup.book.find(ProjectFacts)
    assert project is not None
    endpoints = setup.connection.target.endpoints
    credential = setup.world.credential(setup.context("test"), "operator")
    rest = RestClient(endpoints.arm, endpoints, credential, endpoints.arm_scope)
    query = {"api-version": RESOURCES_API}
    group = f"{setup.arm.scope}/resourceGroups/{project.resource_group}"
    rest.send("PUT", group, query=query, body={"location": project.location, "tags": project.tags})
    workspace = f"{group}/providers/Microsoft.Databricks/workspaces/{project.workspace}"
    body = {
        "location": project.location,
        "tags": project.tags,
        "sku": {"name": "premium"},
        "properties": {
            "managedResourceGroupId": f"{setup.arm.scope}/resourceGroups/{project.managed_resource_group}",
            "parameters": {"storageAccountName": {"value": f"dbs{project.domain}{setup.folder.setup_id[:6]}"}},
        },
    }
    made = rest.send("PUT", workspace, query=query, body=body)
    while made["properties"].get("provisioningState") not in (None, "Succeeded"):
        made = rest.send("GET", workspace, query=query)
    facts = FoundationFacts(
        resource_group=project.resource_group,
        resource_group_id=group,
        location=project.location,
        workspace_id=str(made["properties"]["workspaceId"]),
        workspace_url=str(made["properties"]["workspaceUrl"]),
        workspace_resource_id=workspace,
        storage_account=project.storage_account,
        storage_account_id=f"{group}/providers/Microsoft.Storage/storageAccounts/{project.storage_account}",
        containers={},
        access_connector_id="",
    )
    setup.book.add(facts)
    setup.book.add(DirectoryFacts(group_name=project.group, group_object_id="", member_upns=(project.owner,)))
    return facts
