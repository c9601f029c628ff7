"""Step 5, service principal: who acts in Terraform and in the jobs, with the rights chosen in the answers;
and the people whom Graph has to make before Terraform can name them."""

from __future__ import annotations

from typing import ClassVar

from azure.core.exceptions import HttpResponseError

from wizard.cloud.arm import RoleAssignment, error_code
from wizard.setup import mark
from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Problem, Questions, Removal, Verdict
from wizard.steps import neighbours, new_people
from wizard.steps import principal_object as objects
from wizard.steps import principal_rights as rights
from wizard.steps import principal_secret as secrets
from wizard.steps import principal_state as state
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import PrincipalFacts, SignInFacts
from wizard.steps.principal_guides import activation_guide, creation_guide, grant_guide
from wizard.steps.principal_object import Principal
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.steps.principal_rights import Grant
from wizard.steps.problems import from_exception
from wizard.text import N_, _

DENIED_CODES = {"AuthorizationFailed", "Authorization_RequestDenied"}


class ServicePrincipal(WizardStep):
    """Done when the principal exists, signs in, and holds its roles and its directory permission,
    and the people whom the answers want made exist."""

    name: ClassVar[str] = "service-principal"
    title: ClassVar[str] = N_("Service principal")
    kind: ClassVar[Kind] = Kind.GUIDED
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("sign-in", "project", "resource-providers")
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("graph", "Application.ReadWrite.All", "tenant", N_("to make the principal and its secret"),
                   only="service_principal.mode=create"),
        Permission("graph", "AppRoleAssignment.ReadWrite.All", "tenant", N_("to grant it Microsoft Graph permissions"),
                   only="service_principal.directory_permission=app_roles"),
        Permission("graph", "RoleManagement.ReadWrite.Directory", "tenant", N_("to give it Global Administrator"),
                   only="service_principal.directory_permission=global_administrator"),
        Permission("graph", "User.ReadWrite.All", "tenant", N_("to make the users of identity.create_members"),
                   only="identity.create_members"),
        Permission("azure", "Key Vault Secrets Officer", "{key_vault}", N_("to keep its secret in the Key Vault"),
                   lasting=True, only="service_principal.secret_store=key_vault"),
        Permission(
            "azure", "User Access Administrator", "/subscriptions/{subscription}", N_("to give it its Azure roles")
        ),
    )  # fmt: skip
    questions: ClassVar[type[Questions] | None] = ServicePrincipalQuestions
    reads: ClassVar[tuple[str, ...]] = ("identity.create_members",)

    def __init__(self) -> None:
        # What the operator was refused in this run: a person has to do it.
        self._denied: list[Grant] = []
        self._creation_denied = False
        self._people_denied: list[str] = []

    def check(self, ctx: Ctx) -> Finding:
        given = ctx.ask(ServicePrincipalQuestions).mode == "given"
        principal = objects.look(ctx)
        if principal is None:
            return state.absent(ctx) if given else self._to_make(ctx)
        if not principal.enabled:
            return state.disabled(principal)
        refused = secrets.sign_in(ctx, principal.facts)
        if refused is not None and (kept_out := _kept_out(ctx, principal, refused)) is not None:
            return kept_out
        try:
            missing = _missing(ctx, principal.facts)
        except HttpResponseError as error:
            problem = from_exception(error)
            return Finding(Verdict.UNKNOWN, problem.what, facts=principal.facts, problem=problem)
        return self._judged(ctx, principal, missing, signs_in=refused is None)

    def _to_make(self, ctx: Ctx) -> Finding:
        if (unkept := secrets.cannot_be_kept(ctx)) is not None:
            return state.no_place(unkept)
        making = (
            _("create the application {name} and its service principal, with a secret", name=objects.display_name(ctx)),
            *_people_to_make(ctx),
        )
        return Finding(Verdict.TODO, _("the service principal is still to be made"), changes=making)

    def _judged(self, ctx: Ctx, principal: Principal, missing: list[Grant], *, signs_in: bool) -> Finding:
        """Of a principal that is there, and signs in or is given a new secret."""
        facts, name, asked = principal.facts, principal.facts.display_name, ctx.ask(ServicePrincipalQuestions)
        changes = [_("give {name}: {grant}", name=name, grant=grant) for grant in missing]
        if not signs_in:
            changes.insert(0, _("make a new secret for {name}", name=name))
        else:
            if secrets.due(ctx, principal):
                changes.insert(0, _("make a new secret for {name}, since its secret ends soon", name=name))
            changes += secrets.leftovers(ctx, facts).words(name)
        people = _people_to_make(ctx)
        if changes or people:
            why = _("{name} lacks what the setup needs", name=name) if changes else _("people are still to be made")
            by_hand = grant_guide(name, missing) if missing else None
            found = _only_eligible(ctx, facts, missing)
            return Finding(Verdict.TODO, why, facts=facts, changes=(*changes, *people), guide=by_hand, found=found)
        found = (
            Found(_("application {name}, {id}", name=name, id=facts.client_id)),
            state.expiry(ctx, principal),
            Found(_("its roles on the subscription ({roles}) and in the directory ({directory}) are there",
                    roles=asked.role_set, directory=asked.directory_permission)),
        )  # fmt: skip
        why = _("{name} signs in and holds its roles", name=name)
        return Finding(Verdict.DONE, why, facts=facts, found=found)

    def apply(self, ctx: Ctx) -> None:
        self._denied, self._creation_denied, self._people_denied = [], False, []
        try:
            principal = objects.find(ctx) or objects.create(ctx)
        except HttpResponseError as error:
            if error_code(error) not in DENIED_CODES:
                raise
            self._creation_denied = True
            return
        if ctx.ask(ServicePrincipalQuestions).mode == "create" and _wants_secret(ctx, principal):
            secrets.renew_secret(ctx, principal)
        secrets.leftovers(ctx, principal).remove(ctx.world.graph(ctx, "operator"))
        for grant in _missing(ctx, principal):
            ctx.say(_("giving {name}: {grant}", name=principal.display_name, grant=grant))
            self._give(ctx, principal.object_id, grant)
        if not self._denied:
            what = _("the rights of {name} to be known everywhere", name=principal.display_name)
            ctx.wait_for(what, lambda: not _missing(ctx, principal), seconds=objects.REPLICATION_SECONDS)
        for upn in new_people.missing(ctx):
            self._make(ctx, upn)

    def _make(self, ctx: Ctx, upn: str) -> None:
        try:
            new_people.create(ctx, upn)
        except HttpResponseError as error:
            if error_code(error) not in DENIED_CODES:
                raise
            self._people_denied.append(upn)

    def _give(self, ctx: Ctx, object_id: str, grant: Grant) -> None:
        """Grant one right; a principal that is not known everywhere yet is tried again, with a bound."""
        arm, graph = ctx.world.arm(ctx, "operator"), ctx.world.graph(ctx, "operator")
        last: list[HttpResponseError] = []

        def given() -> bool:
            try:
                rights.give(arm, graph, object_id, grant)
            except HttpResponseError as error:
                last.append(error)
                if error_code(error) in DENIED_CODES:
                    self._denied.append(grant)
                    return True
                if error_code(error) in objects.REPLICATION_CODES:
                    return False
                raise
            return True

        if not ctx.wait_for(_("the new principal to be known everywhere"), given, seconds=objects.REPLICATION_SECONDS):
            raise last[-1]

    def confirm(self, ctx: Ctx) -> Finding:
        finding = self.check(ctx)
        if finding.verdict is not Verdict.TODO:
            return finding
        if self._creation_denied:
            why = _("the operator may not make an application")
            return Finding(
                Verdict.BLOCKED, why, changes=finding.changes, guide=creation_guide(objects.display_name(ctx))
            )
        if not self._denied and self._people_denied:
            why = _("the operator may not make users: {names}", names=", ".join(self._people_denied))
            guide = new_people.creation_guide(self._people_denied)
            return Finding(Verdict.BLOCKED, why, facts=finding.facts, changes=finding.changes, guide=guide)
        if not self._denied:
            return finding
        return self._ungranted(ctx, finding)

    def _ungranted(self, ctx: Ctx, finding: Finding) -> Finding:
        """What the operator was refused: with a role that it has only to activate, or by somebody else."""
        grants = "; ".join(map(str, self._denied))
        arm, graph, me = ctx.world.arm(ctx), ctx.world.graph(ctx), ctx.facts(SignInFacts).operator_object_id
        if roles := rights.activatable(arm, graph, me, self._denied):
            why = _("the operator may grant {grants} only after activating {roles} (eligible, not active)",
                    grants=grants, roles=", ".join(roles))  # fmt: skip
            guide = activation_guide(roles, self._denied)
            return Finding(Verdict.BLOCKED, why, facts=finding.facts, changes=finding.changes, guide=guide)
        why = _("the operator may not grant: {grants}", grants=grants)
        name = finding.facts.display_name if isinstance(finding.facts, PrincipalFacts) else objects.display_name(ctx)
        guide = grant_guide(name, self._denied)
        return Finding(Verdict.BLOCKED, why, facts=finding.facts, changes=finding.changes, guide=guide)

    def removal(self, ctx: Ctx) -> Removal | None:
        gone, kept = [], []
        for user in new_people.ours(ctx):
            told, others = _("user {name}", name=user["userPrincipalName"]), new_people.needed(ctx, user)
            if others:
                kept.append(_("{thing}, in use by {others}", thing=told, others=", ".join(others)))
            else:
                gone.append(told)
        principal = objects.find(ctx)
        if principal is not None:
            mine = _made_for(ctx, principal)
            others = neighbours.using_principal(ctx, principal.object_id)
            if others:
                kept += [_("{thing}, in use by {others}", thing=told, others=", ".join(others)) for told in mine]
            else:
                gone += mine
        return Removal(tuple(gone), kept=tuple(kept)) if gone or kept else None

    def destroy(self, ctx: Ctx) -> None:
        new_people.remove(ctx)
        principal = objects.find(ctx)
        if principal is None or neighbours.using_principal(ctx, principal.object_id):
            return
        for item in _our_assignments(ctx, principal):
            ctx.world.arm(ctx, "operator").unassign_role(item.id)
        if ctx.ask(ServicePrincipalQuestions).mode == "create":
            graph = ctx.world.graph(ctx, "operator")
            application = graph.application(principal.client_id)
            if application is not None:
                graph.delete_application(str(application["id"]))
            secrets.drop(ctx, principal)


