"""The whole simulated cloud: one store, the kinds that live in it, and the little they share."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from wizard.sandbox.domain.core import Body, CloudError, Kind

if TYPE_CHECKING:
    from wizard.sandbox.domain.authorization import Authorization
    from wizard.sandbox.spark.host import SparkHost
    from wizard.sandbox.store import Store

DFS_SUFFIX = "dfs.core.windows.net"


class Hosts(Protocol):
    """The server's side of hosts: their URLs, and one more for each new workspace."""

    def url(self, name: str) -> str:
        """Base URL of login, arm, graph, accounts, prices."""
        ...

    def open_workspace(self, workspace_id: str, port: int | None) -> int:
        """Serve a workspace on 127.0.0.1; on `port` if given (after a restart). Returns the port."""
        ...

    def close_workspace(self, workspace_id: str) -> None: ...


@dataclass(slots=True)
class Cloud:
    """`state` is the sandbox's folder: store, storage (one folder per account and container), logs.
    `ended_operations` answers those who ask again after a long-running operation has ended."""

    store: Store
    state: Path
    hosts: Hosts
    spark: SparkHost
    authorization: Authorization
    kinds: dict[str, Kind] = field(default_factory=dict)
    ended_operations: dict[str, Body] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(self, kind: Kind) -> None:
        self.kinds[kind.name] = kind

    def kind(self, name: str) -> Kind:
        """The kind by its name, as `Microsoft.Storage/storageAccounts` or `uc.catalog`."""
        try:
            return self.kinds[name]
        except KeyError:
            raise CloudError(501, "NotImplemented", f"the sandbox has no {name}") from None

    def guid(self, *seed: str) -> str:
        """A GUID: new without a seed, the same each time for the same seed."""
        if not seed:
            return str(uuid.uuid4())
        return str(uuid.UUID(bytes=hashlib.sha256("\0".join(seed).encode()).digest()[:16], version=4))

    def number(self, *seed: str) -> int:
        """A positive 15-digit number, as Databricks ids look; deterministic with a seed."""
        digest = hashlib.sha256(("\0".join(seed) or str(uuid.uuid4())).encode()).digest()
        return 10**14 + int.from_bytes(digest[:8], "big") % (9 * 10**14)

    def millis(self) -> int:
        return int(self.now().timestamp() * 1000)

    def container_folder(self, account: str, container: str) -> Path:
        return self.state / "storage" / account / container

    def storage_folder(self, url: str) -> Path:
        """The folder behind `abfss://container@account.dfs.core.windows.net/path`."""
        parts = urlsplit(url)
        container, _, host = parts.netloc.partition("@")
        account = host.removesuffix("." + DFS_SUFFIX)
        return self.container_folder(account, container) / parts.path.strip("/")
