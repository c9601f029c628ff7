"""The clients go on after what passes, say each wait, and are led astray by no page."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from tests.clouds import of_its_own
from tests.states.operators import reading
from tests.steps.early import Setup, open_setup
from wizard.cloud.policies import NotData, until
from wizard.setup.cancel import Cancelled
from wizard.setup.events import Waiting
from wizard.steps.problems import from_exception
from wizard.steps.resource_providers import states

ARM, GRAPH, ACCOUNTS, PRICES = {"host": "arm"}, {"host": "graph"}, {"host": "accounts"}, {"host": "prices"}
Call = Callable[[Setup], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    folder = tmp_path_factory.mktemp("going-on")
    with of_its_own(folder / "state", "clean") as cloud:
        yield open_setup(cloud, folder)


@pytest.fixture
def setup(made: Setup) -> Iterator[Setup]:
    made.events.clear()
    yield made
    made.connection.clear_faults()


def by_sdk(setup: Setup) -> object:
    return setup.arm.subscriptions()


def by_request(setup: Setup) -> object:
    return setup.world.graph(setup.context("test"), "operator").default_domain()


def by_databricks(setup: Setup) -> object:
    account = setup.world.account_by_id(setup.context("test"), setup.connection.info["account_id"], "operator")
    return [one.application_id for one in account.service_principals_v2.list()]


def by_prices(setup: Setup) -> object:
    return setup.world.prices().find(serviceName="Azure Databricks", armRegionName="brazilsouth")


EVERY = [(by_sdk, ARM), (by_request, GRAPH), (by_databricks, ACCOUNTS)]


def waits(setup: Setup) -> list[str]:
    return [event.what for event in setup.events if isinstance(event, Waiting)]


@pytest.mark.parametrize(("call", "match"), EVERY)
def test_a_token_refused_in_mid_step_is_had_anew(setup: Setup, call: Call, match: dict[str, str]) -> None:
    assert call(setup)
    before = len(setup.connection.requests())
    setup.connection.add_fault("expired", match=match)
    assert call(setup)
    asked = [(one["operation"], one["status"]) for one in setup.connection.requests()[before:]]
    assert asked[0][1] == 401
    assert ("login.token", 200) in asked
    assert asked[-1][1] == 200


def test_a_person_is_not_asked_anew_for_a_refused_token(setup: Setup, tmp_path: Path) -> None:
    codes: list[str] = []

    def act(code: str) -> None:
        codes.append(code)
        setup.connection.portal("complete-device-code", code, "owner")

    fresh = reading(open_setup(setup.connection, tmp_path, {"sign_in": {"method": "device_code"}}), r"code (\S+)", act)
    graph = fresh.world.graph(fresh.context("test"), "operator")
    name = graph.me()["userPrincipalName"]
    setup.connection.add_fault("expired", match=GRAPH)
    assert graph.me()["userPrincipalName"] == name
    assert len(codes) == 1, "the session renewed it"


@pytest.mark.parametrize(("call", "match"), EVERY)
def test_who_is_refused_for_good_is_told_and_asked_no_third_time(
    setup: Setup, call: Call, match: dict[str, str]
) -> None:
    before = len(setup.connection.requests())
    setup.connection.add_fault("expired", match=match, count=0)
    with pytest.raises(Exception, match="expir") as refused:
        call(setup)
    assert from_exception(refused.value).what == "The sign-in is not valid any more"
    asked = [one for one in setup.connection.requests()[before:] if one["host"] == match["host"]]
    assert len(asked) == 2


@pytest.mark.parametrize("kind", ["throttled", "throttled_until"])
@pytest.mark.parametrize(("call", "match"), [*EVERY, (by_prices, PRICES)])
def test_retry_after_is_honoured_in_both_its_forms_and_the_wait_is_shown(
    setup: Setup, call: Call, match: dict[str, str], kind: str
) -> None:
    setup.context("test")
    setup.world.login(setup.context("test"), "operator")  # whose thread this is
    setup.connection.add_fault(kind, match=match, seconds=1)
    assert call(setup)
    assert len(waits(setup)) == 1
    assert "asked again in" in waits(setup)[0]


def test_a_wait_of_requests_side_by_side_is_shown_too(setup: Setup) -> None:
    setup.world.login(setup.context("test"), "operator")  # whose thread this is
    setup.connection.add_fault("throttled", match=ARM, seconds=1)
    assert states(setup.arm)
    assert len(waits(setup)) == 1


def test_a_date_is_read_by_the_services_own_clock() -> None:
    """Whatever this machine's says."""
    long_ago = {"Date": "Mon, 05 Jan 2015 12:00:00 GMT", "Retry-After": "Mon, 05 Jan 2015 12:00:07 GMT"}
    assert until(long_ago) == 7
    assert until({**long_ago, "Retry-After": "Mon, 05 Jan 2015 12:00:07 -0000"}) == 7, "no zone is UTC"
    assert until({**long_ago, "Retry-After": "7"}) is None, "seconds need no clock"
    assert until({**long_ago, "Retry-After": "soon"}) is None
    assert until({"Retry-After": long_ago["Retry-After"]}) == 0, "it is over"


