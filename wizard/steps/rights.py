"""Who can do which step: what the operator holds, against what each step needs. Known right after the sign-in, as far
as anybody can know it then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from azure.core.exceptions import AzureError
from databricks.sdk.errors import PermissionDenied, Unauthenticated
from databricks.sdk.errors.base import DatabricksError

from wizard.cloud.arm import RoleAssignment
from wizard.cloud.graph import GRAPH_APP_ID
from wizard.setup.step import Actor, Finding, Found, Permission, Verdict
from wizard.steps.account_people import Member, find
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import AccountFacts, SignInFacts
from wizard.steps.principal_rights import AZURE_GRANTORS, DIRECTORY_GRANTORS, ROLES
from wizard.steps.sign_in import SignIn
from wizard.text import N_, _

Can = Literal["yes", "no", "unknown", "principal"]
T = TypeVar("T")

ROLE_NAMES = {**{id: name for name, id in ROLES.items()}, "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader"}
# Directory roles by their template ids, which are the same in every tenant.
DIRECTORY_ROLES = {
    **{id: name for name, id in DIRECTORY_GRANTORS.items()},
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
}
# What else gives a right: the wider Azure roles; for Microsoft Graph the directory roles of a person or an application
# (Microsoft Graph permissions reference, Entra built-in roles).
INSTEAD: dict[str, tuple[str, ...]] = {
    "Reader": ("Contributor", "User Access Administrator", "Role Based Access Control Administrator", "Owner"),
    "Contributor": ("Owner",),
    "User Access Administrator": ("Role Based Access Control Administrator", "Owner"),
    "Role Based Access Control Administrator": ("User Access Administrator", "Owner"),
    "Application.ReadWrite.All": ("Application Administrator", "Cloud Application Administrator",
                                  "Global Administrator"),
    "AppRoleAssignment.ReadWrite.All": ("Privileged Role Administrator", "Global Administrator"),
    "RoleManagement.ReadWrite.Directory": ("Privileged Role Administrator", "Global Administrator"),
    "User.ReadWrite.All": ("User Administrator", "Global Administrator"),
    "Group.ReadWrite.All": ("Groups Administrator", "User Administrator", "Global Administrator"),
}  # fmt: skip
BY_DEFAULT = ("Application.ReadWrite.All",)  # any member of a tenant may, unless the tenant took it away
GIVES = {
    "azure": N_("an Owner or User Access Administrator of the subscription"),
    "graph": N_("a Privileged Role Administrator or Global Administrator of the tenant"),
    "databricks-account": N_("an account admin of Databricks, or a Global Administrator by the first login there"),
}
BY_FIRST_LOGIN = N_("you, by your first login to the Databricks account console, or an account admin")
LOCAL, AZURE, GRAPH, ACCOUNT = "local", "azure", "graph", "databricks-account"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an identity holds, by official names; None where nobody would tell. `eligible` needs activating (PIM)."""

    azure: frozenset[str] | None
    directory: frozenset[str] | None
    app_roles: frozenset[str] | None
    eligible: frozenset[str]
    account_admin: bool | None
    person: bool


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether the operator can do one step. `lacks` are the rights that it has not or that cannot be told yet, `who`
    may give them or do the step."""

    step: str
    can: Can
    lacks: tuple[str, ...] = ()
    who: str = ""


class TellingSignIn(SignIn):
    """The sign-in of the journey, which then tells also who can do which of its steps."""

    def __init__(self, steps: Iterable[type[WizardStep]]) -> None:
        self._steps = tuple(steps)

    def check(self, ctx: Ctx) -> Finding:
        finding = super().check(ctx)
        if finding.verdict is not Verdict.DONE or not isinstance(finding.facts, SignInFacts):
            return finding
        found = told(abilities(ctx, finding.facts, self._steps))
        for one in found:
            ctx.say(one.what)
        return replace(finding, found=(*finding.found, *found))


def abilities(ctx: Ctx, who: SignInFacts, steps: Iterable[type[WizardStep]]) -> tuple[Ability, ...]:
    """Each step in its order; asks what the operator holds, and changes nothing."""
    holdings, wanted = held(ctx, who), tuple(steps)
    found = tuple(_ability(ctx, step, holdings) for step in wanted)
    asks = holdings.person and any(one.can == "no" for one in found)  # no application can activate a role
    if asks and (eligible := _eligible(ctx, who)):
        return tuple(_ability(ctx, step, replace(holdings, eligible=eligible)) for step in wanted)
    return found


def told(found: Sequence[Ability]) -> tuple[Found, ...]:
    """As a check tells it: what goes by itself, and whom the rest needs."""
    lines = []
    for can, words in _GROUPS:
        if names := [one.step for one in found if one.can == can]:
            lines.append(Found(_(words, steps=", ".join(names))))
    lines += [
        Found(_("{step} needs {who}: the operator lacks {rights}", step=one.step, who=one.who,
                rights=", ".join(one.lacks)), "todo")
        for one in found if one.can == "no"
    ]  # fmt: skip
    lines += [
        Found(_("{step}: not known yet whether the operator has {rights}", step=one.step,
                rights=", ".join(one.lacks)), "unknown")
        for one in found if one.can == "unknown"
    ]  # fmt: skip
    return tuple(lines)


def can_words(one: Ability) -> str:
    """Who can do a step, in words."""
    if one.can == "yes":
        return _("✓ the operator")
    if one.can == "principal":
        return _("✓ the principal, once it has its rights")
    if one.can == "unknown":
        return _("? not known yet; else {who}", who=one.who)
    return _("■ {who}", who=one.who)


_GROUPS: tuple[tuple[Can, str], ...] = (
    ("yes", N_("the operator can do: {steps}")),
    ("principal", N_("the principal does: {steps}")),
)


def needed(ctx: Ctx, step: type[WizardStep]) -> tuple[Permission, ...]:
    """The rights that a step needs with these answers."""
    return tuple(right for right in step.permissions if _asked_for(ctx, right.only))


def held(ctx: Ctx, who: SignInFacts) -> Holdings:
    """What the operator holds now."""
    arm, graph, oid = ctx.world.arm(ctx, "operator"), ctx.world.graph(ctx, "operator"), who.operator_object_id
    person = who.operator_kind == "user"
    azure = _asked(lambda: _role_names(arm.roles_reaching(oid)))
    directory = _asked(lambda: _names(graph.directory_roles(oid)))
    app_roles = None if person else _asked(lambda: _app_roles(ctx, oid))
    return Holdings(azure, directory, app_roles, frozenset(), _account_admin(ctx, who), person)


def _ability(ctx: Ctx, step: type[WizardStep], holdings: Holdings) -> Ability:
    if step.actor is Actor.PRINCIPAL:
        return Ability(step.name, "principal")
    answers = [(right, _has(holdings, right)) for right in needed(ctx, step)]
    lacking = [right for right, has in answers if has is False]
    if lacking:
        return Ability(step.name, "no", _names_of(lacking), _activated(lacking, holdings))
    open_ones = [right for right, has in answers if has is None]
    if open_ones:
        return Ability(step.name, "unknown", _names_of(open_ones), _who(open_ones, holdings))
    return Ability(step.name, "yes")


def _who(lacking: Sequence[Permission], holdings: Holdings) -> str:
    gives = dict(GIVES)
    if holdings.person and "Global Administrator" in (holdings.directory or ()):
        gives[ACCOUNT] = BY_FIRST_LOGIN
    return ", ".join(dict.fromkeys(_(gives[right.system]) for right in lacking if right.system in gives))


def _names_of(rights: Sequence[Permission]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(right.name for right in rights))


def _activated(lacking: Sequence[Permission], holdings: Holdings) -> str:
    eligible = holdings.eligible & {name for right in lacking for name in _enough(right)}
    if eligible:
        return _("you, after you activated {roles} (PIM)", roles=", ".join(sorted(eligible)))
    return _who(lacking, holdings)


def _enough(right: Permission) -> set[str]:
    """The right itself, and what else gives it."""
    return {right.name, *INSTEAD.get(right.name, ())}


def _has(holdings: Holdings, right: Permission) -> bool | None:
    """None where it cannot be told, or not yet."""
    if right.system == LOCAL:
        return True
    if right.system == AZURE:
        return _has_role(holdings.azure, right) if right.name in INSTEAD else None  # else of one object, below
    if right.system == GRAPH:
        return _has_in_directory(holdings, right)
    return holdings.account_admin if right.system == ACCOUNT else None


def _has_role(roles: frozenset[str] | None, right: Permission) -> bool | None:
    """A role of the tenant's own may hold the right too: the step itself will tell."""
    if roles is not None and _enough(right) & roles:
        return True
    return None if roles is None or roles - set(ROLE_NAMES.values()) else False


