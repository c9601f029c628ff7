"""The sandbox's process: started by the first who connects, ended some seconds after the last one left."""

from __future__ import annotations

import argparse
import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from wizard.cloud.endpoints import Endpoints, TargetSettings
from wizard.sandbox.control import INFO, Lease, Refused, SandboxError, ask, read_info
from wizard.sandbox.files import make_folder
from wizard.sandbox.recorder import read_records
from wizard.sandbox.users import USERS
from wizard.setup.disk import no_space
from wizard.setup.secrets import SecretMissing, SecretRef, public_environment
from wizard.text import _

LINGER = 15.0  # seconds after the last lease
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LEAST = 1024 * 1024  # bytes without which a sandbox does not start
LOG = "sandbox.log"
_RUNNING, _CONNECTING = "process.lock", "connect.lock"
_ASKED = "only-asked"  # a file beside them: nobody has connected to it but in passing
_children: dict[int, subprocess.Popen[bytes]] = {}


class Resolver:
    """`sandbox:IDENTITY`: the secret or password of one of the scenario's identities."""

    def __init__(self, info: dict[str, Any]) -> None:
        self._identities: dict[str, dict[str, Any]] = info["identities"]

    def check(self, ref: SecretRef) -> None:
        if ref.name not in self._identities:
            raise SecretMissing(
                str(ref),
                _("the scenario has nobody called {name}", name=ref.name),
                _("use one of {known}", known=", ".join(f"sandbox:{name}" for name in self._identities)),
            )

    def resolve(self, ref: SecretRef) -> str:
        self.check(ref)
        identity = self._identities[ref.name]
        return str(identity.get("client_secret") or identity["password"])


class Connection:
    """A running sandbox, held by a lease until `close`."""

    def __init__(self, state: Path, lease: Lease) -> None:
        self._state, self._lease = state, lease
        self.resolver = Resolver(self.info)

    @property
    def info(self) -> dict[str, Any]:
        """Endpoints, CA file, reattach value, identities with their secrets, workspaces, pid; as of now."""
        return read_info(self._state)

    @property
    def target(self) -> TargetSettings:
        return target_of(self.info)

    def requests(self, mutating: bool = False) -> list[dict[str, Any]]:
        """What the sandbox was asked so far, in order."""
        return requests(self._state, mutating=mutating)

    def portal(self, click: str, *values: str) -> str:
        return portal(self._state, click, values)

    def workflow(self, subject: str) -> dict[str, str]:
        """The variables by which a GitHub job asks for its OIDC token; `subject` says which, as
        `repo:OWNER/NAME:ref:refs/heads/main`."""
        asked: dict[str, str] = ask(self.info, "POST", "/workflow", {"subject": subject})
        return asked

    def outside_token(self, issuer: str, subject: str, audience: str, lifetime: int | None = None) -> str:
        """A token of an issuer outside Entra; `lifetime` in seconds, also below 0."""
        wanted = {"issuer": issuer, "subject": subject, "audience": audience, "lifetime": lifetime}
        return str(ask(self.info, "POST", "/outside-token", wanted)["token"])

    def set_latency(self, seconds: float) -> None:
        set_latency(self._state, seconds)

    def add_fault(self, kind: str, **rule: Any) -> None:
        """See `add_fault`."""
        add_fault(self._state, {"kind": kind, **rule})

    def faults(self) -> list[dict[str, Any]]:
        return faults(self._state)

    def clear_faults(self) -> None:
        clear_faults(self._state)

    def close(self) -> None:
        self._lease.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def target_of(info: dict[str, Any]) -> TargetSettings:
    """How clients and Terraform reach this sandbox."""
    hosts = {name: info["endpoints"][name] for name in ("login", "arm", "graph", "accounts", "prices")}
    vault = info["endpoints"]["vault"] + "/{vault}"
    return TargetSettings(
        name="sandbox",
        endpoints=Endpoints(**hosts, vault=vault, ca_file=info["ca_file"]),
        terraform_env={"TF_REATTACH_PROVIDERS": json.dumps(info["reattach"]), "SSL_CERT_FILE": info["ca_file"]},
        path_prefix=info["path_prefix"],
        price_note=_("sandbox prices: plausible figures, not Azure's"),
    )


