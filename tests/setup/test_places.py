"""Where secrets are kept: what each place keeps, gives back and forgets, and what it says where it cannot."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import keyrings
from wizard.setup.secrets import SecretMissing, SecretRef, Secrets

VALUE = "a-secret-of-some-length"


class Box:
    """A vault in this process."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.asked = 0

    def secret(self, name: str) -> str | None:
        self.asked += 1
        return self.kept.get(name)

    def set_secret(self, name: str, value: str) -> None:
        self.kept[name] = value

    def delete_secret(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture(autouse=True)
def machine() -> Iterator[None]:
    with keyrings.machine_with("drawer"):
        yield


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    found = Secrets(tmp_path)
    box = Box()
    found.vaults.open = lambda vault: box
    return found


@pytest.mark.parametrize("text", ["file:kept", "keyring:service/name", "keyvault:kv-one/name"])
def test_a_place_keeps_gives_back_and_forgets(secrets: Secrets, text: str) -> None:
    ref = SecretRef.parse(text)
    secrets.prove(ref)
    with pytest.raises(SecretMissing):
        secrets.resolve(ref)
    secrets.keep(ref, VALUE)
    assert secrets.resolve(ref) == VALUE
    assert VALUE not in secrets.redact(f"it is {VALUE}")
    secrets.drop(ref)
    secrets.drop(ref)
    with pytest.raises(SecretMissing):
        secrets.resolve(ref)


def test_a_file_is_its_owners_alone(secrets: Secrets, tmp_path: Path) -> None:
    secrets.keep(SecretRef("file", "kept"), VALUE)
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o600


def test_a_vault_is_asked_once_a_run(tmp_path: Path) -> None:
    secrets, box, ref = Secrets(tmp_path), Box(), SecretRef("keyvault", "kv-one/name")
    secrets.vaults.open = lambda vault: box
    box.kept["name"] = VALUE
    assert {secrets.resolve(ref) for _time in range(5)} == {VALUE}
    assert box.asked == 1
    secrets.vaults.forget()
    assert secrets.resolve(ref) == VALUE
    assert box.asked == 2


def test_the_line_end_of_a_file_that_went_into_a_vault_is_none_of_the_secret(tmp_path: Path) -> None:
    """As `az keyvault secret set --file` puts it there."""
    secrets, box = Secrets(tmp_path), Box()
    secrets.vaults.open = lambda vault: box
    box.kept["name"] = f"{VALUE}\n"
    assert secrets.resolve(SecretRef("keyvault", "kv-one/name")) == VALUE


def test_a_machine_without_a_keyring_says_so(secrets: Secrets) -> None:
    keyrings.use("none")
    ref = SecretRef("keyring", "service/name")
    for act in (secrets.prove, secrets.resolve, lambda ref: secrets.keep(ref, VALUE)):
        with pytest.raises(SecretMissing) as missing:
            act(ref)
        assert "no keyring" in missing.value.why
        assert "Key Vault" in missing.value.remedy


def test_where_nothing_can_be_kept_is_said(secrets: Secrets) -> None:
    with pytest.raises(SecretMissing):
        secrets.keep(SecretRef("env", "SOME_NAME"), VALUE)


@pytest.mark.parametrize("name", ["kv-one", "kv/na me", "k/name", "kv-one/"])
def test_the_form_of_a_vaults_reference_is_checked_before_anybody_signs_in(tmp_path: Path, name: str) -> None:
    (missing,) = Secrets(tmp_path).check([SecretRef("keyvault", name)])
    assert "VAULT/NAME" in missing.why


def test_a_vault_waits_for_the_operator(tmp_path: Path) -> None:
    secrets, ref = Secrets(tmp_path), SecretRef("keyvault", "kv-one/name")
    assert secrets.check([ref]) == []
    with pytest.raises(SecretMissing, match="not signed in yet"):
        secrets.resolve(ref)


def test_the_operators_own_secret_cannot_be_in_the_vault_that_it_opens(tmp_path: Path) -> None:
    secrets, ref = Secrets(tmp_path), SecretRef("keyvault", "kv-one/operator")

    def opened_by_itself(vault: str) -> Box:
        secrets.resolve(ref)
        return Box()

    secrets.vaults.open = opened_by_itself
    with pytest.raises(SecretMissing) as missing:
        secrets.resolve(ref)
    assert "env:, file: or keyring:" in missing.value.remedy
