"""Every known problem, hit by an error in the very form in which its service sends it; and that each says who can do
what about it, by a command, a link or a step that there is."""

from __future__ import annotations

import json
import re
import shlex
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from databricks.sdk._base_client import _BaseClient
from databricks.sdk.errors.base import DatabricksError

from wizard import cli, journey
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.pipeline import RestClient
from wizard.plain.lines import problem_lines
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.stream import Diagnostic
from wizard.setup.answers import section_name
from wizard.setup.step import Problem
from wizard.steps.problems import Known, from_exception, known, match

REQUEST, TRACE = "4f2c1e90-7d3b-4a6c-9e58-0b1a2c3d4e5f", "8d1c3a52-2a0e-4b7c-9d15-6a0f3c9e8b21"
SERVICES = ("arm", "graph", "storage", "databricks")
AGAIN = (429, 500)  # sent again by the client, and at once
OTHER_PROGRAMS = ("az",)
Fixture = dict[str, Any]
FIXTURES: list[Fixture] = yaml.safe_load(Path(__file__).with_name("problem_fixtures.yaml").read_text(encoding="utf-8"))


class Service(BaseHTTPRequestHandler):
    """Answers /N with the Nth fixture, as its service would."""

    def do_POST(self) -> None:
        one = FIXTURES[int(self.path.strip("/"))]
        body, headers = _answer(one)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(one["status"])
        if one["status"] in AGAIN:
            headers["x-ms-retry-after-ms"] = "1"
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest shows what matters."""


def _answer(one: Fixture) -> tuple[bytes, dict[str, str]]:
    """Body and headers in the form of the fixture."""
    if "html" in one:
        return one["html"].encode(), {"Content-Type": "text/html; charset=utf-8"}
    code, message, as_json = one["code"], one["message"], {"Content-Type": "application/json"}
    if one["form"] == "databricks":
        details = [{"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": REQUEST}]
        return json.dumps({"error_code": code, "message": message, "details": details}).encode(), as_json
    if one["form"] == "graph":
        inner = {"date": "2026-11-21T10:00:00", "request-id": REQUEST, "client-request-id": REQUEST}
        told = {"error": {"code": code, "message": message, "innerError": inner}}
        return json.dumps(told).encode(), {**as_json, "request-id": REQUEST}
    if one["form"] == "storage":
        told = {"error": {"code": code, "message": f"{message}\nRequestId:{REQUEST}"}}
        return json.dumps(told).encode(), {**as_json, "x-ms-error-code": code, "x-ms-request-id": REQUEST}
    return json.dumps({"error": {"code": code, "message": message}}).encode(), {**as_json, "x-ms-request-id": REQUEST}


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def problem_of(number: int, service: str) -> Problem:
    """As the product comes to it: by its own clients, and by its own reading of Terraform."""
    one = FIXTURES[number]
    form, text = one["form"], str(one.get("text", ""))
    if form == "databricks":
        return _databricks(f"{service}/{number}")
    if form in SERVICES:
        endpoints = Endpoints(**dict.fromkeys(("login", "arm", "graph", "accounts", "prices"), service))
        with pytest.raises(HttpResponseError) as refused:
            RestClient(service, endpoints, None).send("POST", f"/{number}", body={})
        return from_exception(refused.value)
    if form == "terraform":
        said = Diagnostic(severity="error", summary=one["summary"], detail=one.get("detail", ""), address="a.b")
        failed = TerraformFailed("foundation", "apply", 1, [said])
        return match(failed.text, raw_code=failed.raw_code, request_id=failed.request_id)
    if form == "entra":
        text = f"Authentication failed: {text} Trace ID: {TRACE} Correlation ID: {REQUEST}"
    return from_exception(ClientAuthenticationError(message=text) if form in ("entra", "az") else OSError(text))


def _databricks(url: str) -> Problem:
    """A page in place of JSON is an error of the SDK's own."""
    try:
        _BaseClient().do("POST", url, body={})
    except (DatabricksError, ValueError) as error:
        return from_exception(error)
    raise AssertionError("it answered")


