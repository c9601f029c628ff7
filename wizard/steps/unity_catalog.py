"""Step 12, Unity Catalog: the account's group, credential, locations, catalog, schemas, volumes, grants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wizard.setup.context import FactsMissing
from wizard.setup.step import Facts, Finding, Permission
from wizard.setup.survey import Survey
from wizard.steps import catalog_names
from wizard.steps.base import Ctx
from wizard.steps.facts import (
    AccountAdminFacts,
    AccountFacts,
    CatalogFacts,
    DirectoryFacts,
    FoundationFacts,
    MetastoreFacts,
    PrincipalFacts,
    ProjectFacts,
)
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_


class UnityCatalog(TerraformStep):
    """Done when the plan of terraform/unity_catalog is empty."""

    name: ClassVar[str] = "unity-catalog"
    title: ClassVar[str] = N_("Unity Catalog")
    after: ClassVar[tuple[str, ...]] = ("foundation", "identity", "metastore")
    ahead: ClassVar[tuple[str, ...]] = ("service-principal",)  # which tells who signs in
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("databricks-account", "account_admin", "/", N_("to make the account's group and let it in")),
        Permission("unity-catalog", "CREATE STORAGE CREDENTIAL", "metastore", N_("to use the access connector")),
        Permission("unity-catalog", "CREATE EXTERNAL LOCATION", "metastore", N_("to reach the containers")),
        Permission("unity-catalog", "CREATE CATALOG", "metastore", N_("to make the catalog")),
    )
    root: ClassVar[str] = "unity_catalog"
    told: ClassVar[type[Facts]] = CatalogFacts

    def survey(self, ctx: Ctx) -> Survey:
        from wizard.steps import catalog_survey

        return catalog_survey.survey(ctx)

    def existing(self, ctx: Ctx, type: str, planned: Mapping[str, Any]) -> str | None:
        """The account's group: ours if it stands for our Entra group."""
        name = planned.get("display_name")
        groups = ctx.world.account(ctx, "principal").groups_v2.list(filter=f'displayName eq "{name}"')
        ours = ctx.facts(DirectoryFacts).group_object_id
        return next((str(one.id) for one in groups if one.external_id == ours), None)

    def check(self, ctx: Ctx) -> Finding:
        found = super().check(ctx)
        making = {change.address for change in self.planned if change.action == "create"}
        return catalog_names.taken(ctx, self.root, making) or found

    def variables(self, ctx: Ctx) -> dict[str, Any]:
        foundation, directory = ctx.facts(FoundationFacts), ctx.facts(DirectoryFacts)
        ctx.facts(MetastoreFacts)  # nothing below stands without a metastore
        admin = ctx.facts(AccountAdminFacts)
        if not {upn.lower() for upn in directory.member_upns} <= {upn.lower() for upn in admin.people}:
            raise FactsMissing(AccountAdminFacts)
        return {
            "accounts_host": ctx.world.target.endpoints.accounts,
            "account_id": ctx.facts(AccountFacts).account_id,
            "workspace_id": foundation.workspace_id,
            "workspace_host": f"https://{foundation.workspace_url}",
            "workspace_resource_id": foundation.workspace_resource_id,
            "setup_id": ctx.setup_id,
            "catalog": ctx.facts(ProjectFacts).catalog,
            "group_name": directory.group_name,
            "group_object_id": directory.group_object_id,
            "member_upns": sorted(directory.member_upns),
            "members_synced": admin.synced,
            "principal_client_id": ctx.facts(PrincipalFacts).client_id,
            "access_connector_id": foundation.access_connector_id,
            "containers": foundation.containers,
        }
