"""The region's metastore as it stands: what our workspace has of it, what the principal may build, who else uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import Privilege

from wizard.steps import acting, bindings, effective
from wizard.steps.base import Ctx
from wizard.steps.facts import FoundationFacts, PrincipalFacts, ProjectFacts, SignInFacts

if TYPE_CHECKING:
    from databricks.sdk.service.catalog import MetastoreInfo

SECURABLE = "metastore"
PRIVILEGES = (Privilege.CREATE_CATALOG, Privilege.CREATE_EXTERNAL_LOCATION, Privilege.CREATE_STORAGE_CREDENTIAL)


@dataclass(frozen=True, slots=True)
class State:
    """What stands in the region, and what our workspace has of it. `unlisted` is the id of a metastore that the
    workspace is assigned to and that the account does not list."""

    metastore: MetastoreInfo | None
    assigned: bool
    lacking: tuple[Privilege, ...]
    unbound: tuple[bindings.Named, ...] = ()
    unlisted: str = ""

    @property
    def id(self) -> str:
        return str(self.metastore.metastore_id) if self.metastore else ""

    @property
    def name(self) -> str:
        return str(self.metastore.name) if self.metastore else ""

    @property
    def owner(self) -> str:
        return str(self.metastore.owner or "?") if self.metastore else ""


def our_name(ctx: Ctx) -> str:
    """A metastore has no tags or comment, so its name carries the setup's id."""
    return f"lakehouse-{ctx.facts(ProjectFacts).location}-{ctx.setup_id}"


def ours(ctx: Ctx, state: State) -> bool:
    return state.metastore is not None and state.name == our_name(ctx)


def look(ctx: Ctx) -> State:
    account, workspace = acting.account(ctx), workspace_id(ctx)
    everything = list(account.metastores.list())
    try:
        assignment = account.metastore_assignments.get(workspace).metastore_assignment
    except NotFound:
        assignment = None
    assigned = str(assignment.metastore_id or "") if assignment is not None else ""
    found = next((item for item in everything if item.metastore_id == assigned), None)
    if found is not None:
        return State(found, True, _lacking(ctx, found), bindings.unbound(ctx))
    region = _plain(ctx.facts(ProjectFacts).location)
    found = next((item for item in everything if _plain(item.region or "") == region), None)
    return State(found, False, (), unlisted=assigned)


def granted(ctx: Ctx, metastore_id: str) -> set[Privilege]:
    """What was granted to the principal itself on the metastore that our workspace has."""
    client_id = ctx.facts(PrincipalFacts).client_id
    held = acting.workspace(ctx).grants.get(SECURABLE, metastore_id)
    return {
        privilege
        for assignment in held.privilege_assignments or ()
        if (assignment.principal or "").lower() == client_id.lower()
        for privilege in assignment.privileges or ()
    }


def _lacking(ctx: Ctx, metastore: MetastoreInfo) -> tuple[Privilege, ...]:
    """What the principal cannot create, by grants to it or to its groups; who owns the metastore needs no grant."""
    names = effective.names(ctx.world.workspace(ctx, "principal"), ctx.facts(PrincipalFacts).client_id)
    if (metastore.owner or "").lower() in names:
        return ()
    held = effective.privileges(acting.workspace(ctx), SECURABLE, str(metastore.metastore_id), names)
    return tuple(privilege for privilege in PRIVILEGES if privilege not in held)


def others(ctx: Ctx, metastore_id: str) -> list[int]:
    """Other workspaces that use the metastore."""
    mine = workspace_id(ctx)
    users = acting.account(ctx).metastore_assignments.list(metastore_id)
    return [workspace for workspace in users if int(workspace) != mine]


def named(ctx: Ctx, workspaces: list[int]) -> tuple[str, ...]:
    """Workspaces by name, as far as the account tells it."""
    if not workspaces:
        return ()
    known = {int(item.workspace_id or 0): item.workspace_name for item in acting.account(ctx).workspaces.list()}
    return tuple(sorted(str(known.get(int(each)) or each) for each in workspaces))


def administers(ctx: Ctx, state: State) -> bool:
    """Whether who acts owns the metastore, itself or by a group: it alone sees every catalog in it."""
    who = acting.who(ctx)
    own = ctx.facts(SignInFacts).operator_name if who == "operator" else ctx.facts(PrincipalFacts).client_id
    return state.owner.lower() in effective.names(acting.workspace(ctx), own)


def catalogs(ctx: Ctx) -> tuple[str, ...]:
    """Every catalog of the metastore that our workspace has, those isolated elsewhere too, to who owns it."""
    listed = acting.workspace(ctx).catalogs.list(include_unbound=True)
    return tuple(sorted(str(catalog.name) for catalog in listed))


def workspace_id(ctx: Ctx) -> int:
    return int(ctx.facts(FoundationFacts).workspace_id)


def _plain(region: str) -> str:
    return region.replace(" ", "").lower()
