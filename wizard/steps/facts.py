"""What each step tells the steps after it. The seams of the journey, in one place."""

from __future__ import annotations

from typing import Literal

from wizard.setup.secrets import SecretRef
from wizard.setup.step import Facts


class SignInFacts(Facts):
    """As whom the operator acts."""

    tenant_id: str
    subscription_id: str
    subscription_name: str
    operator_kind: Literal["user", "app"]
    operator_object_id: str
    operator_name: str  # user principal name, or the application's client id


class ProjectFacts(Facts):
    """The names everything gets; see `wizard.steps.names`."""

    domain: str
    environment: str
    project: str
    location: str  # as in "brazilsouth"
    owner: str  # user principal name of the principal user; may be a guest with #EXT#
    resource_group: str
    managed_resource_group: str
    storage_account: str
    event_hubs_namespace: str
    workspace: str
    access_connector: str
    container_prefix: str
    catalog: str
    group: str
    tags: dict[str, str]  # domain, project, env, and the setup's id


class PrincipalFacts(Facts):
    """The service principal that acts in the Terraform and deploy steps."""

    client_id: str
    object_id: str  # of the service principal, not of the application
    display_name: str
    secret: SecretRef


class FoundationFacts(Facts):
    """Outputs of terraform/foundation."""

    resource_group: str
    resource_group_id: str
    location: str
    workspace_id: str  # digits
    workspace_url: str  # a host without a scheme, as azurerm gives it
    workspace_resource_id: str
    storage_account: str
    storage_account_id: str
    containers: dict[str, str]  # raw, log, catalog -> abfss URL with its final slash
    access_connector_id: str
    event_hubs_namespace: str | None = None


class DirectoryFacts(Facts):
    """Outputs of terraform/identity."""

    group_name: str
    group_object_id: str
    member_upns: tuple[str, ...]


class AccountFacts(Facts):
    account_id: str
    source: Literal["well-known", "introspection", "answers"]


class AccountAdminFacts(Facts):
    """Ids inside the Databricks account (SCIM ids: strings of digits)."""

    principal_scim_id: str
    people: dict[str, str]  # user principal name -> SCIM id
    acts: Literal["operator", "principal"] = "operator"  # whom the account lets in as its admin
    synced: bool = False  # the account takes people and the group's members from Entra by itself


class MetastoreFacts(Facts):
    metastore_id: str
    name: str
    region: str


class CatalogFacts(Facts):
    """Outputs of terraform/unity_catalog."""

    catalog: str
    schemas: tuple[str, ...]  # bronze, silver, gold, ops
    volumes: dict[str, str]  # landing, libraries, checkpoints, runs -> /Volumes/...
    group_name: str


class ComputeFacts(Facts):
    """Outputs of terraform/compute."""

    policy_id: str
    cluster_id: str
    secret_scope: str


class ContractsFacts(Facts):
    """Valid contracts: path relative to the folder -> the models in it."""

    contracts: dict[str, tuple[str, ...]]


class IngestionFacts(Facts):
    library: str  # /Volumes/... path of the wheel
    jobs: dict[str, int]  # model -> job id


class TableFacts(Facts):
    name: str  # catalog.schema.table
    rows: int | None
    location: str | None = None


class ModelFacts(Facts):
    """Where the rows of a model's newest run went: `taken` is the sum of the others, or it is not `balanced`."""

    name: str
    taken: int
    valid: int
    quarantined: int
    duplicates: int
    stale: int
    discarded: int
    deleted: int
    balanced: bool


class FirstRunFacts(Facts):
    tables: tuple[TableFacts, ...]
    runs: dict[str, int]  # model -> run id
    models: tuple[ModelFacts, ...] = ()


class ExplorationFacts(Facts):
    path: str  # workspace path of the notebook project
