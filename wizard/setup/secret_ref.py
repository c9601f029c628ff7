"""Where a secret is, without its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wizard.text import _


class SecretMissing(Exception):  # noqa: N818 - told to the user with its remedy
    """A reference points at nothing usable; `remedy` says what to do about it."""

    def __init__(self, reference: str, why: str, remedy: str) -> None:
        super().__init__(why)
        self.reference, self.why, self.remedy = reference, why, remedy


@dataclass(frozen=True, slots=True)
class SecretRef:
    """`env:NAME`, `file:PATH` (0600, relative to the folder), `keyring:SERVICE/NAME`, `keyvault:VAULT/NAME`,
    or a scheme plugged in by the target."""

    scheme: str
    name: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> SecretRef:
        scheme, colon, name = text.partition(":")
        if not colon or not name or not scheme.isidentifier():
            # The text may be the secret itself, so it is not repeated.
            raise ValueError(
                _(
                    "a secret is given as a reference, env:NAME, file:PATH, keyring:SERVICE/NAME or "
                    "keyvault:VAULT/NAME, never as its value"
                )
            )
        return cls(scheme, name)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda value: value if isinstance(value, SecretRef) else cls.parse(value),
            core_schema.union_schema([core_schema.is_instance_schema(cls), core_schema.str_schema()]),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z_]+:.+$", "examples": ["env:LAKEHOUSE_CLIENT_SECRET"]}