def _people_to_make(ctx: Ctx) -> tuple[str, ...]:
    return tuple(_("create the user {name}", name=upn) for upn in new_people.missing(ctx))


def _missing(ctx: Ctx, principal: PrincipalFacts) -> list[Grant]:
    asked = ctx.ask(ServicePrincipalQuestions)
    held = ctx.world.arm(ctx, "operator").role_assignments(principal.object_id)
    graph = ctx.world.graph(ctx, "operator")
    return [
        *rights.missing_roles(held, asked.role_set),
        *rights.missing_directory(graph, principal.object_id, asked.directory_permission),
    ]


def _our_assignments(ctx: Ctx, principal: PrincipalFacts) -> list[RoleAssignment]:
    """The principal's roles on the subscription that a wizard gave (known by their computed names). Where another setup
    made the principal, they are that setup's to take away."""
    application = ctx.world.graph(ctx, "operator").application(principal.client_id) or {}
    makers = {mark.told(str(tag)) for tag in application.get("tags") or ()} - {None}
    if makers and ctx.setup_id not in makers:
        return []
    arm = ctx.world.arm(ctx, "operator")
    return [item for item in arm.role_assignments(principal.object_id) if arm.made_here(item)]


def _made_for(ctx: Ctx, principal: PrincipalFacts) -> list[str]:
    """What this wizard made of and for the principal, in words."""
    told = [_("role assignment {id}", id=item.id) for item in _our_assignments(ctx, principal)]
    if ctx.ask(ServicePrincipalQuestions).mode == "create":
        told.append(_("application {name} with its service principal and secret", name=principal.display_name))
    return told