def connect(state: Path, scenario: str | None = None, *, linger: float = LINGER, passing: bool = False) -> Connection:
    """Connect to the sandbox of a state folder; starts it if it does not run, with its scenario (or `clean`).

    `passing` is for who only asks: a sandbox that was made so is made anew where another scenario is named.

    Raises SandboxError: another scenario than the state's, a port in use, the extra not installed."""
    state = make_folder(state.absolute())
    with _locked(state / _CONNECTING):
        _reap()
        if scenario and (state / _ASKED).exists() and _scenario_of(state) != scenario and not held(state):
            _clear(state)
        if passing and not (state / INFO).exists():
            (state / _ASKED).touch(mode=0o600)
        if not passing and (not scenario or _scenario_of(state) == scenario):
            (state / _ASKED).unlink(missing_ok=True)
        if _runs(state):
            info = read_info(state)
            if scenario and info["scenario"] != scenario:
                raise SandboxError(_other_scenario(state, info["scenario"], scenario))
            try:
                return Connection(state, Lease(info))
            except ConnectionError:
                _wait_for_end(state)  # it was ending just now: its successor finds the cloud as it was
        _start_process(state, scenario or _scenario_of(state), linger)
        return Connection(state, Lease(read_info(state)))


def start(state: Path, scenario: str | None = None) -> None:
    """Start the sandbox and keep it until `stop`."""
    with connect(state, scenario) as connection:
        ask(connection.info, "POST", "/pin")


def require_scenario(name: str | None) -> None:
    """Raises Refused, with the scenarios there are, for a name that is none of them."""
    from wizard.sandbox.domain.world import UnknownScenario, load_scenario

    try:
        if name is not None:
            load_scenario(name)
    except UnknownScenario as error:
        raise Refused(str(error)) from error


def runs(state: Path) -> bool:
    """Whether a process serves this state."""
    return _runs(state.absolute())


def held(state: Path) -> int:
    """How many clients hold a lease of the sandbox; 0 where it does not run."""
    state = state.absolute()
    if not _runs(state):
        return 0
    try:
        return int(ask(read_info(state), "GET", "/leases")["held"])
    except SandboxError:  # one that does not answer is ending already
        return 0


def stop(state: Path) -> bool:
    """End the sandbox; its cloud stays on disk. False if it did not run."""
    state = state.absolute()
    if not _runs(state):
        return False
    with suppress(SandboxError):  # one that does not answer is ending already
        ask(read_info(state), "POST", "/stop")
    _wait_for_end(state)
    _reap()
    return True


def reset(state: Path) -> None:
    """End the sandbox and forget its cloud."""
    stop(state)
    if state.exists():
        shutil.rmtree(state)


def info(state: Path) -> dict[str, Any]:
    """See `Connection.info`; raises SandboxError if the state never ran."""
    return read_info(state.absolute())


def requests(state: Path, *, mutating: bool = False) -> list[dict[str, Any]]:
    """What the sandbox was asked, from its own record; needs no running process."""
    return read_records(state.absolute(), mutating=mutating)


def set_latency(state: Path, seconds: float) -> None:
    """Make every operation take `seconds` longer, providers included; 0 takes it away."""
    ask(read_info(state.absolute()), "PUT", "/latency", {"seconds": seconds})


def add_fault(state: Path, rule: dict[str, Any]) -> dict[str, Any]:
    """Let operations go wrong, as the fields of `faults.Rule` say, for as long as the sandbox runs.
    Raises SandboxError for what is no rule."""
    added: dict[str, Any] = ask(read_info(state.absolute()), "POST", "/faults", rule)
    return added


def faults(state: Path) -> list[dict[str, Any]]:
    """The rules in force, in order, each with its `hits` so far."""
    found: list[dict[str, Any]] = ask(read_info(state.absolute()), "GET", "/faults")
    return found


def clear_faults(state: Path) -> None:
    ask(read_info(state.absolute()), "DELETE", "/faults")


