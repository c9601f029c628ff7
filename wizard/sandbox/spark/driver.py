"""The Spark process of the sandbox: JSON lines in on stdin, answers out on what was stdout. Ends when stdin ends."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from wizard.sandbox.spark import session as sessions
from wizard.sandbox.spark import statements, wheels

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Message = dict[str, Any]
GRACE = 1.0  # seconds that a cancelled run has before what it waits for is interrupted


class Driver:
    """One Spark session. Runs come one after the other, since they share interpreter and argv; statements beside."""

    def __init__(self, folder: Path, answers: TextIO) -> None:
        self._answers = answers
        self._writing = threading.Lock()
        self._runs = ThreadPoolExecutor(1, "run")
        self._statements = ThreadPoolExecutor(1, "statement")
        self._cancelled: set[int] = set()
        self._running: tuple[int, int] | None = None  # run id, thread
        self._switch = threading.Lock()
        self._idle = threading.Event()
        self._starting = self._runs.submit(sessions.start, folder)

    def take(self, message: Message) -> None:
        """Take one request; its answer follows when it is there."""
        if message["op"] == "run":
            self._runs.submit(self._reply, message, self._run)
        elif message["op"] == "query":
            self._statements.submit(self._reply, message, self._query)
        elif message["op"] == "cancel":
            self._reply(message, self._cancel)

    def _reply(self, message: Message, work: Any) -> None:
        try:
            body = work(message)
        except BaseException as error:
            body = {"failed": sessions.readable(error)}
        with self._writing:
            self._answers.write(json.dumps({"id": message["id"], **body}) + "\n")
            self._answers.flush()

    @property
    def _session(self) -> SparkSession:
        return self._starting.result()

    def _run(self, message: Message) -> Message:
        session, run = self._session, message["run_id"]
        with self._switch:
            if run in self._cancelled:
                return _result(wheels.Outcome("", "the run was cancelled"), [])
            self._running = (run, threading.get_ident())
            self._idle.clear()
        session.sparkContext.setJobGroup(f"run-{run}", f"run {run}", interruptOnCancel=True)
        with tempfile.TemporaryDirectory(prefix="namespace-") as folder:
            names = Path(folder) / "namespace.json"
            names.write_text(json.dumps(message["namespace"]), encoding="utf-8")
            os.environ["LAKEHOUSE_NAMESPACE"] = str(names)
            try:
                outcome = self._execute(message)
            finally:
                os.environ.pop("LAKEHOUSE_NAMESPACE", None)
                for query in session.streams.active:
                    query.stop()
        tables = [] if run in self._cancelled else _tables(session, message["namespace"]["schemas"])
        return _result(outcome, tables)

    def _execute(self, message: Message) -> wheels.Outcome:
        try:
            outcome = wheels.run_wheel(
                [Path(wheel) for wheel in message["wheels"]],
                message["package"],
                message["entry_point"],
                message["parameters"],
                message["secrets"],
            )
        finally:
            with self._switch:
                self._running = None
                self._idle.set()
        if message["run_id"] in self._cancelled:
            return wheels.Outcome(outcome.logs, "the run was cancelled")
        return outcome

    def _query(self, message: Message) -> Message:
        tables = {name: Path(path) for name, path in message["tables"].items()}
        return statements.answer(self._session, message["statement"], tables, message["limit"])

    def _cancel(self, message: Message) -> Message:
        run = message["run_id"]
        self._cancelled.add(run)
        with self._switch:
            if self._running is None or self._running[0] != run:
                return {}
            thread = ctypes.c_ulong(self._running[1])
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(wheels.Cancelled))
        # A run may end in order what it began: a stream that others stop looks to it like one that is done.
        self._idle.wait(GRACE)
        # The thread may be waiting inside Java, where no Python exception reaches it.
        session = self._session
        session.sparkContext.cancelJobGroup(f"run-{run}")
        for query in session.streams.active:
            query.stop()
        return {}


def _result(outcome: wheels.Outcome, tables: list[Message]) -> Message:
    return {
        "ok": outcome.error is None,
        "logs": outcome.logs,
        "error": outcome.error,
        "error_trace": outcome.trace,
        "tables": tables,
    }


def _tables(session: SparkSession, schemas: dict[str, str]) -> list[Message]:
    """The Delta tables that the folders of the schemas hold."""
    found = []
    for schema, folder in sorted(schemas.items()):
        for log in sorted(Path(folder).glob("*/_delta_log")):
            columns = session.read.format("delta").load(str(log.parent)).dtypes
            name = f"{schema}.{log.parent.name}"
            found.append({"full_name": name, "location": str(log.parent), "columns": columns})
    return found


def main() -> None:
    """Serve until stdin ends; then end at once, whatever runs: the JVM ends with this process."""
    folder = Path(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Spark prints belongs to the log
    driver = Driver(folder, answers)
    for line in sys.stdin:
        driver.take(json.loads(line))
    os._exit(0)


if __name__ == "__main__":
    main()
