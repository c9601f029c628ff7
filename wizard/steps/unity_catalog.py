"""Step 12, Unity Catalog: the account's group, credential, locations, catalog, schemas, volumes, grants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wizard.setup import mark
from wizard.setup.context import FactsMissing
from wizard.setup.step import Facts, Finding, Guide, Permission, Verdict
from wizard.setup.survey import Survey
from wizard.steps import agreed
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
from wizard.text import N_, _

CATALOG = "databricks_catalog.lakehouse"


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
        making = any(change.address == CATALOG and change.action == "create" for change in self.planned)
        return (_taken(ctx) if making else None) or found

    def variables(self, ctx: Ctx) -> dict[str, Any]:
        foundation, directory = ctx.facts(FoundationFacts), ctx.facts(DirectoryFacts)
        ctx.facts(MetastoreFacts)  # nothing below stands without a metastore
        people = ctx.facts(AccountAdminFacts).people
        if not {upn.lower() for upn in directory.member_upns} <= {upn.lower() for upn in people}:
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
            "principal_client_id": ctx.facts(PrincipalFacts).client_id,
            "access_connector_id": foundation.access_connector_id,
            "containers": foundation.containers,
        }


def _taken(ctx: Ctx) -> Finding | None:
    """Blocked where the metastore has a catalog of our name that is another's. One that is isolated to another
    workspace is not shown, but the refusal names it."""
    from databricks.sdk.errors import NotFound, PermissionDenied

    name, setup = ctx.facts(ProjectFacts).catalog, None
    try:
        setup = mark.tagged(ctx.world.workspace(ctx).catalogs.get(name).properties)
    except NotFound:
        return None
    except PermissionDenied as error:
        if f"'{name}'" not in str(error):
            return None
    if setup == ctx.setup_id or agreed.read(ctx.folder, UnityCatalog.root).get(CATALOG) == name:
        return None
    actions = (
        _("set project.catalog in the answers to another name: nothing of the catalog is made yet, so it may change"),
        _("where it is yours: see it with adopt, and take it over with adopt --take"),
    )
    whose = _("of the setup {id}", id=setup) if setup else _("and it is not this setup's")
    why = _("the metastore {metastore} has the catalog {name} already, {whose}",
            metastore=ctx.facts(MetastoreFacts).name, name=name, whose=whose)  # fmt: skip
    return Finding(Verdict.BLOCKED, why, guide=Guide(_("Choose another catalog"), actions, _("you")))
