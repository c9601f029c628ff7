"""The sandbox's process: quick to start, held by leases, the same cloud after a restart, and discreet."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

import grpc
import psutil
import pytest
from tf.gen import tfplugin_pb2 as pb
from tf.gen.tfplugin_pb2_grpc import ProviderStub

from tests.sandbox.conftest import ARM_SCOPE, GRAPH_SCOPE, Http, secret_credential
from wizard.sandbox import process
from wizard.sandbox.control import SandboxError
from wizard.sandbox.lease import Lease
from wizard.sandbox.process import Connection
from wizard.setup.secrets import SecretMissing, SecretRef

GROUP = {"displayName": "g", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose process is ended after the test."""
    folder = tmp_path / "state"
    yield folder
    if folder.exists():
        process.stop(folder)


def is_gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether the process ends within that time; an ended child that nobody waited for counts as gone."""
    try:
        psutil.Process(pid).wait(seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_it_ends_after_its_last_client(state: Path) -> None:
    first = process.connect(state, linger=0.2)
    second = process.connect(state)
    pid = first.info["pid"]
    assert second.info["pid"] == pid
    first.close()
    assert second.info["identities"]
    second.close()
    assert is_gone(pid)


def test_a_killed_client_lets_go_of_its_lease(state: Path) -> None:
    holder = "import sys, pathlib; from wizard.sandbox import process\n"
    holder += "c = process.connect(pathlib.Path(sys.argv[1]), linger=0.2); print(c.info['pid'], flush=True); input()"
    client = subprocess.Popen(
        [sys.executable, "-c", holder, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with client:
        assert client.stdout is not None
        pid = int(client.stdout.readline())
        assert psutil.pid_exists(pid)
        client.kill()
    assert is_gone(pid)


def test_terraform_keeps_it_when_the_wizard_was_killed(state: Path) -> None:
    wizard = process.connect(state, linger=0.2)
    pid = wizard.info["pid"]
    address = wizard.info["reattach"]["registry.terraform.io/hashicorp/azurerm"]["Addr"]["String"]
    with grpc.insecure_channel(address) as terraform:
        stream = terraform.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"")
        grpc.channel_ready_future(terraform).result(10)
        wizard.close()
        assert not is_gone(pid, 1.0)
        stream.cancel()
        assert is_gone(pid)


def test_a_job_that_runs_keeps_it_and_then_lets_it_go() -> None:
    async def ended_while_busy() -> tuple[bool, bool]:
        ended, busy = asyncio.Event(), True
        lease = Lease(0.02, ended.set, lambda: busy)
        assert lease.take()
        lease.give_back()
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 0.3)
        early, busy = ended.is_set(), False
        await asyncio.wait_for(ended.wait(), 5)
        return early, lease.take()

    assert asyncio.run(ended_while_busy()) == (False, False)


def test_two_who_connect_at_once_get_one_process(state: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        connections = list(pool.map(lambda _number: process.connect(state), range(4)))
    assert len({one.info["pid"] for one in connections}) == 1
    for one in connections:
        one.close()


@pytest.mark.parametrize("killed", [False, True])
def test_after_a_restart_it_is_the_same_cloud(state: Path, killed: bool) -> None:
    with process.connect(state) as connection:
        info = connection.info
        token = secret_credential(info).get_token(GRAPH_SCOPE).token
        http = Http(info["ca_file"])
        made = http("POST", f"{info['endpoints']['graph']}/v1.0/groups", token=token, body=GROUP).json
        if killed:
            psutil.Process(info["pid"]).kill()
            assert is_gone(info["pid"])
    ca = Path(info["ca_file"]).read_bytes()
    assert process.stop(state) is not killed
    assert not process.stop(state)
    before = (state / "store.sqlite").read_bytes()
    with process.connect(state) as connection:
        again = connection.info
        assert again["endpoints"] == info["endpoints"]
        assert again["identities"] == info["identities"]
        assert Path(again["ca_file"]).read_bytes() == ca
        assert http("GET", f"{again['endpoints']['graph']}/v1.0/groups/{made['id']}", token=token).json == made
        assert (state / "store.sqlite").read_bytes() == before
        assert [one["seq"] for one in connection.requests()] == list(range(1, len(connection.requests()) + 1))


def test_a_port_that_clients_know_but_somebody_took_is_named(state: Path) -> None:
    with process.connect(state) as connection:
        port = int(connection.info["endpoints"]["graph"].rpartition(":")[2])
    process.stop(state)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(SandboxError, match=f"port {port} .*'graph'"):
        process.connect(state)


def test_a_state_keeps_to_its_scenario(state: Path) -> None:
    with process.connect(state, "reference"):
        with pytest.raises(SandboxError, match="reference, not clean"):
            process.connect(state, "clean")
        with process.connect(state) as same:
            assert same.info["scenario"] == "reference"
    process.stop(state)
    with pytest.raises(SandboxError, match="'reference', not 'clean'"):
        process.connect(state, "clean")


def test_an_unknown_scenario_names_those_there_are(state: Path) -> None:
    with pytest.raises(SandboxError, match=r"clean, .*reference"):
        process.connect(state, "perfect")


def test_started_by_hand_it_stays_until_it_is_stopped_and_reset_forgets_it(state: Path) -> None:
    process.start(state)
    info = process.info(state)
    assert process.portal(state, "make-eligible", ["owner", "Global Administrator"])
    process.reset(state)
    assert is_gone(info["pid"])
    assert not state.exists()


def test_it_is_not_trusted_without_its_own_ca(sandbox: Connection) -> None:
    login = sandbox.info["endpoints"]["login"]
    host, port = login.removeprefix("https://").split(":")
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection((host, int(port))) as raw,
        ssl.create_default_context().wrap_socket(raw, server_hostname=host),
    ):
        pass


def test_each_host_refuses_in_its_own_envelope(sandbox: Connection, http: Http) -> None:
    hosts = sandbox.info["endpoints"]
    arm = http("GET", f"{hosts['arm']}/subscriptions")
    assert (arm.status, arm.json["error"]["code"]) == (401, "AuthenticationFailed")
    assert arm.headers["x-ms-request-id"]
    graph = http("GET", f"{hosts['graph']}/v1.0/users", token="not-a-token")
    assert (graph.status, graph.json["error"]["code"]) == (401, "InvalidAuthenticationToken")
    account = http("GET", f"{hosts['accounts']}/api/2.0/accounts/{sandbox.info['account_id']}/workspaces")
    assert (account.status, account.json["error_code"]) == (401, "UNAUTHENTICATED")
    assert account.json["details"][0]["request_id"] == account.headers["x-request-id"]
    login = http("GET", f"{hosts['login']}/nowhere/v2.0/.well-known/openid-configuration")
    assert (login.status, login.json["error"]) == (400, "invalid_request")
    wrong = secret_credential(sandbox.info).get_token(GRAPH_SCOPE).token
    assert http("GET", f"{hosts['arm']}/subscriptions", token=wrong).json["error"]["code"] == (
        "InvalidAuthenticationTokenAudience"
    )


def test_the_unknown_is_refused_with_its_name_and_recorded(sandbox: Connection, http: Http) -> None:
    for host, path in (("accounts", "/api/9.9/nothing"), ("arm", "/nothing"), ("prices", "/nothing")):
        answer = http("DELETE", f"{sandbox.info['endpoints'][host]}{path}")
        assert answer.status == 501
        assert f"DELETE {path}" in answer.text
        last = sandbox.requests()[-1]
        assert (last["operation"], last["status"]) == (f"not modelled: DELETE {path}", 501)


def test_a_body_that_is_not_json_is_the_callers_fault(sandbox: Connection, http: Http, graph_token: str) -> None:
    url = f"{sandbox.info['endpoints']['graph']}/v1.0/groups"
    answer = http("POST", url, token=graph_token, body=b"{", headers={"Content-Type": "application/json"})
    assert answer.status == 400


def test_requests_are_recorded_with_caller_and_whether_they_may_change_something(
    sandbox: Connection, http: Http
) -> None:
    already = len(sandbox.requests())
    token = secret_credential(sandbox.info).get_token(GRAPH_SCOPE).token
    base = f"{sandbox.info['endpoints']['graph']}/v1.0/groups"
    made = http("POST", base, token=token, body=GROUP).json
    http("GET", f"{base}/{made['id']}", token=token)
    http("DELETE", f"{base}/{made['id']}", token=token)
    new = sandbox.requests()[already:]
    client = sandbox.info["identities"]["lakehouse-wizard"]["client_id"]
    assert [(one["host"], one["operation"], one["mutating"], one["caller"], one["status"]) for one in new] == [
        ("login", "login.discovery", False, "", 200),
        ("login", "login.token", False, "", 200),
        ("graph", "graph.group.create", True, client, 201),
        ("graph", "graph.group.read", False, client, 200),
        ("graph", "graph.group.delete", True, client, 204),
    ]
    mutating = [one["seq"] for one in new if one["mutating"]]
    assert [one["seq"] for one in sandbox.requests(mutating=True)][-2:] == mutating


def test_reading_leaves_the_store_as_it_is_byte_for_byte(sandbox: Connection, http: Http, graph_token: str) -> None:
    store = Path(sandbox.info["state"]) / "store.sqlite"
    before = store.read_bytes()
    for path in ("users", "groups", "applications", "servicePrincipals", "domains"):
        assert http("GET", f"{sandbox.info['endpoints']['graph']}/v1.0/{path}", token=graph_token).status == 200
    arm = secret_credential(sandbox.info).get_token(ARM_SCOPE).token
    assert http("GET", f"{sandbox.info['endpoints']['arm']}/subscriptions", token=arm).status == 200
    assert store.read_bytes() == before


def test_no_secret_stands_in_a_file_that_others_can_read(sandbox: Connection, http: Http) -> None:
    secret_credential(sandbox.info).get_token(ARM_SCOPE)
    state = Path(sandbox.info["state"])
    secrets = [str(one.get("client_secret") or one["password"]).encode() for one in sandbox.info["identities"].values()]
    secrets.append(sandbox.info["control_token"].encode())
    holders = [
        path for path in state.rglob("*") if path.is_file() and any(secret in path.read_bytes() for secret in secrets)
    ]
    assert holders
    assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}
    assert not {"requests.jsonl", "sandbox.log", "store.sqlite"} & {path.name for path in holders}
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    arguments = psutil.Process(sandbox.info["pid"]).cmdline()
    assert not [one for one in arguments if one.encode() in secrets]


def test_latency_slows_the_cloud_down_but_not_its_control(sandbox: Connection, http: Http) -> None:
    url = f"{sandbox.info['endpoints']['prices']}/nothing"
    sandbox.set_latency(0.3)
    try:
        began = time.monotonic()
        http("GET", url)
        assert time.monotonic() - began >= 0.3
        address = sandbox.info["reattach"]["registry.terraform.io/hashicorp/azuread"]["Addr"]["String"]
        with grpc.insecure_channel(address) as channel:
            provider = ProviderStub(channel)
            provider.GetMetadata(pb.GetMetadata.Request())
            began = time.monotonic()
            provider.ConfigureProvider(pb.ConfigureProvider.Request())
            assert time.monotonic() - began >= 0.3
    finally:
        sandbox.set_latency(0)
    with pytest.raises(SandboxError, match="seconds is a number"):
        sandbox.set_latency(-1)


def test_the_control_host_asks_for_its_token(sandbox: Connection, http: Http) -> None:
    control = sandbox.info["endpoints"]["control"]
    assert http("GET", f"{control}/info").status == 401
    assert http("POST", f"{control}/lease", token="guess").status == 401
    answer = http("GET", f"{control}/info", token=sandbox.info["control_token"])
    assert answer.json == sandbox.info


def test_info_holds_what_a_hand_needs(sandbox: Connection) -> None:
    info = sandbox.info
    hosts = {"login", "arm", "graph", "accounts", "prices", "storage", "vault", "states", "control"}
    assert hosts == set(info["endpoints"])
    assert json.loads(sandbox.target.terraform_env["TF_REATTACH_PROVIDERS"]) == info["reattach"]
    assert sandbox.target.terraform_env["SSL_CERT_FILE"] == info["ca_file"]
    assert {"registry.terraform.io/databricks/databricks", "registry.terraform.io/hashicorp/azurerm"} <= set(
        info["reattach"]
    )
    assert sandbox.target.endpoints.graph == info["endpoints"]["graph"]


def test_secrets_of_the_scenario_are_references(sandbox: Connection) -> None:
    reference = SecretRef.parse("sandbox:lakehouse-wizard")
    secret = sandbox.info["identities"]["lakehouse-wizard"]["client_secret"]
    assert sandbox.resolver.resolve(reference) == secret
    with pytest.raises(SecretMissing, match="nobody"):
        sandbox.resolver.check(SecretRef.parse("sandbox:nobody"))


def test_a_sandbox_that_never_ran_says_so(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no sandbox yet"):
        process.info(tmp_path)


def test_after_its_end_nobody_listens(state: Path) -> None:
    with process.connect(state) as connection:
        info = connection.info
    process.stop(state)
    with pytest.raises(URLError):
        Http(info["ca_file"])("GET", info["endpoints"]["prices"])
