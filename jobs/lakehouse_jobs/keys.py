"""The key that hashes personal data: where it stands, and how it is read. It is only ever in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lakehouse_jobs.platform import Platform

NAME = "pii-key-1"
LENGTH = 32  # bytes; the secret holds them as 64 hexadecimal digits
_NAMED = re.compile(r"pii-key-(\d{1,6})")


class KeyUnusable(Exception):  # noqa: N818 - a state of the scope, told as it is
    """The key cannot be read, or is none; the words never hold what the secret holds."""


def version(name: str) -> str:
    """`v1` of `pii-key-1`: what stands before each hash. Raises ValueError for another form of name."""
    found = _NAMED.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no name of a key: it is pii-key- and a number, as {NAME}")
    return f"v{int(found[1])}"


@dataclass(frozen=True, slots=True)
class PiiKey:
    """A key by its name; its value is read once, when a model first hashes something."""

    platform: Platform
    scope: str
    name: str = NAME
    _read: list[bytes] = field(default_factory=list, repr=False, compare=False)

    @property
    def version(self) -> str:
        return version(self.name)

    def __reduce__(self) -> tuple[type[PiiKey], tuple[Platform, str, str]]:
        """Without its value: Spark Connect sends a stream's function, and all it holds, within the query's plan."""
        return type(self), (self.platform, self.scope, self.name)

    def value(self) -> bytes:
        """The 32 bytes. Raises KeyUnusable with what to do; never with the secret's text."""
        if not self._read:
            self._read.append(self._fetch())
        return self._read[0]

    def _fetch(self) -> bytes:
        remedy = "run the wizard's compute step, which makes the key, and give the job --secret-scope"
        if not self.scope:
            raise KeyUnusable(f"a column is to be hashed, and no secret scope is named: {remedy}")
        try:
            text = self.platform.secret(self.scope, self.name)
        except Exception as error:
            raise KeyUnusable(
                f"secret {self.name} of scope {self.scope} cannot be read ({type(error).__name__}): {remedy}"
            ) from None
        try:
            key = bytes.fromhex(text.strip())
        except ValueError:
            key = b""
        if len(key) != LENGTH:
            raise KeyUnusable(f"secret {self.name} of scope {self.scope} is no key of {LENGTH} bytes in hex: {remedy}")
        return key
