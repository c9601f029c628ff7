"""How a REST operation is declared: one line in a table, one function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wizard.sandbox.domain.core import Caller

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

Host = Literal["login", "arm", "graph", "accounts", "workspace", "prices", "storage", "vault", "states", "control"]


@dataclass(slots=True)
class Call:
    """One request as a handler sees it. `path` holds the template's values, `query` the last of each
    key, `body` parsed JSON, a form (dict), multipart parts (dict name -> bytes), or raw bytes."""

    cloud: Cloud
    caller: Caller  # domain.core.SYSTEM on hosts without login
    method: str
    base_url: str  # of this host, without a final slash: for nextLink and Azure-AsyncOperation
    url_path: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: Any


@dataclass(slots=True)
class Reply:
    """`body`: dict or list (JSON), bytes (raw), or None (empty)."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """`path` in aiohttp's form: `/a/{id}`, `/files/{path:.*}`. Routes are tried in order, methods in upper case.

    `operation` names it in fidelity lists and recordings. `read_post` marks a POST that changes nothing.
    `public` needs no token; `raw_body` hands the body over as bytes, whatever its content type says."""

    operation: str
    method: str
    path: str
    handler: Handler
    read_post: bool = False
    public: bool = False
    raw_body: bool = False
