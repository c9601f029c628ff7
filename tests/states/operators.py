"""Operators of every kind for the states of signing in: applications, certificates, tokens of other issuers, people."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import threading
import webbrowser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin
from urllib.request import urlopen

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from tests.steps.early import Setup, open_setup
from wizard.cloud.graph import GraphClient
from wizard.sandbox.control import _context
from wizard.sandbox.process import Connection
from wizard.setup.events import Progress

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
MAKER = "lakehouse-wizard"


def az(cloud: Connection, *arguments: str) -> None:
    """What a person types."""
    subprocess.run([Path(cloud.info["path_prefix"]) / "az", *arguments], check=True, capture_output=True)


class Maker:
    """Makes applications in the tenant, as one that may: the person of the scenario lets it."""

    def __init__(self, cloud: Connection, place: Path) -> None:
        person = open_setup(cloud, place / "person")
        info = cloud.info
        person.world.graph(person.context("test"), "operator").grant_directory_role(
            info["identities"][MAKER]["object_id"], GLOBAL_ADMINISTRATOR
        )
        cloud.portal("assign-owner", MAKER)
        self.cloud = cloud
        self.setup = open_setup(cloud, place / "maker", {"sign_in": by_secret(cloud)})
        self.graph: GraphClient = self.setup.world.graph(self.setup.context("test"), "operator")
        self.rest = self.graph._rest

    def application(self, *, owner: bool = True) -> dict[str, Any]:
        """A registered application with its principal, Owner of the subscription if wanted."""
        made = self.graph.create_application("an operator", "of a test", "a-test")
        principal = self.graph.create_service_principal(made["appId"], "a-test")
        if owner:
            self.setup.arm.assign_role(OWNER, principal["id"], "ServicePrincipal")
        return {**made, "principal": principal["id"]}

    def secret(self, application: Mapping[str, Any], end: str = "2040-01-01T00:00:00Z") -> str:
        return self.graph.add_password(application["id"], "a test's", end)


def by_secret(cloud: Connection, **changes: Any) -> dict[str, Any]:
    identity = cloud.info["identities"][MAKER]
    return {
        "method": "client_secret",
        "client_id": identity["client_id"],
        "client_secret": f"sandbox:{MAKER}",
        **changes,
    }


def private(path: Path, content: str | bytes) -> str:
    """A file that its owner alone reads; as a reference of the answers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return f"file:{path}"


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(days: int = 30, serial: int = 1) -> x509.Certificate:
    """Of `key`, until so many days from now; each serial number is another certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "operator")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
    made = made.serial_number(serial).not_valid_before(now - timedelta(days=60))
    return made.not_valid_after(now + timedelta(days=days)).sign(key(), hashes.SHA256())


def register_certificate(maker: Maker, application: Mapping[str, Any], made: x509.Certificate) -> None:
    """As the portal uploads it."""
    der = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()
    wanted = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": der, "displayName": "operator"}
    maker.rest.send("PATCH", f"/applications/{application['id']}", body={"keyCredentials": [wanted]})


def pem(made: x509.Certificate) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    private_key = key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return private_key + made.public_bytes(serialization.Encoding.PEM)


def pfx(made: x509.Certificate, password: str) -> bytes:
    encryption = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"operator", key(), made, None, encryption)


class Acting(list[object]):
    """Events of a setup; a person reads them, and acts on what the expression finds."""

    def __init__(self, pattern: str, act: Callable[[str], object]) -> None:
        super().__init__()
        self._pattern, self._act = re.compile(pattern), act

    def append(self, event: object) -> None:
        super().append(event)
        found = self._pattern.search(event.text) if isinstance(event, Progress) else None
        if found:
            self._act(found[1])


def reading(setup: Setup, pattern: str, act: Callable[[str], object]) -> Setup:
    setup.events = Acting(pattern, act)  # type: ignore[assignment]  # a list that acts on what it is told
    return setup


class Browser(webbrowser.BaseBrowser):
    """A browser in which a person picks an account on the sandbox's page, and the page goes on by itself."""

    def __init__(self, cloud: Connection, person: str) -> None:
        super().__init__("a test's")
        self._cloud, self._person = cloud, person

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        threading.Thread(target=self._sign_in, args=(url,), daemon=True).start()
        return True

    def _sign_in(self, url: str) -> None:
        page, fields = self._form(url, None)
        _answer, told = self._form(urljoin(url, page), {**fields, "username": self._person})
        with urlopen(_answer, data=urlencode(told).encode(), timeout=30):
            pass

    def _form(self, url: str, data: dict[str, str] | None) -> tuple[str, dict[str, str]]:
        body = urlencode(data).encode() if data else None
        with urlopen(url, data=body, timeout=30, context=_context(self._cloud.info)) as answer:
            text = answer.read().decode()
        action = re.search(r'action="([^"]+)"', text)
        assert action is not None, text
        return action[1], dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text))


def without_az(place: Path) -> None:
    """A PATH on which there is none."""
    place.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = str(place)
