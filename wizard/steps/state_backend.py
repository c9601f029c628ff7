"""Where the states of the roots lie, as the answers say: beside the setup, in Azure, or behind HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from wizard.provisioning.backend import AZURERM, HTTP, LOCAL, Backend
from wizard.setup.secrets import SecretRef
from wizard.setup.step import Questions
from wizard.steps.facts import ProjectFacts
from wizard.steps.project import ProjectQuestions
from wizard.steps.sign_in import SignInQuestions
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.setup.answers import Answers
    from wizard.steps.base import Ctx


class StateQuestions(Questions):
    """Where Terraform keeps what it made: on this machine, or where a team shares it."""

    backend: Literal["local", "azurerm", "http"] = Field(
        default="local",
        description=N_("where Terraform's states lie: local (in the setup folder), azurerm or http"),
        json_schema_extra={
            "why": N_("a local state needs nothing else; with the others a second folder can go on with the setup"),
            "cost": N_("azurerm makes a storage account of its own, a few cents a month"),
        },
    )
    address: str | None = Field(
        default=None,
        validate_default=True,
        description=N_("http: the store's https URL, to which the name of each state is added"),
    )
    username: str = Field(default="", description=N_("http: the user at the store; empty: it asks for none"))
    password: SecretRef | None = Field(default=None, description=N_("http: where the password of that user is"))
    lock_path: str = Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description=N_("http: what is added to a state's URL to lock it, as /lock for GitLab; empty: the URL itself"),
    )
    lock_method: Literal["LOCK", "POST", "PUT"] = Field(
        default="LOCK", description=N_("http: how a state is locked; POST for GitLab")
    )
    unlock_method: Literal["UNLOCK", "DELETE", "POST"] = Field(
        default="UNLOCK", description=N_("http: how it is unlocked; DELETE for GitLab")
    )
    resource_group: str = Field(
        default="", description=N_("azurerm: the group of the state's account; empty: made of the domain's name")
    )
    storage_account: str = Field(
        default="",
        pattern=r"^([a-z0-9]{3,24})?$",
        description=N_(
            "azurerm: the account; empty: made for this setup. One that is there and is not ours stays as it is"
        ),
    )
    container: str = Field(
        default="tfstate",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        min_length=3,
        max_length=63,
        description=N_("azurerm: the container of the states"),
    )

    @field_validator("address")
    @classmethod
    def _address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            if info.data.get("backend") == HTTP:
                raise PydanticCustomError("missing", "no answer")
            return None
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(_("it is not an https URL without ? and #; give it as https://host/path"))
        if parts.username or parts.password:
            raise ValueError(_("a user or a password stands in it; give them as username and password"))
        return value.rstrip("/")


def of(answers: Answers, root: str) -> Backend:
    """The backend of one root's state. Its name has domain, environment and subscription, which together are one
    setup's alone, so that a folder that has only the answers finds it."""
    asked, project = answers.section(StateQuestions), answers.section(ProjectQuestions)
    if asked.backend == LOCAL:
        return Backend()
    signed_in = answers.section(SignInQuestions)
    name = "-".join((project.domain, project.environment or "plain", signed_in.subscription_id.lower(), root))
    if asked.backend == HTTP:
        address = f"{asked.address}/{name}"
        fields = {
            "address": address,
            "lock_address": address + asked.lock_path,
            "unlock_address": address + asked.lock_path,
            "lock_method": asked.lock_method,
            "unlock_method": asked.unlock_method,
        }
        plain = {"TF_HTTP_USERNAME": asked.username} if asked.username else {}
        secrets = {"TF_HTTP_PASSWORD": str(asked.password)} if asked.password else {}
        return Backend(HTTP, fields, plain, secrets)
    return Backend(
        AZURERM,
        {
            "resource_group_name": group_name(asked, project),
            "storage_account_name": account_name(asked, project),
            "container_name": asked.container,
            "key": f"{name}.tfstate",
            "subscription_id": signed_in.subscription_id,
            "tenant_id": signed_in.tenant_id,
            "use_azuread_auth": True,  # the account's keys are switched off
        },
    )


def group_name(asked: StateQuestions, project: ProjectQuestions) -> str:
    parts = [part for part in (project.domain, project.environment) if part]
    return asked.resource_group or f"rsgd{'-'.join(parts)}-state"


def account_name(asked: StateQuestions, project: ProjectQuestions | ProjectFacts) -> str:
    """At most 24 letters and digits, as names.py has it: 4 of prefix and environment each, 16 of the domain."""
    prefix = f"stte{project.environment}" if project.environment else "sttd"
    return asked.storage_account or f"{prefix}{project.domain}"


def environment(ctx: Ctx, backend: Backend) -> Mapping[str, str]:
    """The secrets that open a backend, by the variables in which Terraform takes them."""
    env = {variable: ctx.secrets.resolve(SecretRef.parse(reference)) for variable, reference in backend.secrets.items()}
    if backend.kind == AZURERM:
        login = ctx.world.principal_login(ctx)
        env |= {"ARM_CLIENT_ID": login.client_id, "ARM_CLIENT_SECRET": login.client_secret}
    return env
