"""The login host: OAuth as Entra speaks it, and the token endpoint of the Databricks hosts."""

from __future__ import annotations

import base64
import json
from typing import Any

from wizard.sandbox.domain import tokens
from wizard.sandbox.domain.core import SYSTEM, Caller, CloudError
from wizard.sandbox.domain.entra import (
    REVOKED,
    caller_by_assertion,
    caller_by_oid,
    caller_by_password,
    caller_by_secret,
    require_policy,
    require_tenant,
)
from wizard.sandbox.domain.entra_rights import DEVICE_CODE, USER, directory_data
from wizard.sandbox.domain.entra_roles import DEVICE_CODE_SECONDS
from wizard.sandbox.rest.login_audience import OIDC_SCOPES, audience_of
from wizard.sandbox.rest.login_browser import authorize, client_info, redeem, sign_in
from wizard.sandbox.rest.login_machine import app_service_token, metadata_token, workflow_token
from wizard.sandbox.rest.route import Call, Reply, Route

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_LIFETIME = 90 * 24 * 3600  # seconds
POLL_SECONDS = 1


async def discovery(call: Call) -> Reply:
    require_tenant(call.cloud, call.path["tenant"])
    base = f"{call.base_url}/{call.path['tenant']}"
    return Reply(
        body={
            "issuer": f"{base}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "scopes_supported": sorted(OIDC_SCOPES),
        }
    )


async def device_code(call: Call) -> Reply:
    """Begin a sign-in that a person completes elsewhere (the sandbox's `portal complete-device-code`)."""
    tenant = call.path["tenant"]
    require_tenant(call.cloud, tenant)
    form = _form(call, "client_id", "scope")
    _require_public_client(form["client_id"])
    audience_of(call, form["scope"])
    code = call.cloud.kind(DEVICE_CODE).create(SYSTEM, {"client_id": form["client_id"], "scope": form["scope"]})
    uri = f"{call.base_url}/{tenant}/devicelogin"
    return Reply(
        body={
            "device_code": code["device_code"],
            "user_code": code["user_code"],
            "verification_uri": uri,
            "expires_in": DEVICE_CODE_SECONDS,
            "interval": POLL_SECONDS,
            "message": f"To sign in, use a web browser to open the page {uri} and enter the code "
            f"{code['user_code']} to authenticate.",
        }
    )


async def token(call: Call) -> Reply:
    """The token endpoint of a tenant, version 2 (`scope`) and version 1 (`resource`)."""
    require_tenant(call.cloud, call.path["tenant"])
    form = _form(call, "grant_type", "client_id")
    grants = {
        "client_credentials": _client_credentials,
        "authorization_code": _authorization_code,
        "password": _password,
        "refresh_token": _refresh,
        DEVICE_GRANT: _device,
    }
    if form["grant_type"] not in grants:
        raise CloudError(
            400,
            "unsupported_grant_type",
            f"AADSTS70003: The app requested an unsupported grant type '{form['grant_type']}'.",
            error_codes=[70003],
        )
    return Reply(body=grants[form["grant_type"]](call, form))


