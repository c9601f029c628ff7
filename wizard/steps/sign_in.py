"""Step 2, sign-in: a token for Azure and Graph, and a subscription that can be worked in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from wizard.cloud.world import PEOPLE, Method
from wizard.setup.secrets import SecretRef
from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Questions, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import SignInFacts
from wizard.steps.sign_in_guides import PORTAL, guide, wrong_tenant
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.cloud.arm import Subscription

LATE = ("Warned", "PastDue")  # it still works, as learn.microsoft.com, "Azure subscription states", has it
USABLE = ("Enabled", "", *LATE)
SHOWN = 5  # subscriptions named in a guide

# Which answers each method uses, those that it cannot do without first.
NEEDS: dict[Method, tuple[str, ...]] = {
    "azure_cli": (),
    "browser": (),
    "device_code": (),
    "client_secret": ("client_id", "client_secret"),
    "client_certificate": ("client_id", "client_certificate"),
    "managed_identity": (),
    "workload_identity": ("client_id",),
}
USES: dict[Method, tuple[str, ...]] = {
    **NEEDS,
    "client_certificate": (*NEEDS["client_certificate"], "certificate_password"),
    "managed_identity": ("client_id",),
    "workload_identity": ("client_id", "token_file"),
}


class SignInQuestions(Questions):
    """As whom the operator acts."""

    method: Method = Field(
        default="azure_cli",
        description=N_(
            "how the operator signs in: a person by azure_cli, browser or device_code, an application by "
            "client_secret, client_certificate, managed_identity or workload_identity"
        ),
    )
    tenant_id: str = Field(description=N_("the Entra tenant's id, a GUID"))
    subscription_id: str = Field(description=N_("the Azure subscription's id, a GUID"))
    client_id: str | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "the operator's application (client) id, a GUID; for every application but a machine's only identity"
        ),
    )
    client_secret: SecretRef | None = Field(
        default=None, validate_default=True, description=N_("where the operator's client secret is; for client_secret")
    )
    client_certificate: SecretRef | None = Field(
        default=None,
        validate_default=True,
        description=N_("where the certificate with its private key is, PEM or PFX; for client_certificate"),
    )
    certificate_password: SecretRef | None = Field(
        default=None, description=N_("where the password of that private key is; left out where it has none")
    )
    token_file: str | None = Field(
        default=None,
        description=N_(
            "the file with the other issuer's token, for workload_identity; left out, AZURE_FEDERATED_TOKEN_FILE "
            "names it, or GitHub is asked for the job's own"
        ),
    )

    @field_validator("tenant_id", "subscription_id", "client_id")
    @classmethod
    def _guid(cls, value: str | None) -> str | None:
        if value is not None:
            check_guid(value)
        return value

    @field_validator("client_id", "client_secret", "client_certificate")
    @classmethod
    def _needed(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.field_name in NEEDS.get(info.data.get("method", "azure_cli"), ()):
            raise PydanticCustomError("missing", "no answer")
        return value


def check_guid(value: str) -> str:
    """A GUID in its usual form, or ValueError("why; remedy")."""
    try:
        plain = str(UUID(value)) == value.lower()
    except ValueError:
        plain = False
    if not plain:
        raise ValueError(_("it is not a GUID; give it as 00000000-0000-0000-0000-000000000000"))
    return value


class SignIn(WizardStep):
    """Done when a token for Azure and one for Graph were had and the subscription is enabled."""

    name: ClassVar[str] = "sign-in"
    title: ClassVar[str] = N_("Sign in")
    kind: ClassVar[Kind] = Kind.GUIDED
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("preflight",)
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("azure", "Reader", "/subscriptions/{subscription}", N_("to see the subscription")),
    )
    questions: ClassVar[type[Questions] | None] = SignInQuestions

    def check(self, ctx: Ctx) -> Finding:
        from azure.core.exceptions import ClientAuthenticationError

        from wizard.steps.problems import from_exception

        asked = ctx.ask(SignInQuestions)
        endpoints = ctx.world.target.endpoints
        try:
            credential = ctx.world.credential(ctx, "operator")
            claims = credential.claims(endpoints.arm_scope)
            credential.get_token(endpoints.graph_scope)
        except ClientAuthenticationError as error:
            problem = from_exception(error)
            return Finding(Verdict.BLOCKED, problem.what, problem=problem, guide=guide(asked, problem))
        tenant = str(claims.get("tid", asked.tenant_id))
        if tenant.lower() != asked.tenant_id.lower():
            why = _("the token is of tenant {found}, the answers name {wanted}", found=tenant, wanted=asked.tenant_id)
            return Finding(Verdict.BLOCKED, why, guide=wrong_tenant(asked))
        return self._subscription(ctx, asked, claims)

    def _subscription(self, ctx: Ctx, asked: SignInQuestions, claims: dict[str, object]) -> Finding:
        visible = ctx.world.arm(ctx, "operator").subscriptions()
        found = next((item for item in visible if item.id.lower() == asked.subscription_id.lower()), None)
        if found is None:
            why = _unseen(asked, visible)
            # Who signed in is known all the same: a step asked for alone then tells what it lacks by itself.
            facts = self._facts(ctx, asked, claims, asked.subscription_id)
            return Finding(Verdict.BLOCKED, why, facts=facts, guide=_access_guide(asked, visible))
        if found.tenant_id and found.tenant_id.lower() != asked.tenant_id.lower():
            why = _("the subscription belongs to tenant {tenant}; sign in to that one", tenant=found.tenant_id)
            return Finding(Verdict.BLOCKED, why, guide=wrong_tenant(asked))
        if found.state not in USABLE:
            why = _("the subscription {name} is {state}", name=found.name, state=found.state)
            return Finding(Verdict.BLOCKED, why, guide=_disabled_guide(asked))
        facts = self._facts(ctx, asked, claims, found.name)
        why = _("{operator} is signed in to {name}", operator=facts.operator_name, name=found.name)
        return Finding(Verdict.DONE, why, facts=facts, found=_held(asked, facts, found))

    def _facts(self, ctx: Ctx, asked: SignInQuestions, claims: dict[str, object], subscription: str) -> SignInFacts:
        user = asked.method in PEOPLE and claims.get("idtyp") != "app" and not _app_only(claims)
        oid, name = claims.get("oid"), claims.get("upn") or claims.get("unique_name")
        if user and not (oid and name):
            me = ctx.world.graph(ctx, "operator").me()
            oid, name = me["id"], me["userPrincipalName"]
        if not user:
            name = asked.client_id or claims.get("appid") or claims.get("azp")
            if not oid:
                found = ctx.world.graph(ctx, "operator").service_principal(str(name))
                oid = found["id"] if found else None
        return SignInFacts(
            tenant_id=asked.tenant_id,
            subscription_id=asked.subscription_id,
            subscription_name=subscription,
            operator_kind="user" if user else "app",
            operator_object_id=str(oid or ""),
            operator_name=str(name or ""),
        )


def _held(asked: SignInQuestions, facts: SignInFacts, subscription: Subscription) -> tuple[Found, ...]:
    """As whom, by what, where, and what for."""
    kind = _("a person") if facts.operator_kind == "user" else _("an application")
    found = [
        Found(
            _(
                "operator {name}, {kind}, signed in by {method}",
                name=facts.operator_name,
                kind=kind,
                method=asked.method,
            )
        ),
        Found(_("subscription {name}, {id}", name=facts.subscription_name, id=facts.subscription_id)),
        Found(_("tenant {id}", id=facts.tenant_id)),
        Found(
            _(
                "the operator prepares the subscription, the principal and the Databricks account; Terraform and the "
                "jobs act as the principal; tokens are kept in memory only"
            )
        ),
    ]
    if subscription.state in LATE:
        late = _("the subscription is {state}: Azure will disable it unless that is settled", state=subscription.state)
        found.append(Found(late, "unknown"))
    return tuple(found)


def _unseen(asked: SignInQuestions, visible: Sequence[Subscription]) -> str:
    if not visible:
        return _("the operator sees no subscription in the tenant {tenant}", tenant=asked.tenant_id)
    return _(
        "the subscription {id} is not visible to the operator ({count} others are)",
        id=asked.subscription_id,
        count=len(visible),
    )


def _app_only(claims: dict[str, object]) -> bool:
    return "appid" in claims and not any(key in claims for key in ("upn", "unique_name", "scp", "preferred_username"))


def _access_guide(asked: SignInQuestions, visible: Sequence[Subscription]) -> Guide:
    seen = [_("{name}, {id}, {state}", name=one.name, id=one.id, state=one.state) for one in visible[:SHOWN]]
    actions = (
        _("open Subscriptions, {id}, Access control (IAM)", id=asked.subscription_id),
        _("give the operator a role there (Owner lets it do every step)"),
        _(
            "or, where it is only eligible for one (PIM): Privileged Identity Management, My roles, Azure resources, "
            "activate it"
        ),
        _("or correct sign_in.subscription_id in the answers"),
        *((_("the operator sees: {subscriptions}", subscriptions="; ".join(seen)),) if seen else ()),
    )
    return Guide(_("Let the operator see the subscription"), actions, _("an owner of the subscription"), PORTAL)


def _disabled_guide(asked: SignInQuestions) -> Guide:
    actions = (
        _("open Subscriptions, {id}: the portal says why it is disabled", id=asked.subscription_id),
        _("settle it there (payment, spending limit or an ended trial), or name another subscription in the answers"),
    )
    return Guide(_("Enable the subscription"), actions, _("the billing administrator"), PORTAL)
