"""What of the foundation is there already: asked of the Resource Manager by name, compared with what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.cloud.api_versions import BUDGETS, DATABRICKS, EVENT_HUBS, GROUPS, NETWORK, STORAGE
from wizard.setup import mark
from wizard.setup.survey import Seen, Standing, Survey, summed, whose
from wizard.steps.base import Ctx
from wizard.steps.facts import FoundationFacts, ProjectFacts
from wizard.steps.foundation import BUDGET_START
from wizard.steps.layout import CONTAINERS, SUBNETS
from wizard.steps.principal_rights import BLOB_CONTRIBUTOR, ROLES
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient

ROOT = "foundation"
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object by its Terraform address and ARM id. `settings` and `fixed` are dotted paths in its body with the
    values that a run gives them; what is `fixed` can be changed only by making it anew. `pin` is the key of config.yaml
    that is to have what stands at `pinned`, where the object is taken over."""

    address: str
    what: str
    id: str
    api: str
    marked: bool = True
    optional: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    pin: str = ""
    pinned: str = ""


def survey(ctx: Ctx, budget: int) -> Survey:
    """`budget` is the month's, as answered. Raises FactsMissing, and what the Resource Manager refuses."""
    arm, project = ctx.world.arm(ctx, "operator"), ctx.facts(ProjectFacts)
    wanted = objects(project, arm.scope, budget)
    bodies = {one.address: arm.resource(one.id, one.api) for one in wanted}
    seen = [seen_as(one, bodies[one.address], ctx.setup_id) for one in wanted]
    seen = [one for one, asked in zip(seen, wanted, strict=True) if one.id or not asked.optional]
    seen += _associations(bodies, {one.address: one.id for one in wanted})
    seen += _assignment(arm, bodies)
    return Survey(summed(seen, _facts(project, bodies)), tuple(seen), _answers(bodies))


def objects(project: ProjectFacts, scope: str, budget: int) -> list[Wanted]:
    """Everything with an id of its own, parents first."""
    group = f"{scope}/resourceGroups/{project.resource_group}"
    network, account = f"{group}/providers/Microsoft.Network", f"{group}/providers/Microsoft.Storage/storageAccounts"
    account, databricks = f"{account}/{project.storage_account}", f"{group}/providers/Microsoft.Databricks"
    name, vnet = project.workspace, f"{network}/virtualNetworks/vnet-{project.workspace}"
    place = {"location": project.location}
    tls = {"properties.minimumTlsVersion": "TLS1_2", "properties.allowBlobPublicAccess": False,
           "properties.allowSharedKeyAccess": False}  # fmt: skip
    parameters = "properties.parameters"
    return [
        Wanted("azurerm_resource_group.lakehouse", _("resource group {name}", name=project.resource_group), group,
               GROUPS, fixed=place),
        Wanted("azurerm_storage_account.lakehouse", _("storage account {name}", name=project.storage_account), account,
               STORAGE, settings=tls, fixed={**place, "properties.isHnsEnabled": True}),
        *(
            Wanted(f'azurerm_storage_container.lakehouse["{key}"]',
                   _("container {name}", name=f"{project.container_prefix}{key}"),
                   f"{account}/blobServices/default/containers/{project.container_prefix}{key}", STORAGE, marked=False)
            for key in CONTAINERS
        ),
        Wanted("azurerm_storage_management_policy.lakehouse", _("the storage account's lifecycle policy"),
               f"{account}/managementPolicies/default", STORAGE, marked=False),
        Wanted("azurerm_virtual_network.lakehouse", _("virtual network {name}", name=f"vnet-{name}"), vnet, NETWORK,
               fixed=place),
        *(
            Wanted(f'azurerm_subnet.cluster["{key}"]', _("subnet {name}", name=f"snet-{name}-{key}"),
                   f"{vnet}/subnets/snet-{name}-{key}", NETWORK, marked=False)
            for key in SUBNETS
        ),
        Wanted("azurerm_network_security_group.cluster", _("network security group {name}", name=f"nsg-{name}"),
               f"{network}/networkSecurityGroups/nsg-{name}", NETWORK, fixed=place),
        Wanted("azurerm_public_ip.egress[0]", _("public address {name}", name=f"pip-{name}"),
               f"{network}/publicIPAddresses/pip-{name}", NETWORK, optional=True, fixed=place),
        Wanted("azurerm_nat_gateway.egress[0]", _("NAT gateway {name}", name=f"ng-{name}"),
               f"{network}/natGateways/ng-{name}", NETWORK, optional=True, fixed=place),
        Wanted("azurerm_databricks_access_connector.lakehouse",
               _("access connector {name}", name=project.access_connector),
               f"{databricks}/accessConnectors/{project.access_connector}", DATABRICKS, fixed=place),
        Wanted("azurerm_databricks_workspace.lakehouse", _("workspace {name}", name=name),
               f"{databricks}/workspaces/{name}", DATABRICKS, settings={"sku.name": "premium"},
               fixed={**place, f"{parameters}.customVirtualNetworkId.value": vnet,
                      "properties.managedResourceGroupId": f"{scope}/resourceGroups/{project.managed_resource_group}"}),
        Wanted("azurerm_eventhub_namespace.lakehouse[0]",
               _("Event Hubs namespace {name}", name=project.event_hubs_namespace),
               f"{group}/providers/Microsoft.EventHub/namespaces/{project.event_hubs_namespace}", EVENT_HUBS,
               optional=True, fixed=place),
        Wanted("azurerm_consumption_budget_subscription.lakehouse",
               _("budget {name}", name=f"budget-{project.resource_group}"),
               f"{scope}/providers/Microsoft.Consumption/budgets/budget-{project.resource_group}", BUDGETS,
               marked=False, settings={"properties.amount": budget}, pin=BUDGET_START,
               pinned="properties.timePeriod.startDate"),
    ]  # fmt: skip


