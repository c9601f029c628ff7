"""§2: azure-identity at the login host, and the ways into Databricks that reach a host of one's own."""

from __future__ import annotations

import base64
import json
import os
import shlex
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AzureCliCredential, DeviceCodeCredential
from azure.mgmt.resource.subscriptions import SubscriptionClient
from cryptography.hazmat.primitives.serialization import Encoding

from tests.operations.running import PROVIDER, Surface
from tests.sandbox.conftest import ARM_SCOPE, GRAPH_SCOPE, secret_credential
from tests.sandbox.databricks_live import DATABRICKS_SCOPE
from tests.states import operators
from wizard.cloud.methods import credential
from wizard.cloud.world import Login, Method

STORAGE_SCOPE = "https://storage.azure.com/.default"


def claims(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


def sign_in_with_a_secret(s: Surface) -> None:
    credential = secret_credential(s.info)
    seen = {scope: claims(credential.get_token(scope).token) for scope in (ARM_SCOPE, GRAPH_SCOPE, STORAGE_SCOPE)}
    seen[DATABRICKS_SCOPE] = claims(credential.get_token(DATABRICKS_SCOPE).token)
    assert {token["tid"] for token in seen.values()} == {s.info["tenant_id"]}
    assert {(token["oid"], token["appid"]) for token in seen.values()} == {
        (s.principal["object_id"], s.principal["client_id"])
    }
    assert seen[DATABRICKS_SCOPE]["aud"] == DATABRICKS_SCOPE.removesuffix("/.default")
    own = credential.get_token(f"{s.endpoints.arm}/.default").token
    assert claims(own)["aud"] == seen[ARM_SCOPE]["aud"], "a scope derived from the endpoint is the same audience"


def a_wrong_secret_is_told(s: Surface) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        secret_credential(s.info, client_secret="wrong").get_token(ARM_SCOPE)


def a_400_is_repaired(s: Surface) -> None:
    """MSAL keeps a 400 for 60 s inside one credential; a new credential sees the repair at once."""
    graph = s.pipeline("graph", version="/v1.0")
    made = graph.send("POST", "/applications", body={"displayName": "repaired meanwhile"})
    secret = graph.send("POST", f"/applications/{made['id']}/addPassword", body={"passwordCredential": {}})
    mine = {"client_id": made["appId"], "client_secret": secret["secretText"]}
    early = secret_credential(s.info, **mine)
    with pytest.raises(ClientAuthenticationError):
        early.get_token(ARM_SCOPE)
    graph.send("POST", "/servicePrincipals", body={"appId": made["appId"]})
    with pytest.raises(ClientAuthenticationError):
        early.get_token(ARM_SCOPE)
    assert secret_credential(s.info, **mine).get_token(ARM_SCOPE).token
    graph.send("DELETE", f"/applications/{made['id']}")


def sign_in_with_a_device_code(s: Surface) -> None:
    codes: list[str] = []
    shown = threading.Event()

    def prompt(_uri: str, code: str, _ends: object) -> None:
        codes.append(code)
        shown.set()

    def person() -> None:
        """Signs in once the client was told to wait."""
        shown.wait(30)
        while s.connection.requests()[-1]["status"] != 400:
            continue
        s.connection.portal("complete-device-code", codes[0], "owner")

    credential = DeviceCodeCredential(
        tenant_id=s.info["tenant_id"],
        authority=s.endpoints.login,
        disable_instance_discovery=True,
        connection_verify=s.info["ca_file"],
        prompt_callback=prompt,
    )
    clicking = threading.Thread(target=person)
    clicking.start()
    first = claims(credential.get_token(ARM_SCOPE).token)
    clicking.join()
    second = claims(credential.get_token(GRAPH_SCOPE).token)
    assert first["upn"] == s.info["identities"]["owner"]["upn"]
    assert (second["oid"], second["aud"]) == (first["oid"], "https://graph.microsoft.com")
    assert len(codes) == 1, "the second audience came by the refresh token"


def sign_in_by_the_azure_cli(s: Surface) -> None:
    """`az` is a stand-in of the sandbox; its session is the owner's, who works in no scenario `clean` by it."""
    owner = s.info["identities"]["owner"]
    folder = Path(s.info["state"]) / "az-of-the-owner"
    folder.mkdir(mode=0o700)
    session = {key: s.info[key] for key in ("ca_file", "tenant_id", "subscription_id", "subscription_name")}
    session |= {"login": s.endpoints.login, "user": owner["upn"], "password": owner["password"]}
    (folder / "session.json").touch(mode=0o600)
    (folder / "session.json").write_text(json.dumps(session), encoding="utf-8")
    command = shlex.join([sys.executable, "-m", "wizard.sandbox.az", str(folder / "session.json")])
    (folder / "az").write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    (folder / "az").chmod(0o700)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", str(folder), prepend=os.pathsep)
        token = claims(AzureCliCredential(tenant_id=s.info["tenant_id"]).get_token(DATABRICKS_SCOPE).token)
    assert token["upn"] == owner["upn"]


def by(s: Surface, method: Method, **login: str) -> TokenCredential:
    """The wizard's own credential of a method."""
    asked = Login(method, s.info["tenant_id"], s.info["subscription_id"], **login)
    return credential(s.endpoints, asked, lambda text: None)


def application(s: Surface, body: dict[str, Any]) -> dict[str, Any]:
    graph = s.pipeline("graph", version="/v1.0")
    made = graph.send("POST", "/applications", body={"displayName": "operator", **body})
    graph.send("POST", "/servicePrincipals", body={"appId": made["appId"]})
    return made


def sign_in_with_a_certificate(s: Surface) -> None:
    ours = operators.certificate()
    der = base64.b64encode(ours.public_bytes(Encoding.DER)).decode()
    made = application(s, {"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": der}]})
    assert [(one["key"], one["usage"]) for one in made["keyCredentials"]] == [(None, "Verify")]
    mine = by(s, "client_certificate", client_id=made["appId"], certificate=operators.pem(ours).decode())
    assert claims(mine.get_token(ARM_SCOPE).token)["appid"] == made["appId"]


