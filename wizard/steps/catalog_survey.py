"""What of Unity Catalog is there already: asked of the workspace and the account by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from databricks.sdk.errors import NotFound

from wizard.setup import mark
from wizard.setup.survey import Seen, Standing, Survey, summed, whose
from wizard.steps import acting
from wizard.steps.base import Ctx
from wizard.steps.facts import CatalogFacts, DirectoryFacts, FoundationFacts, MetastoreFacts, ProjectFacts
from wizard.steps.layout import CONTAINERS, SCHEMAS, VOLUMES
from wizard.text import _

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.iam import AccountGroup

ROOT = "unity_catalog"


def survey(ctx: Ctx) -> Survey:
    """Raises FactsMissing, and what account or workspace refuse."""
    ctx.facts(MetastoreFacts)  # nothing of it is there without a metastore
    catalog, foundation = ctx.facts(ProjectFacts).catalog, ctx.facts(FoundationFacts)
    workspace = ctx.world.workspace(ctx, "operator")
    seen = [
        _group(ctx),
        _credential(ctx, workspace, f"{catalog}-credential", foundation.access_connector_id),
        *(_location(ctx, workspace, f"{catalog}-{key}", foundation.containers[key], key) for key in CONTAINERS),
        _catalog(ctx, workspace, catalog, f"{foundation.containers['catalog']}managed"),
        *(
            _named(ctx, _("schema {name}", name=f"{catalog}.{name}"), f'databricks_schema.lakehouse["{name}"]',
                   f"{catalog}.{name}", workspace.schemas.get)
            for name in SCHEMAS
        ),
        *(
            _named(ctx, _("volume {name}", name=f"{catalog}.{schema}.{name}"),
                   f'databricks_volume.lakehouse["{name}"]', f"{catalog}.{schema}.{name}", workspace.volumes.read)
            for name, schema in VOLUMES.items()
        ),
    ]  # fmt: skip
    return Survey(summed(seen, _facts(ctx, catalog, seen)), tuple(seen))


def _group(ctx: Ctx) -> Seen:
    name, ours = ctx.facts(ProjectFacts).group, ctx.maybe(DirectoryFacts)
    what, address = _("account group {name}", name=name), "databricks_group.engineers"
    groups = acting.account(ctx).groups_v2.list(filter=f'displayName eq "{name}"')
    if found := sorted(groups, key=lambda one: not _stands_for(one, ours)):
        one, same = found[0], _stands_for(found[0], ours)
        differs = () if same else (_("it does not stand for the Entra group of that name"),)
        return Seen(what, Standing.OURS if same else Standing.UNMARKED, str(one.id), ROOT, address, fixed=differs)
    return Seen(what, Standing.ABSENT, root=ROOT, address=address)


def _stands_for(group: AccountGroup, ours: DirectoryFacts | None) -> bool:
    return ours is not None and group.external_id == ours.group_object_id


def _credential(ctx: Ctx, workspace: WorkspaceClient, name: str, connector: str) -> Seen:
    def differs(found: Any) -> tuple[str, ...]:
        held = found.azure_managed_identity.access_connector_id if found.azure_managed_identity else None
        return _other(_("access connector"), held, connector)

    what, address = _("storage credential {name}", name=name), "databricks_storage_credential.lakehouse"
    return _named(ctx, what, address, name, workspace.storage_credentials.get, differs=differs)


def _location(ctx: Ctx, workspace: WorkspaceClient, name: str, url: str, key: str) -> Seen:
    what, address = _("external location {name}", name=name), f'databricks_external_location.lakehouse["{key}"]'
    get = workspace.external_locations.get
    return _named(ctx, what, address, name, get, differs=lambda found: _other("url", found.url, url))


def _catalog(ctx: Ctx, workspace: WorkspaceClient, name: str, root: str) -> Seen:
    what, address = _("catalog {name}", name=name), "databricks_catalog.lakehouse"
    get = workspace.catalogs.get
    return _named(ctx, what, address, name, get, fixed=lambda found: _other("storage_root", found.storage_root, root))


def _named(
    ctx: Ctx,
    what: str,
    address: str,
    name: str,
    get: Callable[[str], Any],
    *,
    differs: Callable[[Any], tuple[str, ...]] = lambda found: (),
    fixed: Callable[[Any], tuple[str, ...]] = lambda found: (),
) -> Seen:
    """An object of Unity Catalog by its full name, which is its import id."""
    try:
        found = get(name)
    except NotFound:
        return Seen(what, Standing.ABSENT, root=ROOT, address=address)
    carried = mark.tagged(getattr(found, "properties", None)) or mark.told(found.comment)
    standing, other = whose(carried, ctx.setup_id)
    return Seen(what, standing, name, ROOT, address, other, differs(found), fixed(found))


def _other(name: str, found: str | None, wanted: str) -> tuple[str, ...]:
    if (found or "").rstrip("/").lower() == wanted.rstrip("/").lower():
        return ()
    return (_("{name} is {found}, wanted {value}", name=name, found=found or "-", value=wanted),)


def _facts(ctx: Ctx, catalog: str, seen: list[Seen]) -> CatalogFacts | None:
    """What compute and the jobs need of it; None while anything is missing."""
    if any(one.standing is Standing.ABSENT for one in seen):
        return None
    return CatalogFacts(
        catalog=catalog,
        schemas=SCHEMAS,
        volumes={name: f"/Volumes/{catalog}/{schema}/{name}" for name, schema in VOLUMES.items()},
        group_name=ctx.facts(ProjectFacts).group,
    )