def seen_as(one: Wanted, body: Body | None, setup_id: str) -> Seen:
    """What a body says of the object that was looked for; None where there is none."""
    if body is None:
        return Seen(one.what, Standing.ABSENT, root=ROOT, address=one.address)
    standing, other = whose(mark.tagged(body.get("tags")), setup_id) if one.marked else (Standing.PART, "")
    return Seen(
        one.what,
        standing,
        one.id,  # not as the body has it: Azure writes ids in letters of other cases, and Terraform compares them
        ROOT,
        one.address,
        other,
        tuple(_differences(body, one.settings)),
        tuple(_differences(body, one.fixed)),
        {one.pin: str(_at(body, one.pinned))} if one.pin and _at(body, one.pinned) else {},
    )


def _differences(body: Body, wanted: Mapping[str, Any]) -> Iterable[str]:
    for path, value in wanted.items():
        found = _at(body, path)
        if str(found).lower() != str(value).lower():
            name = path.removeprefix("properties.").removeprefix("parameters.").removesuffix(".value")
            yield _("{name} is {found}, wanted {value}", name=name, found="-" if found is None else found, value=value)


def _at(body: Body, path: str) -> Any:
    found: Any = body
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _associations(bodies: Mapping[str, Body | None], ids: Mapping[str, str]) -> list[Seen]:
    """What ties subnets, gateway and security group together; each is a field of one of them. `ids` by address."""
    found = []
    nat, public = "azurerm_nat_gateway.egress[0]", "azurerm_public_ip.egress[0]"
    gateway, address = bodies[nat], bodies[public]
    for key in SUBNETS:
        at = f'azurerm_subnet.cluster["{key}"]'
        subnet = bodies[at] or {}
        held = subnet.get("properties") or {}
        for kind, field_name, other in (
            ("azurerm_subnet_network_security_group_association.cluster", "networkSecurityGroup",
             bodies["azurerm_network_security_group.cluster"]),
            ("azurerm_subnet_nat_gateway_association.egress", "natGateway", gateway),
        ):  # fmt: skip
            if other and _same((held.get(field_name) or {}).get("id"), other["id"]):
                what = _("{field} of the subnet {name}", field=field_name, name=subnet["name"])
                found.append(Seen(what, Standing.PART, ids[at], ROOT, f'{kind}["{key}"]'))
    held = (gateway or {}).get("properties", {}).get("publicIpAddresses") or ()
    if gateway and address and any(_same(one.get("id"), address["id"]) for one in held):
        what, kind = _("public address of the NAT gateway"), "azurerm_nat_gateway_public_ip_association.egress[0]"
        found.append(Seen(what, Standing.PART, f"{ids[nat]}|{ids[public]}", ROOT, kind))
    return found


