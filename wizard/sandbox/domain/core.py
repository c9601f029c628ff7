"""The seams of the sandbox's cloud: callers, errors, and the one interface behind both doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Body = dict[str, Any]


class CloudError(Exception):
    """What the cloud refuses. Each door tells it in its own envelope; `code` is the service's own."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details


class NoSuchHost(Exception):  # noqa: N818 - Azure answers nothing there
    """The name of a host that does not exist: a connection that comes to nothing."""


def not_found(code: str, message: str) -> CloudError:
    return CloudError(404, code, message)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `oid` is the Entra object id; `name` the user principal name or the client id.

    `workspace` is set by the door of a workspace (REST port, or the provider's `host`).
    `management` is true if both Azure headers with a valid ARM token of the same caller came along."""

    oid: str
    kind: Literal["user", "app"]
    name: str
    tenant: str
    workspace: str | None = None
    management: bool = False
    claims: dict[str, Any] = field(default_factory=dict)


SYSTEM = Caller(oid="system", kind="app", name="system", tenant="system")
"""The cloud itself: seeds scenarios and makes what appears by itself. Every check lets it pass."""


class Kind(Protocol):
    """One kind of object, in the form its REST API gives it. The Terraform provider calls the same.

    Ids are the API's own: an ARM id, a Graph object id, a SCIM id, a Unity Catalog full name. Each
    operation authorises the caller, enforces the rules and raises CloudError."""

    name: str

    def create(self, caller: Caller, body: Body) -> Body: ...
    def read(self, caller: Caller, id: str) -> Body: ...
    def update(self, caller: Caller, id: str, patch: Body) -> Body: ...
    def delete(self, caller: Caller, id: str) -> None: ...
    def list(self, caller: Caller, **filters: Any) -> list[Body]: ...
