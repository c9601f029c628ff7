"""Step 11, metastore: the region's is assigned to our workspace, and the principal may build in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service.catalog import CreateAccountsMetastore, PermissionsChange, Privilege
from pydantic import Field

from wizard.setup.step import (
    Actor,
    Finding,
    Found,
    Guide,
    Kind,
    Permission,
    Problem,
    Questions,
    Removal,
    StepFailed,
    Verdict,
)
from wizard.steps import bindings, neighbours
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import FoundationFacts, MetastoreFacts, PrincipalFacts, ProjectFacts
from wizard.text import N_, _

if TYPE_CHECKING:
    from databricks.sdk.service.catalog import MetastoreInfo

SECURABLE = "metastore"
PRIVILEGES = (Privilege.CREATE_CATALOG, Privilege.CREATE_EXTERNAL_LOCATION, Privilege.CREATE_STORAGE_CREDENTIAL)
ASSIGNED_SECONDS = 120.0
_MADE_BY_US = re.compile(r"lakehouse-[a-z0-9]+-[0-9a-f]{12}")  # as `our_name` puts it, by any setup


class MetastoreQuestions(Questions):
    """A region has one metastore, which all its workspaces share."""

    mode: Literal["reuse", "create"] = Field(
        default="reuse",
        description=N_("reuse the region's metastore (one is made where there is none), or create: never another's"),
    )


@dataclass(frozen=True, slots=True)
class _State:
    """What stands in the region, and what our workspace has of it."""

    metastore: MetastoreInfo | None
    assigned: bool
    lacking: tuple[Privilege, ...]
    unbound: tuple[bindings.Named, ...] = ()

    @property
    def id(self) -> str:
        return str(self.metastore.metastore_id) if self.metastore else ""


class Metastore(WizardStep):
    """Done when the workspace has a metastore and the principal may create what step 12 makes."""

    name: ClassVar[str] = "metastore"
    title: ClassVar[str] = N_("Metastore")
    kind: ClassVar[Kind] = Kind.AUTOMATIC
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("account-admin",)
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("databricks-account", "account_admin", "account", N_("to make and assign a metastore")),
    )
    questions: ClassVar[type[Questions] | None] = MetastoreQuestions

    def check(self, ctx: Ctx) -> Finding:
        state = _look(ctx)
        found = state.metastore
        asked = ctx.ask(MetastoreQuestions)
        if asked.mode == "create" and found is not None and not _ours(ctx, found):
            why = _("the region has the metastore {name}, and cannot have another", name=found.name)
            return Finding(Verdict.BLOCKED, why, guide=_reuse_guide(found))
        changes = _changes(ctx, state)
        facts = None
        if found is not None:
            facts = MetastoreFacts(metastore_id=state.id, name=str(found.name), region=str(found.region))
        if changes or facts is None:
            guide = _share_guide(ctx, state) if found is not None and not _ours(ctx, found) else None
            why = _("the workspace cannot use a metastore yet")
            return Finding(Verdict.TODO, why, facts=facts, changes=changes, guide=guide)
        why = _("{name} is assigned, and the principal may build in it", name=facts.name)
        named = _("metastore {name} in {region}, {id}", name=facts.name, region=facts.region, id=facts.metastore_id)
        whose = _("made by this setup") if found is not None and _ours(ctx, found) else _("it was there; it is reused")
        return Finding(Verdict.DONE, why, facts=facts, found=(Found(named), Found(whose)))

    def apply(self, ctx: Ctx) -> None:
        account, workspace = ctx.world.account(ctx, "operator"), int(ctx.facts(FoundationFacts).workspace_id)
        state = _look(ctx)
        if state.metastore is None:
            ctx.say(_("making the metastore {name}", name=our_name(ctx)))
            account.metastores.create(
                metastore_info=CreateAccountsMetastore(name=our_name(ctx), region=ctx.facts(ProjectFacts).location)
            )
            state = _look(ctx)
        if not state.assigned:
            ctx.say(_("assigning the metastore to the workspace"))
            try:
                account.metastore_assignments.create(workspace, state.id)
            except ResourceConflict:  # assigned meanwhile; the look below tells to what
                ctx.say(_("a metastore was assigned meanwhile"))
        what = _("the workspace to see its metastore")
        if not ctx.wait_for(what, lambda: _look(ctx).assigned, seconds=ASSIGNED_SECONDS):
            raise StepFailed(
                Problem(
                    _("the workspace does not see its metastore yet"),
                    _("it was asked {seconds:.0f} seconds long", seconds=ASSIGNED_SECONDS),
                    _("run again in some minutes"),
                )
            )
        state = _look(ctx)
        if state.lacking:
            change = PermissionsChange(principal=ctx.facts(PrincipalFacts).client_id, add=list(state.lacking))
            ctx.world.workspace(ctx, "operator").grants.update(SECURABLE, state.id, changes=[change])
        bindings.bind(ctx, state.unbound)

    def removal(self, ctx: Ctx) -> Removal | None:
        state = _look(ctx)
        if state.metastore is None:
            return None
        objects = []
        if state.assigned:
            objects.append(_("assignment of the metastore {name} to the workspace", name=state.metastore.name))
        others = _others(ctx, state.id)
        if _ours(ctx, state.metastore) and not others:
            objects.append(_("metastore {name}", name=state.metastore.name))
        kept = _kept(ctx, state, others)
        return Removal(tuple(objects), kept=kept) if objects or kept else None

    def destroy(self, ctx: Ctx) -> None:
        """The principal's grants on somebody else's metastore go too, unless other setups act as it; a metastore
        that others use stays."""
        account, workspace = ctx.world.account(ctx, "operator"), int(ctx.facts(FoundationFacts).workspace_id)
        state = _look(ctx)
        if state.metastore is None:
            return
        deletable = _ours(ctx, state.metastore) and not _others(ctx, state.id)
        if state.assigned:
            principal = ctx.facts(PrincipalFacts)
            alone = not neighbours.using_principal(ctx, principal.object_id)
            if alone and not deletable and granted(ctx, state.id):
                change = PermissionsChange(principal=principal.client_id, remove=list(PRIVILEGES))
                ctx.world.workspace(ctx, "operator").grants.update(SECURABLE, state.id, changes=[change])
            account.metastore_assignments.delete(workspace, state.id)
        if deletable:
            account.metastores.delete(state.id, force=True)


def our_name(ctx: Ctx) -> str:
    """A metastore has no tags or comment, so its name carries the setup's id."""
    return f"lakehouse-{ctx.facts(ProjectFacts).location}-{ctx.setup_id}"


