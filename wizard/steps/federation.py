"""The trust that lets a GitHub workflow sign in as an application: federated credentials, without any secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError

from wizard.cloud.arm import error_code
from wizard.cloud.graph import GraphClient
from wizard.cloud.methods import AUDIENCE
from wizard.setup.step import Problem, StepFailed
from wizard.steps.base import Ctx
from wizard.steps.problems import from_exception
from wizard.steps.service_principal import DENIED_CODES
from wizard.text import _

ISSUER = "https://token.actions.githubusercontent.com"
PASSING = (404, 408, 409, 429, 500, 502, 503, 504)  # of a directory that is busy, or does not know it everywhere yet
SECONDS = 120.0


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
    except AzureError as error:
        raise StepFailed(from_exception(error)) from error


def _create(ctx: Ctx, client_id: str, wanted: tuple[Trust, ...]) -> tuple[Trust, ...]:
    graph = ctx.world.graph(ctx, "operator")
    application = graph.application(client_id)
    if application is None:
        why = _("the tenant has no application {id}", id=client_id)
        raise StepFailed(_problem(why, _("name one by --client-id; Entra lists them under App registrations")))
    object_id = str(application["id"])
    added = _missing(graph, object_id, wanted)
    last: list[AzureError] = []

    def trusted() -> bool:
        """A change whose answer was lost, or that was refused for now, is looked for before it is tried again."""
        try:
            for trust in _missing(graph, object_id, wanted):
                _add(ctx, graph, object_id, trust)
        except (ServiceRequestError, ServiceResponseError) as error:
            last.append(error)
            return False
        except HttpResponseError as error:
            if (error.status_code or 0) >= 400 and error.status_code not in PASSING:  # below: the answer was cut off
                raise
            last.append(error)
            return False
        return True

    if not ctx.wait_for(_("the application to take its federated credentials"), trusted, seconds=SECONDS):
        raise last[-1]
    return added


def _missing(graph: GraphClient, object_id: str, wanted: tuple[Trust, ...]) -> tuple[Trust, ...]:
    """Raises StepFailed where a name is given to another subject."""
    held = graph.federated_credentials(object_id)
    subjects = {str(one["subject"]) for one in held if one["issuer"] == ISSUER}
    missing = tuple(trust for trust in wanted if trust.subject not in subjects)
    taken = {str(one["name"]): str(one["subject"]) for one in held}
    for trust in missing:
        if trust.name in taken:
            subject = taken[trust.name]
            why = _("a federated credential {name} is there, for {subject}", name=trust.name, subject=subject)
            raise StepFailed(_problem(why, _("remove it in Entra, or choose another --name")))
    return missing


def _add(ctx: Ctx, graph: GraphClient, object_id: str, trust: Trust) -> None:
    ctx.say(_("adding the federated credential {name} for {subject}", name=trust.name, subject=trust.subject))
    graph.add_federated_credential(
        object_id,
        name=trust.name,
        issuer=ISSUER,
        subject=trust.subject,
        description=_("lakehouse-wizard: the workflows of setup {id}", id=ctx.setup_id),
        audience=AUDIENCE,
    )


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
