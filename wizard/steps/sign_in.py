"""Step 2, sign-in: a token for Azure and Graph, and a subscription that can be worked in."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from wizard.setup.secrets import SecretRef
from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Questions, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import SignInFacts
from wizard.text import N_, _

PORTAL = "https://portal.azure.com"


class SignInQuestions(Questions):
    """As whom the operator acts."""

    method: Literal["client_secret", "azure_cli", "device_code"] = Field(
        default="azure_cli", description=N_("how the operator signs in: client_secret, azure_cli or device_code")
    )
    tenant_id: str = Field(description=N_("the Entra tenant's id, a GUID"))
    subscription_id: str = Field(description=N_("the Azure subscription's id, a GUID"))
    client_id: str | None = Field(
        default=None,
        validate_default=True,
        description=N_("the operator's application (client) id, a GUID; for client_secret"),
    )
    client_secret: SecretRef | None = Field(
        default=None, validate_default=True, description=N_("where the operator's client secret is; for client_secret")
    )

    @field_validator("tenant_id", "subscription_id", "client_id")
    @classmethod
    def _guid(cls, value: str | None) -> str | None:
        if value is not None:
            check_guid(value)
        return value

    @field_validator("client_id", "client_secret")
    @classmethod
    def _needed(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("method") == "client_secret":
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
            return Finding(Verdict.BLOCKED, problem.what, problem=problem, guide=_login_guide(asked))
        tenant = str(claims.get("tid", asked.tenant_id))
        if tenant.lower() != asked.tenant_id.lower():
            why = _("the token is of tenant {found}, the answers name {wanted}", found=tenant, wanted=asked.tenant_id)
            return Finding(Verdict.BLOCKED, why, guide=_login_guide(asked))
        return self._subscription(ctx, asked, claims)

    def _subscription(self, ctx: Ctx, asked: SignInQuestions, claims: dict[str, object]) -> Finding:
        visible = ctx.world.arm(ctx, "operator").subscriptions()
        found = next((item for item in visible if item.id.lower() == asked.subscription_id.lower()), None)
        if found is None:
            why = _(
                "the subscription {id} is not visible to the operator ({count} others are)",
                id=asked.subscription_id,
                count=len(visible),
            )
            # Who signed in is known all the same: a step asked for alone then tells what it lacks by itself.
            facts = self._facts(ctx, asked, claims, asked.subscription_id)
            return Finding(Verdict.BLOCKED, why, facts=facts, guide=_access_guide(asked))
        if found.tenant_id and found.tenant_id.lower() != asked.tenant_id.lower():
            why = _("the subscription belongs to tenant {tenant}; sign in to that one", tenant=found.tenant_id)
            return Finding(Verdict.BLOCKED, why, guide=_login_guide(asked))
        if found.state not in ("Enabled", ""):
            why = _("the subscription {name} is {state}", name=found.name, state=found.state)
            return Finding(Verdict.BLOCKED, why, guide=_disabled_guide(asked))
        facts = self._facts(ctx, asked, claims, found.name)
        why = _("{operator} is signed in to {name}", operator=facts.operator_name, name=found.name)
        return Finding(Verdict.DONE, why, facts=facts, found=_held(facts))

    def _facts(self, ctx: Ctx, asked: SignInQuestions, claims: dict[str, object], subscription: str) -> SignInFacts:
        user = asked.method != "client_secret" and claims.get("idtyp") != "app" and not _app_only(claims)
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


def _held(facts: SignInFacts) -> tuple[Found, ...]:
    """As whom, and where."""
    kind = _("a person") if facts.operator_kind == "user" else _("an application")
    return (
        Found(_("operator {name}, {kind}", name=facts.operator_name, kind=kind)),
        Found(_("subscription {name}, {id}", name=facts.subscription_name, id=facts.subscription_id)),
        Found(_("tenant {id}", id=facts.tenant_id)),
    )


def _app_only(claims: dict[str, object]) -> bool:
    return "appid" in claims and not any(key in claims for key in ("upn", "unique_name", "scp", "preferred_username"))


def _login_guide(asked: SignInQuestions) -> Guide:
    actions = {
        "azure_cli": (_("run: az login --tenant {tenant}", tenant=asked.tenant_id),),
        "device_code": (_("run the wizard again and enter the code it shows in a browser"),),
        "client_secret": (
            _("in Entra open App registrations, {client}, Certificates & secrets", client=asked.client_id),
            _("see that the secret in the answers is a value listed there and has not expired, or add a new one"),
            _("see that the tenant {tenant} is the application's own", tenant=asked.tenant_id),
        ),
    }[asked.method]
    return Guide(_("Sign in to Azure"), actions, _("the operator"), PORTAL)


def _access_guide(asked: SignInQuestions) -> Guide:
    actions = (
        _("open Subscriptions, {id}, Access control (IAM)", id=asked.subscription_id),
        _("give the operator a role there (Owner lets it do every step)"),
        _("or correct sign_in.subscription_id in the answers"),
    )
    return Guide(_("Let the operator see the subscription"), actions, _("an owner of the subscription"), PORTAL)


def _disabled_guide(asked: SignInQuestions) -> Guide:
    actions = (
        _("open Subscriptions, {id}: the portal says why it is disabled", id=asked.subscription_id),
        _("settle it there (payment, spending limit or an ended trial), or name another subscription in the answers"),
    )
    return Guide(_("Enable the subscription"), actions, _("the billing administrator"), PORTAL)