def _assignment(arm: ArmClient, bodies: Mapping[str, Body | None]) -> list[Seen]:
    """The connector's role on the storage account."""
    connector = bodies["azurerm_databricks_access_connector.lakehouse"] or {}
    account = bodies["azurerm_storage_account.lakehouse"]
    principal = (connector.get("identity") or {}).get("principalId")
    what, address = _("the connector's role on the storage account"), "azurerm_role_assignment.connector_storage"
    held = arm.role_assignments(str(principal), at_or_above=False) if principal and account else ()
    for one in held:
        if account and _same(one.scope, account["id"]) and one.role_id == ROLES[BLOB_CONTRIBUTOR]:
            return [Seen(what, Standing.PART, one.id, ROOT, address)]
    return [Seen(what, Standing.ABSENT, root=ROOT, address=address)]


def _same(one: object, other: object) -> bool:
    return str(one or "").lower() == str(other or "").lower()


def _facts(project: ProjectFacts, bodies: Mapping[str, Body | None]) -> FoundationFacts | None:
    """What the later steps need of it; None without a workspace."""
    workspace, group = bodies["azurerm_databricks_workspace.lakehouse"], bodies["azurerm_resource_group.lakehouse"]
    if workspace is None or group is None or not workspace["properties"].get("workspaceUrl"):
        return None
    account, connector = (bodies[f"azurerm_{name}.lakehouse"] or {} for name in
                          ("storage_account", "databricks_access_connector"))  # fmt: skip
    return FoundationFacts(
        resource_group=project.resource_group,
        resource_group_id=str(group["id"]),
        location=str(group["location"]),
        workspace_id=str(workspace["properties"]["workspaceId"]),
        workspace_url=str(workspace["properties"]["workspaceUrl"]),
        workspace_resource_id=str(workspace["id"]),
        storage_account=project.storage_account,
        storage_account_id=str(account.get("id") or ""),
        containers={
            key: f"abfss://{project.container_prefix}{key}@{project.storage_account}.dfs.core.windows.net/"
            for key in CONTAINERS
        },
        access_connector_id=str(connector.get("id") or ""),
    )


def _answers(bodies: Mapping[str, Body | None]) -> dict[str, dict[str, Any]]:
    project: dict[str, Any] = {}
    foundation: dict[str, Any] = {}
    if group := bodies["azurerm_resource_group.lakehouse"]:
        tags = dict(group.get("tags") or {})
        project["location"] = group["location"]
        if tags.get("project"):
            project["project"] = tags["project"]
        own = ("domain", "project", "env", mark.KEY)
        if others := {name: value for name, value in tags.items() if name not in own}:
            project["tags"] = others  # a run would take away what the answers do not name
    if workspace := bodies["azurerm_databricks_workspace.lakehouse"]:
        hidden = ((workspace["properties"].get("parameters") or {}).get("enableNoPublicIp") or {}).get("value")
        foundation["network"] = "nat_gateway" if hidden else "public_egress"
    elif bodies["azurerm_nat_gateway.egress[0]"]:
        foundation["network"] = "nat_gateway"
    if bodies["azurerm_eventhub_namespace.lakehouse[0]"]:
        foundation["event_hubs"] = True
    if budget := bodies["azurerm_consumption_budget_subscription.lakehouse"]:
        foundation["monthly_budget"] = int(budget["properties"]["amount"])
        mails = [
            mail for one in budget["properties"].get("notifications", {}).values() for mail in one["contactEmails"]
        ]
        foundation |= {"budget_contact": mails[0]} if mails else {}
    return {"project": project, "foundation": foundation}
