"""§4: clusters, policies, their permissions and libraries, by databricks-sdk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service import compute, iam

from tests.operations.running import Surface

SOON = timedelta(seconds=30)
DEFINITION = '{"node_type_id":{"type":"allowlist","values":["Standard_DS3_v2","Standard_F4s"]}}'


def nodes_and_runtimes(s: Surface) -> None:
    client = s.workspace.clusters
    assert client.select_spark_version(long_term_support=True, scala="2.13").startswith("17.3")
    assert client.select_spark_version(long_term_support=True).startswith("16.4"), "the SDK's own default is Scala 2.12"
    s.kept["runtime"] = client.select_spark_version(long_term_support=True, scala="2.13")
    s.kept["node"] = client.select_node_type(min_cores=4, local_disk=True)


def policies(s: Surface) -> None:
    client = s.workspace.cluster_policies
    policy = str(client.create(name="small", definition=DEFINITION).policy_id)
    assert client.get(policy).definition == DEFINITION
    client.edit(policy, name="smaller", definition=DEFINITION)
    assert [one.name for one in client.list()] == ["smaller"]
    s.kept["policy"] = policy


def clusters(s: Surface) -> None:
    client = s.workspace.clusters
    made = client.create(
        s.kept["runtime"],
        cluster_name="explore",
        num_workers=0,
        policy_id=s.kept["policy"],
        node_type_id="Standard_DS3_v2",
        autotermination_minutes=20,
    ).result(SOON)
    id = s.kept["cluster"] = str(made.cluster_id)
    assert (made.state, made.autotermination_minutes) == (compute.State.RUNNING, 20)
    edited = client.edit(
        id,
        s.kept["runtime"],
        cluster_name="explore",
        num_workers=0,
        node_type_id="Standard_DS3_v2",
        autotermination_minutes=30,
    ).result(SOON)
    assert (edited.state, edited.autotermination_minutes) == (compute.State.RUNNING, 30)
    pinned = compute.ListClustersFilterBy(is_pinned=True)
    assert list(client.list(filter_by=pinned)) == []
    client.pin(id)
    assert [one.cluster_id for one in client.list(filter_by=pinned, page_size=100)] == [id]
    client.unpin(id)
    assert list(client.list(filter_by=pinned)) == []
    client.delete(id).result(SOON)
    assert client.start(id).result(SOON).state == compute.State.RUNNING


def permissions(s: Surface) -> None:
    client = s.workspace.permissions
    entry = iam.AccessControlRequest(group_name="data_engineer", permission_level=iam.PermissionLevel.CAN_ATTACH_TO)
    shown = client.set("clusters", s.kept["cluster"], access_control_list=[entry])
    assert shown.object_type == "cluster"
    more = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_RESTART)
    client.update("clusters", s.kept["cluster"], access_control_list=[more])
    read = client.get("clusters", s.kept["cluster"]).access_control_list or []
    assert {"data_engineer", "users"} <= {str(one.group_name) for one in read}


def libraries(s: Surface) -> None:
    client = s.workspace.libraries
    wanted = [compute.Library(pypi=compute.PythonPyPiLibrary(package="simplejson==3.8.0"))]
    client.install(s.kept["cluster"], wanted)
    (status,) = client.cluster_status(s.kept["cluster"])
    assert (status.library, status.status) == (wanted[0], compute.LibraryInstallStatus.INSTALLED)
    client.uninstall(s.kept["cluster"], wanted)


def no_more_clusters(s: Surface) -> None:
    client = s.workspace
    client.clusters.permanent_delete(s.kept["cluster"])
    with pytest.raises(NotFound, match="does not exist"):
        client.clusters.get(s.kept["cluster"])
    client.cluster_policies.delete(s.kept["policy"])
    with pytest.raises(NotFound):
        client.cluster_policies.get(s.kept["policy"])


EXERCISES = [nodes_and_runtimes, policies, clusters, permissions, libraries, no_more_clusters]
