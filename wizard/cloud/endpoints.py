"""The hosts of a cloud. The sandbox is a cloud at other URLs: nothing else differs."""

from __future__ import annotations

import os

from pydantic import BaseModel, ConfigDict

DATABRICKS_RESOURCE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"


class Endpoints(BaseModel):
    """Base URLs without a final slash; `ca_file` is a PEM bundle where the hosts have a CA of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: str = "https://login.microsoftonline.com"
    arm: str = "https://management.azure.com"
    graph: str = "https://graph.microsoft.com"
    accounts: str = "https://accounts.azuredatabricks.net"
    prices: str = "https://prices.azure.com"
    vault: str = "https://{vault}.vault.azure.net"  # by the vault's name
    ca_file: str | None = None

    arm_scope: str = "https://management.azure.com/.default"
    graph_scope: str = "https://graph.microsoft.com/.default"
    vault_scope: str = "https://vault.azure.net/.default"
    databricks_scope: str = f"{DATABRICKS_RESOURCE}/.default"


# In this order; requests itself knows the first two, Go (and so Terraform) the last.
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def ca_of(endpoints: Endpoints) -> str | None:
    """The bundle by which the hosts are verified: their own, or the one that the environment names; None: the usual."""
    return endpoints.ca_file or next((os.environ[name] for name in BUNDLES if os.environ.get(name)), None)


class TargetSettings(BaseModel):
    """How a target differs: hosts, what Terraform's environment needs, and how sure its prices are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    endpoints: Endpoints = Endpoints()
    terraform_env: dict[str, str] = {}  # TF_REATTACH_PROVIDERS, SSL_CERT_FILE in the sandbox
    path_prefix: str | None = None  # put before PATH: where the scenario's stand-in az lives
    price_note: str | None = None