def _has_in_directory(holdings: Holdings, right: Permission) -> bool | None:
    if any(_enough(right) & one for one in (holdings.directory, holdings.app_roles) if one is not None):
        return True
    return None if holdings.directory is None or (holdings.person and right.name in BY_DEFAULT) else False


def _asked(ask: Callable[[], T]) -> T | None:
    """None where it is not told to this identity, or the service does not answer: a later step says so."""
    try:
        return ask()
    except (AzureError, LookupError):
        return None


def _names(roles: Sequence[dict[str, object]]) -> frozenset[str]:
    """Directory roles for the whole directory, by name."""
    ids = [str(one.get("roleDefinitionId")) for one in roles if one.get("directoryScopeId", "/") == "/"]
    return frozenset(DIRECTORY_ROLES.get(id, id) for id in ids)


def _app_roles(ctx: Ctx, object_id: str) -> frozenset[str]:
    graph = ctx.world.graph(ctx, "operator")
    resource = graph.service_principal(GRAPH_APP_ID)
    names = {str(role["id"]): str(role["value"]) for role in (resource or {}).get("appRoles") or ()}
    return frozenset(names.get(str(one.get("appRoleId")), "") for one in graph.app_roles(object_id))


def _eligible(ctx: Ctx, who: SignInFacts) -> frozenset[str]:
    """The roles of the directory and of the subscription that the operator has only to activate."""
    arm, graph, oid = ctx.world.arm(ctx, "operator"), ctx.world.graph(ctx, "operator"), who.operator_object_id
    directory = _asked(lambda: _names(graph.eligible_roles(oid))) or frozenset()
    azure = _asked(lambda: _role_names(arm.eligible_roles(oid))) or frozenset()
    return directory | azure


