"""operations.yaml: every operation that clients send, and the client that sends it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import yaml

FILE = Path(__file__).with_name("operations.yaml")
# How each kind of client names itself. By hand means: a request that only a provider sends, in its form.
AGENTS = {
    "azure-identity": r"azsdk-python-identity/",
    "azure-mgmt-*": r"azsdk-python-mgmt-|azsdk-python-resource",
    "databricks-sdk": r"databricks-sdk-py/",
    "azure-core pipeline": r"^lakehouse-wizard|azsdk-python-storage-",
    "provider only": r"^provider-form$",
    "refused on purpose": r"",
}
SHORT = {
    "{A}": "/api/2.0/accounts/{account}",
    "{UC}": "/api/2.1/unity-catalog",
    "{AUTHZ}": "/providers/Microsoft.Authorization",
    "{SUB}": "/subscriptions/{subscription}",
    "{SCIM}": "/api/2.0/preview/scim/v2",
}
DEEP = ("scope", "path", "resource")  # placeholders that stand for more than one segment
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `route` is its name in the sandbox; `query` are parameters that must be there (an empty
    value stands for any); `status` are the answers that count; `agent` narrows down the client's name."""

    id: str
    section: str
    method: str
    host: str
    path: str
    client: str
    exercise: str
    route: str
    query: str = ""
    status: tuple[int, ...] = (200, 201, 202, 204)
    agent: str = ""

    def addressed(self, record: Record) -> bool:
        """Whether this request went to the operation's place, whatever it asked there."""
        place = (record["host"], record["method"]) == (self.host, self.method)
        return place and _pattern(self.path).fullmatch(unquote(str(record["path"]))) is not None

    def sent_by(self, record: Record) -> bool:
        """Whether this request is the operation, whoever sent it and whatever came of it."""
        return self.addressed(record) and self._asks(str(record["query"]))

    def _asks(self, sent: str) -> bool:
        given = parse_qs(sent, keep_blank_values=True)
        wanted = parse_qs(self.query, keep_blank_values=True)
        return all(key in given and values in ([""], given[key]) for key, values in wanted.items())

    def recorded(self, record: Record) -> bool:
        """Whether this request is the operation, from its client and with an answer that counts."""
        agent = self.agent or AGENTS[self.client]
        return (
            self.sent_by(record)
            and str(record["operation"]).partition(": ")[0] == self.route
            and record["status"] in self.status
            and re.search(agent, str(record["agent"])) is not None
        )


@dataclass(frozen=True, slots=True)
class Spec:
    """`own` are operations of the sandbox that no client of the facts sends: `host name method` -> why."""

    operations: list[Operation]
    own: dict[str, str] = field(default_factory=dict)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    for short, long in SHORT.items():
        path = path.replace(short, long)
    parts = re.split(r"(\{\w+\})", path)
    groups = (r".*" if part[1:-1] in DEEP else r"[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
    return re.compile("".join(groups), re.IGNORECASE)


@cache
def load() -> Spec:
    """The whole file; sections give their operations `section` and whatever stands in their `all`."""
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found = []
    for section in data["sections"]:
        common = {"section": str(section["section"]), **section.get("all", {})}
        for given in section["operations"]:
            entry = {**common, **given}
            if "status" in entry:
                entry["status"] = tuple(entry["status"] if isinstance(entry["status"], list) else [entry["status"]])
            found.append(Operation(**entry))
    return Spec(found, data["own"])
