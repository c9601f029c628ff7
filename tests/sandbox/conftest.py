"""A cloud inside the test's own process, and the clients of one that runs."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from azure.identity import ClientSecretCredential

from tests.clouds import of_its_own
from tests.sandbox.arm_support import Azure, as_identity, register_all
from wizard.sandbox.domain.build import build_cloud
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.process import Connection
from wizard.sandbox.spark.local import LocalSpark

ARM_SCOPE = "https://management.azure.com/.default"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


@dataclass
class PaperHosts:
    """Gives URLs to hosts that nobody calls: for tests of the domain alone."""

    workspaces: dict[str, int] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"https://127.0.0.1:{1024 + sum(name.encode())}"

    def open_workspace(self, workspace_id: str, port: int | None) -> int:
        return self.workspaces.setdefault(workspace_id, port or 40000 + len(self.workspaces))

    def close_workspace(self, workspace_id: str) -> None:
        self.workspaces.pop(workspace_id, None)


@pytest.fixture
def make_cloud(tmp_path: Path) -> Iterator[Callable[[str], Cloud]]:
    """Clouds by scenario, each in a state folder of its own; closed after the test."""
    made: list[Cloud] = []

    def make(scenario: str = "clean") -> Cloud:
        state = tmp_path / f"{scenario}-{len(made)}"
        made.append(build_cloud(state, PaperHosts(), LocalSpark(state), scenario))
        return made[-1]

    yield make
    for cloud in made:
        cloud.store.close()


@pytest.fixture
def cloud(make_cloud: Callable[[str], Cloud]) -> Cloud:
    """The cloud of scenario `clean`, in this process."""
    return make_cloud("clean")


@pytest.fixture
def azure(cloud: Cloud) -> Azure:
    """The owner, with all namespaces registered and one group."""
    register_all(cloud)
    owner = as_identity(cloud, "lakehouse-wizard")
    owner.group()
    return owner


@dataclass
class Answer:
    """An HTTP answer as it came."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Http:
    """Plain requests with the sandbox's CA verified; refusals are answers, too."""

    ca_file: str

    def __call__(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        data = json.dumps(body).encode() if isinstance(body, dict | list) else body
        request = Request(url, data=data, method=method, headers=headers or {})
        if isinstance(body, dict | list):
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with urlopen(request, context=context, timeout=30) as response:
                return Answer(response.status, dict(response.headers), response.read().decode())
        except HTTPError as refused:
            with refused:
                return Answer(refused.code, dict(refused.headers), refused.read().decode())


def secret_credential(info: dict[str, Any], name: str = "lakehouse-wizard", **changes: str) -> ClientSecretCredential:
    """azure-identity's own credential of one of the scenario's applications."""
    identity = {**info["identities"][name], **changes}
    return ClientSecretCredential(
        changes.get("tenant_id", info["tenant_id"]),
        identity["client_id"],
        identity["client_secret"],
        authority=info["endpoints"]["login"],
        disable_instance_discovery=True,
        connection_verify=info["ca_file"],
        retry_total=0,
    )


@pytest.fixture(scope="session")
def http(sandbox: Connection) -> Http:
    return Http(sandbox.info["ca_file"])


@pytest.fixture(scope="session")
def graph_token(sandbox: Connection) -> str:
    """The given principal's token for Graph."""
    return secret_credential(sandbox.info).get_token(GRAPH_SCOPE).token


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Connection]:
    """A sandbox of its own with scenario `reference`."""
    state = tmp_path / "reference"
    with of_its_own(state, "reference") as connection:
        yield connection
