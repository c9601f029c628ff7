"""Signing in with a browser: the page that asks who it is, and the authorization code (with PKCE) that comes of it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from wizard.sandbox.domain import tokens
from wizard.sandbox.domain.core import SYSTEM, Caller, CloudError
from wizard.sandbox.domain.entra import caller_of_user, require_policy, require_tenant
from wizard.sandbox.domain.entra_objects import matching
from wizard.sandbox.domain.entra_rights import USER
from wizard.sandbox.rest.route import Call, Reply

CODE_LIFETIME = 600  # seconds
KEPT = ("client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "response_mode")
LOCAL = ("localhost", "127.0.0.1")
PAGE = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}


async def authorize(call: Call) -> Reply:
    """The page with the tenant's people; each button signs its person in, with a second factor."""
    require_tenant(call.cloud, call.path["tenant"])
    asked = _asked(call.query)
    people = call.cloud.kind(USER).list(SYSTEM)
    hint = call.query.get("login_hint")
    if hint and any(matching(one, {"userPrincipalName": hint}) for one in people):
        people = [one for one in people if matching(one, {"userPrincipalName": hint})]
    buttons = "".join(
        f'<p><button name="username" value="{html.escape(one["userPrincipalName"])}">'
        f"{html.escape(one['displayName'])}</button></p>"
        for one in people
    )
    page = (
        "<!doctype html><title>Sign in to the sandbox</title><h1>Sandbox: who signs in?</h1>"
        f'<form method="post" action="login">{_fields(asked)}{buttons}</form>'
    )
    return Reply(body=page.encode(), headers=dict(PAGE))


async def sign_in(call: Call) -> Reply:
    """What the page's button sends: the code goes to the client's own address."""
    require_tenant(call.cloud, call.path["tenant"])
    form: Mapping[str, str] = call.body if isinstance(call.body, dict) else {}
    asked = _asked(form)
    people = call.cloud.kind(USER).list(SYSTEM)
    user = next((one for one in people if matching(one, {"userPrincipalName": form.get("username", "")})), None)
    if user is None:
        raise CloudError(400, "invalid_grant", "AADSTS50034: The user account does not exist.", error_codes=[50034])
    stored = call.cloud.store.get(USER, user["id"]) or user
    answer = {"state": asked.get("state", "")}
    try:
        require_policy(stored, confirmed=True)
        answer["code"] = _code(call, caller_of_user(call.cloud, stored), asked)
    except CloudError as error:
        answer |= {"error": "access_denied", "error_description": error.message}
    if asked.get("response_mode") == "form_post":
        page = (
            f'<!doctype html><title>Signed in</title><form method="post" action="{html.escape(asked["redirect_uri"])}">'
            f"{_fields(answer)}<button>Go on</button></form><script>document.forms[0].submit()</script>"
        )
        return Reply(body=page.encode(), headers=dict(PAGE))
    return Reply(302, None, {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})


def redeem(call: Call, form: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The object id of who signed in, and what was asked; raises CloudError 400 invalid_grant."""
    try:
        claims = tokens.read(call.cloud, form.get("code", ""), [tokens.CODE])
    except CloudError as error:
        raise _invalid(70008, "The provided authorization code or refresh token has expired or is invalid.") from error
    asked: dict[str, str] = claims["asked"]
    if (asked["client_id"], asked["redirect_uri"]) != (form.get("client_id"), form.get("redirect_uri")):
        raise _invalid(70002, "The client or the redirect URI is not the one that the code was issued for.")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
        raise _invalid(501481, "The Code_Verifier does not match the code_challenge supplied in the request for PKCE.")
    return str(claims["oid"]), asked


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    asked = {key: given[key] for key in KEPT if given.get(key)}
    missing = [key for key in ("client_id", "redirect_uri", "scope", "code_challenge") if key not in asked]
    if missing:
        raise CloudError(
            400,
            "invalid_request",
            f"AADSTS900144: The request must contain the following parameter: '{missing[0]}'.",
            error_codes=[900144],
        )
    if urlsplit(asked["redirect_uri"]).hostname not in LOCAL:
        raise CloudError(
            400,
            "invalid_request",
            f"AADSTS50011: The redirect URI '{asked['redirect_uri']}' does not match the redirect URIs configured for "
            f"the application '{asked['client_id']}'.",
            error_codes=[50011],
        )
    return asked


def _code(call: Call, person: Caller, asked: dict[str, str]) -> str:
    return tokens.issue(call.cloud, person, tokens.CODE, lifetime=CODE_LIFETIME, asked=asked)


def _fields(values: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}">' for key, value in values.items()
    )


def client_info(person: Caller) -> str:
    told = json.dumps({"uid": person.oid, "utid": person.tenant}).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def _invalid(code: int, words: str) -> CloudError:
    return CloudError(400, "invalid_grant", f"AADSTS{code}: {words}", error_codes=[code])
