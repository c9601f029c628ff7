"""What the sandbox's workspaces ask of Spark: run a wheel, answer a statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Namespace:
    """Where names live on this machine. Keys: catalog.schema -> folder of its managed tables;
    /Volumes/c/s/v -> folder; abfss://container@account.dfs.core.windows.net -> folder."""

    schemas: dict[str, Path]
    volumes: dict[str, Path]
    stores: dict[str, Path]


@dataclass(frozen=True, slots=True)
class WheelTask:
    """A python_wheel_task: `wheels` are local paths, `parameters` its argv[1:]."""

    run_id: int
    wheels: tuple[Path, ...]
    package: str
    entry_point: str
    parameters: tuple[str, ...]
    namespace: Namespace
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)  # scope -> key -> value the run-as may read


@dataclass(frozen=True, slots=True)
class TableSeen:
    """A Delta table found under a schema's folder after a run; columns as (name, Spark type text)."""

    full_name: str
    location: Path
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TaskResult:
    ok: bool
    logs: str
    error: str | None
    error_trace: str | None
    tables: tuple[TableSeen, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A statement's answer: columns as (name, type text), values as text or None."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | None, ...], ...]


class StatementFailed(Exception):  # noqa: N818 - the user's SQL, told back as it is
    """The statement's own error, as Spark words it."""


class SparkHost(Protocol):
    """One warm local Spark with Delta, in a process of its own. Started at the first call."""

    async def run(self, task: WheelTask) -> TaskResult: ...
    async def query(self, statement: str, tables: dict[str, Path], *, limit: int) -> Rows:
        """`tables` maps each three-level name in the statement to its Delta folder."""
        ...

    async def cancel(self, run_id: int) -> None: ...
    async def close(self) -> None: ...
