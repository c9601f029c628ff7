"""§4: who calls, by databricks-sdk; secrets, settings, notebooks and workspace files."""

from __future__ import annotations

import pytest
from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service import settings, workspace

from tests.operations.running import Surface


def who_calls(s: Surface) -> None:
    client = s.workspace
    me = client.current_user.me()
    assert (me.user_name, me.active) == (s.principal["client_id"], True)
    assert "admins" in [group.display for group in me.groups or []]
    assert client.get_workspace_id() == s.workspace_id, "from the header X-Databricks-Org-Id"
    said = client.api_client.do("GET", "/api/2.0/tokens/introspect")
    assert isinstance(said, dict)
    scope = said["principal_context"]["authentication_scope"]
    assert scope == {"account_id": s.info["account_id"], "workspace_id": s.workspace_id}


def secrets(s: Surface) -> None:
    client = s.workspace.secrets
    client.create_scope("ops")
    with pytest.raises(ResourceConflict):
        client.create_scope("ops")
    assert [one.name for one in client.list_scopes()] == ["ops"]
    client.put_secret("ops", "token", string_value="canary")
    assert [one.key for one in client.list_secrets("ops")] == ["token"]
    assert client.get_secret("ops", "token").value == "Y2FuYXJ5"
    client.put_acl("ops", "data_engineer", workspace.AclPermission.READ)
    assert client.get_acl("ops", "data_engineer").permission == workspace.AclPermission.READ
    assert "data_engineer" in [one.principal for one in client.list_acls("ops")]
    client.delete_acl("ops", "data_engineer")
    client.delete_secret("ops", "token")
    client.delete_scope("ops")


def default_namespace(s: Surface) -> None:
    client = s.workspace.settings.default_namespace
    wanted = settings.DefaultNamespaceSetting(namespace=settings.StringMessage(value="hive"), setting_name="default")
    made = client.update(allow_missing=True, setting=wanted, field_mask="namespace.value")
    assert client.get(etag=made.etag).namespace.value == "hive"
    client.delete(etag=made.etag)
    with pytest.raises(NotFound):
        client.get()


def notebooks_and_workspace_files(s: Surface) -> None:
    client = s.workspace.workspace
    client.mkdirs("/Shared/ops")
    assert client.get_status("/Shared/ops").object_type == workspace.ObjectType.DIRECTORY
    client.upload("/Shared/ops/explore", b"print(1)", language=workspace.Language.PYTHON, overwrite=True)
    client.upload("/Shared/ops/bundle.yml", b"bundle:", format=workspace.ImportFormat.AUTO)
    client.import_(
        "/Shared/ops/second",
        content="cHJpbnQoMik=",
        language=workspace.Language.PYTHON,
        format=workspace.ImportFormat.SOURCE,
    )
    kinds = {str(one.path).rsplit("/", 1)[1]: str(one.object_type) for one in client.list("/Shared/ops")}
    assert kinds == {
        "explore": "ObjectType.NOTEBOOK",
        "second": "ObjectType.NOTEBOOK",
        "bundle.yml": "ObjectType.FILE",
    }
    assert client.download("/Shared/ops/explore").read() == b"print(1)"
    assert client.export("/Shared/ops/second").content == "cHJpbnQoMik="
    client.delete("/Shared/ops", recursive=True)
    with pytest.raises(NotFound):
        client.get_status("/Shared/ops/explore")


EXERCISES = [
    who_calls,
    secrets,
    default_namespace,
    notebooks_and_workspace_files,
]
