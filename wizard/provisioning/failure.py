"""What a failed Terraform run said, with the cloud's own code and request id picked out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wizard.provisioning.stream import Diagnostic

_CODES = (
    re.compile(r'(?:"?error_?code"?|"?code"?|Code)\s*[=:]\s*"?([A-Z][A-Za-z_]{3,})"?'),
    re.compile(r"with error: ([A-Z][A-Za-z_]{3,})\b"),
    re.compile(r"\b([A-Z][A-Z]+(?:_[A-Z]+)+)\b"),
)
_NO_CODES = {"Unknown", "Unavailable"}  # gRPC's own, of a provider that broke
_UNANSWERED = re.compile(
    r"unexpected EOF|connection (?:was )?(?:reset|aborted|lost)|broken pipe|i/o timeout|answer was lost"
    r"|awaiting headers|client\.timeout|context deadline exceeded",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:x-ms-request-id|(?:correlation[ _-]?)?request[ _-]?id)\W{1,4}([0-9A-Za-z]{8}[0-9A-Za-z-]{4,})", re.IGNORECASE
)


class TerraformFailed(Exception):  # noqa: N818 - told to the user as a problem
    """Terraform ended with an error. `text` is all it said; the diagnostics are its errors, first first;
    `adoptable` is what it could not make because it is there, address to import id."""

    def __init__(self, phase: str, command: str, code: int, errors: list[Diagnostic], complaints: str = "") -> None:
        self.phase, self.command, self.code, self.errors = phase, command, code, errors
        self.adoptable: Mapping[str, str] = {}
        self.text = "\n\n".join(item.text for item in errors) or complaints or f"terraform {command} ended {code}"
        super().__init__(self.text)

    @property
    def headline(self) -> str:
        return self.errors[0].summary if self.errors else self.text.splitlines()[0]

    @property
    def addresses(self) -> tuple[str, ...]:
        """The resources that failed, or the places in our own files."""
        return tuple(
            dict.fromkeys(item.address or item.place or "" for item in self.errors if item.address or item.place)
        )

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The resources whose change may have been made or not, since its answer got lost."""
        return tuple(item.address for item in self.errors if item.address and _UNANSWERED.search(item.text))

    @property
    def raw_code(self) -> str | None:
        """The cloud's own error code, as AuthorizationFailed."""
        found = (match[1] for pattern in _CODES for match in pattern.finditer(self.text))
        return next((code for code in found if code not in _NO_CODES), None)

    @property
    def request_id(self) -> str | None:
        found = _REQUEST.search(self.text)
        return found[1] if found else None
