"""Databricks' resources that need care: grants, permissions, clusters, owners, imports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.sandbox.providers.conftest import OWNER, Lakehouse, Served, Terraform
from wizard.sandbox.domain.core import SYSTEM, Caller

Make = Callable[..., Terraform]
APPLY = ("apply", "-auto-approve", "-input=false")
CATALOG = """
resource "databricks_storage_credential" "it" {
  name = "cred"
  azure_managed_identity {
    access_connector_id = "CONNECTOR"
  }
}
resource "databricks_external_location" "it" {
  name            = "loc"
  url             = "CATALOG"
  credential_name = databricks_storage_credential.it.name
}
resource "databricks_catalog" "it" {
  name          = "cproof"
  storage_root  = "${databricks_external_location.it.url}managed"
  comment       = "first"
  force_destroy = true
  properties    = { lakehouse-setup = "proof-0001" }
}
resource "databricks_schema" "it" {
  catalog_name = databricks_catalog.it.name
  name         = "bronze"
}
"""
GRANTS = """
resource "databricks_grants" "it" {
  schema = databricks_schema.it.id
  grant {
    principal  = "account users"
    privileges = ["USE_SCHEMA", "SELECT"]
  }
}
"""


@pytest.fixture
def catalog(lakehouse: Lakehouse) -> str:
    facts = lakehouse.facts
    text = CATALOG.replace("CONNECTOR", facts["access_connector_id"]).replace("CATALOG", facts["containers"]["catalog"])
    return lakehouse.databricks() + text


@pytest.fixture
def inside(lakehouse: Lakehouse, served: Served) -> Caller:
    """The principal in the workspace, as the provider calls."""
    return replace(served.caller, workspace=lakehouse.facts["workspace_id"], management=True)


def granted(served: Served, inside: Caller) -> dict[str, list[str]]:
    found = served.cloud.kind("uc.grants").read(inside, "schema/cproof.bronze")["privilege_assignments"]
    return {one["principal"]: sorted(one["privileges"]) for one in found}


def test_a_catalog_with_its_schema_and_what_a_change_does(
    catalog: str, terraform: Make, served: Served, inside: Caller
) -> None:
    root = terraform(catalog)
    root.apply()
    assert root.plan() == []
    names = [one["name"] for one in served.cloud.kind("uc.schema").list(inside, catalog_name="cproof")]
    assert names == ["bronze", "information_schema"]  # `default` went, as with the real provider
    root.write(catalog.replace('"first"', '"second"'))
    assert root.actions() == {"databricks_catalog.it": ["update"]}
    root.apply()
    assert served.cloud.kind("uc.catalog").read(inside, "cproof")["comment"] == "second"
    root.write(catalog.replace('}managed"', '}elsewhere"'))
    assert root.actions()["databricks_catalog.it"] == ["delete", "create"]
    root.write(catalog)
    root.destroy()
    assert served.cloud.store.items("uc.catalog") == []


def test_grants_are_authoritative(catalog: str, terraform: Make, served: Served, inside: Caller) -> None:
    root = terraform(catalog + GRANTS)
    root.apply()
    assert granted(served, inside) == {"account users": ["SELECT", "USE_SCHEMA"]}
    change = {"principal": OWNER, "add": ["MODIFY"]}
    served.cloud.kind("uc.grants").update(inside, "schema/cproof.bronze", {"changes": [change]})
    assert root.actions() == {"databricks_grants.it": ["update"]}
    root.apply()
    assert OWNER not in granted(served, inside)
    assert root.plan() == []


def test_a_single_grant_leaves_the_others_alone(catalog: str, terraform: Make, served: Served, inside: Caller) -> None:
    one = f"""
