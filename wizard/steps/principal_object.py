"""The application and its service principal in Entra: found by our mark, or made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import HttpResponseError

from wizard.cloud.arm import error_code
from wizard.setup import mark
from wizard.setup.folder import PRIVATE
from wizard.setup.secrets import SecretRef
from wizard.setup.step import Problem, StepFailed
from wizard.steps.base import Ctx
from wizard.steps.facts import PrincipalFacts, ProjectFacts
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.text import _

SECRET_FILE = "principal-secret"
KEYRING_SERVICE = "lakehouse-wizard"
REPLICATION_SECONDS = 180.0
REPLICATION_CODES = {"PrincipalNotFound", "Request_ResourceNotFound"}


def display_name(ctx: Ctx) -> str:
    project = ctx.facts(ProjectFacts)
    return "-".join(part for part in ("lakehouse", project.domain, project.environment) if part)


@dataclass(frozen=True, slots=True)
class Principal:
    """`home` is the tenant of its application; `secrets` are the client secrets, as Graph tells them without their
    values."""

    facts: PrincipalFacts
    enabled: bool = True
    home: str = ""
    secrets: tuple[Mapping[str, Any], ...] = ()


def find(ctx: Ctx) -> PrincipalFacts | None:
    """The given principal, or the one that this setup made (known by its mark, not by its name)."""
    found = look(ctx)
    return found.facts if found else None


def look(ctx: Ctx) -> Principal | None:
    """As `find`, with what Entra tells of it."""
    asked, graph = ctx.ask(ServicePrincipalQuestions), ctx.world.graph(ctx, "operator")
    if asked.mode == "given":
        client_id, secret = str(asked.client_id), asked.client_secret
        application = graph.application(client_id)
    else:
        application = our_application(ctx)
        if application is None:
            return None
        client_id, secret = str(application["appId"]), place(ctx)
    found = graph.service_principal(client_id)
    if found is None or secret is None:
        return None
    facts = PrincipalFacts(
        client_id=client_id,
        object_id=str(found["id"]),
        display_name=str(found.get("displayName") or client_id),
        secret=secret,
    )
    holders = [found, application or {}]
    return Principal(
        facts=facts,
        enabled=bool(found.get("accountEnabled", True)),
        home=str(found.get("appOwnerOrganizationId") or ""),
        secrets=tuple(one for holder in holders for one in holder.get("passwordCredentials") or ()),
    )


def place(ctx: Ctx) -> SecretRef:
    """Where the answers want the secret of a principal of ours kept. Named by the setup: nobody else's is replaced."""
    asked, name = ctx.ask(ServicePrincipalQuestions), f"{display_name(ctx)}-{ctx.setup_id}"
    if asked.secret_store == "keyring":
        return SecretRef("keyring", f"{KEYRING_SERVICE}/{name}")
    if asked.secret_store == "key_vault":
        return SecretRef("keyvault", f"{asked.key_vault}/{name}")
    return SecretRef("file", f"{PRIVATE}/{SECRET_FILE}")


def our_applications(ctx: Ctx) -> list[dict[str, Any]]:
    """The one in use first, then the oldest. More than one came of answers that got lost; which one counts must not
    change."""
    named = ctx.world.graph(ctx, "operator").applications(display_name(ctx))
    ours = [app for app in named if mark.words(ctx.setup_id) in (app.get("tags") or ())]
    return sorted(
        ours, key=lambda app: (not app.get("passwordCredentials"), str(app.get("createdDateTime")), str(app["id"]))
    )


def our_application(ctx: Ctx) -> dict[str, Any] | None:
    return next(iter(our_applications(ctx)), None)


def create(ctx: Ctx) -> PrincipalFacts:
    """Make application and service principal, adopting what an interrupted run left behind."""
    graph, name, ours = ctx.world.graph(ctx, "operator"), display_name(ctx), mark.words(ctx.setup_id)
    ctx.say(_("creating the application {name}", name=name))
    application = our_application(ctx) or graph.create_application(name, ours, ours)
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
        raise too_slow(name)
    return PrincipalFacts(
        client_id=str(application["appId"]),
        object_id=str(made[-1]["id"]),
        display_name=name,
        secret=place(ctx),
    )


def too_slow(name: str) -> StepFailed:
    return StepFailed(
        Problem(
            _("{name} is not known everywhere in Entra yet", name=name),
            _("Entra copies a new object to all its servers, which takes longer than usual now"),
            _("run again in some minutes; what was made is found again"),
        )
    )
