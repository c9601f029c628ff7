"""All states of the manual steps: each step has its own, and no two are called the same."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

from tests import states
from tests.states.state import State
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.exploration import Exploration
from wizard.steps.metastore import Metastore
from wizard.steps.network_watcher import NetworkWatcher
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

MANUAL = {
    SignIn, ResourceProviders, ServicePrincipal, NetworkWatcher, AccountId, AccountAdmin, Metastore, Exploration,
}  # fmt: skip
LEAST = 60


def table() -> list[State]:
    """Every row, in the order of its module."""
    modules = [importlib.import_module(f"tests.states.{found.name}") for found in pkgutil.iter_modules(states.__path__)]
    kept = {id(each): each for module in modules for value in vars(module).values() if isinstance(value, (list, tuple))
            for each in value if isinstance(each, State)}  # fmt: skip
    return list(kept.values())


def test_each_manual_step_has_its_states_and_together_they_are_many() -> None:
    rows = table()
    counted = Counter(row.step for row in rows)
    assert set(counted) >= MANUAL
    assert sum(counted.values()) >= LEAST
    twice = [name for name, count in Counter(map(str, rows)).items() if count > 1]
    assert twice == []
