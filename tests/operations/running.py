"""A sandbox of its own with every client signed in, and the exercises that make them send what they send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.core import Config

from tests.operations.spec import Record
from tests.sandbox.conftest import ARM_SCOPE, GRAPH_SCOPE, Answer, Http, secret_credential
from tests.sandbox.databricks_live import DATABRICKS_SCOPE, Entra, Person
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.pipeline import RestClient
from wizard.sandbox.process import Connection

PROVIDER = "provider-form"
LOCATION = "brazilsouth"
GROUP, STORAGE, HUBS = "rsgdops", "stadops", "ethdops"
CATALOG = "cops"
SCOPES = {"arm": ARM_SCOPE, "graph": GRAPH_SCOPE, "accounts": DATABRICKS_SCOPE, "workspace": DATABRICKS_SCOPE}
SCOPES["storage"] = "https://storage.azure.com/.default"


@dataclass
class Signed:
    """A person as a credential of azure-core: it asks with keywords that a person has no use for."""

    person: Person

    def get_token(self, *scopes: str, **_keywords: Any) -> AccessToken:
        return self.person.get_token(*scopes)


@dataclass
class Surface:
    """The clients, and what earlier exercises made."""

    connection: Connection
    http: Http
    credential: ClientSecretCredential
    workspace_id: int = 0
    workspace_host: str = ""
    workspace_resource: str = ""
    connector: str = ""
    metastore: str = ""
    warehouse: str = ""
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def info(self) -> dict[str, Any]:
        return self.connection.info

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.info['subscription_id']}"

    @property
    def endpoints(self) -> Endpoints:
        return self.connection.target.endpoints

    @property
    def principal(self) -> dict[str, Any]:
        """The given principal: client_id, object_id, client_secret."""
        found: dict[str, Any] = self.info["identities"]["lakehouse-wizard"]
        return found

    def arm(self, client: Callable[..., Any], *, tenant_wide: bool = False) -> Any:
        """A management client of Azure's own."""
        subscription = () if tenant_wide else (self.info["subscription_id"],)
        options: dict[str, Any] = {"base_url": self.endpoints.arm, "credential_scopes": [ARM_SCOPE]}
        options |= {"connection_verify": self.info["ca_file"]}
        options |= {} if tenant_wide else {"polling_interval": 0.05}
        return client(self.credential, *subscription, **options)

    def pipeline(self, host: str, *, version: str = "", credential: Any = None) -> RestClient:
        """Plain requests through an azure-core pipeline."""
        base = f"{getattr(self.endpoints, host)}{version}"
        who: Any = credential or (self.credential if host in SCOPES else None)
        return RestClient(base, self.endpoints, who, SCOPES.get(host, ""))

    def person(self, name: str) -> Signed:
        return Signed(Person(self.info, self.http, name))

    @property
    def account(self) -> AccountClient:
        config = self._config(self.endpoints.accounts, Entra(self.credential), account_id=self.info["account_id"])
        return AccountClient(config=config)

    @property
    def workspace(self) -> WorkspaceClient:
        """The principal's, with the two headers that let it in."""
        return WorkspaceClient(config=self.workspace_config())

    def workspace_config(self) -> Config:
        return self._config(self.workspace_host, Entra(self.credential, self.workspace_resource))

    def _config(self, host: str, strategy: Entra, **settings: Any) -> Config:
        return Config(
            host=host, credentials_strategy=strategy, http_timeout_seconds=60, retry_timeout_seconds=20, **settings
        )

    def url(self, container: str, path: str = "") -> str:
        return f"abfss://{container}@{STORAGE}.dfs.core.windows.net/{path}"

    def send(
        self,
        host: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: int | tuple[int, ...] = (200, 201, 202, 204),
        token: bool = True,
    ) -> Answer:
        """A request in the form that a provider sends; `{A}` stands for the account's path."""
        base = self.workspace_host if host == "workspace" else self.info["endpoints"][host]
        account = f"/api/2.0/accounts/{self.info['account_id']}"
        text = quote(path.replace("{A}", account), safe="/:$'()=") + (f"?{urlencode(query)}" if query else "")
        answer = self.http(
            method,
            base + text,
            token=self.credential.get_token(SCOPES[host]).token if token else None,
            body=body,
            headers={"User-Agent": PROVIDER, **(headers or {})},
        )
        assert answer.status in ((expect,) if isinstance(expect, int) else expect), f"{method} {path}: {answer.text}"
        return answer

    def provider(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """`send` to the workspace, its answer as JSON."""
        answer = self.send("workspace", method, path, body, **options)
        return answer.json if answer.text else {}

    def account_provider(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """`send` to the account host, its answer as JSON."""
        answer = self.send("accounts", method, "{A}" + path, body, **options)
        return answer.json if answer.text else {}


Exercise = Callable[[Surface], None]


@dataclass
class Exercised:
    """What came of all exercises: the requests that each made, and why it failed if it did."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def everything(self) -> list[Record]:
        return [record for records in self.records.values() for record in records]


def begin(connection: Connection) -> Surface:
    info = connection.info
    return Surface(connection, Http(info["ca_file"]), secret_credential(info))
