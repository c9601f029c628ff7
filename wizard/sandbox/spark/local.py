"""The sandbox's end of its Spark process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wizard.sandbox.spark.host import Rows, StatementFailed, TableSeen, TaskResult, WheelTask
from wizard.sandbox.spark.java import java_problem

_LONGEST_LINE = 256 * 1024 * 1024  # bytes of one answer
_GRACE = 5.0  # seconds from the end of stdin to a kill
_MOST_LOG = 20_000  # characters of the log that an error shows at most


class SparkEnded(Exception):  # noqa: N818 - an event, told as it is
    """The Spark process ended before it answered."""


class LocalSpark:
    """A SparkHost. The process starts at the first call, stays warm, and ends with `close` or with this process."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "spark"
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._last = 0

    async def run(self, task: WheelTask) -> TaskResult:
        """Run a wheel. A cluster that does not start is a failed run, not an exception."""
        namespace = {
            kind: {name: str(path) for name, path in names.items()} for kind, names in asdict(task.namespace).items()
        }
        message = {
            "op": "run",
            "run_id": task.run_id,
            "wheels": [str(wheel) for wheel in task.wheels],
            "package": task.package,
            "entry_point": task.entry_point,
            "parameters": list(task.parameters),
            "namespace": namespace,
            "secrets": task.secrets,
        }
        try:
            answer = await self._call(message)
        except SparkEnded as ended:
            return TaskResult(False, "", str(ended), None, ())
        if "failed" in answer:
            return TaskResult(False, "", answer["failed"], None, ())
        tables = tuple(
            TableSeen(seen["full_name"], Path(seen["location"]), tuple((name, kind) for name, kind in seen["columns"]))
            for seen in answer["tables"]
        )
        return TaskResult(answer["ok"], answer["logs"], answer["error"], answer["error_trace"], tables)

    async def query(self, statement: str, tables: Mapping[str, Path], *, limit: int) -> Rows:
        """Run one statement; raises StatementFailed with Spark's words."""
        folders = {name: str(path) for name, path in tables.items()}
        try:
            answer = await self._call({"op": "query", "statement": statement, "tables": folders, "limit": limit})
        except SparkEnded as ended:
            raise StatementFailed(str(ended)) from None
        if "failed" in answer:
            raise StatementFailed(answer["failed"])
        columns = tuple((name, kind) for name, kind in answer["columns"])
        return Rows(columns, tuple(tuple(row) for row in answer["rows"]))

    async def cancel(self, run_id: int) -> None:
        """Cancel a run, running or waiting; nothing happens if there is none."""
        if self._process is not None and self._process.returncode is None:
            await self._call({"op": "cancel", "run_id": run_id})

    async def close(self) -> None:
        """End the process, and Java with it."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            pass
        finally:
            _end_session(process.pid)
        if self._reader is not None:
            await self._reader

    async def _call(self, message: dict[str, Any]) -> dict[str, Any]:
        async with self._starting:
            process = await self._started()
        self._last += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._last] = future
        if process.stdin is None:
            raise SparkEnded("Spark's process has no stdin")
        with contextlib.suppress(ConnectionError):  # the reader tells why it ended
            process.stdin.write(json.dumps({**message, "id": self._last}).encode() + b"\n")
            await process.stdin.drain()
        return await future

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None and self._reader and not self._reader.done():
            return self._process
        problem = await asyncio.to_thread(java_problem)
        if problem:
            raise SparkEnded(problem)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(self._folder / "driver.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A session of its own: an interrupt at the terminal reaches the sandbox, which then ends this in order.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "wizard.sandbox.spark.driver", str(self._folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                limit=_LONGEST_LINE,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "SPARK_LOCAL_IP": "127.0.0.1"},
            )
        finally:
            os.close(log)
        self._reader = asyncio.create_task(self._read(self._process))
        return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        try:
            if process.stdout is not None:
                async for line in process.stdout:
                    answer = json.loads(line)
                    future = self._waiting.pop(answer["id"], None)
                    if future is not None and not future.done():
                        future.set_result(answer)
        finally:
            waiting, self._waiting = self._waiting, {}
            for future in waiting.values():
                if not future.done():
                    future.set_exception(SparkEnded(f"the local Spark ended before it answered; {self._end_of_log()}"))

    def _end_of_log(self) -> str:
        path = self._folder / "driver.log"
        lines = path.read_text(encoding="utf-8", errors="replace")[-_MOST_LOG:].strip().splitlines()
        return f"its log {path} ends: {lines[-1]}" if lines else f"its log is {path}"


def _end_session(pid: int) -> None:
    """Kill what is left of the process and its Java, which share a session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
