"""The clients of one run: one path for Azure and for the sandbox, which differ in their hosts only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from wizard.cloud import waits
from wizard.cloud.endpoints import TargetSettings

if TYPE_CHECKING:
    from databricks.sdk import AccountClient, WorkspaceClient

    from wizard.cloud.arm import ArmClient
    from wizard.cloud.credentials import Credential
    from wizard.cloud.graph import GraphClient
    from wizard.cloud.keyvault import KeyVault
    from wizard.cloud.prices import PriceClient
    from wizard.setup.context import Context

Who = Literal["operator", "principal"]
Method = Literal[
    "azure_cli",
    "browser",
    "device_code",
    "client_secret",
    "client_certificate",
    "managed_identity",
    "workload_identity",
]
PEOPLE: tuple[Method, ...] = ("azure_cli", "browser", "device_code")  # az may hold an application's sign-in too
ATTENDED: tuple[Method, ...] = ("browser", "device_code")  # a person acts at each new sign-in
ClientT = TypeVar("ClientT")


@dataclass(frozen=True, slots=True)
class Login:
    """How one identity signs in. `certificate` is PEM, or PFX in base64, with its private key; `token_file` holds the
    token of another issuer, for the method workload_identity."""

    method: Method
    tenant_id: str
    subscription_id: str
    client_id: str | None = None
    client_secret: str | None = None
    certificate: str | None = None
    certificate_password: str | None = None
    token_file: str | None = None

    def __repr__(self) -> str:  # never shows the secret
        return f"Login({self.method}, tenant={self.tenant_id}, client={self.client_id})"


@dataclass(frozen=True, slots=True)
class PrincipalLogin:
    """The principal's own credentials, as Terraform's providers take them."""

    tenant_id: str
    subscription_id: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:  # never shows the secret
        return f"PrincipalLogin(tenant={self.tenant_id}, client={self.client_id})"


@dataclass(frozen=True, slots=True)
class WorkspaceAddress:
    """Where a workspace answers: a host without a scheme, its ARM id, and its id in digits."""

    url: str
    resource_id: str
    workspace_id: str


class Identities(Protocol):
    """What the clients need of answers and facts; the steps know where these stand."""

    def operator(self, ctx: Context[Any]) -> Login: ...
    def principal(self, ctx: Context[Any]) -> Login: ...
    def account_id(self, ctx: Context[Any]) -> str: ...
    def workspace(self, ctx: Context[Any]) -> WorkspaceAddress: ...


class World:
    """Makes each client once, and keeps it for the run. Safe to call from several steps at once.

    Tokens live in memory only. Where the hosts have a CA of their own it is given to each client;
    the process's environment is left alone."""

    def __init__(self, target: TargetSettings, identities: Identities) -> None:
        self.target = target
        self._identities = identities
        self._lock = threading.RLock()
        self._made: dict[object, Any] = {}

    def _once(self, key: object, make: Callable[[], ClientT]) -> ClientT:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            client: ClientT = self._made[key]
            return client

    def login(self, ctx: Context[Any], who: Who) -> Login:
        waits.asked_by(ctx)
        return self._identities.operator(ctx) if who == "operator" else self._identities.principal(ctx)

    def credential(self, ctx: Context[Any], who: Who) -> Credential:
        """A token source of azure-identity, asked anew after a refusal; registers its tokens as secrets."""
        return self.credential_of(ctx, self.login(ctx, who))

    def credential_of(self, ctx: Context[Any], login: Login) -> Credential:
        """As `credential`, for a login that is still to be proved."""
        from wizard.cloud.credentials import Credential

        return self._once(
            ("credential", login), lambda: Credential(self.target, login, ctx.secrets, ctx.say, ctx.cancel)
        )

    def arm(self, ctx: Context[Any], who: Who = "operator") -> ArmClient:
        from wizard.cloud.arm import ArmClient

        login, credential = self.login(ctx, who), self.credential(ctx, who)
        return self._once(("arm", login), lambda: ArmClient(self.target.endpoints, credential, login.subscription_id))

    def graph(self, ctx: Context[Any], who: Who = "operator") -> GraphClient:
        from wizard.cloud.graph import GraphClient

        login, credential = self.login(ctx, who), self.credential(ctx, who)
        return self._once(("graph", login), lambda: GraphClient(self.target.endpoints, credential))

    def account(self, ctx: Context[Any], who: Who = "operator") -> AccountClient:
        """The Databricks account; needs the account id (AccountFacts)."""
        return self.account_by_id(ctx, self._identities.account_id(ctx), who)

    def account_by_id(self, ctx: Context[Any], account_id: str, who: Who = "operator") -> AccountClient:
        """As `account`, for an id that is still to be proved."""
        from wizard.cloud import databricks

        login, credential = self.login(ctx, who), self.credential(ctx, who)
        return self._once(
            ("account", login, account_id),
            lambda: databricks.account_client(self.target.endpoints, credential, account_id),
        )

    def workspace(self, ctx: Context[Any], who: Who = "principal") -> WorkspaceClient:
        """Our workspace (FoundationFacts), with the two Azure headers that let an Owner or Contributor in."""
        from wizard.cloud import databricks

        login, credential = self.login(ctx, who), self.credential(ctx, who)
        address = self._identities.workspace(ctx)
        return self._once(
            ("workspace", login, address),
            lambda: databricks.workspace_client(self.target.endpoints, credential, address),
        )

    def key_vault(self, ctx: Context[Any], vault: str) -> KeyVault:
        """A Key Vault by its name, opened by the operator."""
        from wizard.cloud.keyvault import KeyVault

        login, credential = self.login(ctx, "operator"), self.credential(ctx, "operator")
        return self._once(
            ("vault", login, vault), lambda: KeyVault(self.target.endpoints, credential, vault, ctx.cancel)
        )

    def prices(self) -> PriceClient:
        from wizard.cloud.prices import PriceClient

        return self._once("prices", lambda: PriceClient(self.target.endpoints))

    def principal_login(self, ctx: Context[Any]) -> PrincipalLogin:
        """The principal's credentials, for Terraform's `TF_VAR_…`."""
        login = self._identities.principal(ctx)
        if login.client_id is None or login.client_secret is None:
            raise ValueError("the principal signs in with a client secret")
        return PrincipalLogin(login.tenant_id, login.subscription_id, login.client_id, login.client_secret)