async def databricks_metadata(call: Call) -> Reply:
    base = f"{call.base_url}/oidc/{call.path['realm']}"
    return Reply(
        body={
            "issuer": base,
            "authorization_endpoint": f"{base}/v1/authorize",
            "token_endpoint": f"{base}/v1/token",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
    )


async def databricks_token(call: Call) -> Reply:
    """Client id and secret of a principal, in HTTP Basic or in the form, for a token of the Databricks hosts."""
    form = _form(call, "grant_type")
    if form["grant_type"] != "client_credentials":
        raise CloudError(400, "unsupported_grant_type", f"grant_type {form['grant_type']} is not supported")
    client_id, secret = _basic(call.headers.get("authorization", "")) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    try:
        caller = caller_by_secret(call.cloud, "common", client_id, secret)
    except CloudError as error:
        raise CloudError(401, "invalid_client", "Client authentication failed") from error
    answer = _answer(call, caller, tokens.DATABRICKS)
    return Reply(body={**answer, "scope": form.get("scope", "all-apis")})


def _client_credentials(call: Call, form: dict[str, str]) -> dict[str, Any]:
    audience = audience_of(call, _scope(form))
    tenant, client = call.path["tenant"], form["client_id"]
    if form.get("client_assertion_type") == ASSERTION and form.get("client_assertion"):
        here = f"{call.base_url}/{tenant}"
        endpoints = (f"{here}/oauth2/v2.0/token", f"{here}/oauth2/token", f"{here}/v2.0")
        caller = caller_by_assertion(call.cloud, tenant, client, form["client_assertion"], endpoints)
        return _answer(call, caller, audience, **_claims(form))
    if not form.get("client_secret"):
        raise CloudError(
            401,
            "invalid_client",
            "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the "
            "'client_credentials' grant type.",
            error_codes=[7000216],
        )
    caller = caller_by_secret(call.cloud, tenant, client, form["client_secret"])
    return _answer(call, caller, audience, **_claims(form))


def _password(call: Call, form: dict[str, str]) -> dict[str, Any]:
    _require_public_client(form["client_id"])
    audience = audience_of(call, _scope(form))
    caller = caller_by_password(call.cloud, call.path["tenant"], form.get("username", ""), form.get("password", ""))
    return _person_answer(call, caller, audience, form)


def _authorization_code(call: Call, form: dict[str, str]) -> dict[str, Any]:
    _require_public_client(form["client_id"])
    oid, asked = redeem(call, form)
    caller = caller_by_oid(call.cloud, oid)
    if caller is None:
        raise CloudError(400, "invalid_grant", "AADSTS50057: The user account is disabled.", error_codes=[50057])
    audience = audience_of(call, asked["scope"])
    return _person_answer(call, caller, audience, form, confirmed=True, nonce=asked.get("nonce"))


def _refresh(call: Call, form: dict[str, str]) -> dict[str, Any]:
    expired = CloudError(
        400, "invalid_grant", "AADSTS70000: The provided refresh token is not valid.", error_codes=[70000]
    )
    try:
        claims = tokens.read(call.cloud, form.get("refresh_token", ""), [tokens.REFRESH])
    except CloudError as error:
        raise expired from error
    caller = caller_by_oid(call.cloud, claims["oid"])
    if caller is None or claims["client_id"] != form["client_id"]:
        raise expired
    person = call.cloud.store.get(USER, caller.oid) or {}
    if claims["xms_at"] < person.get(REVOKED, 0):
        raise CloudError(
            400,
            "invalid_grant",
            "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed. The "
            "user might have changed or reset their password.",
            error_codes=[50173],
        )
    confirmed = bool(claims.get("mfa"))
    require_policy(person, confirmed=confirmed)
    audience = audience_of(call, _scope(form), claims["resource"])
    return _person_answer(call, caller, audience, form, confirmed=confirmed)


def _device(call: Call, form: dict[str, str]) -> dict[str, Any]:
    codes = call.cloud.kind(DEVICE_CODE)
    try:
        waiting = codes.read(SYSTEM, form.get("device_code", ""))
    except CloudError as error:
        raise CloudError(
            400, "bad_verification_code", "AADSTS70018: The device code is not valid.", error_codes=[70018]
        ) from error
    if waiting["expires_at"] < call.cloud.now():
        raise CloudError(400, "expired_token", "AADSTS70020: The device code has expired.", error_codes=[70020])
    if waiting["user"] is None:
        raise CloudError(
            400,
            "authorization_pending",
            "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
            error_codes=[70016],
        )
    caller = caller_by_oid(call.cloud, waiting["user"])
    if caller is None:
        raise CloudError(400, "invalid_grant", "AADSTS50057: The user account is disabled.", error_codes=[50057])
    codes.delete(SYSTEM, waiting["device_code"])
    require_policy(call.cloud.store.get(USER, caller.oid) or {}, confirmed=True)
    return _person_answer(call, caller, audience_of(call, waiting["scope"]), form, confirmed=True)


def _answer(call: Call, caller: Caller, audience: str, **claims: Any) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "expires_in": tokens.LIFETIME,
        "ext_expires_in": tokens.LIFETIME,
        "access_token": tokens.issue(call.cloud, caller, audience, **claims),
    }


