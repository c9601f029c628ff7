"""The keyrings of two machines: one with none, and one as a desktop has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal

import keyring
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring


class Drawer(KeyringBackend):
    """Keeps in this process."""

    priority = 1
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


_KINDS: dict[str, Callable[[], KeyringBackend]] = {"none": NoKeyring, "drawer": Drawer}


def use(kind: Literal["none", "drawer"]) -> None:
    keyring.set_keyring(_KINDS[kind]())


@contextmanager
def machine_with(kind: Literal["none", "drawer"]) -> Iterator[None]:
    """Until the end the machine has this keyring, or the one that `use` gives it."""
    before = keyring.get_keyring()
    use(kind)
    yield
    keyring.set_keyring(before)