resource "databricks_grant" "it" {{
  schema     = databricks_schema.it.id
  principal  = "{OWNER}"
  privileges = ["MODIFY"]
}}
"""
    root = terraform(catalog + one)
    root.apply()
    change = {"principal": "account users", "add": ["SELECT"]}
    served.cloud.kind("uc.grants").update(inside, "schema/cproof.bronze", {"changes": [change]})
    assert root.plan() == []
    root.write(catalog)
    root.apply()
    assert granted(served, inside) == {"account users": ["SELECT"]}


def test_what_exists_is_adopted_by_import_blocks(catalog: str, terraform: Make) -> None:
    first = terraform(catalog + GRANTS)
    first.apply()
    second = terraform(catalog + GRANTS)
    said = second.fails(*APPLY)
    assert "cannot create storage credential: Storage Credential 'cred' already exists" in said
    ids = {
        "databricks_storage_credential": "cred",
        "databricks_external_location": "loc",
        "databricks_catalog": "cproof",
        "databricks_schema": "cproof.bronze",
        "databricks_grants": "schema/cproof.bronze",
    }
    second.write("".join(f'import {{\n to = {k}.it\n id = "{v}"\n}}\n' for k, v in ids.items()), "imports.tf")
    assert "5 imported, 0 added, 0 changed, 0 destroyed" in second.apply()
    assert second.plan() == []


def test_a_catalog_deleted_through_rest_is_made_again_with_all_in_it(
    catalog: str, terraform: Make, served: Served, inside: Caller
) -> None:
    root = terraform(catalog + GRANTS)
    root.apply()
    kind: Any = served.cloud.kind("uc.catalog")
    kind.delete(inside, "cproof", force=True)
    assert set(map(tuple, root.actions().values())) == {("create",)}
    root.apply()
    assert root.plan() == []


CLUSTER = """
resource "databricks_cluster" "it" {
  cluster_name            = "proof"
  spark_version           = "17.3.x-scala2.13"
  node_type_id            = "Standard_DS3_v2"
  num_workers             = WORKERS
  autotermination_minutes = 20
}
resource "databricks_permissions" "it" {
  cluster_id = databricks_cluster.it.id
  access_control {
    group_name       = "users"
    permission_level = "CAN_ATTACH_TO"
  }
}
"""


def test_a_cluster_runs_when_apply_returns_and_its_permissions_stand(
    lakehouse: Lakehouse, terraform: Make, served: Served, inside: Caller
) -> None:
    text = lakehouse.databricks() + CLUSTER.replace("WORKERS", "1")
    root = terraform(text + 'output "id" {\n value = databricks_cluster.it.id\n}')
    root.apply()
    found = served.cloud.kind("ws.cluster").read(inside, root.outputs()["id"])
    assert (found["state"], found["num_workers"]) == ("RUNNING", 1)
    assert root.plan() == []
    root.write(text.replace("= 20", "= 30").replace("CAN_ATTACH_TO", "CAN_RESTART"))
    assert root.actions() == {"databricks_cluster.it": ["update"], "databricks_permissions.it": ["update"]}
    root.apply()
    assert root.plan() == []
    served.cloud.kind("ws.cluster").delete(inside, found["cluster_id"])
    assert root.actions()["databricks_cluster.it"] == ["create"]
    root.destroy()


def test_a_cluster_beyond_the_quota_fails_in_the_services_words(lakehouse: Lakehouse, terraform: Make) -> None:
    root = terraform(lakehouse.databricks() + CLUSTER.replace("WORKERS", "5000"))
    said = root.fails(*APPLY)
    assert "failed to reach RUNNING, got TERMINATED: AZURE_QUOTA_EXCEEDED_EXCEPTION" in said


def test_account_resources_need_the_accounts_host(lakehouse: Lakehouse, terraform: Make) -> None:
    group = 'resource "databricks_group" "it" {\n  display_name = "g"\n}\n'
    assert "at the account's host only" in terraform(lakehouse.databricks() + group).fails(*APPLY)
    secret = 'resource "databricks_secret_scope" "it" {\n  provider = databricks.accounts\n  name = "s"\n}\n'
    assert "databricks_secret_scope needs a workspace's host" in terraform(lakehouse.databricks() + secret).fails(
        *APPLY
    )


def test_a_principal_that_is_no_account_admin_gets_403(lakehouse: Lakehouse, terraform: Make, served: Served) -> None:
    principals = served.cloud.kind("account.servicePrincipal")
    (found,) = principals.list(SYSTEM, applicationId=served.caller.name)
    principals.update(SYSTEM, found["id"], {"roles": []})
    group = 'resource "databricks_group" "it" {\n  provider = databricks.accounts\n  display_name = "g"\n}\n'
    assert "cannot create group: " in terraform(lakehouse.databricks() + group).fails(*APPLY)


def test_data_sources_tell_what_is_there(lakehouse: Lakehouse, terraform: Make, served: Served) -> None:
    root = terraform(
        lakehouse.databricks()
        + f"""
data "databricks_user" "owner" {{
  provider  = databricks.accounts
  user_name = "{OWNER}"
}}
data "databricks_service_principal" "me" {{
  provider       = databricks.accounts
  application_id = "{served.caller.name}"
}}
data "databricks_current_user" "me" {{}}
data "databricks_current_metastore" "here" {{}}
data "databricks_spark_version" "lts" {{
  long_term_support = true
}}
data "databricks_node_type" "small" {{
  min_cores = 4
}}
output "it" {{
  value = {{
    user      = data.databricks_user.owner.user_name
    same      = data.databricks_service_principal.me.application_id == data.databricks_current_user.me.user_name
    metastore = data.databricks_current_metastore.here.metastore_info[0].name
    runtime   = data.databricks_spark_version.lts.id
    node      = data.databricks_node_type.small.id != ""
  }}
}}
"""
    )
    root.apply()
    wanted = {"user": OWNER, "same": True, "metastore": "primary", "runtime": "17.3.x-scala2.13", "node": True}
    assert root.outputs()["it"] == wanted
