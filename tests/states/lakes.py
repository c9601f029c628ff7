"""A setup with a workspace, as the steps around the Databricks account find it: made once a sandbox, then shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from tests.steps.early import Setup, make_workspace, open_setup
from wizard.sandbox.process import Connection
from wizard.setup.step import Facts, Verdict
from wizard.steps.base import WizardStep
from wizard.steps.facts import DirectoryFacts, FoundationFacts, PrincipalFacts, ProjectFacts, SignInFacts
from wizard.steps.preflight import Preflight
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

KNOWN: tuple[type[Facts], ...] = (SignInFacts, ProjectFacts, PrincipalFacts, FoundationFacts, DirectoryFacts)


@dataclass
class Lakes:
    """Of one sandbox: what the early steps found, by domain."""

    cloud: Connection
    known: dict[str, list[Facts]] = field(default_factory=dict)

    def open(
        self, place: Path, changes: Mapping[str, Mapping[str, Any]] | None = None, *, domain: str = "lake"
    ) -> Setup:
        """A new folder over the domain's workspace, with `changes` on the answers."""
        setup = open_setup(self.cloud, place, changes, domain=domain)
        if domain not in self.known:
            settle(setup, Preflight, SignIn, Project, ResourceProviders, ServicePrincipal)
            make_workspace(setup)
            self.known[domain] = [facts for kind in KNOWN if (facts := setup.book.find(kind)) is not None]
        for facts in self.known[domain]:
            setup.book.add(facts)
        return setup


_KNOWN: WeakKeyDictionary[Connection, Lakes] = WeakKeyDictionary()


def lakes(cloud: Connection) -> Lakes:
    """Those of a sandbox, which its states share."""
    return _KNOWN.setdefault(cloud, Lakes(cloud))


def settle(setup: Setup, *steps: type[WizardStep]) -> Setup:
    for step in steps:
        finding = setup.settle(step())
        assert finding.verdict is Verdict.DONE, f"{step.name}: {finding.why} {finding.problem}"
    return setup
