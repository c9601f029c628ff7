"""Each call of the clients that the manual steps make, once. The names are those of forms.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure.core.exceptions import HttpResponseError
from databricks.sdk import AccountClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.catalog import (
    CreateAccountsMetastore,
    PermissionsChange,
    Privilege,
    WorkspaceBinding,
    WorkspaceBindingBindingType,
)
from databricks.sdk.service.iam import Patch, PatchOp

from tests.cloud.wire import Wire
from tests.steps.early import Setup
from wizard.cloud import api_versions
from wizard.cloud.databricks import host_metadata
from wizard.cloud.graph import GRAPH_APP_ID
from wizard.report.spent import QUERY
from wizard.steps import account_people, effective
from wizard.steps.account_people import Member

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
RBAC = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
USERS = "741f803b-c850-494e-b5df-cde7c675a1ca"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
STRANGER = "3f0c7a61-5b2e-4d94-8a17-c60de2b95f48"  # an application that nobody made
CONDITION = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
    "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{OWNER}}}))"
)


def arm(setup: Setup, wire: Wire) -> None:
    client, call = setup.arm, wire.call
    group = f"{client.scope}/resourceGroups/NetworkWatcherRG"
    watcher = f"{group}/providers/Microsoft.Network/networkWatchers/NetworkWatcher_brazilsouth"
    with call("arm.subscriptions"):
        assert client.subscriptions()
    with call("arm.regions"):
        assert client.regions()
    with call("arm.register_provider"):
        client.register_provider("Microsoft.Network")
    with call("arm.provider_state"):
        assert client.provider_state("Microsoft.Network") in ("Registering", "Registered")
    with call("arm.role_id"):
        assert client.role_id("Owner") == OWNER
    with call("arm.assign_role"):
        client.assign_role(RBAC, wire.names["principal"], "ServicePrincipal", CONDITION)
    with call("arm.role_assignments"):
        made = next(one for one in client.role_assignments(wire.names["principal"]) if one.role_id == RBAC)
    with call("arm.roles_reaching"):
        assert made in client.roles_reaching(wire.names["principal"])
    with call("arm.unassign_role"):
        client.unassign_role(made.id)
    with call("arm.eligible_roles"):
        assert client.eligible_roles(wire.names["principal"]) == []
    with call("arm.storage_name"):
        assert client.storage_name("stadforms").free
    with call("arm.event_hubs_name"):
        assert client.event_hubs_name("evhnsforms").free
    with call("arm.usages"):
        assert client.usages("brazilsouth")
    with call("arm.skus"):
        assert client.skus("brazilsouth")
    with call("arm.put"):
        client.put(group, api_versions.GROUPS, {"location": "brazilsouth"})
    client.put(watcher, api_versions.NETWORK, {"location": "brazilsouth", "properties": {}})
    with call("arm.made"):
        client.made(watcher, api_versions.NETWORK)
    with call("arm.resource"):
        assert client.resource(group, api_versions.GROUPS)
    with call("arm.resources"):
        assert client.resources("Microsoft.Network/networkWatchers")
    with call("arm.held_by_group"):
        assert client.held_by_group("NetworkWatcherRG")
    with call("arm.delete"):
        done = client.delete(watcher, api_versions.NETWORK)
    setup.context("test").wait_for("it", done, seconds=30)
    with call("arm.feature_state"):
        client.feature_state("Microsoft.Network", "DisableNetworkWatcherAutocreation")
    with call("arm.register_feature"):
        client.register_feature("Microsoft.Network", "DisableNetworkWatcherAutocreation")
    with call("arm.cost"):
        client.cost(client.scope, dict(QUERY))


def people(setup: Setup, wire: Wire) -> None:
    client, call, names = setup.world.graph(setup.context("test"), "operator"), wire.call, wire.names
    with call("graph.me"):
        _refused(client.me)
    with call("graph.default_domain"):
        assert client.default_domain()
    upn = f"forms@{setup.connection.info['tenant_domain']}"
    names["upn"] = upn
    with call("graph.create_user"):
        names["user"] = client.create_user(upn, "not~A~password~1", "a mark")["id"]
    with call("graph.user"):
        assert client.user(upn)
    with call("graph.groups_of"):
        assert client.groups_of(names["user"]) == []
    with call("graph.delete_user"):
        client.delete_user(names["user"])
    with call("graph.group"):
        assert client.group("d'éngineer") is None


def applications(setup: Setup, wire: Wire) -> None:
    client, call, names = setup.world.graph(setup.context("test"), "operator"), wire.call, wire.names
    with call("graph.create_application"):
        made = client.create_application("forms", "a note", "lakehouse-wizard:forms")
    names["application"], names["app"] = made["id"], made["appId"]
    with call("graph.create_service_principal"):
        names["own"] = client.create_service_principal(made["appId"], "lakehouse-wizard:forms")["id"]
    with call("graph.applications"):
        assert client.applications("forms")
    with call("graph.application"):
        assert client.application(made["appId"])
    with call("graph.service_principal"):
        assert client.service_principal(made["appId"])
    with call("graph.object_by_id"):
        assert client.object_by_id("servicePrincipals", names["own"])
    with call("graph.owned_groups"):
        assert client.owned_groups(names["own"]) == []
    with call("graph.add_password"):
        client.add_password(made["id"], "lakehouse-wizard", "2040-01-01T00:00:00Z")
    with call("graph.new_password"):
        names["key"] = client.new_password(made["id"], "lakehouse-wizard", "2040-01-01T00:00:00Z")["keyId"]
    with call("graph.remove_password"):
        client.remove_password(made["id"], names["key"])
    with call("graph.add_federated_credential"):
        trust = client.add_federated_credential(
            made["id"],
            name="production",
            issuer="https://token.actions.githubusercontent.com",
            subject="repo:example/lakehouse:environment:production",
            description="of a test",
            audience="api://AzureADTokenExchange",
        )
    names["trust"] = trust["id"]
    with call("graph.federated_credentials"):
        assert client.federated_credentials(made["id"])
    with call("graph.remove_federated_credential"):
        client.remove_federated_credential(made["id"], names["trust"])


def rights(setup: Setup, wire: Wire) -> None:
    """Of the application that was made before, which goes at the end."""
    client, call, names = setup.world.graph(setup.context("test"), "operator"), wire.call, wire.names
    microsoft = client.service_principal(GRAPH_APP_ID)
    assert microsoft is not None
    names["graph"] = microsoft["id"]
    wanted = {"displayName": "forms", "mailNickname": "forms", "mailEnabled": False, "securityEnabled": True}
    group = setup.world.graph(setup.context("test"), "operator")._rest.send("POST", "/groups", body=wanted)
    names["group"] = group["id"]
    with call("graph.add_member"):
        client.add_member(names["group"], names["own"])
    with call("graph.is_member"):
        assert client.is_member(names["group"], names["own"])
    with call("graph.grant_app_role"):
        client.grant_app_role(names["own"], names["graph"], USERS)
    with call("graph.app_roles"):
        assert client.app_roles(names["own"])
    with call("graph.grant_directory_role"):
        client.grant_directory_role(names["own"], USER_ADMINISTRATOR)
    with call("graph.directory_roles"):
        assert client.directory_roles(names["own"])
    with call("graph.eligible_roles"):
        client.eligible_roles(names["own"])
    with call("graph.global_administrators"):
        client.global_administrators()
    with call("graph.delete_application"):
        client.delete_application(names["application"])


def account(setup: Setup, wire: Wire) -> None:
    ctx, call, names = setup.context("test"), wire.call, wire.names
    endpoints = setup.world.target.endpoints
    client = setup.world.account_by_id(ctx, names["account"], "operator")
    with call("account.metadata"):
        host_metadata(endpoints, endpoints.accounts)
    with call("account.workspaces"):
        assert list(client.workspaces.list())
    people = setup.connection.info["identities"]
    person = Member("user", people["outsider"]["upn"], "Outsider", admin=True)
    names["outsider"] = person.name
    with call("account.user_made_admin"):
        account_people.ensure(client, person)
    found = account_people.find(client, person)
    assert found is not None
    names |= {"member": found.id, "stranger": STRANGER, "external": people["outsider"]["object_id"]}
    with call("account.user_found"):
        account_people.find(client, person)
    with call("account.principal_found"):
        held = account_people.find(client, Member("principal", names["client"], "wizard", admin=True))
    assert held is not None
    names["account_principal"] = held.id
    with call("account.admins"):
        account_people.admins(client)
    identities(client, wire, person)
    workspace = int(names["workspace"])
    with call("account.metastore_create"):
        made = client.metastores.create(metastore_info=CreateAccountsMetastore(name="forms", region="brazilsouth"))
    assert made.metastore_info is not None
    names["metastore"] = str(made.metastore_info.metastore_id)
    with call("account.metastores"):
        assert list(client.metastores.list())
    with call("account.metastore_assign"):
        client.metastore_assignments.create(workspace, names["metastore"])
    with call("account.metastore_of_workspace"):
        client.metastore_assignments.get(workspace)
    with call("account.workspaces_of_metastore"):
        assert list(client.metastore_assignments.list(names["metastore"])) == [workspace]


def identities(client: AccountClient, wire: Wire, person: Member) -> None:
    """People and principals who come into the account, or back into it; `person` is in it."""
    call, names = wire.call, wire.names
    little = Member("principal", names["stranger"], "Stranger", admin=True)
    with call("account.principal_made_admin"):
        account_people.ensure(client, little)
    made_admin = account_people.find(client, little)
    assert made_admin is not None
    names["stranger_id"] = made_admin.id
    off = [Patch(op=PatchOp.REPLACE, path="active", value=[{"value": "false"}])]
    client.users_v2.patch(names["member"], operations=off, schemas=account_people.SCHEMAS)
    with call("account.user_activated"):
        account_people.ensure(client, person)
    root = f"accounts/{names['account']}"  # what follows is refused here: nobody turned the sync on
    with call("account.external_user"):
        _refused(lambda: client.iam_v2.get_external_user(f"{root}/external-users/{names['external']}"))
    with call("account.external_principal"):
        _refused(
            lambda: client.iam_v2.get_external_service_principal(
                f"{root}/external-service-principals/{names['principal']}"
            )
        )
    with call("account.resolve_user"):
        _refused(lambda: client.iam_v2.resolve_user(names["external"]))
    with call("account.resolve_principal"):
        _refused(lambda: client.iam_v2.resolve_service_principal(names["principal"]))


def workspace(setup: Setup, wire: Wire) -> None:
    ctx, call, names = setup.context("test"), wire.call, wire.names
    client = setup.world.workspace(ctx, "principal")
    with call("workspace.introspect"):
        client.api_client.do("GET", "/api/2.0/tokens/introspect")
    change = PermissionsChange(principal=names["client"], add=[Privilege.CREATE_CATALOG])
    with call("workspace.metastore_grant"):
        client.grants.update("metastore", names["metastore"], changes=[change])
    with call("workspace.metastore_grants"):
        client.grants.get("metastore", names["metastore"])
    with call("workspace.effective_grants"):
        effective.privileges(client, "metastore", names["metastore"], {names["client"]})
    with call("workspace.me"):
        effective.names(client, names["client"])
    with call("workspace.catalogs"):
        list(client.catalogs.list(include_unbound=True))
    binding = WorkspaceBinding(int(names["workspace"]), WorkspaceBindingBindingType.BINDING_TYPE_READ_WRITE)
    with call("workspace.bindings"):
        _refused(lambda: list(client.workspace_bindings.get_bindings("catalog", "forms")))
    with call("workspace.bind"):
        _refused(lambda: client.workspace_bindings.update_bindings("catalog", "forms", add=[binding]))
    account_client = setup.world.account_by_id(ctx, names["account"], "operator")
    with call("account.metastore_unassign"):
        account_client.metastore_assignments.delete(int(names["workspace"]), names["metastore"])
    with call("account.metastore_delete"):
        account_client.metastores.delete(names["metastore"], force=True)


def prices(setup: Setup, wire: Wire) -> None:
    client = setup.world.prices()
    asked = {"serviceName": "Azure Databricks", "armRegionName": "brazilsouth"}
    with wire.call("prices.find"):
        assert client.find("BRL", **asked, meterName="Premium All-purpose Compute DBU")
    with wire.call("prices.lowest"):
        assert client.lowest(**asked, meterName="Premium Jobs Compute DBU")


def vault(setup: Setup, wire: Wire) -> None:
    setup.connection.portal("make-key-vault", "kv-forms", "lakehouse-wizard")
    client = setup.world.key_vault(setup.context("test"), "kv-forms")
    with wire.call("vault.set_secret"):
        client.set_secret("principal", "not~a~secret")
    with wire.call("vault.secret"):
        assert client.secret("principal")
    with wire.call("vault.delete_secret"):
        client.delete_secret("principal")


def _refused(call: Callable[[], Any]) -> None:
    """What is asked here is what counts; the answer may be a refusal."""
    try:
        call()
    except (HttpResponseError, DatabricksError):
        return


ALL = (arm, people, applications, rights, account, workspace, prices, vault)
