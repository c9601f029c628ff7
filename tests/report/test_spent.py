"""What was spent: read from a cloud's answer by the names of its columns, over its pages, in its currency."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from time import time
from typing import Any, cast

import pytest
import trustme
from azure.core.credentials import AccessToken

from tests.report.examples import closing
from wizard.cloud.arm import ArmClient
from wizard.cloud.credentials import Credential
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.policies import NotData
from wizard.report.bill import bill, blocks
from wizard.report.page import markdown
from wizard.report.receipt import write
from wizard.report.spent import Charge, Spent, of_groups
from wizard.setup.folder import Folder
from wizard.tui.screens.summary import summary
from wizard.tui.symbols import Symbols

SINCE = "2026-11-01"
GROUP, EMPTY, GONE = "rsgdrisk", "rsgdrisk-managed", "rsgdrisk-state"
CIRCLE, MIXED = "rsgdcircle", "rsgdmixed"
SERVICES = ["Currency", "ServiceName", "Meter", "Cost"]  # in no order that anybody promised
OTHER = ["PreTaxCost", "Meter", "Currency", "ServiceName"]  # nor the same on another page


class Bills(BaseHTTPRequestHandler):
    """Cost Management: two pages, nothing yet, no such group, a page that names itself as the next, two currencies."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert asked["type"] == "ActualCost"
        assert isinstance(self.server, HTTPServer)
        link = f"https://localhost:{self.server.server_port}/more"
        if self.path == "/more":
            rows = [[3.25, "Standard Gateway", "BRL", "NAT Gateway"], [1.5, "Hot LRS Data Stored", "BRL", "Storage"]]
            self._answer(200, _page(OTHER, rows, None))
        elif f"/{GROUP}/" in self.path:
            rows = [["BRL", "NAT Gateway", "Standard Gateway", 10.0], ["BRL", "Event Hubs", "Throughput", 0.5]]
            self._answer(200, _page(SERVICES, rows, link))
        elif f"/{CIRCLE}/" in self.path or self.path == "/circle":
            rows = [["BRL", "Storage", "Hot LRS Data Stored", 2.0]] if self.path != "/circle" else []
            self._answer(200, _page(SERVICES, rows, link.replace("/more", "/circle")))
        elif f"/{MIXED}/" in self.path:
            rows = [["BRL", "Storage", "Hot LRS Data Stored", 2.0], ["USD", "Storage", "Hot LRS Data Stored", 2.0]]
            self._answer(200, _page(SERVICES, rows, None))
        elif f"/{EMPTY}/" in self.path:
            self._answer(204, None)
        else:
            self._answer(404, {"error": {"code": "ResourceGroupNotFound", "message": "not there"}})

    def _answer(self, status: int, body: dict[str, Any] | None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        pass


def _page(columns: list[str], rows: list[list[object]], link: str | None) -> dict[str, Any]:
    named = [{"name": name, "type": "String"} for name in columns]
    return {"properties": {"columns": named, "rows": rows, "nextLink": link}}


class Signed:
    """A sign-in that is over."""

    def get_token(self, *_scopes: str, **_more: object) -> AccessToken:
        return AccessToken("token", int(time()) + 3600)


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[ArmClient]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = ThreadingHTTPServer(("localhost", 0), Bills)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    endpoints = Endpoints(arm=f"https://localhost:{server.server_port}", ca_file=str(tmp_path / "ca.pem"))
    yield ArmClient(endpoints, cast(Credential, Signed()), "3b9a6f14-58d7-4c2e-8f03-d1e7a2b4c690")
    server.shutdown()
    server.server_close()
    thread.join()


def test_pages_are_read_by_column_and_meters_are_summed(arm: ArmClient) -> None:
    found = of_groups(arm, (GROUP, EMPTY, GONE), SINCE)
    assert found.charges == (
        Charge("NAT Gateway", "Standard Gateway", 13.25),
        Charge("Storage", "Hot LRS Data Stored", 1.5),
        Charge("Event Hubs", "Throughput", 0.5),
    )
    assert (found.currency, found.total) == ("BRL", 15.25)


def test_what_is_not_reported_yet_is_unknown_and_never_nothing(arm: ArmClient) -> None:
    found = of_groups(arm, (EMPTY, GONE), SINCE)
    assert (found.total, found.currency, found.why) == (None, None, "not reported yet")
    told = bill({"spent": found.as_data()})
    assert told.spent is None
    assert told.spent_words == "Spent since 2026-11-01: unknown, not reported yet; Azure reports up to 24 h late"


def test_a_bill_whose_pages_repeat_is_not_told(arm: ArmClient) -> None:
    with pytest.raises(NotData, match="PageRepeats"):
        of_groups(arm, (CIRCLE,), SINCE)


def test_a_bill_in_several_currencies_has_no_sum(arm: ArmClient) -> None:
    found = of_groups(arm, (MIXED,), SINCE)
    assert (found.total, found.currency) == (None, None)
    assert found.why == "billed in several currencies: BRL, USD"


def test_a_budget_stands_in_no_currency_but_its_own() -> None:
    data = closing().content() | {"budget": 1200.0}
    untold = bill(data | {"spent": None})
    assert (untold.currency, untold.budget, untold.compared) == ("USD", 1200.0, None)
    assert untold.budget_words == "Budget: 1,200 a month, in the subscription's currency"
    shown = summary(data | {"steps": [], "tables": [], "links": []}, Symbols(True), 80, "").plain
    assert untold.budget_words in shown
    assert shown.count("1,200") == 1, "not under another currency"
    told = bill(data | {"spent": Spent(SINCE, (Charge("Storage", "x", 5.0),), "BRL").as_data()})
    assert told.compared is None, "the estimate is in another one"
    assert told.budget_words == "Budget: 1,200.00 BRL a month"
    same = bill(data | {"spent": Spent(SINCE, (Charge("Storage", "x", 5.0),), "USD").as_data()})
    assert same.compared == 1200.0


def test_every_front_end_reads_the_same_lines(arm: ArmClient, tmp_path: Path) -> None:
    found = of_groups(arm, (GROUP,), SINCE)
    cost = closing().cost
    assert cost is not None
    lines = tuple(replace(line, currency="BRL", service=service)
                  for line, service in zip(cost.lines, ("Storage", "NAT Gateway"), strict=True))  # fmt: skip
    end = replace(closing(), cost=replace(cost, lines=lines, currency="BRL"), spent=found, budget=200.0)
    told = bill(end.content())
    assert [(each.name, each.estimate, each.spent) for each in told.services] == [
        ("Storage", 12.5, 1.5),
        ("NAT Gateway", None, 13.25),  # what has no price has an amount all the same
        ("Event Hubs", None, 0.5),
    ]
    page = markdown([*blocks(told)])
    for words in ("| NAT Gateway | unknown | 13.25 |", "15.25 BRL", "Budget: 200.00 BRL a month", "up to 24 h late"):
        assert words in page
    folder = Folder(tmp_path / "lakehouse")
    folder.create()
    first = write(folder, end, lambda text: text)
    assert page.strip() in first.markdown
    assert first.content["spent"]["total"] == 15.25
    later = replace(end, spent=replace(found, charges=(Charge("Storage", "Hot LRS Data Stored", 99.0),)))
    assert write(folder, later, lambda text: text).path == first.path, "a bill that grew is no other setup"


def test_a_bill_in_another_currency_is_not_added_to_the_estimate() -> None:
    data = closing().content() | {"spent": Spent(SINCE, (Charge("Storage", "x", 5.0),), "EUR").as_data()}
    told = bill(data)
    assert told.spent is None
    assert "5.00 EUR" in told.spent_words
    assert {each.spent for each in told.services} == {None}
