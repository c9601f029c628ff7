"""What the metastore's step tells: what it would change and what that loses, who uses it, who can open it."""

from __future__ import annotations

from databricks.sdk.errors.base import DatabricksError

from wizard.setup.step import Found, Guide, Problem
from wizard.steps import metastore_state
from wizard.steps.base import Ctx
from wizard.steps.facts import FoundationFacts, PrincipalFacts, ProjectFacts, SignInFacts
from wizard.steps.metastore_state import PRIVILEGES, State, our_name
from wizard.steps.problems import from_exception
from wizard.text import _


def changes(ctx: Ctx, state: State) -> tuple[str, ...]:
    """What an apply would do, in order."""
    told = []
    if state.metastore is None:
        told.append(_("make the metastore {name}", name=our_name(ctx)))
    if not state.assigned:
        told.append(_("assign {name} to the workspace", name=state.name or our_name(ctx)))
    told += [_("grant {privilege} on the metastore to the principal", privilege=item.value) for item in state.lacking]
    told += [
        _("let the workspace, which was made anew, use {type} {name}", type=type.replace("_", " "), name=name)
        for type, name in state.unbound
    ]
    return tuple(told)


def losses(ctx: Ctx, state: State) -> tuple[str, ...]:
    """What goes with the metastore, whole: itself, the access of each workspace, each catalog."""
    ids = metastore_state.others(ctx, state.id)
    return (
        _("delete the metastore {name} for good", name=state.name),
        *(
            _("lost for good: the workspace {name} loses its catalogs at once", name=name)
            for name in (*metastore_state.named(ctx, ids), ctx.facts(ProjectFacts).workspace)
        ),
        *(
            _("lost for good: the catalog {name}, with its tables, volumes and grants", name=name)
            for name in metastore_state.catalogs(ctx)
        ),
    )


def users(ctx: Ctx, state: State) -> tuple[Found, ...]:
    """The other workspaces that share it."""
    others = metastore_state.named(ctx, metastore_state.others(ctx, state.id))
    if not others:
        return (Found(_("no other workspace uses it")),)
    return (Found(_("other workspaces use it: {names}", names=", ".join(others))),)


def share(ctx: Ctx, state: State) -> Guide | None:
    """How somebody else's metastore is opened to us by hand; None where nothing of it is a person's."""
    lacking = state.lacking if state.assigned else PRIVILEGES
    if state.metastore is None or not lacking:
        return None
    foundation, principal = ctx.facts(FoundationFacts), ctx.facts(PrincipalFacts)
    assign = _("in the account console, Catalog, {name}, Workspaces, Assign to workspace: {id}",
               name=state.name, id=foundation.workspace_id)  # fmt: skip
    grant = _("in the workspace https://{url}, Catalog, Metastore details, Permissions, Grant to {id}: {privileges}",
              url=foundation.workspace_url, id=principal.client_id,
              privileges=", ".join(item.value for item in lacking))  # fmt: skip
    actions = (grant,) if state.assigned else (assign, grant)
    who, console = owner_or_admin(state), ctx.world.target.endpoints.accounts
    return Guide(_("Open the metastore {name} to the workspace", name=state.name), actions, who, console)


def owner_or_admin(state: State) -> str:
    return _("{owner}, who owns it, or an account admin", owner=state.owner)


def reuse(state: State) -> Guide:
    actions = (
        _("set metastore.mode to reuse in the answers: the catalog gets its own storage in it"),
        _("or have its owner {owner} delete it, if no workspace needs it", owner=state.owner),
        _("or set metastore.replace to its name: the step lists what is lost with it, then deletes it for good"),
    )
    return Guide(_("Reuse the region's metastore"), actions, _("you"), None)


def typed_wrong(state: State) -> Guide:
    actions = (
        _("leave metastore.replace empty in the answers: {name} is reused, which loses nothing", name=state.name),
        _("or type its name there in full, as it is written: {name}", name=state.name),
    )
    return Guide(_("Reuse the region's metastore"), actions, _("you"), None)


def listed_first(ctx: Ctx, state: State) -> Guide:
    """Only who owns a metastore sees all of it, and only from a workspace that uses it."""
    console = ctx.world.target.endpoints.accounts
    actions = [_("leave metastore.replace empty in the answers: {name} is reused, which loses nothing",
                 name=state.name)]  # fmt: skip
    if not state.assigned:
        actions.append(_("to replace it all the same: run once so, which assigns it to the workspace"))
    actions.append(
        _("to replace it all the same: in the account console, Catalog, {name}, make {operator} its Metastore admin, "
          "who alone sees every catalog in it", name=state.name, operator=ctx.facts(SignInFacts).operator_name)
    )  # fmt: skip
    who = owner_or_admin(state)
    return Guide(_("Reuse the metastore, or have all of it listed first"), tuple(actions), who, console)


def unlisted(state: State) -> str:
    return _("the workspace is assigned to the metastore {id}, which the account does not list", id=state.unlisted)


def unassign(ctx: Ctx, state: State) -> Guide:
    """An assignment that looks wrong is a person's to drop: with it the workspace loses its catalogs."""
    console, workspace = ctx.world.target.endpoints.accounts, ctx.facts(ProjectFacts).workspace
    actions = (
        _("in the account console, Catalog: see whether there is a metastore {id}", id=state.unlisted),
        _("where it is not: Workspaces, {name}, Update workspace, take the metastore away, then run again",
          name=workspace),
        _("where it is: run again in some minutes, the account's list was not complete"),
    )  # fmt: skip
    return Guide(_("Mend the workspace's metastore"), actions, _("an account admin"), console)


def not_granted(ctx: Ctx, state: State, error: DatabricksError) -> Problem:
    """Who can grant what the principal lacks, where who acts may not."""
    raw = from_exception(error)
    privileges = ", ".join(item.value for item in state.lacking)
    return Problem(
        _("nobody of ours may grant on the metastore {name}", name=state.name),
        _("the principal needs {privileges} there, for what the next step makes", privileges=privileges),
        _("let {owner}, who owns it, or an account admin grant them to {id}, then run again",
          owner=state.owner, id=ctx.facts(PrincipalFacts).client_id),
        raw_code=raw.raw_code,
        request_id=raw.request_id,
        raw_message=raw.raw_message,
        who=owner_or_admin(state),
    )  # fmt: skip
