"""The trust that lets a GitHub workflow sign in as an application: federated credentials, without any secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError

from wizard.cloud.arm import error_code
from wizard.setup.step import Problem, StepFailed
from wizard.steps.base import Ctx
from wizard.steps.problems import from_exception
from wizard.steps.service_principal import DENIED_CODES
from wizard.text import _

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True)
class Trust:
    """One federated credential: jobs of GitHub whose token has this subject may sign in."""

    name: str
    subject: str


def trusts(repository: str, name: str, environments: tuple[str, ...]) -> tuple[Trust, ...]:
    """One for each environment. `repository` is OWNER/NAME, or OWNER@ID/NAME@ID as the tokens of repositories made
    since June 2026 have it (learn.microsoft.com, "Migrate GitHub Actions federated credentials")."""
    return tuple(Trust(f"{name}-{each}"[:120], f"repo:{repository}:environment:{each}") for each in environments)


def create(ctx: Ctx, client_id: str, wanted: tuple[Trust, ...]) -> tuple[Trust, ...]:
    """Add what the application does not trust yet, as the operator; what was added. Raises StepFailed."""
    try:
        return _create(ctx, client_id, wanted)
    except HttpResponseError as error:
        if error_code(error) not in DENIED_CODES:
            raise StepFailed(from_exception(error)) from error
        why = _("the operator may not change the application {id}", id=client_id)
        raise StepFailed(_problem(why, _by_hand(wanted))) from error


def _create(ctx: Ctx, client_id: str, wanted: tuple[Trust, ...]) -> tuple[Trust, ...]:
    graph = ctx.world.graph(ctx, "operator")
    application = graph.application(client_id)
    if application is None:
        why = _("the tenant has no application {id}", id=client_id)
        raise StepFailed(_problem(why, _("name one by --client-id; Entra lists them under App registrations")))
    held = graph.federated_credentials(str(application["id"]))
    subjects = {str(one["subject"]) for one in held if one["issuer"] == ISSUER}
    missing = tuple(trust for trust in wanted if trust.subject not in subjects)
    taken = {str(one["name"]): one for one in held}
    for trust in missing:
        if trust.name in taken:
            why = _("a federated credential {name} is there, for {subject}", name=trust.name,
                    subject=taken[trust.name]["subject"])  # fmt: skip
            raise StepFailed(_problem(why, _("remove it in Entra, or choose another --name")))
    for trust in missing:
        ctx.say(_("adding the federated credential {name} for {subject}", name=trust.name, subject=trust.subject))
        description = _("lakehouse-wizard: the workflows of setup {id}", id=ctx.setup_id)
        graph.add_federated_credential(
            str(application["id"]), name=trust.name, issuer=ISSUER, subject=trust.subject,
            description=description, audience=AUDIENCE,
        )  # fmt: skip
    return missing


def form(trust: Trust) -> Mapping[str, object]:
    """As `az ad app federated-credential create --parameters` takes it."""
    return {"name": trust.name, "issuer": ISSUER, "subject": trust.subject, "audiences": [AUDIENCE]}


def _by_hand(wanted: tuple[Trust, ...]) -> str:
    subjects = ", ".join(trust.subject for trust in wanted)
    return _(
        "let an owner of the application add federated credentials in Entra (App registrations, Certificates & "
        "secrets), issuer {issuer}, for: {subjects}",
        issuer=ISSUER,
        subjects=subjects,
    )


def _problem(why: str, next_action: str) -> Problem:
    return Problem(_("the federated credential could not be made"), why, next_action)
