"""The journey: every step, in order. A new step is one file in `wizard/steps` and one line here."""

from __future__ import annotations

from functools import cache

from wizard.setup.step import Questions
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.base import WizardStep
from wizard.steps.compute import Compute
from wizard.steps.contracts import Contracts
from wizard.steps.exploration import Exploration
from wizard.steps.first_run import FirstRun
from wizard.steps.foundation import Foundation
from wizard.steps.identity import Identity
from wizard.steps.ingestion import Ingestion
from wizard.steps.metastore import Metastore
from wizard.steps.network_watcher import NetworkWatcher
from wizard.steps.preflight import Preflight
from wizard.steps.project import Project, ProjectQuestions
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.rights import TellingSignIn
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn
from wizard.steps.state_backend import StateQuestions
from wizard.steps.summary import Summary
from wizard.steps.unity_catalog import UnityCatalog

STEPS: tuple[type[WizardStep], ...] = (
    Preflight,
    SignIn,
    Project,
    ResourceProviders,
    ServicePrincipal,
    Foundation,
    Identity,
    NetworkWatcher,
    AccountId,
    AccountAdmin,
    Metastore,
    UnityCatalog,
    Compute,
    Contracts,
    Ingestion,
    FirstRun,
    Exploration,
    Summary,
)


def steps() -> tuple[WizardStep, ...]:
    """One new object of each step, in the journey's order."""
    return tuple(TellingSignIn(STEPS) if step is SignIn else step() for step in STEPS)


@cache
def questions() -> tuple[type[Questions], ...]:
    """Everything the journey asks, in the order of its steps; but first what is to be made, and last where its state
    lies, which most leave as it is."""
    asked = [step.questions for step in STEPS if step.questions is not None]
    order = {ProjectQuestions: 0, StateQuestions: 2}
    return tuple(sorted(asked, key=lambda kind: order.get(kind, 1)))