@pytest.mark.parametrize(("call", "match"), [*EVERY, (by_prices, PRICES)])
def test_a_wait_that_is_too_long_is_not_begun(setup: Setup, call: Call, match: dict[str, str]) -> None:
    setup.connection.add_fault("throttled", match=match, seconds=600)
    with pytest.raises((HttpResponseError, OSError)) as refused:
        call(setup)
    assert from_exception(refused.value).what == "The cloud asks to slow down"
    assert waits(setup) == []


def test_the_login_hosts_waits_are_shown_and_bounded_too(setup: Setup, tmp_path: Path) -> None:
    login = {"host": "login", "operation": "login.token"}
    fresh = open_setup(setup.connection, tmp_path / "short")
    setup.connection.add_fault("throttled", match=login, seconds=1)
    assert by_sdk(fresh)
    assert len(waits(fresh)) == 1
    fresh = open_setup(setup.connection, tmp_path / "long")
    setup.connection.add_fault("throttled", match=login, seconds=600)
    with pytest.raises(ClientAuthenticationError) as refused:
        by_sdk(fresh)
    assert from_exception(refused.value).what == "The cloud asks to slow down"
    assert waits(fresh) == []


@pytest.mark.parametrize(("call", "match"), EVERY)
def test_a_wait_ends_with_the_run(setup: Setup, call: Call, match: dict[str, str]) -> None:
    setup.connection.add_fault("throttled", match=match, seconds=20)
    ended = threading.Event()

    class Told(list[object]):
        def append(self, event: object) -> None:
            super().append(event)
            if isinstance(event, Waiting):
                ctx.cancel.request()
                ended.set()

    events, setup.events = setup.events, Told()  # type: ignore[assignment]  # it acts on what it is told
    ctx = setup.context("test")
    setup.world.login(ctx, "operator")
    try:
        with pytest.raises(Cancelled):
            _in(ctx, setup, call)
    finally:
        setup.events = events
    assert ended.is_set()


def _in(ctx: object, setup: Setup, call: Call) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "context", lambda step: ctx)
        call(setup)


@pytest.mark.parametrize(("call", "match"), [*EVERY, (by_prices, PRICES)])
def test_an_empty_page_is_not_the_last(setup: Setup, call: Call, match: dict[str, str]) -> None:
    wanted = call(setup)
    setup.connection.add_fault("empty_page", match=match)
    assert call(setup) == wanted


@pytest.mark.parametrize(("call", "match"), [*EVERY, (by_prices, PRICES)])
def test_a_page_that_repeats_is_not_followed_for_ever(setup: Setup, call: Call, match: dict[str, str]) -> None:
    setup.connection.add_fault("same_page", match=match, count=0)
    with pytest.raises(NotData) as refused:
        call(setup)
    assert from_exception(refused.value).what == "The service repeats itself"


@pytest.mark.parametrize(("call", "match"), [(by_sdk, ARM), (by_request, GRAPH), (by_prices, PRICES)])
def test_a_web_page_in_place_of_data_is_told_as_one(setup: Setup, call: Call, match: dict[str, str]) -> None:
    setup.connection.add_fault("web_page", match=match)
    with pytest.raises(NotData) as refused:
        call(setup)
    problem = from_exception(refused.value)
    assert problem.what == "Something between here and the cloud answers with a web page"


def test_what_somebody_changed_meanwhile_is_looked_at_again(setup: Setup) -> None:
    setup.connection.add_fault("changed", match=ARM, mutating=True)
    with pytest.raises(HttpResponseError) as refused:
        setup.arm.register_provider("Microsoft.EventHub")
    assert from_exception(refused.value).transient


class Proxy:
    """Tunnels what it is asked to; `tunnels` counts."""

    def __init__(self) -> None:
        self.tunnels = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            if not (more := client.recv(4096)):  # whoever called has gone
                client.close()
                return
            asked += more
        host, _, port = asked.split(b" ")[1].decode().partition(":")
        self.tunnels += 1
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()
        client.close()
        server.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


@pytest.mark.parametrize(("spared", "goes_through"), [("", True), ("127.0.0.1", False)])
def test_a_proxy_is_taken_but_for_whom_it_spares(
    setup: Setup, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, spared: str, goes_through: bool
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, spared)
    fresh = open_setup(setup.connection, tmp_path)
    for call in (by_sdk, by_request, by_databricks, by_prices):
        before = proxy.tunnels
        assert call(fresh)
        assert (proxy.tunnels > before) is goes_through, call.__name__


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_private_ca_is_trusted_by_the_usual_variables(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    target = setup.connection.target
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(target.endpoints.ca_file))
    fresh = open_setup(setup.connection, tmp_path)
    fresh.world.target = target.model_copy(update={"endpoints": target.endpoints.model_copy(update={"ca_file": None})})
    for call in (by_sdk, by_request, by_databricks, by_prices):
        assert call(fresh), call.__name__
