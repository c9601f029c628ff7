"""What people may do in the lakehouse, looked at as they would meet it: into the workspace, through its groups, down to
a schema. Asked of the workspace, as the principal who administers it; what Terraform granted is not taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from databricks.sdk.errors import NotFound, PermissionDenied
from databricks.sdk.service.catalog import CatalogIsolationMode, Privilege, WorkspaceBindingBindingType

from wizard.setup.step import Facts, Finding, Found, Guide, Verdict
from wizard.steps import effective
from wizard.steps.base import Ctx
from wizard.steps.facts import AccountAdminFacts, CatalogFacts, DirectoryFacts, FoundationFacts
from wizard.text import _

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.iam import User

SCHEMA = "gold"  # what people read in the end
NEEDED = (Privilege.USE_CATALOG, Privilege.USE_SCHEMA, Privilege.SELECT)
WRITES = WorkspaceBindingBindingType.BINDING_TYPE_READ_WRITE


def lacking(ctx: Ctx, rows: tuple[Found, ...], facts: Facts) -> Finding | None:
    """Blocked where, by the rows of `seen`, somebody of ours cannot use the lakehouse; else None."""
    shut = [row for row in rows if row.state == "todo"]
    if not shut:
        return None
    people = rows[1:]  # the first is the catalog's own, for all of them
    why = shut[0].what
    if people:
        why = _("{n} of {total} cannot use the lakehouse as they should", n=len(shut), total=len(people))
    actions = (
        *(row.what for row in shut),
        _("run again: the steps account-admin and unity-catalog put back what they gave"),
        _("what is gone again after that, somebody else takes away: ask who manages people and metastore"),
    )
    guide = Guide(_("Let everybody in again"), actions, _("you, or an account admin"), _explorer(ctx))
    return Finding(Verdict.BLOCKED, why, guide=guide, found=rows, facts=facts)


def seen(ctx: Ctx) -> tuple[Found, ...]:
    """A row for the catalog, and one for each person of the group. None where catalog or schema is not there: that is
    the step unity-catalog's to tell."""
    workspace, catalog = ctx.world.workspace(ctx), ctx.facts(CatalogFacts).catalog
    try:
        shut = _closed(ctx, workspace, catalog)
        granted = {} if shut else effective.assignments(workspace, "schema", f"{catalog}.{SCHEMA}")
    except NotFound:
        return ()
    if shut is not None:
        return (Found(shut, "todo"),)
    there = {str(user.user_name).lower(): user for user in workspace.users.list(attributes="userName,active,groups")}
    synced, rows = ctx.facts(AccountAdminFacts).synced, []
    for upn in ctx.facts(DirectoryFacts).member_upns:
        user = there.get(upn.lower())
        rows.append(_newcomer(upn) if synced and user is None else _person(upn, user, granted, catalog))
    return (Found(_("the workspace may read and write the catalog {name}", name=catalog)), *rows)


def _newcomer(upn: str) -> Found:
    """Where the account takes people from Entra by itself, a workspace lists them from their first login on."""
    return Found(_("{name} comes to the workspace with the first login: the account takes people from Entra by itself",
                   name=upn), "unknown")  # fmt: skip


def _person(upn: str, user: User | None, granted: dict[str, set[Privilege]], catalog: str) -> Found:
    if user is None:
        return Found(_("{name} may not enter the workspace, neither alone nor by a group", name=upn), "todo")
    if user.active is False:
        return Found(_("{name} is deactivated in the Databricks account", name=upn), "todo")
    held = _held(granted, (upn, *(str(group.display) for group in user.groups or () if group.display)))
    missing = [each.value for each in NEEDED if each not in held]
    if missing:
        told = _("{name} lacks {privileges} on {schema}", name=upn, privileges=", ".join(missing),
                 schema=f"{catalog}.{SCHEMA}")  # fmt: skip
        return Found(told, "todo")
    return Found(_("{name} enters the workspace and reads {schema}", name=upn, schema=f"{catalog}.{SCHEMA}"))


def _held(granted: dict[str, set[Privilege]], names: Iterable[str]) -> set[Privilege]:
    held = set().union(*(granted.get(name.lower(), set()) for name in (*names, effective.EVERYBODY)))
    return held | set(NEEDED) if Privilege.ALL_PRIVILEGES in held else held


def _closed(ctx: Ctx, workspace: WorkspaceClient, catalog: str) -> str | None:
    """Why nobody can work with the catalog in our workspace, whatever was granted: it is isolated from it, or bound
    to be read alone."""
    try:
        if workspace.catalogs.get(catalog).isolation_mode is not CatalogIsolationMode.ISOLATED:
            return None
        bound = list(workspace.workspace_bindings.get_bindings("catalog", catalog))
    except PermissionDenied as error:
        return _("the catalog {name} is closed to the workspace: {error}", name=catalog, error=_first_line(error))
    ours = int(ctx.facts(FoundationFacts).workspace_id)
    mine = [binding for binding in bound if binding.workspace_id == ours]
    if mine and all(binding.binding_type != WRITES for binding in mine):
        return _("the catalog {name} is bound to the workspace to be read alone", name=catalog)
    return None


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].partition(". Config:")[0]


def _explorer(ctx: Ctx) -> str:
    host, catalog = ctx.facts(FoundationFacts).workspace_url, ctx.facts(CatalogFacts).catalog
    return f"https://{host}/explore/data/{catalog}"
