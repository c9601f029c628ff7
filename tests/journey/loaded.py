"""Wizards forked from a process that has loaded their modules: a run then costs what it does, not what it loads.

Each is a process of its own with its own output, as one started by a shell is; it dies and is signalled as such."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import IO, NoReturn

MODULES = ("wizard.commands.run", "wizard.commands.guard", "wizard.sandbox.process", "wizard.cloud.databricks")
CLOSING = ("wizard.report.closing", "wizard.report.render", "wizard.cloud.arm", "wizard.cloud.graph")
LONGEST = 65536  # bytes of one order


class Wizard:
    """One running wizard. Its standard input is empty; `output` is what it prints."""

    def __init__(
        self, nursery: socket.socket, argv: Sequence[str], err: IO[str], env: Mapping[str, str] | None = None
    ) -> None:
        read, write = os.pipe()
        self._nursery = nursery
        socket.send_fds(nursery, [json.dumps([list(argv), dict(env or os.environ)]).encode()], [write, err.fileno()])
        os.close(write)
        self._pid = int(nursery.recv(LONGEST))
        self._code: int | None = None
        self.output = os.fdopen(read, encoding="utf-8")

    @property
    def pid(self) -> int:
        return self._pid

    def send_signal(self, number: int) -> None:
        """It is not buried before `wait`, so its id is its own."""
        os.kill(self._pid, number)

    def wait(self) -> int:
        """Its exit code; negative for a signal."""
        if self._code is None:
            self._nursery.send(b"bury")
            self._code = int(self._nursery.recv(LONGEST))
            self.output.close()
        return self._code


def start(argv: Sequence[str], err: IO[str], env: Mapping[str, str] | None = None) -> Wizard:
    """`lakehouse-wizard ARGV`, with this process's environment or another; one at a time."""
    return Wizard(_nursery(), argv, err, env)


@cache
def _nursery() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journey.loaded", str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve(orders: socket.socket) -> None:
    """Fork a wizard for each order, and bury it when told; ends with the one who orders."""
    from importlib import import_module

    for name in (*MODULES, *CLOSING):
        import_module(name)
    pid = 0
    while True:
        message, handles, _flags, _address = socket.recv_fds(orders, LONGEST, 2)
        if not message:
            return
        if message == b"bury":
            _pid, status = os.waitpid(pid, 0)
            orders.send(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        pid = os.fork()
        if not pid:
            orders.close()
            argv, env = json.loads(message)
            os.environ.clear()
            os.environ.update(env)
            _be_wizard(argv, *handles)
        for handle in handles:
            os.close(handle)
        orders.send(str(pid).encode())


def _be_wizard(argv: list[str], out: int, err: int) -> NoReturn:
    from wizard.cli import main

    for handle, place in ((out, 1), (err, 2)):
        os.dup2(handle, place)
        os.close(handle)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["lakehouse-wizard", *argv]
    try:
        code = main(argv)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
