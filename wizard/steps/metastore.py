"""Step 11, metastore: the region's is assigned to our workspace, and the principal may build in it."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import ClassVar, Literal

from databricks.sdk.errors import NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.catalog import CreateAccountsMetastore, PermissionsChange
from pydantic import Field

from wizard.setup.step import (
    Actor,
    Finding,
    Found,
    Kind,
    Permission,
    Problem,
    Questions,
    Removal,
    StepFailed,
    Verdict,
)
from wizard.steps import acting, bindings, metastore_state, metastore_words, neighbours
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import MetastoreFacts, PrincipalFacts, ProjectFacts
from wizard.steps.metastore_state import PRIVILEGES, SECURABLE, State, granted, look, our_name, ours, workspace_id
from wizard.steps.replication import once_known
from wizard.text import N_, _

ASSIGNED_SECONDS = 120.0
_MADE_BY_US = re.compile(r"lakehouse-[a-z0-9]+-[0-9a-f]{12}")  # as `our_name` puts it, by any setup
_LIMIT = re.compile(r"(?i)limit for metastores|metastore.*(limit|quota).*(reached|exceed)")


class MetastoreQuestions(Questions):
    """A region has one metastore, which all its workspaces share."""

    mode: Literal["reuse", "create"] = Field(
        default="reuse",
        description=N_("reuse the region's metastore (one is made where there is none), or create: never another's"),
    )
    replace: str | None = Field(
        default=None,
        description=N_(
            "the name of the region's metastore, typed in full, to delete it for good and make one of our own; empty: "
            "never"
        ),
        json_schema_extra={
            "why": N_("every workspace that uses it loses its catalogs at once; the step lists them all before")
        },
    )


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

    def __init__(self) -> None:
        self._told: frozenset[str] = frozenset()  # what a replacement was said to lose

    def check(self, ctx: Ctx) -> Finding:
        state, asked = look(ctx), ctx.ask(MetastoreQuestions)
        if state.unlisted:
            why = metastore_words.unlisted(state)
            return Finding(Verdict.BLOCKED, why, guide=metastore_words.unassign(ctx, state))
        foreign = state.metastore is not None and not ours(ctx, state)
        if foreign and asked.replace:
            return self._replacement(ctx, state, asked.replace)
        if foreign and asked.mode == "create":
            why = _("the region has the metastore {name}, and cannot have another", name=state.name)
            found = metastore_words.users(ctx, state)
            return Finding(Verdict.BLOCKED, why, guide=metastore_words.reuse(state), found=found)
        changes, facts = metastore_words.changes(ctx, state), _facts(state)
        if changes or facts is None:
            guide = metastore_words.share(ctx, state) if foreign else None
            why = _("the workspace cannot use a metastore yet")
            return Finding(Verdict.TODO, why, facts=facts, changes=changes, guide=guide)
        why = _("{name} is assigned, and the principal may build in it", name=facts.name)
        named = _("metastore {name} in {region}, {id}", name=facts.name, region=facts.region, id=facts.metastore_id)
        whose = _("it was there; it is reused") if foreign else _("made by this setup")
        found = (Found(named), Found(whose), *metastore_words.users(ctx, state))
        return Finding(Verdict.DONE, why, facts=facts, found=found)

    def _replacement(self, ctx: Ctx, state: State, typed: str) -> Finding:
        """What a replacement would lose, listed whole before it may begin; else why it may not."""
        if typed != state.name:
            why = _("metastore.replace names {typed}, and the region's metastore is {name}: nothing is replaced",
                    typed=typed, name=state.name)  # fmt: skip
            return Finding(Verdict.BLOCKED, why, guide=metastore_words.typed_wrong(state))
        if not state.assigned or not metastore_state.administers(ctx, state):
            why = _("{name} is not replaced: what is in it cannot be listed from here", name=state.name)
            return Finding(Verdict.BLOCKED, why, guide=metastore_words.listed_first(ctx, state))
        losses = metastore_words.losses(ctx, state)
        self._told = frozenset(losses)
        after = metastore_words.changes(ctx, State(None, False, ()))
        why = _("{name} is to be replaced, as metastore.replace says; this cannot be undone", name=state.name)
        return Finding(Verdict.TODO, why, changes=(*losses, *after))

    def apply(self, ctx: Ctx) -> None:
        account = acting.account(ctx)
        state = look(ctx)
        if state.metastore is not None and not ours(ctx, state) and ctx.ask(MetastoreQuestions).replace == state.name:
            self._delete(ctx, state)
            state = look(ctx)
        if state.metastore is None:
            state = _create(ctx)
        what = _("the workspace to see its metastore")
        if not state.assigned:
            ctx.say(_("assigning the metastore to the workspace"))
            try:
                assign = partial(account.metastore_assignments.create, workspace_id(ctx), state.id)
                once_known(ctx, what, assign, seconds=ASSIGNED_SECONDS)
            except ResourceConflict:  # assigned meanwhile; the look below tells to what
                ctx.say(_("a metastore was assigned meanwhile"))
        if not ctx.wait_for(what, lambda: _seen(ctx), seconds=ASSIGNED_SECONDS):
            raise StepFailed(
                Problem(
                    _("the workspace does not see its metastore yet"),
                    _("it was asked {seconds:.0f} seconds long", seconds=ASSIGNED_SECONDS),
                    _("run again in some minutes"),
                )
            )
        state = look(ctx)
        if state.lacking:
            once_known(ctx, what, partial(_grant, ctx, state), seconds=ASSIGNED_SECONDS)
        bindings.bind(ctx, state.unbound)

    def _delete(self, ctx: Ctx, state: State) -> None:
        """Only what was listed, and not if somebody came to it since."""
        more = frozenset(metastore_words.losses(ctx, state)) - self._told
        if more:
            raise StepFailed(
                Problem(
                    _("{name} is not replaced: more would be lost now than was listed", name=state.name),
                    "; ".join(sorted(more)),
                    _("run again: everything is listed anew before it goes"),
                )
            )
        ctx.say(_("deleting the metastore {name}", name=state.name))
        _drop(ctx, state)

    def removal(self, ctx: Ctx) -> Removal | None:
        state = look(ctx)
        if state.metastore is None:
            return None
        objects = []
        if state.assigned:
            objects.append(_("assignment of the metastore {name} to the workspace", name=state.name))
        others = metastore_state.others(ctx, state.id)
        if ours(ctx, state) and not others:
            objects.append(_("metastore {name}", name=state.name))
        kept = _kept(ctx, state, others)
        return Removal(tuple(objects), kept=kept) if objects or kept else None

    def destroy(self, ctx: Ctx) -> None:
        """The principal's grants on somebody else's metastore go too, unless other setups act as it; a metastore
        that others use stays. What is gone already, by a deletion whose answer got lost perhaps, is success."""
        account, workspace = acting.account(ctx), workspace_id(ctx)
        state = look(ctx)
        if state.metastore is None:
            return
        deletable = ours(ctx, state) and not metastore_state.others(ctx, state.id)
        if state.assigned:
            principal = ctx.facts(PrincipalFacts)
            alone = not neighbours.using_principal(ctx, principal.object_id)
            if alone and not deletable and granted(ctx, state.id):
                change = PermissionsChange(principal=principal.client_id, remove=list(PRIVILEGES))
                acting.workspace(ctx).grants.update(SECURABLE, state.id, changes=[change])
            with suppress(NotFound):
                account.metastore_assignments.delete(workspace, state.id)
        if deletable:
            _drop(ctx, state)


def _drop(ctx: Ctx, state: State) -> None:
    """Absent is success: so a deletion ends whose answer got lost and which was sent again."""
    with suppress(NotFound):
        acting.account(ctx).metastores.delete(state.id, force=True)


def _create(ctx: Ctx) -> State:
    """Ours; or the region's, where somebody made one meanwhile."""
    ctx.say(_("making the metastore {name}", name=our_name(ctx)))
    wanted = CreateAccountsMetastore(name=our_name(ctx), region=ctx.facts(ProjectFacts).location)
    try:
        acting.account(ctx).metastores.create(metastore_info=wanted)
    except DatabricksError as error:
        if not _LIMIT.search(str(error)):
            raise
        state = look(ctx)
        if state.metastore is None or ctx.ask(MetastoreQuestions).mode == "create":
            raise
        ctx.say(_("the region has the metastore {name} already: it is reused", name=state.name))
        return state
    return look(ctx)