def portal(state: Path, click: str, values: Sequence[str]) -> str:
    """Do a portal's click as the person would; says what came of it. Raises SandboxError for an unknown one."""
    answer = ask(read_info(state.absolute()), "POST", "/portal", {"click": click, "values": list(values)})
    return str(answer["done"])


def _clear(state: Path) -> None:
    """End the sandbox and forget its cloud, while its state is locked; who uses it is remembered."""
    stop(state)
    for path in state.iterdir():
        if path.name in (USERS, _CONNECTING):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _scenario_of(state: Path) -> str:
    try:
        return str(read_info(state)["scenario"])
    except SandboxError:
        return "clean"


def _other_scenario(state: Path, there: str, wanted: str) -> str:
    return _(
        "the sandbox in {state} was made with scenario {there}, not {wanted}; use another folder, or `sandbox reset`",
        state=state,
        there=there,
        wanted=wanted,
    )


def _start_process(state: Path, scenario: str, linger: float) -> None:
    if importlib.util.find_spec("aiohttp") is None:
        raise SandboxError(_("the sandbox is not installed; add it: pip install 'lakehouse-wizard[sandbox]'"))
    told, tell = os.pipe()
    log = os.open(state / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    command = [sys.executable, "-m", "wizard.sandbox.process", "--state", str(state), "--scenario", scenario]
    command += ["--linger", str(linger), "--ready-fd", str(tell)]
    try:
        child = subprocess.Popen(
            command,
            env=public_environment(),  # its Spark is a child of it, and neither needs a secret of ours
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(tell,),
            start_new_session=True,
        )
    finally:
        os.close(tell)
        os.close(log)
    _children[child.pid] = child
    with os.fdopen(told, "rb") as pipe:
        word = pipe.read().decode()  # until the process closes its end: ready, or gone
    if word != "ready":
        child.wait(STOP_SECONDS)
        _reap()
        raise SandboxError(word or _last_words(state))


def _last_words(state: Path) -> str:
    if shutil.disk_usage(state).free < LEAST:
        return no_space(state)
    lines = (state / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    why = next((line for line in reversed(lines) if line.strip()), "")
    return _("the sandbox did not start: {why} (its log is {log})", why=why, log=state / LOG)


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    with path.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _runs(state: Path) -> bool:
    """Whether a process serves this state: it holds a lock as long as it lives."""
    try:
        with (state / _RUNNING).open("r", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _wait_for_end(state: Path) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while _runs(state):
        if time.monotonic() > deadline:
            raise SandboxError(_("the sandbox does not end; its log is {log}", log=state / LOG))
        time.sleep(0.02)


def _reap() -> None:
    """Take leave of children that ended, so that none stays as a zombie."""
    for pid, child in list(_children.items()):
        if child.poll() is not None:
            del _children[pid]


def main(argv: Sequence[str] | None = None) -> int:
    """The process itself."""
    parser = argparse.ArgumentParser(prog="python -m wizard.sandbox.process")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--scenario", default="clean")
    parser.add_argument("--linger", type=float, default=LINGER, help="seconds after the last lease")
    parser.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    state = make_folder(arguments.state.absolute())
    with (state / _RUNNING).open("a", encoding="ascii") as lock:
        (state / _RUNNING).chmod(0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _serve(state, arguments.scenario, arguments.linger, arguments.ready_fd)


def _serve(state: Path, scenario: str, linger: float, ready_fd: int | None) -> int:
    import asyncio
    import logging
    import signal

    from wizard.sandbox.domain.build import OtherScenario
    from wizard.sandbox.domain.world import UnknownScenario
    from wizard.sandbox.hosts import PortInUse
    from wizard.sandbox.server import Server

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")

    def tell(word: str) -> None:
        if ready_fd is None:
            print(word, flush=True)
        else:
            os.write(ready_fd, word.encode())
            os.close(ready_fd)

    async def serve() -> None:
        server = Server(state, scenario, linger)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.end)
        await server.run(lambda: tell("ready"))

    try:
        asyncio.run(serve())
    except (PortInUse, OtherScenario, UnknownScenario) as error:
        tell(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
