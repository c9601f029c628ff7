"""Which class handles a resource type or a data source."""

from __future__ import annotations

from collections.abc import Callable

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.resource import Plain
from wizard.sandbox.providers.schema import Provider
from wizard.sandbox.providers.spec import spec
from wizard.sandbox.providers.values import Values

Read = Callable[[Cloud, Session, Values], Values]
"""A data source: its configuration → its state. Raises CloudError."""


def resource(cloud: Cloud, provider: Provider, type: str) -> Plain:
    """Raises CloudError 501 for a type that the sandbox does not model."""
    found = spec(provider, type)
    if found is None:
        raise CloudError(501, "NotImplemented", f"the sandbox does not model the resource type {type}")
    return _handlers(provider)[found.handler](found, cloud)


def _handlers(provider: Provider) -> dict[str, type[Plain]]:
    match provider:
        case "azurerm":
            from wizard.sandbox.providers.azurerm import HANDLERS
        case "azuread":
            from wizard.sandbox.providers.azuread import HANDLERS
        case "databricks":
            from wizard.sandbox.providers.databricks import HANDLERS
    return {"plain": Plain, **HANDLERS}


def data_source(provider: Provider, type: str) -> Read:
    """Raises CloudError 501 for a data source that the sandbox does not model."""
    match provider:
        case "azurerm":
            from wizard.sandbox.providers.azurerm import DATA_SOURCES
        case "azuread":
            from wizard.sandbox.providers.azuread import DATA_SOURCES
        case "databricks":
            from wizard.sandbox.providers.databricks_data import DATA_SOURCES
    if type not in DATA_SOURCES:
        raise CloudError(501, "NotImplemented", f"the sandbox does not model the data source {type}")
    return DATA_SOURCES[type]
