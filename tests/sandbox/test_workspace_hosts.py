"""A Databricks workspace gets a host of its own when it is made, keeps it over a restart, and loses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from tests.sandbox.conftest import ARM_SCOPE, Http, secret_credential
from wizard.cloud.endpoints import DATABRICKS_RESOURCE
from wizard.sandbox import process

ME = "/api/2.0/preview/scim/v2/Me"


def make_workspace(info: dict[str, Any], http: Http, token: str) -> str:
    """Resource group and workspace over ARM; the workspace's resource id."""
    arm, subscription = info["endpoints"]["arm"], f"/subscriptions/{info['subscription_id']}"
    group = f"{subscription}/resourceGroups/rsgd-hosts"
    register = f"{arm}{subscription}/providers/Microsoft.Databricks"
    assert http("POST", f"{register}/register", token=token).status == 200
    while http("GET", register, token=token).json["registrationState"] != "Registered":
        pass
    assert http("PUT", f"{arm}{group}", token=token, body={"location": "brazilsouth"}).status in (200, 201)
    workspace = f"{group}/providers/Microsoft.Databricks/workspaces/adbd-hosts"
    body = {
        "location": "brazilsouth",
        "sku": {"name": "premium"},
        "properties": {"managedResourceGroupId": f"{subscription}/resourceGroups/rsgd-hosts-managed"},
    }
    made = http("PUT", f"{arm}{workspace}", token=token, body=body)
    assert made.status in (200, 201, 202), made.text
    return workspace


def test_a_workspace_opens_a_host_keeps_its_port_and_closes_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with process.connect(state) as connection:
        info = connection.info
        http = Http(info["ca_file"])
        credential = secret_credential(info)
        arm_token = credential.get_token(ARM_SCOPE).token
        resource = make_workspace(info, http, arm_token)
        workspaces = connection.info["workspaces"]
        ((workspace, url),) = workspaces.items()
        metadata = http("GET", f"{url}/.well-known/databricks-config").json
        assert (metadata["host_type"], metadata["workspace_id"]) == ("workspace", workspace)
        token = credential.get_token(f"{DATABRICKS_RESOURCE}/.default").token
        assert http("GET", f"{url}{ME}", token=token).status == 403, "not yet a member"
        headers = {
            "X-Databricks-Azure-Workspace-Resource-Id": resource,
            "X-Databricks-Azure-SP-Management-Token": arm_token,
        }
        assert http("GET", f"{url}{ME}", token=token, headers=headers).status == 200
    process.stop(state)
    with process.connect(state) as connection:
        assert connection.info["workspaces"] == workspaces
        assert http("GET", f"{url}{ME}", token=token).status == 200, "a member by now"
        arm = connection.info["endpoints"]["arm"]
        assert http("DELETE", f"{arm}{resource}", token=arm_token).status in (200, 202, 204)
        assert connection.info["workspaces"] == {}
        with pytest.raises(URLError):
            http("GET", f"{url}/.well-known/databricks-config")
    process.stop(state)