def _seen(ctx: Ctx) -> bool:
    """Whether the assignment is known wherever the check asks for it."""
    try:
        state = look(ctx)
        metastore_state.others(ctx, state.id)
    except NotFound:
        return False
    return state.assigned


def _grant(ctx: Ctx, state: State) -> None:
    change = PermissionsChange(principal=ctx.facts(PrincipalFacts).client_id, add=list(state.lacking))
    try:
        acting.workspace(ctx).grants.update(SECURABLE, state.id, changes=[change])
    except PermissionDenied as error:
        raise StepFailed(metastore_words.not_granted(ctx, state, error)) from error


def _facts(state: State) -> MetastoreFacts | None:
    if state.metastore is None:
        return None
    return MetastoreFacts(metastore_id=state.id, name=state.name, region=str(state.metastore.region))


def _kept(ctx: Ctx, state: State, others: list[int]) -> tuple[str, ...]:
    """What a destroy leaves of a metastore that a wizard made, in words."""
    if ours(ctx, state) and others:
        used = ", ".join(str(workspace) for workspace in others)
        return (_("metastore {name}, in use by the workspaces {workspaces}", name=state.name, workspaces=used),)
    if not ours(ctx, state) and _MADE_BY_US.fullmatch(state.name) and not others:
        return (_("metastore {name}, made by another setup; no workspace uses it after this", name=state.name),)
    return ()