@pytest.mark.parametrize("number", range(len(FIXTURES)), ids=[f"{one['id']}-{one['form']}" for one in FIXTURES])
def test_an_error_in_its_services_own_form_is_known(number: int, service: str) -> None:
    one = FIXTURES[number]
    entry = next(each for each in known() if each.id == one["id"])
    problem = problem_of(number, service)
    assert (problem.what, problem.next_action) == (entry.what, entry.next_action), problem
    assert (problem.who, problem.step, problem.command, problem.link) == (
        entry.who, entry.step, entry.command, entry.link
    )  # fmt: skip
    assert problem.raw_message
    assert one.get("why", "") in problem.why
    assert problem.retry_after == (0.001 if one.get("status") in AGAIN else None)
    if "code" in one:
        assert problem.raw_code == one["code"]
        assert problem.request_id == REQUEST
    if one["form"] == "entra" and "AADSTS" in one["text"]:
        assert problem.raw_code == one["text"].partition(":")[0]
        assert problem.request_id == TRACE


def test_every_problem_has_a_fixture_and_every_fixture_a_problem() -> None:
    assert {one["id"] for one in FIXTURES} == {entry.id for entry in known()}
    assert len(known()) >= 30


def test_who_can_do_it_and_where_is_told() -> None:
    problem = match("x", raw_code="MissingSubscriptionRegistration")
    lines = problem_lines({name: getattr(problem, name) for name in problem.__slots__})
    assert "who can: an Owner or Contributor of the subscription" in lines
    assert "go back to: resource-providers" in lines
    assert "command: lakehouse-wizard run --only resource-providers" in lines


@pytest.mark.parametrize("entry", known(), ids=lambda entry: entry.id)
def test_the_next_action_can_be_done(entry: Known) -> None:
    assert entry.who
    assert entry.command or entry.link or entry.step, "a command, a link, or a step to go back to"
    if entry.step:
        assert entry.step in {step.name for step in journey.STEPS}
    if entry.link:
        well_formed(entry.link)
    if entry.command:
        understood(entry.command)
    for key in answers_named(entry.next_action):
        assert key in keys(), f"{key} is no answer"


def well_formed(link: str) -> None:
    parts = urlsplit(link)
    assert parts.scheme == "https"
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), link
    assert not re.search(r"[\s<>\"{}]", link)


def understood(command: str) -> None:
    """Our own commands by our own parser; of others only that they are one of the programs a person has."""
    program, *rest = shlex.split(command)
    if program == "lakehouse-wizard":
        cli.build_parser().parse_args(rest)
    else:
        assert program in OTHER_PROGRAMS


def keys() -> set[str]:
    return {f"{section_name(kind)}.{name}" for kind in journey.questions() for name in kind.model_fields}


def answers_named(text: str) -> list[str]:
    sections = "|".join(section_name(kind) for kind in journey.questions())
    return re.findall(rf"\b(?:{sections})\.[a-z_]+\b", text)


@pytest.mark.parametrize(
    "link", ["http://x.example", "https://", "https://nowhere", "https://a b.example", "x.example"]
)
def test_a_link_that_is_none_is_found_out(link: str) -> None:
    with pytest.raises(AssertionError):
        well_formed(link)


@pytest.mark.parametrize("command", ["lakehouse-wizard runn", "lakehouse-wizard run --onyl x", "rm -r x"])
def test_a_command_that_is_none_is_found_out(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((AssertionError, SystemExit)):
        understood(command)
    capsys.readouterr()


def test_an_answer_that_is_none_is_found_out() -> None:
    assert answers_named("Set compute.node_typ and metastore.mode") == ["compute.node_typ", "metastore.mode"]
    assert "compute.node_typ" not in keys()