def _only_eligible(ctx: Ctx, principal: PrincipalFacts, missing: list[Grant]) -> tuple[Found, ...]:
    """What the principal lacks though somebody made it eligible: that is no right yet, and never becomes one."""
    if not missing:
        return ()
    arm, graph = ctx.world.arm(ctx, "operator"), ctx.world.graph(ctx, "operator")
    return tuple(
        Found(
            _("{name} is only eligible for {grant} (PIM), which no service principal can activate: it needs an active "
              "assignment", name=principal.display_name, grant=grant), "todo")
        for grant in rights.eligible_for(arm, graph, principal.object_id, missing)
    )  # fmt: skip


def _kept_out(ctx: Ctx, principal: Principal, refused: Problem) -> Finding | None:
    """Of a principal that does not sign in; None where it is to get a new secret."""
    if ctx.ask(ServicePrincipalQuestions).mode == "given":
        return state.refused(ctx, principal, refused)
    if not secrets.helps(refused):
        return Finding(Verdict.UNKNOWN, refused.what, facts=principal.facts, problem=refused)
    unkept = secrets.cannot_be_kept(ctx)
    return None if unkept is None else state.no_place(unkept)


def _wants_secret(ctx: Ctx, principal: PrincipalFacts) -> bool:
    """Whether one of ours is to get a new secret: it does not sign in, or the answers want it renewed."""
    found = objects.look(ctx)
    return secrets.sign_in(ctx, principal) is not None or (found is not None and secrets.due(ctx, found))
