"""The places where secrets are: a file, the machine's keyring, a Key Vault."""

from __future__ import annotations

import base64
import re
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from wizard.setup import files
from wizard.setup.secret_ref import SecretMissing, SecretRef
from wizard.text import _


class Resolver(Protocol):
    """Turns the name behind one scheme into a value, or raises SecretMissing.

    `check` proves as much as can be proved before anything runs, without the value."""

    def check(self, ref: SecretRef) -> None: ...
    def resolve(self, ref: SecretRef) -> str: ...


@runtime_checkable
class Place(Resolver, Protocol):
    """A resolver that also keeps. Each raises SecretMissing where the place cannot be used.

    `prove` tells, before there is a secret, that one could be kept; `drop` of what is absent is success."""

    def prove(self, ref: SecretRef) -> None: ...
    def keep(self, ref: SecretRef, value: str) -> None: ...
    def drop(self, ref: SecretRef) -> None: ...


class Vault(Protocol):
    """An Azure Key Vault as far as secrets need it; see wizard.cloud.keyvault. Raises SecretMissing."""

    def secret(self, name: str) -> str | None: ...
    def set_secret(self, name: str, value: str) -> None: ...
    def delete_secret(self, name: str) -> None: ...


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
            value = _text(path.read_bytes())
        except OSError as error:
            raise SecretMissing(
                str(ref),
                _("the file {path} cannot be read: {error}", path=path, error=error.strerror),
                _("write the secret into it and chmod 600 it"),
            ) from error
        if not value:
            raise SecretMissing(str(ref), _("the file {path} is empty", path=path), _("write the secret into it"))
        return value

    def prove(self, ref: SecretRef) -> None:
        """A file is made where the setup itself is."""

    def keep(self, ref: SecretRef, value: str) -> None:
        files.write(self.folder / Path(ref.name).expanduser(), value + "\n", 0o600, sync=True)

    def drop(self, ref: SecretRef) -> None:
        (self.folder / Path(ref.name).expanduser()).unlink(missing_ok=True)


def _text(data: bytes) -> str:
    """Of a file that holds no text, as a PFX, its base64."""
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()


class KeyringResolver:
    def check(self, ref: SecretRef) -> None:
        self.resolve(ref)

    def resolve(self, ref: SecretRef) -> str:
        service, slash, name = ref.name.partition("/")
        with _keyring(ref) as keyring:
            value = keyring.get_password(service, name) if slash else None
        if not value:
            raise SecretMissing(
                str(ref),
                _("the keyring holds nothing under {name}", name=ref.name),
                _("keyring set {service} {name}", service=service, name=name or "NAME"),
            )
        return str(value)

    def prove(self, ref: SecretRef) -> None:
        """Asking for what is not there opens the keyring all the same."""
        with _keyring(ref) as keyring:
            keyring.get_password(*ref.name.split("/", 1))

    def keep(self, ref: SecretRef, value: str) -> None:
        with _keyring(ref) as keyring:
            keyring.set_password(*ref.name.split("/", 1), value)

    def drop(self, ref: SecretRef) -> None:
        with _keyring(ref) as keyring:
            if keyring.get_password(*ref.name.split("/", 1)) is not None:
                keyring.delete_password(*ref.name.split("/", 1))


@contextmanager
def _keyring(ref: SecretRef) -> Iterator[Any]:
    """The machine's keyring; what it refuses is told. Loaded late: its back ends take long to find."""
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        yield keyring
    except NoKeyringError as error:
        raise SecretMissing(
            str(ref),
            _("this machine has no keyring that programs can use"),
            _("install one (as gnome-keyring or kwallet), or keep the secret in a file or a Key Vault"),
        ) from error
    except KeyringError as error:
        raise SecretMissing(
            str(ref), _("the keyring cannot be opened: {error}", error=error), _("use env: or file: instead")
        ) from error


class VaultResolver:
    """`open` gives a vault by its name, once somebody is signed in. What was read or kept is remembered for the run;
    `forget` makes the next `resolve` ask again."""

    def __init__(self) -> None:
        self.open: Callable[[str], Vault] | None = None
        self._known: dict[str, str] = {}
        self._opening = threading.local()

    def check(self, ref: SecretRef) -> None:
        """The vault itself is asked later."""
        self._parts(ref)

    def resolve(self, ref: SecretRef) -> str:
        if ref.name not in self._known:
            vault, name = self._vault(ref)
            # `az keyvault secret set --file` puts the line end of the file there too.
            value = (vault.secret(name) or "").rstrip("\r\n")
            if not value:
                raise SecretMissing(
                    str(ref),
                    _("the Key Vault holds no secret of that name: {name}", name=ref.name),
                    _("put it there: az keyvault secret set --vault-name {vault} --name {name}",
                      vault=ref.name.partition("/")[0], name=name),
                )  # fmt: skip
            self._known[ref.name] = value
        return self._known[ref.name]

    def forget(self) -> None:
        self._known.clear()

    def prove(self, ref: SecretRef) -> None:
        """Asking for what is not there shows that the vault is there and that we may read in it."""
        vault, name = self._vault(ref)
        vault.secret(name)

    def keep(self, ref: SecretRef, value: str) -> None:
        vault, name = self._vault(ref)
        vault.set_secret(name, value)
        self._known[ref.name] = value

    def drop(self, ref: SecretRef) -> None:
        vault, name = self._vault(ref)
        self._known.pop(ref.name, None)
        vault.delete_secret(name)

    def _parts(self, ref: SecretRef) -> tuple[str, str]:
        found = re.fullmatch(r"([A-Za-z][A-Za-z0-9-]{2,23})/([A-Za-z0-9-]{1,127})", ref.name)
        if found is None:
            raise SecretMissing(
                str(ref),
                _("a secret in a Key Vault is named VAULT/NAME, of letters, digits and hyphens"),
                _("give it as keyvault:VAULT/NAME"),
            )
        return found[1], found[2]

    def _vault(self, ref: SecretRef) -> tuple[Vault, str]:
        vault, name = self._parts(ref)
        if self.open is None or getattr(self._opening, "now", False):
            raise SecretMissing(
                str(ref),
                _("a Key Vault is opened by the operator, who is not signed in yet"),
                _("give the operator's own secret as env:, file: or keyring:"),
            )
        self._opening.now = True  # the operator's own secret cannot be in what only the operator opens
        try:
            return self.open(vault), name
        finally:
            self._opening.now = False
