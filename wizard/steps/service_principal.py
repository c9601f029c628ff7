"""Step 5, service principal: who acts in Terraform and in the jobs, with the rights chosen in the answers;
and the people whom Graph has to make before Terraform can name them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from wizard.cloud.arm import RoleAssignment, error_code
from wizard.cloud.world import Login
from wizard.setup import mark
from wizard.setup.folder import PRIVATE
from wizard.setup.secrets import SecretMissing, SecretRef
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
from wizard.steps import neighbours, new_people
from wizard.steps import principal_rights as rights
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import PrincipalFacts, ProjectFacts, SignInFacts
from wizard.steps.principal_guides import creation_guide, grant_guide, missing_guide
from wizard.steps.principal_leftovers import Leftovers, look
from wizard.steps.principal_rights import DirectoryPermission, Grant, RoleSet
from wizard.steps.problems import from_exception
from wizard.steps.sign_in import check_guid
from wizard.text import N_, _

SECRET_FILE = "principal-secret"
SECRET_DAYS = 180
REPLICATION_SECONDS = 180.0
REPLICATION_CODES = {"PrincipalNotFound", "Request_ResourceNotFound"}
DENIED_CODES = {"AuthorizationFailed", "Authorization_RequestDenied"}


class ServicePrincipalQuestions(Questions):
    """Which principal acts, and what it may do."""

    mode: Literal["given", "create"] = Field(
        default="create", description=N_("given (an existing principal) or create")
    )
    client_id: str | None = Field(
        default=None,
        validate_default=True,
        description=N_("the given principal's application (client) id, a GUID"),
    )
    client_secret: SecretRef | None = Field(
        default=None, validate_default=True, description=N_("where the given principal's client secret is")
    )
    role_set: RoleSet = Field(
        default="least_privilege",
        description=N_("least_privilege (Contributor, and the right to assign a few roles) or owner"),
    )
    directory_permission: DirectoryPermission = Field(
        default="app_roles", description=N_("app_roles (four permissions of Microsoft Graph) or global_administrator")
    )

    @field_validator("client_id")
    @classmethod
    def _guid(cls, value: str | None) -> str | None:
        return check_guid(value) if value is not None else None

    @field_validator("client_id", "client_secret")
    @classmethod
    def _needed(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("mode") == "given":
            raise PydanticCustomError("missing", "no answer")
        return value


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
        principal = _find(ctx)
        if principal is None:
            if asked.mode == "given":
                why = _("there is no service principal of application {id} in the tenant", id=asked.client_id)
                return Finding(Verdict.BLOCKED, why, guide=missing_guide(asked.client_id))
            name = display_name(ctx)
            making = (
                _("create the application {name} and its service principal, with a secret", name=name),
                *_people_to_make(ctx),
            )
            return Finding(Verdict.TODO, _("the service principal is still to be made"), changes=making)
        refused = _sign_in(ctx, principal)
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
            changes = (*changes, *_leftovers(ctx, principal).words(principal.display_name))
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
            principal = _find(ctx) or _create(ctx)
        except HttpResponseError as error:
            if error_code(error) not in DENIED_CODES:
                raise
            self._creation_denied = True
            return
        if _sign_in(ctx, principal) is not None and ctx.ask(ServicePrincipalQuestions).mode == "create":
            _renew_secret(ctx, principal)
        _leftovers(ctx, principal).remove(ctx.world.graph(ctx, "operator"))
        for grant in _missing(ctx, principal):
            ctx.say(_("giving {name}: {grant}", name=principal.display_name, grant=grant))
            self._give(ctx, principal.object_id, grant)
        if not self._denied:
            what = _("the rights of {name} to be known everywhere", name=principal.display_name)
            ctx.wait_for(what, lambda: not _missing(ctx, principal), seconds=REPLICATION_SECONDS)
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
                if error_code(error) in REPLICATION_CODES:
                    return False
                raise
            return True

        if not ctx.wait_for(_("the new principal to be known everywhere"), given, seconds=REPLICATION_SECONDS):
            raise last[-1]

    def confirm(self, ctx: Ctx) -> Finding:
        finding = self.check(ctx)
        if finding.verdict is not Verdict.TODO:
            return finding
        if self._creation_denied:
            why = _("the operator may not make an application")
            return Finding(Verdict.BLOCKED, why, changes=finding.changes, guide=creation_guide(display_name(ctx)))
        if not self._denied and self._people_denied:
            why = _("the operator may not make users: {names}", names=", ".join(self._people_denied))
            guide = new_people.creation_guide(self._people_denied)
            return Finding(Verdict.BLOCKED, why, facts=finding.facts, changes=finding.changes, guide=guide)
        if not self._denied:
            return finding
        why = _("the operator may not grant: {grants}", grants="; ".join(map(str, self._denied)))
        name = finding.facts.display_name if isinstance(finding.facts, PrincipalFacts) else display_name(ctx)
        guide = grant_guide(name, self._denied, _operator_is_eligible(ctx))
        return Finding(Verdict.BLOCKED, why, facts=finding.facts, changes=finding.changes, guide=guide)

    def removal(self, ctx: Ctx) -> Removal | None:
        objects, kept = [], []
        for user in new_people.ours(ctx):
            told, others = _("user {name}", name=user["userPrincipalName"]), new_people.needed(ctx, user)
            if others:
                kept.append(_("{thing}, in use by {others}", thing=told, others=", ".join(others)))
            else:
                objects.append(told)
        principal = _find(ctx)
        if principal is not None:
            mine = _made_for(ctx, principal)
            others = neighbours.using_principal(ctx, principal.object_id)
            if others:
                kept += [_("{thing}, in use by {others}", thing=told, others=", ".join(others)) for told in mine]
            else:
                objects += mine
        return Removal(tuple(objects), kept=tuple(kept)) if objects or kept else None

    def destroy(self, ctx: Ctx) -> None:
        new_people.remove(ctx)
        principal = _find(ctx)
        if principal is None or neighbours.using_principal(ctx, principal.object_id):
            return
        for item in _our_assignments(ctx, principal):
            ctx.world.arm(ctx, "operator").unassign_role(item.id)
        if ctx.ask(ServicePrincipalQuestions).mode == "create":
            graph = ctx.world.graph(ctx, "operator")
            application = graph.application(principal.client_id)
            if application is not None:
                graph.delete_application(str(application["id"]))
            (ctx.folder.private / SECRET_FILE).unlink(missing_ok=True)


def display_name(ctx: Ctx) -> str:
    project = ctx.facts(ProjectFacts)
    return "-".join(part for part in ("lakehouse", project.domain, project.environment) if part)


def _people_to_make(ctx: Ctx) -> tuple[str, ...]:
    return tuple(_("create the user {name}", name=upn) for upn in new_people.missing(ctx))


def _find(ctx: Ctx) -> PrincipalFacts | None:
    """The given principal, or the one that this setup made (known by its mark, not by its name)."""
    asked = ctx.ask(ServicePrincipalQuestions)
    if asked.mode == "given":
        client_id, secret = str(asked.client_id), asked.client_secret
    else:
        application = _our_application(ctx)
        if application is None:
            return None
        client_id, secret = str(application["appId"]), SecretRef("file", f"{PRIVATE}/{SECRET_FILE}")
    found = ctx.world.graph(ctx, "operator").service_principal(client_id)
    if found is None or secret is None:
        return None
    return PrincipalFacts(
        client_id=client_id,
        object_id=str(found["id"]),
        display_name=str(found.get("displayName") or client_id),
        secret=secret,
    )


def _our_applications(ctx: Ctx) -> list[dict[str, Any]]:
    """Oldest first. More than one came of answers that got lost; which one counts must not change."""
    named = ctx.world.graph(ctx, "operator").applications(display_name(ctx))
    ours = [app for app in named if mark.words(ctx.setup_id) in (app.get("tags") or ())]
    return sorted(ours, key=lambda app: (str(app.get("createdDateTime")), str(app["id"])))


def _our_application(ctx: Ctx) -> dict[str, Any] | None:
    return next(iter(_our_applications(ctx)), None)


def _leftovers(ctx: Ctx, principal: PrincipalFacts) -> Leftovers:
    """What is to be cleared away once the kept secret signs in."""
    if ctx.ask(ServicePrincipalQuestions).mode == "given":
        return Leftovers()
    return look(_our_applications(ctx), mark.words(ctx.setup_id), ctx.secrets.resolve(principal.secret))


def _create(ctx: Ctx) -> PrincipalFacts:
    """Make application and service principal, adopting what an interrupted run left behind."""
    graph, name, ours = ctx.world.graph(ctx, "operator"), display_name(ctx), mark.words(ctx.setup_id)
    ctx.say(_("creating the application {name}", name=name))
    application = _our_application(ctx) or graph.create_application(name, ours, ours)
    made: list[dict[str, Any]] = []

    def known() -> bool:
        try:
            found = graph.service_principal(str(application["appId"]))
            made.append(found or graph.create_service_principal(str(application["appId"]), ours))
        except HttpResponseError as error:
            if error_code(error) in {*REPLICATION_CODES, "NoBackingApplicationObject"}:
                return False
            raise
        return True

    if not ctx.wait_for(_("the new application to be known everywhere"), known, seconds=REPLICATION_SECONDS):
        raise _too_slow(name)
    return PrincipalFacts(
        client_id=str(application["appId"]),
        object_id=str(made[-1]["id"]),
        display_name=name,
        secret=SecretRef("file", f"{PRIVATE}/{SECRET_FILE}"),
    )


def _renew_secret(ctx: Ctx, principal: PrincipalFacts) -> None:
    """A new secret, written (0600) the moment it is told, since it is told only once."""
    graph = ctx.world.graph(ctx, "operator")
    application = graph.application(principal.client_id)
    if application is None:
        raise _too_slow(principal.display_name)
    ctx.say(_("making a secret for {name}, kept in {file}", name=principal.display_name, file=principal.secret.name))
    end = datetime.now(UTC) + timedelta(days=SECRET_DAYS)
    secret = graph.add_password(str(application["id"]), mark.words(ctx.setup_id), f"{end:%Y-%m-%dT%H:%M:%SZ}")
    ctx.secrets.remember(secret)
    ctx.folder.write(ctx.folder.private / SECRET_FILE, secret + "\n", mode=0o600)
    what = _("the new secret to be accepted")
    if not ctx.wait_for(what, lambda: _sign_in(ctx, principal) is None, seconds=REPLICATION_SECONDS):
        raise _too_slow(principal.display_name)


def _too_slow(name: str) -> StepFailed:
    return StepFailed(
        Problem(
            _("{name} is not known everywhere in Entra yet", name=name),
            _("Entra copies a new object to all its servers, which takes longer than usual now"),
            _("run again in some minutes; what was made is found again"),
        )
    )


def _sign_in(ctx: Ctx, principal: PrincipalFacts) -> Problem | None:
    """Why the principal cannot sign in; None if it can."""
    signed_in = ctx.facts(SignInFacts)
    try:
        secret = ctx.secrets.resolve(principal.secret)
        login = Login("client_secret", signed_in.tenant_id, signed_in.subscription_id, principal.client_id, secret)
        ctx.world.credential_of(ctx, login).get_token(ctx.world.target.endpoints.arm_scope)
    except SecretMissing as missing:
        return Problem(_("the principal's secret cannot be had"), missing.why, missing.remedy)
    except ClientAuthenticationError as error:
        return from_exception(error)
    return None


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