def _person_answer(
    call: Call,
    caller: Caller,
    audience: str,
    form: dict[str, str],
    *,
    confirmed: bool = False,
    nonce: str | None = None,
) -> dict[str, Any]:
    """`confirmed`: a second factor was given; the refresh token remembers it."""
    client = form["client_id"]
    refresh = tokens.issue(
        call.cloud,
        caller,
        tokens.REFRESH,
        lifetime=REFRESH_LIFETIME,
        client_id=client,
        resource=audience,
        mfa=confirmed,
    )
    told: dict[str, Any] = {"preferred_username": caller.name, **({"nonce": nonce} if nonce else {})}
    return {
        **_answer(call, caller, audience, **_claims(form)),
        "scope": f"{audience}/.default",
        "refresh_token": refresh,
        "id_token": tokens.issue(call.cloud, caller, client, **told),
        "client_info": client_info(caller),
    }


def _claims(form: dict[str, str]) -> dict[str, Any]:
    """The claims a client asks for after a challenge: the token says which it was issued for."""
    if not form.get("claims"):
        return {}
    try:
        wanted = json.loads(form["claims"])["access_token"]
    except (ValueError, KeyError, TypeError) as error:
        raise CloudError(
            400, "invalid_request", "AADSTS50027: The claims parameter is not valid JSON.", error_codes=[50027]
        ) from error
    return {"xms_cc": sorted(wanted)}


def _form(call: Call, *names: str) -> dict[str, str]:
    form = call.body if isinstance(call.body, dict) else {}
    for name in names:
        if not form.get(name):
            raise CloudError(
                400,
                "invalid_request",
                f"AADSTS900144: The request body must contain the following parameter: '{name}'.",
                error_codes=[900144],
            )
    return form


def _scope(form: dict[str, str]) -> str:
    return form.get("scope") or form.get("resource") or ""


def _require_public_client(client_id: str) -> None:
    if client_id not in directory_data()["public_clients"]:
        raise CloudError(
            400,
            "unauthorized_client",
            f"AADSTS700016: Application with identifier '{client_id}' was not found as a public client.",
            error_codes=[700016],
        )


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return None
    return name, secret


def _post(operation: str, path: str, handler: Any) -> Route:
    # Signing in is stateless: nothing in the cloud changes by it.
    return Route(operation, "POST", path, handler, read_post=True, public=True)


ROUTES = [
    Route(
        "login.databricks_metadata",
        "GET",
        "/oidc/{realm:.+}/.well-known/oauth-authorization-server",
        databricks_metadata,
        public=True,
    ),
    _post("login.databricks_token", "/oidc/{realm:.+}/v1/token", databricks_token),
    Route("login.discovery", "GET", "/{tenant}/v2.0/.well-known/openid-configuration", discovery, public=True),
    Route("login.discovery", "GET", "/{tenant}/.well-known/openid-configuration", discovery, public=True),
    Route("login.authorize", "GET", "/{tenant}/oauth2/v2.0/authorize", authorize, public=True),
    _post("login.sign_in", "/{tenant}/oauth2/v2.0/login", sign_in),
    Route("login.metadata_token", "GET", "/metadata/identity/oauth2/token", metadata_token, public=True),
    Route("login.app_service_token", "GET", "/msi/token", app_service_token, public=True),
    Route("login.workflow_token", "GET", "/actions/id-token", workflow_token, public=True),
    _post("login.device_code", "/{tenant}/oauth2/v2.0/devicecode", device_code),
    _post("login.token", "/{tenant}/oauth2/v2.0/token", token),
    _post("login.token", "/{tenant}/oauth2/token", token),
]
