"""What is refused on purpose: loudly, at once, and with the operation's name."""

from __future__ import annotations

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.errors.platform import NotImplemented as NotModelled

from tests.operations.exercises.files import VOLUME
from tests.operations.running import PROVIDER, Surface


def no_tenant_to_find(s: Surface) -> None:
    """Clients without credentials ask where to sign in; here they must find nothing."""
    for host in ("accounts", "workspace"):
        s.send(host, "GET", "/aad/auth", token=False, expect=404)


def presigned_addresses(s: Surface) -> None:
    client = s.workspace
    with pytest.raises(NotModelled):
        client.api_client.do("POST", "/api/2.0/fs/create-download-url", query={"path": f"{VOLUME}/x"})
    query = {"action": "complete-upload", "upload_type": "multipart", "session_token": "t"}
    s.provider("POST", f"/api/2.0/fs/files{VOLUME}/x", {"parts": []}, query=query, expect=501)


def unknown_operations(s: Surface) -> None:
    """501 with the name, in the host's own envelope; both SDKs raise it at once, without another try."""
    before = len(s.connection.requests())
    with pytest.raises(NotModelled, match=r"the sandbox does not model GET /api/2\.0/repos"):
        list(s.workspace.repos.list())
    asked = [one for one in s.connection.requests()[before:] if one["path"] == "/api/2.0/repos"]
    assert len(asked) == 1
    site = f"{s.scope}/resourceGroups/rg/providers/Microsoft.Web/sites/shop"
    for host, method, path, named in (
        ("accounts", "GET", "{A}/budgets", "budgets"),
        ("workspace", "GET", "/api/2.0/pipelines", "/api/2.0/pipelines"),
        ("graph", "GET", "/v1.0/deviceManagement/managedDevices", "deviceManagement"),
        ("arm", "PUT", site, "Microsoft.Web/sites"),
        ("arm", "POST", f"{s.scope}/providers/Microsoft.Compute/locations/x/diagnostics", "diagnostics"),
    ):
        answer = s.send(host, method, path, {} if method != "GET" else None, expect=501)
        assert named in answer.text


def another_account(s: Surface) -> None:
    """A wrong account id meets a web page, and a POST words of its own: what the wizard must recognise."""
    path = f"/api/2.0/accounts/{s.info['tenant_id']}"
    assert "<!doctype html>" in s.send("accounts", "GET", f"{path}/workspaces").text
    refused = s.send("accounts", "POST", f"{path}/metastores", {}, expect=405)
    assert refused.json["message"] == "HTTP method POST is not supported by this URL"


def errors_of_databricks(s: Surface) -> None:
    """The code and the request's id are read by the SDK; the provider prints the message alone."""
    with pytest.raises(NotFound) as gone:
        s.workspace.catalogs.get("nothing")
    assert gone.value.error_code
    details = gone.value.get_error_details()
    assert details.request_info
    assert details.request_info.request_id
    assert "nothing" in str(gone.value)
    answer = s.http("GET", f"{s.workspace_host}/api/2.1/clusters/list", headers={"User-Agent": PROVIDER})
    assert (answer.status, "error_code" in answer.json) == (401, True)


EXERCISES = [no_tenant_to_find, presigned_addresses, unknown_operations, another_account, errors_of_databricks]