def _role_names(roles: Sequence[RoleAssignment]) -> frozenset[str]:
    """A condition limits which roles its holder may give, and the step itself will tell: such a one counts for what is
    in it besides, and by its id, which leaves the rest open (see `_has_role`)."""
    names: set[str] = set()
    for each in roles:
        name = ROLE_NAMES.get(each.role_id, each.role_id)
        limited = each.condition is not None and name in AZURE_GRANTORS
        names |= {each.id, "Contributor" if name == "Owner" else "Reader"} if limited else {name}
    return frozenset(names)


def _account_admin(ctx: Ctx, who: SignInFacts) -> bool | None:
    """None until the account is known."""
    if ctx.maybe(AccountFacts) is None:
        return None
    kind: Literal["user", "principal"] = "user" if who.operator_kind == "user" else "principal"
    try:
        found = find(ctx.world.account(ctx, "operator"), Member(kind, who.operator_name, who.operator_name, admin=True))
    except (PermissionDenied, Unauthenticated):
        return False
    except (DatabricksError, AzureError, ValueError):
        return None
    return found is not None and found.admin


def _asked_for(ctx: Ctx, only: str) -> bool:
    if not only:
        return True
    key, _equals, value = only.partition("=")
    section, _dot, field = key.partition(".")
    answers = ctx.answers.plain()
    given = answers.get(section, {}).get(field)
    return given == value if value else bool(given)
