"""What the service principal's step asks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from wizard.setup.secrets import SecretRef
from wizard.setup.step import Questions
from wizard.steps.principal_rights import DirectoryPermission, RoleSet
from wizard.steps.sign_in import check_guid
from wizard.text import N_

SecretStore = Literal["file", "keyring", "key_vault"]
SECRET_DAYS = 180  # that a secret of the wizard's own lasts


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
    secret_store: SecretStore = Field(
        default="file",
        description=N_(
            "where the secret of a principal that the wizard makes is kept: file (readable by you alone), "
            "keyring (this machine's) or key_vault"
        ),
        json_schema_extra={"why": N_("a file works everywhere; a Key Vault lets several machines run the same setup")},
    )
    key_vault: str | None = Field(
        default=None,
        validate_default=True,
        pattern="^[A-Za-z][A-Za-z0-9-]{2,23}$",
        description=N_("the name of an existing Key Vault; for key_vault"),
    )
    renew_days: int = Field(
        default=0,
        ge=0,
        le=SECRET_DAYS - 30,
        description=N_("renew a secret of the wizard's own that ends within so many days; 0 waits until it has ended"),
    )
    role_set: RoleSet = Field(
        default="least_privilege",
        description=N_("least_privilege (Contributor, and the right to assign a few roles) or owner"),
        json_schema_extra={
            "why": N_(
                "it makes and removes all that the setup needs; it cannot give itself or others more (no role but "
                "Storage Blob Data Contributor, Event Hubs Data Sender and Receiver), nor make policies and locks"
            )
        },
    )
    directory_permission: DirectoryPermission = Field(
        default="app_roles",
        description=N_("app_roles (four permissions of Microsoft Graph) or global_administrator"),
        json_schema_extra={
            "why": N_(
                "it makes users and groups, and reads applications and domains; it cannot make applications, grant "
                "permissions or give directory roles, as a Global Administrator can"
            )
        },
    )

    @field_validator("key_vault")
    @classmethod
    def _vault(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("secret_store") == "key_vault":
            raise PydanticCustomError("missing", "no answer")
        return value

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