def sign_in_as_a_workflow(s: Surface) -> None:
    made = application(s, {})
    subject = "repo:example/lakehouse:environment:production"
    issuer, audience = "https://token.actions.githubusercontent.com", "api://AzureADTokenExchange"
    trust = {"name": "production", "issuer": issuer, "subject": subject, "audiences": [audience]}
    path = f"/applications/{made['id']}/federatedIdentityCredentials"
    s.pipeline("graph", version="/v1.0").send("POST", path, body=trust)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in s.connection.workflow(subject).items():
            environment.setenv(name, value)
        token = by(s, "workload_identity", client_id=made["appId"]).get_token(ARM_SCOPE).token
    assert claims(token)["appid"] == made["appId"]


def sign_in_with_a_browser(s: Surface) -> None:
    owner = s.info["identities"]["owner"]["upn"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webbrowser, "open", operators.Browser(s.connection, owner).open)
        assert claims(by(s, "browser").get_token(ARM_SCOPE).token)["upn"] == owner


def sign_in_as_a_machine(s: Surface) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", s.endpoints.login)
        with pytest.raises(ClientAuthenticationError, match="Identity not found"):
            by(s, "managed_identity").get_token(ARM_SCOPE)
        said = s.connection.portal("machine-identity", "vm")
        token = claims(by(s, "managed_identity").get_token(ARM_SCOPE).token)
        assert token["appid"] in said
        environment.setenv("IDENTITY_ENDPOINT", f"{s.endpoints.login}/msi/token")
        environment.setenv("IDENTITY_HEADER", "of-the-platform")
        assert claims(by(s, "managed_identity").get_token(ARM_SCOPE).token)["oid"] == token["oid"]


def a_claims_challenge_is_answered(s: Surface) -> None:
    """A revoked session: ARM asks for claims, the client fetches another token and repeats once."""
    client = s.arm(SubscriptionClient, tenant_wide=True)
    assert [one.subscription_id for one in client.subscriptions.list()] == [s.info["subscription_id"]]
    s.connection.portal("revoke-sessions", "lakehouse-wizard")
    before = len(s.connection.requests())
    assert [one.subscription_id for one in client.subscriptions.list()] == [s.info["subscription_id"]]
    after = s.connection.requests()[before:]
    assert [(one["operation"], one["status"]) for one in after] == [
        ("subscriptions.list", 401),
        ("login.token", 200),
        ("subscriptions.list", 200),
    ]
    s.credential = secret_credential(s.info)


def sign_in_as_older_clients_do(s: Surface) -> None:
    """Version 1 of the token endpoint asks by `resource`; older discovery has no version in its path."""
    form = {"grant_type": "client_credentials", "resource": "https://management.azure.com/"}
    form |= {key: s.principal[key] for key in ("client_id", "client_secret")}
    login = f"{s.endpoints.login}/{s.info['tenant_id']}"
    found = s.http("GET", f"{login}/.well-known/openid-configuration", headers={"User-Agent": PROVIDER})
    assert found.json["token_endpoint"].startswith(login)
    headers = {"User-Agent": PROVIDER, "Content-Type": "application/x-www-form-urlencoded"}
    answer = s.http("POST", f"{login}/oauth2/token", body=urlencode(form).encode(), headers=headers)
    assert claims(answer.json["access_token"])["aud"] == "https://management.azure.com"


EXERCISES = [
    sign_in_with_a_secret,
    a_wrong_secret_is_told,
    a_400_is_repaired,
    sign_in_with_a_device_code,
    sign_in_by_the_azure_cli,
    sign_in_with_a_certificate,
    sign_in_as_a_workflow,
    sign_in_with_a_browser,
    sign_in_as_a_machine,
    a_claims_challenge_is_answered,
    sign_in_as_older_clients_do,
]
