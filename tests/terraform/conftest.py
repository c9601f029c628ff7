"""A sandbox of its own, in which the steps before the Terraform steps have told what they tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clouds import of_its_own
from wizard.cloud.world import World
from wizard.provisioning import binary
from wizard.sandbox.process import Connection
from wizard.setup.answers import Answers
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.events import Event
from wizard.setup.folder import Folder
from wizard.setup.secrets import SecretRef, Secrets
from wizard.setup.step import FactBook, Facts, Questions
from wizard.steps.compute import ComputeQuestions
from wizard.steps.facts import (
    AccountAdminFacts,
    AccountFacts,
    FoundationFacts,
    MetastoreFacts,
    PrincipalFacts,
    SignInFacts,
)
from wizard.steps.foundation import FoundationQuestions
from wizard.steps.identities import open_world
from wizard.steps.identity import IdentityQuestions
from wizard.steps.names import names
from wizard.steps.project import ProjectQuestions
from wizard.steps.sign_in import SignInQuestions
from wizard.steps.state_backend import StateQuestions

NAMESPACES = (
    "Databricks",
    "Storage",
    "EventHub",
    "Network",
    "Compute",
    "ManagedIdentity",
    "Consumption",
    "Authorization",
)


@pytest.fixture(scope="session")
def terraform() -> tuple[str, ...]:
    """How Terraform is started here: on PATH, or embedded."""
    return binary.find(os.environ["PATH"], os.environ).argv


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A sandbox for this package alone, since its tests leave things behind between them."""
    state = tmp_path_factory.mktemp("terraform") / "state"
    with of_its_own(state) as connection:
        yield connection


@dataclass
class Lab:
    """One setup folder against the cloud, with the facts of the steps that are no matter of Terraform."""

    cloud: Connection
    folder: Folder
    book: FactBook = field(default_factory=FactBook)
    events: list[Event] = field(default_factory=list)
    answers: dict[type[Questions], Questions] = field(default_factory=dict)
    world: World = field(init=False)
    secrets: Secrets = field(init=False)

    def __post_init__(self) -> None:
        self.folder.create()
        self.world = open_world(self.cloud.target)
        self.secrets = Secrets(self.folder.root, {"sandbox": self.cloud.resolver})
        info = self.cloud.info
        principal = info["identities"][info["principal"]]
        secret = SecretRef("sandbox", info["principal"])
        self.owner = info["identities"][info["owner"]]["upn"]
        self.answer(
            SignInQuestions(
                method="client_secret",
                tenant_id=info["tenant_id"],
                subscription_id=info["subscription_id"],
                client_id=principal["client_id"],
                client_secret=secret,
            )
        )
        self.answer(ProjectQuestions(domain="risk", project="lab", owner=self.owner))
        self.answer(FoundationQuestions(budget_contact="owner@example.com"))
        self.answer(IdentityQuestions())
        self.answer(ComputeQuestions())
        self.answer(StateQuestions())
        self.tell(
            SignInFacts(
                tenant_id=info["tenant_id"],
                subscription_id=info["subscription_id"],
                subscription_name=info["subscription_name"],
                operator_kind="app",
                operator_object_id=principal["object_id"],
                operator_name=principal["client_id"],
            ),
            names(self.answers[ProjectQuestions], self.folder.setup_id),  # type: ignore[arg-type]  # narrowed by its key
            PrincipalFacts(
                client_id=principal["client_id"],
                object_id=principal["object_id"],
                display_name=info["principal"],
                secret=secret,
            ),
        )

    def answer(self, questions: Questions) -> None:
        self.answers[type(questions)] = questions

    def tell(self, *facts: Facts) -> None:
        for fact in facts:
            self.book.add(fact)

    def context(self, step: str, cancel: Cancellation | None = None) -> Context[World]:
        return Context(
            step=step,
            answers=Answers(self.answers, None),
            folder=self.folder,
            secrets=self.secrets,
            world=self.world,
            book=self.book,
            cancel=cancel or Cancellation(),
            setup_id=self.folder.setup_id,
            emit=self.events.append,
        )

    def register_providers(self) -> None:
        """What step 4 does."""
        arm = self.world.arm(self.context("resource-providers"), "operator")
        for name in NAMESPACES:
            arm.register_provider(f"Microsoft.{name}")
        self.wait(lambda: all(arm.provider_state(f"Microsoft.{name}") == "Registered" for name in NAMESPACES))

    def admit(self) -> None:
        """What steps 9 to 11 do: the account knows owner and principal, and the workspace has a metastore."""
        from databricks.sdk.service.catalog import CreateAccountsMetastore

        info, ctx = self.cloud.info, self.context("metastore")
        self.tell(AccountFacts(account_id=info["account_id"], source="answers"))
        account = self.world.account(ctx)
        principal = next(iter(account.service_principals_v2.list()))
        person = account.users_v2.create(user_name=self.owner)
        foundation = ctx.facts(FoundationFacts)
        metastore = account.metastores.create(
            metastore_info=CreateAccountsMetastore(name="primary", region=foundation.location)
        ).metastore_info
        assert metastore is not None
        assert metastore.metastore_id
        account.metastore_assignments.create(int(foundation.workspace_id), metastore.metastore_id)
        self.tell(
            AccountAdminFacts(principal_scim_id=str(principal.id), people={self.owner: str(person.id)}),
            MetastoreFacts(metastore_id=metastore.metastore_id, name="primary", region=foundation.location),
        )

    def wait(self, ready: Callable[[], bool]) -> None:
        assert Cancellation().wait_until(ready, seconds=20, every=0.05, on_wait=lambda: None)


@pytest.fixture(scope="package")
def lab(cloud: Connection, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Shared by the package: its tests run in the order of the journey."""
    made = Lab(cloud, Folder(tmp_path_factory.mktemp("setup") / "lab"))
    made.register_providers()
    return made


def files_of(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]
