"""azure-identity, unmodified and with verification on, signs in at the sandbox's login host."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AzureCliCredential, DeviceCodeCredential
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.sandbox.conftest import ARM_SCOPE, GRAPH_SCOPE, Http, secret_credential
from wizard.cloud.endpoints import DATABRICKS_RESOURCE
from wizard.sandbox.process import Connection

DATABRICKS_SCOPE = f"{DATABRICKS_RESOURCE}/.default"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def claims(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


def form(**values: str) -> tuple[bytes, dict[str, str]]:
    return urlencode(values).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        (ARM_SCOPE, "https://management.azure.com"),
        (GRAPH_SCOPE, "https://graph.microsoft.com"),
        ("https://storage.azure.com/.default", "https://storage.azure.com"),
        (DATABRICKS_SCOPE, DATABRICKS_RESOURCE),
    ],
)
def test_client_secret_gives_a_token_for_each_audience(sandbox: Connection, scope: str, audience: str) -> None:
    info = sandbox.info
    token = claims(secret_credential(info).get_token(scope).token)
    identity = info["identities"]["lakehouse-wizard"]
    assert token["aud"] == audience
    assert (token["tid"], token["oid"], token["appid"]) == (
        info["tenant_id"],
        identity["object_id"],
        identity["client_id"],
    )
    assert token["exp"] > token["iat"]


def test_the_scope_may_name_the_sandboxs_own_arm_host(sandbox: Connection) -> None:
    token = secret_credential(sandbox.info).get_token(f"{sandbox.info['endpoints']['arm']}/.default").token
    assert claims(token)["aud"] == "https://management.azure.com"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_secret": "wrong"}, "AADSTS7000215"),
        ({"client_id": "00000000-1111-4222-8333-444444444444"}, "AADSTS700016"),
        ({"tenant_id": "00000000-1111-4222-8333-444444444444"}, "double check your tenant"),
    ],
)
def test_a_refused_sign_in_says_why(sandbox: Connection, changes: dict[str, str], code: str) -> None:
    with pytest.raises(ClientAuthenticationError, match=code):
        secret_credential(sandbox.info, **changes).get_token(ARM_SCOPE)


def test_an_unknown_resource_is_refused(sandbox: Connection) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS500011"):
        secret_credential(sandbox.info).get_token("https://vault.example.com/.default")


def test_a_device_code_waits_for_the_person_and_then_serves_every_audience(sandbox: Connection) -> None:
    info = sandbox.info
    asked: list[str] = []
    shown = threading.Event()

    def prompt(_uri: str, code: str, _ends: object) -> None:
        asked.append(code)
        shown.set()

    credential = DeviceCodeCredential(
        tenant_id=info["tenant_id"],
        authority=info["endpoints"]["login"],
        disable_instance_discovery=True,
        connection_verify=info["ca_file"],
        prompt_callback=prompt,
    )

    def person() -> None:
        shown.wait(30)
        sandbox.portal("complete-device-code", asked[0], "owner")

    clicking = threading.Thread(target=person)
    clicking.start()
    first = claims(credential.get_token(ARM_SCOPE).token)
    clicking.join()
    second = claims(credential.get_token(GRAPH_SCOPE).token)
    assert first["upn"] == info["identities"]["owner"]["upn"]
    assert (second["aud"], second["oid"]) == ("https://graph.microsoft.com", first["oid"])
    assert len(asked) == 1, "the second audience came by the refresh token"


def test_a_device_code_is_pending_until_the_person_signs_in(sandbox: Connection, http: Http) -> None:
    base = f"{sandbox.info['endpoints']['login']}/{sandbox.info['tenant_id']}/oauth2/v2.0"
    body, headers = form(client_id=AZURE_CLI, scope=f"{ARM_SCOPE} offline_access openid profile")
    code = http("POST", f"{base}/devicecode", body=body, headers=headers).json
    body, headers = form(
        client_id=AZURE_CLI,
        device_code=code["device_code"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
    )
    answer = http("POST", f"{base}/token", body=body, headers=headers)
    assert (answer.status, answer.json["error"]) == (400, "authorization_pending")


def test_a_session_that_is_revoked_leads_to_a_claims_challenge_and_one_repeat(reference: Connection) -> None:
    reference.portal("assign-owner", "lakehouse-wizard")
    info = reference.info
    client = SubscriptionClient(
        secret_credential(info),
        base_url=info["endpoints"]["arm"],
        credential_scopes=[ARM_SCOPE],
        connection_verify=info["ca_file"],
    )
    assert [one.subscription_id for one in client.subscriptions.list()] == [info["subscription_id"]]
    reference.portal("revoke-sessions", "lakehouse-wizard")
    assert [one.subscription_id for one in client.subscriptions.list()] == [info["subscription_id"]]
    statuses = [one["status"] for one in reference.requests() if one["host"] == "arm"]
    assert statuses == [200, 401, 200]


def test_the_stand_in_az_signs_the_operator_in(reference: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{reference.info['path_prefix']}{os.pathsep}{os.environ['PATH']}")
    credential = AzureCliCredential(tenant_id=reference.info["tenant_id"])
    for scope, audience in ((ARM_SCOPE, "https://management.azure.com"), (DATABRICKS_SCOPE, DATABRICKS_RESOURCE)):
        token = claims(credential.get_token(scope).token)
        assert (token["upn"], token["aud"]) == (reference.info["identities"]["operator"]["upn"], audience)


def test_the_stand_in_az_says_that_nobody_is_signed_in(sandbox: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{sandbox.info['path_prefix']}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ClientAuthenticationError, match="az login"):
        AzureCliCredential().get_token(ARM_SCOPE)


def test_databricks_clients_find_their_token_endpoint_and_authenticate_by_basic(
    sandbox: Connection, http: Http
) -> None:
    info, identity = sandbox.info, sandbox.info["identities"]["lakehouse-wizard"]
    issuer = f"{info['endpoints']['login']}/oidc/{info['account_id']}"
    endpoint = http("GET", f"{issuer}/.well-known/oauth-authorization-server").json["token_endpoint"]
    body, headers = form(grant_type="client_credentials", scope="all-apis")
    pair = f"{identity['client_id']}:{identity['client_secret']}".encode()
    headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    answer = http("POST", endpoint, body=body, headers=headers)
    assert claims(answer.json["access_token"])["aud"] == DATABRICKS_RESOURCE
    headers["Authorization"] = f"Basic {base64.b64encode(b'somebody:else').decode()}"
    refused = http("POST", endpoint, body=body, headers=headers)
    assert (refused.status, refused.json["error"]) == (401, "invalid_client")


def test_signing_in_leaves_the_store_as_it_is(sandbox: Connection) -> None:
    store = Path(sandbox.info["state"]) / "store.sqlite"
    before = store.read_bytes()
    secret_credential(sandbox.info).get_token(ARM_SCOPE)
    assert store.read_bytes() == before
