"""Step 5, service principal: who acts in Terraform and in the jobs, with the rights chosen in the answers;
and the people whom Graph has to make before Terraform can name them."""

from __future__ import annotations

from typing import ClassVar

from azure.core.exceptions import HttpResponseError

from wizard.cloud.arm import RoleAssignment, error_code
from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Questions, Removal, Verdict
from wizard.steps import neighbours, new_people
from wizard.steps import principal_object as objects
from wizard.steps import principal_rights as rights
from wizard.steps import principal_secret as secrets
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import PrincipalFacts, SignInFacts
from wizard.steps.principal_guides import creation_guide, grant_guide, missing_guide
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
        Permission("graph", "Application.ReadWrite.All", "tenant", N_("to make the principal and its secret")),
        Permission("graph", "AppRoleAssignment.ReadWrite.All", "tenant", N_("to grant it Microsoft Graph permissions")),
        Permission("graph", "User.ReadWrite.All", "tenant", N_("to make the users of identity.create_members")),
        Permission(
            "azure", "User Access Administrator", "/subscriptions/{subscription}", N_("to give it its Azure roles")
        ),
    )
    questions: ClassVar[type[Questions] | None] = ServicePrincipalQuestions
    reads: ClassVar[tuple[str, ...]] = ("identity.create_members",)

    def __init__(self) -> None:
        # What the operator was refused in this run: a person has to do it.
        self._denied: list[Grant] = []
        self._creation_denied = False
        self._people_denied: list[str] = []

    def check(self, ctx: Ctx) -> Finding:
        asked = ctx.ask(ServicePrincipalQuestions)
        principal = objects.find(ctx)
        if principal is None:
            if asked.mode == "given":
                why = _("there is no service principal of application {id} in the tenant", id=asked.client_id)
                return Finding(Verdict.BLOCKED, why, guide=missing_guide(asked.client_id))
            name = objects.display_name(ctx)
            making = (
                _("create the application {name} and its service principal, with a secret", name=name),
                *_people_to_make(ctx),
            )
            return Finding(Verdict.TODO, _("the service principal is still to be made"), changes=making)
        refused = secrets.sign_in(ctx, principal)
        if refused is not None and asked.mode == "given":
            guide = missing_guide(asked.client_id)
            return Finding(Verdict.BLOCKED, refused.what, facts=principal, guide=guide, problem=refused)
        try:
            missing = _missing(ctx, principal)
        except HttpResponseError as error:
            problem = from_exception(error)
            return Finding(Verdict.UNKNOWN, problem.what, facts=principal, problem=problem)
        changes = tuple(_("give {name}: {grant}", name=principal.display_name, grant=grant) for grant in missing)
        if refused is not None:
            changes = (_("make a new secret for {name}", name=principal.display_name), *changes)
        else:
            changes = (*changes, *secrets.leftovers(ctx, principal).words(principal.display_name))
        people = _people_to_make(ctx)
        if changes or people:
            lacks = _("{name} lacks what the setup needs", name=principal.display_name)
            why = lacks if changes else _("people are still to be made")
            by_hand = grant_guide(principal.display_name, missing, eligible=False) if missing else None
            return Finding(Verdict.TODO, why, facts=principal, changes=(*changes, *people), guide=by_hand)
        why = _("{name} signs in and holds its roles", name=principal.display_name)
        found = (
            Found(_("application {name}, {id}", name=principal.display_name, id=principal.client_id)),
            Found(_("its secret signs in")),
            Found(_("its roles on the subscription ({roles}) and in the directory ({directory}) are there",
                    roles=asked.role_set, directory=asked.directory_permission)),
        )  # fmt: skip
        return Finding(Verdict.DONE, why, facts=principal, found=found)

    def apply(self, ctx: Ctx) -> None:
        self._denied, self._creation_denied, self._people_denied = [], False, []
        try:
            principal = objects.find(ctx) or objects.create(ctx)
        except HttpResponseError as error:
            if error_code(error) not in DENIED_CODES:
                raise
            self._creation_denied = True
            return
        if secrets.sign_in(ctx, principal) is not None and ctx.ask(ServicePrincipalQuestions).mode == "create":
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
        why = _("the operator may not grant: {grants}", grants="; ".join(map(str, self._denied)))
        name = finding.facts.display_name if isinstance(finding.facts, PrincipalFacts) else objects.display_name(ctx)
        guide = grant_guide(name, self._denied, _operator_is_eligible(ctx))
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
            (ctx.folder.private / objects.SECRET_FILE).unlink(missing_ok=True)


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
    """The principal's roles on the subscription that this wizard gave (known by their computed names)."""
    arm = ctx.world.arm(ctx, "operator")
    return [item for item in arm.role_assignments(principal.object_id) if arm.made_here(item)]


def _made_for(ctx: Ctx, principal: PrincipalFacts) -> list[str]:
    """What this wizard made of and for the principal, in words."""
    told = [_("role assignment {id}", id=item.id) for item in _our_assignments(ctx, principal)]
    if ctx.ask(ServicePrincipalQuestions).mode == "create":
        told.append(_("application {name} with its service principal and secret", name=principal.display_name))
    return told


def _operator_is_eligible(ctx: Ctx) -> bool:
    """Whether the operator has a directory role that it has only to activate (PIM)."""
    try:
        return bool(ctx.world.graph(ctx, "operator").eligible_roles(ctx.facts(SignInFacts).operator_object_id))
    except HttpResponseError:  # not told to everybody; the guide then does without
        return False
