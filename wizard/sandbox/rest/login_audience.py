"""For whom a token is asked: the audience behind a scope or a resource."""

from __future__ import annotations

from wizard.sandbox.domain import tokens
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.route import Call

OIDC_SCOPES = {"openid", "profile", "offline_access", "email"}
OWN_HOSTS = {"arm": tokens.ARM, "graph": tokens.GRAPH, "accounts": tokens.DATABRICKS, "storage": tokens.STORAGE}
RESOURCES = {
    "https://management.azure.com": tokens.ARM,
    "https://management.core.windows.net": tokens.ARM,
    "https://graph.microsoft.com": tokens.GRAPH,
    "00000003-0000-0000-c000-000000000000": tokens.GRAPH,
    "https://storage.azure.com": tokens.STORAGE,
    "https://vault.azure.net": tokens.VAULT,
    tokens.DATABRICKS: tokens.DATABRICKS,
}


def audience_of(call: Call, scope: str, default: str | None = None) -> str:
    """The audience of `resource/.default` (or a bare resource): public names, or the sandbox's own hosts."""
    wanted = [one for one in scope.split() if one not in OIDC_SCOPES]
    if not wanted and default:
        return default
    own = {call.cloud.hosts.url(host): audience for host, audience in OWN_HOSTS.items()}
    known = {**RESOURCES, **own}
    found = {known.get(one.removesuffix("/.default").removesuffix("/user_impersonation").rstrip("/")) for one in wanted}
    if len(found) == 1 and (audience := next(iter(found))) is not None:
        return audience
    if not wanted:
        why = f"AADSTS70011: The provided value for scope '{scope}' is not valid."
        raise CloudError(400, "invalid_scope", why, error_codes=[70011])
    raise CloudError(
        400,
        "invalid_resource",
        f"AADSTS500011: The resource principal named {' '.join(wanted)} was not found in the tenant.",
        error_codes=[500011],
    )
