"""What the sandbox was asked: one line a request, without bodies and without secrets."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "requests.jsonl"
MUTATING_RPC = "ApplyResourceChange"


def read_records(state: Path, *, mutating: bool = False) -> list[dict[str, Any]]:
    """All records of a state in order; only the mutating ones if asked."""
    try:
        text = (state / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    records = [json.loads(line) for line in text.splitlines()]
    return [one for one in records if one["mutating"]] if mutating else records


class Recorder:
    """Appends to `requests.jsonl`: seq, at, host, method, path, query, operation, mutating, caller, agent, status.

    `rights` are those that the caller was asked for, held or not: actions of Azure, operations of the directory
    (data/entra_operations.yaml). `agent` is the client's own name for itself (User-Agent); `fault` stands where one was
    injected, and names its kind (see faults.py); a lost response's status is that of the answer that did not arrive. A
    provider's operation has the host `provider.<name>`, the RPC as method, the resource type as path and `ok` or
    `failed` as status."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE
        self._sequence = len(read_records(state))
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def record_request(
        self,
        host: str,
        method: str,
        path: str,
        operation: str,
        *,
        mutating: bool,
        caller: str,
        status: int,
        query: str = "",
        agent: str = "",
        fault: str = "",
        rights: Sequence[str] = (),
    ) -> None:
        self._append(
            host,
            method,
            path,
            operation,
            mutating=mutating,
            caller=caller,
            status=status,
            query=query,
            agent=agent,
            fault=fault,
            rights=rights,
        )

    def record_provider(
        self, provider: str, rpc: str, type_name: str, caller_name: str, ok: bool, *, fault: str = ""
    ) -> None:
        """One provider operation; only ApplyResourceChange counts as mutating."""
        operation = f"{rpc} {type_name}".strip()
        self._append(
            f"provider.{provider}",
            rpc,
            type_name,
            operation,
            mutating=rpc == MUTATING_RPC,
            caller=caller_name,
            status="ok" if ok else "failed",
            fault=fault,
        )

    def _append(
        self,
        host: str,
        method: str,
        path: str,
        operation: str,
        *,
        mutating: bool,
        caller: str,
        status: int | str,
        query: str = "",
        agent: str = "",
        fault: str,
        rights: Sequence[str] = (),
    ) -> None:
        self._sequence += 1
        record = {
            "seq": self._sequence,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "host": host,
            "method": method,
            "path": path,
            "query": query,
            "operation": operation,
            "mutating": mutating,
            "caller": caller,
            "agent": agent,
            "status": status,
        }
        if fault:
            record["fault"] = fault
        if rights:
            record["rights"] = list(rights)
        line, size = (json.dumps(record, separators=(",", ":")) + "\n").encode(), os.fstat(self._file).st_size
        try:
            whole = os.write(self._file, line) == len(line)
        except OSError:
            whole = False
        if not whole:  # a full disk costs the record its line, not the caller his answer
            os.ftruncate(self._file, size)

    def close(self) -> None:
        os.close(self._file)


class Latency:
    """How much longer every operation takes, REST and providers alike; set by the control host."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def pause(self) -> None:
        if self.seconds > 0:
            await asyncio.sleep(self.seconds)
