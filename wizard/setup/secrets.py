"""Secrets are references; a value lives only in memory, and is struck out of every text we write."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wizard.setup.striking import SHORTEST, STRUCK, Striker, forms_of
from wizard.text import _


class SecretMissing(Exception):  # noqa: N818 - told to the user with its remedy
    """A reference points at nothing usable; `remedy` says what to do about it."""

    def __init__(self, reference: str, why: str, remedy: str) -> None:
        super().__init__(why)
        self.reference, self.why, self.remedy = reference, why, remedy


@dataclass(frozen=True, slots=True)
class SecretRef:
    """`env:NAME`, `file:PATH` (0600, relative to the folder), `keyring:SERVICE/NAME`,
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
                _("a secret is given as a reference, env:NAME, file:PATH or keyring:SERVICE/NAME, never as its value")
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


class Resolver(Protocol):
    """Turns the name behind one scheme into a value, or raises SecretMissing.

    `check` proves as much as can be proved before anything runs, without the value."""

    def check(self, ref: SecretRef) -> None: ...
    def resolve(self, ref: SecretRef) -> str: ...


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


@dataclass(frozen=True, slots=True)
class FileResolver:
    folder: Path

    def check(self, ref: SecretRef) -> None:
        self.resolve(ref)

    def resolve(self, ref: SecretRef) -> str:
        path = self.folder / Path(ref.name).expanduser()
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                raise SecretMissing(
                    str(ref),
                    _("the file can be read by others (mode {mode})", mode=f"{mode:04o}"),
                    _("chmod 600 {path}", path=path),
                )
            value = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SecretMissing(
                str(ref),
                _("the file {path} cannot be read: {error}", path=path, error=error.strerror),
                _("write the secret into it and chmod 600 it"),
            ) from error
        if not value:
            raise SecretMissing(str(ref), _("the file {path} is empty", path=path), _("write the secret into it"))
        return value


class KeyringResolver:
    def check(self, ref: SecretRef) -> None:
        self.resolve(ref)

    def resolve(self, ref: SecretRef) -> str:
        import keyring  # loaded late: its back ends take long to find
        from keyring.errors import KeyringError

        service, slash, name = ref.name.partition("/")
        try:
            value = keyring.get_password(service, name) if slash else None
        except KeyringError as error:
            raise SecretMissing(
                str(ref), _("the keyring cannot be opened: {error}", error=error), _("use env: or file: instead")
            ) from error
        if not value:
            raise SecretMissing(
                str(ref),
                _("the keyring holds nothing under {name}", name=ref.name),
                _("keyring set {service} {name}", service=service, name=name or "NAME"),
            )
        return value


class Secrets:
    """Resolves references and remembers every value it gave out, so that it can be struck out."""

    def __init__(self, folder: Path, extra: Mapping[str, Resolver] | None = None) -> None:
        self._resolvers: dict[str, Resolver] = {
            "env": EnvironmentResolver(),
            "file": FileResolver(folder),
            "keyring": KeyringResolver(),
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
