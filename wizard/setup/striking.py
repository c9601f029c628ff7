"""Striking secrets out of a text that leaves the machine: known values in every coding, and what looks like one."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

STRUCK = "•••"
SHORTEST = 6  # characters; a shorter value would strike out half of every log

_KEYS = (
    r"client[_-]?secret|secret|password|passwd|pwd|passphrase|access[_-]?token|refresh[_-]?token|id[_-]?token"
    r"|control[_-]?token|token|api[_-]?key|account[_-]?key|access[_-]?key|shared[_-]?access[_-]?key|private[_-]?key"
    r"|connection[_-]?string|sas[_-]?token|credentials?"
)
# A reference is no secret: env:NAME, file:PATH, keyring:SERVICE/NAME, sandbox:IDENTITY.
_REFERENCE = r"(?!(?:env|file|keyring|sandbox|keyvault):)"
_PATTERNS = tuple(
    (re.compile(pattern, flags), replacement)
    for pattern, flags, replacement in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL, STRUCK),
        (r"\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)*", 0, STRUCK),  # a JWT, whole or with its end cut off
        (r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{8,}", 0, rf"\1\2{STRUCK}"),
        (r"\b(dapi|dkea|dose|dsapi)[0-9a-f]{20,}(-\d+)?\b", 0, STRUCK),  # Databricks tokens
        (r"[\w.~-]{3}\dQ~[\w.~-]{31,34}", 0, STRUCK),  # a client secret as Entra makes them
        (r"(?i)\b(AccountKey|SharedAccessKey|SharedAccessSignature|sig|Password|Pwd)=[^;&\s\"'\\]+", 0,
         rf"\1={STRUCK}"),
        (r"(?i)(://[^/\s:@\"']+:)[^@\s/\"']+@", 0, rf"\1{STRUCK}@"),  # the password of a URL
        # A key of that name and its value, as JSON (plain or inside a string), YAML, HCL or arguments have it.
        (rf"(?i)(\\?\"(?:[\w-]*[_-])?(?:{_KEYS})\\?\"\s*:\s*\\?\"){_REFERENCE}[^\"\\]+", 0, rf"\1{STRUCK}"),
        (rf"(?im)((?<![\w-])(?:[\w-]*[_-])?(?:{_KEYS})\s*[=:]\s*[\"']?){_REFERENCE}(?![\"'\[{{\s])[^\s\"',;&]{{6,}}", 0,
         rf"\1{STRUCK}"),
    )
)  # fmt: skip


class Striker:
    """Strikes out the given values, in each form a log may have them in, and whatever has the look of a secret."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values if len(value) >= SHORTEST for form in forms_of(value)}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, STRUCK)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def forms_of(value: str) -> set[str]:
    """The value, and as JSON, URLs and base64 write it, base64 at each of its three offsets."""
    data = value.encode()
    forms = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], quote(value, safe=""),
             quote(value), quote_plus(value), data.hex()}  # fmt: skip
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + data).decode()
        # What stands at the ends depends on the neighbours; what is between is the value's own.
        core = coded[(0, 2, 3)[offset] :].rstrip("=")[: -1 if (offset + len(data)) % 3 else None]
        if len(core) >= SHORTEST:
            forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms
