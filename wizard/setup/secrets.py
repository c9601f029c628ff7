"""Secrets are references; a value lives only in memory, and is struck out of every text we write."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from wizard.setup.places import FileResolver, KeyringResolver, Place, Resolver, VaultResolver
from wizard.setup.secret_ref import SecretMissing, SecretRef
from wizard.setup.striking import SHORTEST, STRUCK, Striker, forms_of
from wizard.text import _

__all__ = ["Resolver", "SecretMissing", "SecretRef", "Secrets", "public_environment", "strike", "withhold_named_in"]

_variables: set[str] = set()  # environment variables that references named, in this process
_given_out: set[str] = set()  # every value that any `Secrets` of this process remembers


def public_environment() -> dict[str, str]:
    """This process's environment without the variables that hold secrets: for children that need none."""
    return {name: value for name, value in os.environ.items() if name not in _variables}


def withhold_named_in(answers: Path) -> None:
    """Keep from children what an answers file names as `env:` secrets, for a command that does not load it."""
    try:
        text = answers.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    _variables.update(re.findall(r"\benv:([A-Za-z_]\w*)", text))


def strike(text: str) -> str:
    """`text` without a secret, for what is told where no `Secrets` is at hand: a defect's words and its traceback."""
    return Striker(tuple(_given_out))(text)


class EnvironmentResolver:
    def check(self, ref: SecretRef) -> None:
        self.resolve(ref)

    def resolve(self, ref: SecretRef) -> str:
        _variables.add(ref.name)
        value = os.environ.get(ref.name, "")
        if not value:
            raise SecretMissing(
                str(ref),
                _("the environment variable {name} is not set", name=ref.name),
                _("export {name} with the secret's value", name=ref.name),
            )
        return value


class Secrets:
    """Resolves references and remembers every value it gave out, so that it can be struck out."""

    def __init__(self, folder: Path, extra: Mapping[str, Resolver] | None = None) -> None:
        self.vaults = VaultResolver()
        self._resolvers: dict[str, Resolver] = {
            "env": EnvironmentResolver(),
            "file": FileResolver(folder),
            "keyring": KeyringResolver(),
            "keyvault": self.vaults,
            **(extra or {}),
        }
        self._values: set[str] = set()
        self._lock = threading.Lock()

    def _resolver(self, ref: SecretRef) -> Resolver:
        try:
            return self._resolvers[ref.scheme]
        except KeyError:
            known = ", ".join(f"{scheme}:" for scheme in self._resolvers)
            raise SecretMissing(
                str(ref),
                _("there is no place called {scheme}: here", scheme=ref.scheme),
                _("use one of {known}", known=known),
            ) from None

    def check(self, refs: Iterable[SecretRef]) -> list[SecretMissing]:
        """Every reference that cannot be resolved; all of them, not the first."""
        missing = []
        for ref in refs:
            try:
                self._resolver(ref).check(ref)
            except SecretMissing as problem:
                missing.append(problem)
        return missing

    def resolve(self, ref: SecretRef) -> str:
        value = self._resolver(ref).resolve(ref)
        self.remember(value)
        return value

    def prove(self, ref: SecretRef) -> None:
        """Raises SecretMissing where no secret could be kept under `ref`. Changes nothing."""
        self._place(ref).prove(ref)

    def keep(self, ref: SecretRef, value: str) -> None:
        """Keep a secret that we were given; raises SecretMissing where the place refuses it."""
        self.remember(value)
        self._place(ref).keep(ref, value)

    def drop(self, ref: SecretRef) -> None:
        """Take away what `keep` kept; absent is success."""
        self._place(ref).drop(ref)

    def _place(self, ref: SecretRef) -> Place:
        place = self._resolver(ref)
        if not isinstance(place, Place):
            raise SecretMissing(
                str(ref), _("nothing can be kept there"), _("keep it in a file, a keyring or a Key Vault")
            )
        return place

    def remember(self, value: str) -> None:
        """Register a value we were given otherwise (a token, a new secret), so that `redact` knows it."""
        with self._lock:
            # A short one in base64 is a few letters, which stand in many words.
            self._values |= {value, *(forms_of(value) if len(value) >= SHORTEST else ())}
            _given_out.add(value)

    def redact(self, text: str) -> str:
        """`text` with every known secret value struck out, however a log may write it (see striking.py)."""
        with self._lock:
            values = sorted(self._values, key=len, reverse=True)
        for value in values:
            text = text.replace(value, STRUCK)
        return text
