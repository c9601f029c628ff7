"""Who is behind each connection: only ConfigureProvider says it, so it is kept per gRPC peer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Caller, CloudError
from wizard.sandbox.providers.schema import Provider
from wizard.sandbox.providers.values import UNKNOWN, Values

UNCONFIGURED = "the provider is not configured: give it client_id, client_secret and tenant_id in its block"


@dataclass(frozen=True, slots=True)
class Session:
    """A configured peer. `subscription` and `features` are azurerm's; `host` the URL that Databricks was given."""

    provider: Provider
    caller: Caller
    client_id: str
    subscription: str = ""
    host: str = ""
    features: dict[str, Values] = field(default_factory=dict)


@dataclass(slots=True)
class Peers:
    """Sessions of one provider's connections. A peer that asks for the schema has just connected: whoever
    had its port before is gone."""

    cloud: Cloud
    provider: Provider
    sessions: dict[str, Session | CloudError]

    def configure(self, peer: str, config: Values) -> None:
        """Authenticate what the configuration carries; raises CloudError as the provider would fail.

        With parts still unknown (a host from another resource) the failure waits for the first use."""
        self.sessions.pop(peer, None)
        if any(value is UNKNOWN for value in config.values()):
            self.sessions[peer] = CloudError(
                401, "AuthenticationFailed", "a part of the provider's block is not known yet"
            )
            return
        self.sessions[peer] = _session(self.cloud, self.provider, config)

    def session(self, peer: str) -> Session:
        found = self.sessions.get(peer)
        if found is None:
            raise CloudError(401, "AuthenticationFailed", UNCONFIGURED)
        if isinstance(found, CloudError):
            raise found
        return found

    def caller_name(self, peer: str) -> str:
        found = self.sessions.get(peer)
        return found.caller.name if isinstance(found, Session) else ""

    def forget(self, peer: str) -> None:
        self.sessions.pop(peer, None)


def _session(cloud: Cloud, provider: Provider, config: Values) -> Session:
    from wizard.sandbox.domain.entra import caller_by_secret

    prefix = "azure_" if provider == "databricks" else ""
    keys = [f"{prefix}{key}" for key in ("tenant_id", "client_id", "client_secret")]
    missing = [key for key in keys if not config.get(key)]
    if missing:
        raise CloudError(401, "AuthenticationFailed", f"{UNCONFIGURED} (missing: {', '.join(missing)})")
    tenant, client, secret = (str(config[key]) for key in keys)
    caller = caller_by_secret(cloud, tenant, client, secret)
    if provider == "databricks":
        caller = _at_host(cloud, caller, config)
        return Session(provider, caller, client, host=str(config.get("host") or ""))
    given = (config.get("features") or [{}])[0]
    features = {name: block[0] for name, block in given.items() if isinstance(block, list) and block}
    return Session(provider, caller, client, subscription=_subscription(cloud, provider, config), features=features)


def _subscription(cloud: Cloud, provider: Provider, config: Values) -> str:
    from wizard.sandbox.domain.world import world

    if provider == "azuread":
        return ""
    given = str(config.get("subscription_id") or "")
    if not given:
        raise CloudError(
            400,
            "SubscriptionMissing",
            "`subscription_id` is a required provider property when performing a plan/apply operation",
        )
    if given.lower() not in {id.lower() for id in world(cloud).subscriptions}:
        raise CloudError(404, "SubscriptionNotFound", f"The subscription '{given}' could not be found.")
    return given


def _at_host(cloud: Cloud, caller: Caller, config: Values) -> Caller:
    """The caller at the account, or in the workspace that `host` (or its resource id) names."""
    from wizard.sandbox.domain.world import world

    host, resource = str(config.get("host") or ""), str(config.get("azure_workspace_resource_id") or "")
    if host and _netloc(host) == _netloc(cloud.hosts.url("accounts")):
        given = str(config.get("account_id") or "")
        if given.lower() != world(cloud).account_id.lower():
            what = f"account {given} does not exist" if given else "account_id is required at the account's host"
            raise CloudError(404, "ENDPOINT_NOT_FOUND", f"invalid Databricks Account configuration: {what}")
        return caller
    found = _workspace(cloud, host, resource)
    if found is None:
        raise CloudError(404, "NotFound", f"no workspace answers at {host or resource or '(no host given)'}")
    ours = bool(resource) and str(found.get("_resource_id", "")).lower() == resource.lower()
    if resource and not ours:
        raise CloudError(400, "INVALID_PARAMETER_VALUE", f"azure_workspace_resource_id is not the workspace at {host}")
    return replace(caller, workspace=str(found["workspace_id"]), management=ours)


def _workspace(cloud: Cloud, host: str, resource: str) -> dict[str, Any] | None:
    for found in cloud.kind("account.workspace").list(SYSTEM):
        if host and _netloc(host) == f"127.0.0.1:{found.get('_port')}":
            return found
        if not host and resource and str(found.get("_resource_id", "")).lower() == resource.lower():
            return found
    return None


def _netloc(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return (parts.netloc or parts.path).lower().replace("localhost", "127.0.0.1")
