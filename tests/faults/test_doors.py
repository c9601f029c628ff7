"""Faults as a client meets them: at the REST door, told in the recording, gone after their count."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.clouds import of_its_own
from tests.journey.relay import until
from tests.sandbox.conftest import GRAPH_SCOPE, Http, secret_credential
from wizard import cli
from wizard.sandbox.control import SandboxError
from wizard.sandbox.process import Connection
from wizard.setup.folder import Folder

BROKEN = (OSError, HTTPException)


class Graph:
    """Plain requests to Microsoft Graph as the given principal."""

    def __init__(self, cloud: Connection) -> None:
        self.http = Http(cloud.info["ca_file"])
        self._url = f"{cloud.info['endpoints']['graph']}/v1.0"
        self._token = secret_credential(cloud.info).get_token(GRAPH_SCOPE).token

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, str]]:
        answer = self.http(method, f"{self._url}{path}", token=self._token, body=body)
        return answer.status, answer.headers

    def make(self, name: str) -> int:
        return self.ask("POST", "/applications", {"displayName": name})[0]

    def names(self) -> list[str]:
        answer = self.http("GET", f"{self._url}/applications", token=self._token)
        return [one["displayName"] for one in answer.json["value"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("faults") / "lakehouse")
    folder.create()
    return folder


@pytest.fixture(scope="module")
def cloud(folder: Folder) -> Iterator[Connection]:
    with of_its_own(folder.sandbox, "clean") as connection:
        yield connection


@pytest.fixture
def graph(cloud: Connection) -> Iterator[Graph]:
    yield Graph(cloud)
    cloud.clear_faults()


@pytest.mark.parametrize("kind", ["lost_response", "timeout", "cut_body"])
def test_a_change_is_made_and_its_answer_does_not_arrive(graph: Graph, cloud: Connection, kind: str) -> None:
    cloud.add_fault(kind, match={"host": "graph", "operation": "*application*"}, mutating=True, seconds=0.05)
    with pytest.raises(BROKEN):
        graph.make(f"lost by {kind}")
    assert graph.names().count(f"lost by {kind}") == 1
    (told,) = [one for one in cloud.requests(mutating=True) if one.get("fault") == kind]
    assert (told["host"], told["status"]) == ("graph", 201)
    assert graph.make(f"after {kind}") == 201


@pytest.mark.parametrize(("kind", "status"), [("throttled", 429), ("error", 500)])
def test_a_refusal_changes_nothing(graph: Graph, cloud: Connection, kind: str, status: int) -> None:
    cloud.add_fault(kind, match={"host": "graph"}, mutating=True, count=2, skip=1, seconds=7)
    name = f"refused by {kind}"
    assert graph.make(name) == 201
    answered, headers = graph.ask("POST", "/applications", {"displayName": name})
    assert (answered, headers.get("Retry-After")) == (status, "7" if status == 429 else None)
    assert graph.make(name) == status
    assert graph.make(name) == 201
    assert graph.names().count(name) == 2
    assert [rule["hits"] for rule in cloud.faults()] == [2]


def test_each_distinct_operation_gets_its_own_share(graph: Graph, cloud: Connection) -> None:
    cloud.add_fault("error", match={"path": "*/applications"}, mutating=True, each=True)
    assert [graph.make("one"), graph.make("two"), graph.make("one"), graph.make("two")] == [500, 500, 201, 201]


def test_a_new_object_is_not_known_at_once_and_an_old_one_is(graph: Graph, cloud: Connection) -> None:
    cloud.add_fault("lag", match={"host": "graph"}, count=2)
    url = f"{cloud.info['endpoints']['graph']}/v1.0/applications"
    made = graph.http("POST", url, token=graph._token, body={"displayName": "young"}).json
    old = cloud.info["identities"]["lakehouse-wizard"]["object_id"]
    assert graph.ask("GET", f"/servicePrincipals/{old}")[0] == 200
    assert [graph.ask("GET", f"/applications/{made['id']}")[0] for _ in range(3)] == [404, 404, 200]


def test_slow_is_slow_and_then_right(graph: Graph, cloud: Connection) -> None:
    cloud.add_fault("slow", match={"host": "graph"}, seconds=0.2)
    began = time.monotonic()
    assert graph.ask("GET", "/applications")[0] == 200
    assert time.monotonic() - began >= 0.2


def test_what_is_slow_goes_on_when_its_rule_is_cleared(graph: Graph, cloud: Connection) -> None:
    cloud.add_fault("slow", match={"host": "graph"}, seconds=600)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(graph.ask, "GET", "/applications")
        until(lambda: cloud.faults()[0]["hits"] == 1)
        assert not asked.done()
        cloud.clear_faults()
        assert asked.result()[0] == 200


def test_what_is_no_rule_is_refused_with_what_is_wrong(cloud: Connection) -> None:
    for rule, word in ((("broken", {}), "kind"), (("error", {"count": -1}), "count"),
                       (("error", {"match": {"hots": "x"}}), "match"), (("error", {"often": 1}), "often")):  # fmt: skip
        with pytest.raises(SandboxError, match=word):
            cloud.add_fault(rule[0], **rule[1])
    assert cloud.faults() == []


def test_the_command_adds_lists_and_clears(
    cloud: Connection, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*arguments: str) -> str:
        assert cli.main(["sandbox", "fault", *arguments, "--folder", str(folder.root)]) == 0
        return capsys.readouterr().out

    assert "no fault" in fault("list")
    shown = fault("add", "--kind", "lost_response", "--match", "host=graph", "--match", "method=POST", "--count", "3")
    assert "lost_response" in shown
    assert "method=POST" in shown
    assert "no fault" in fault("clear")
    assert "0" in fault("--latency", "0")


def test_control_itself_never_fails(cloud: Connection) -> None:
    cloud.add_fault("error", count=0)
    assert [rule["kind"] for rule in cloud.faults()] == ["error"]
    with pytest.raises(HTTPError):
        urlopen(Request(cloud.info["endpoints"]["prices"]), context=_context(cloud), timeout=5)
    cloud.clear_faults()


def _context(cloud: Connection) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=cloud.info["ca_file"])