def granted(ctx: Ctx, metastore_id: str) -> set[Privilege]:
    """What the principal was granted on the metastore that our workspace has."""
    client_id = ctx.facts(PrincipalFacts).client_id
    held = ctx.world.workspace(ctx, "operator").grants.get(SECURABLE, metastore_id)
    return {
        privilege
        for assignment in held.privilege_assignments or ()
        if (assignment.principal or "").lower() == client_id.lower()
        for privilege in assignment.privileges or ()
    }


def _look(ctx: Ctx) -> _State:
    account, workspace = ctx.world.account(ctx, "operator"), int(ctx.facts(FoundationFacts).workspace_id)
    everything = list(account.metastores.list())
    try:
        assignment = account.metastore_assignments.get(workspace).metastore_assignment
    except NotFound:
        assignment = None
    if assignment is not None and assignment.metastore_id:
        found = next((item for item in everything if item.metastore_id == assignment.metastore_id), None)
        if found is not None:
            return _State(found, True, _lacking(ctx, found), bindings.unbound(ctx))
    region = _plain(ctx.facts(ProjectFacts).location)
    found = next((item for item in everything if _plain(item.region or "") == region), None)
    return _State(found, False, ())


def _lacking(ctx: Ctx, metastore: MetastoreInfo) -> tuple[Privilege, ...]:
    """What the principal cannot create; the metastore's owner needs no grant."""
    if (metastore.owner or "").lower() == ctx.facts(PrincipalFacts).client_id.lower():
        return ()
    held = granted(ctx, str(metastore.metastore_id))
    return tuple(privilege for privilege in PRIVILEGES if privilege not in held)


def _changes(ctx: Ctx, state: _State) -> tuple[str, ...]:
    changes = []
    if state.metastore is None:
        changes.append(_("make the metastore {name}", name=our_name(ctx)))
    if not state.assigned:
        name = state.metastore.name if state.metastore else our_name(ctx)
        changes.append(_("assign {name} to the workspace", name=name))
    changes += [
        _("grant {privilege} on the metastore to the principal", privilege=item.value) for item in state.lacking
    ]
    changes += [
        _("let the workspace, which was made anew, use {type} {name}", type=type.replace("_", " "), name=name)
        for type, name in state.unbound
    ]
    return tuple(changes)


def _ours(ctx: Ctx, metastore: MetastoreInfo | None) -> bool:
    return metastore is not None and metastore.name == our_name(ctx)


def _others(ctx: Ctx, metastore_id: str) -> list[int]:
    """Other workspaces that use the metastore."""
    mine = int(ctx.facts(FoundationFacts).workspace_id)
    users = ctx.world.account(ctx, "operator").metastore_assignments.list(metastore_id)
    return [workspace for workspace in users if int(workspace) != mine]


def _kept(ctx: Ctx, state: _State, others: list[int]) -> tuple[str, ...]:
    """What a destroy leaves of a metastore that a wizard made, in words."""
    name = str(state.metastore.name) if state.metastore else ""
    if _ours(ctx, state.metastore) and others:
        used = ", ".join(str(workspace) for workspace in others)
        return (_("metastore {name}, in use by the workspaces {workspaces}", name=name, workspaces=used),)
    if not _ours(ctx, state.metastore) and _MADE_BY_US.fullmatch(name) and not others:
        return (_("metastore {name}, made by another setup; no workspace uses it after this", name=name),)
    return ()


def _plain(region: str) -> str:
    return region.replace(" ", "").lower()


def _share_guide(ctx: Ctx, state: _State) -> Guide | None:
    """How somebody else's metastore is opened to us by hand; None where nothing of it is a person's."""
    lacking = state.lacking if state.assigned else PRIVILEGES
    if state.metastore is None or not lacking:
        return None
    foundation, principal = ctx.facts(FoundationFacts), ctx.facts(PrincipalFacts)
    name, console = state.metastore.name, ctx.world.target.endpoints.accounts
    assign = _("in the account console, Catalog, {name}, Workspaces, Assign to workspace: {id}",
               name=name, id=foundation.workspace_id)  # fmt: skip
    grant = _("in the workspace https://{url}, Catalog, Metastore details, Permissions, Grant to {id}: {privileges}",
              url=foundation.workspace_url, id=principal.client_id,
              privileges=", ".join(item.value for item in lacking))  # fmt: skip
    actions = (grant,) if state.assigned else (assign, grant)
    who = _("{owner}, who owns it, or an account admin", owner=state.metastore.owner or "?")
    return Guide(_("Open the metastore {name} to the workspace", name=name), actions, who, console)


def _reuse_guide(metastore: MetastoreInfo) -> Guide:
    actions = (
        _("set metastore.mode to reuse in the answers: the catalog gets its own storage in it"),
        _("or have its owner {owner} delete it, if no workspace needs it", owner=metastore.owner or "?"),
    )
    return Guide(_("Reuse the region's metastore"), actions, _("you"), None)
