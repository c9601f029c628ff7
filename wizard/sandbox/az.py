"""A stand-in for the Azure CLI: a real sign-in of the scenario's operator at the sandbox's login host.

Called as `python -m wizard.sandbox.az SESSION_FILE account get-access-token --resource R …`. The operator has signed in
before, with a password and no second factor; `login` plays the browser and gives one, `logout` forgets the session."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import secrets
import ssl
import sys
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener, urlopen

from wizard.sandbox.files import write_private

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
RESOURCE = "https://management.azure.com"
REDIRECT = "http://localhost:8400"
SECONDS = 30


def main(argv: list[str]) -> int:
    """Answers on stdout as JSON; exit code 1 with the reason on stderr."""
    session: dict[str, Any] = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    arguments = _parser().parse_args(argv[1:])
    try:
        told = _answer(argv[0], session, arguments)
    except HTTPError as error:
        return _fail(json.load(error).get("error_description", str(error)))
    except URLError as error:
        return _fail(f"the sandbox's login host does not answer: {error.reason}")
    except LookupError as error:
        return _fail(str(error.args[0]))
    if told is not None:
        print(json.dumps(told, indent=2))
    return 0


def _fail(words: str) -> int:
    print(f"ERROR: {words}", file=sys.stderr)
    return 1


def _answer(file: str, session: dict[str, Any], arguments: argparse.Namespace) -> Any:
    """What the command prints; raises LookupError with the reason, or what the login host answered."""
    if session["user"] is None or (session.get("signed_out") and arguments.command != "login"):
        raise LookupError("Please run 'az login' to setup account.")
    if arguments.command == "login":
        _keep(file, session, refresh_token=_sign_in(session, arguments), signed_out=False)
        return [_account(session)]
    if arguments.command == "logout":
        _keep(file, session, refresh_token=None, signed_out=True)
        return None
    if arguments.command == "show":
        return _account(session)
    told, refresh_token = _token(session, arguments)
    if session.get("refresh_token") is None:
        _keep(file, session, refresh_token=refresh_token)
    return told


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="az")
    tops = parser.add_subparsers(required=True, dest="command")
    for name in ("login", "logout"):
        top = tops.add_parser(name)
        top.add_argument("--tenant", "-t")
    account = tops.add_parser("account")
    commands = account.add_subparsers(dest="command", required=True)
    token, show = commands.add_parser("get-access-token"), commands.add_parser("show")
    for command in (token, show):
        command.add_argument("--output", "-o", choices=("json",), default="json")
        command.add_argument("--subscription", "-s")
    wanted = token.add_mutually_exclusive_group()
    wanted.add_argument("--resource", default=RESOURCE)
    wanted.add_argument("--scope")
    token.add_argument("--tenant", "-t")
    return parser


def _token(session: dict[str, Any], arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """What `az` prints, and the session's refresh token. The first token of a session comes by the password."""
    tenant = arguments.tenant or session["tenant_id"]
    form = {"client_id": AZURE_CLI, "scope": arguments.scope or f"{arguments.resource.rstrip('/')}/.default"}
    if kept := session.get("refresh_token"):
        form |= {"grant_type": "refresh_token", "refresh_token": kept}
    else:
        form |= {"grant_type": "password", "username": session["user"], "password": session["password"]}
    answer = _post(session, f"{tenant}/oauth2/v2.0/token", form)
    ends = int(time()) + int(answer["expires_in"])
    told = {
        "accessToken": answer["access_token"],
        "expiresOn": datetime.fromtimestamp(ends).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "expires_on": ends,
        "subscription": session["subscription_id"],
        "tenant": session["tenant_id"],
        "tokenType": "Bearer",
    }
    return told, str(answer["refresh_token"])


def _sign_in(session: dict[str, Any], arguments: argparse.Namespace) -> str:
    """The refresh token of a sign-in in the browser, where the person is the session's; raises LookupError where
    that was refused."""
    path = f"{arguments.tenant or session['tenant_id']}/oauth2/v2.0"
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"client_id": AZURE_CLI, "redirect_uri": REDIRECT, "scope": f"{RESOURCE}/.default"}
    page = {**asked, "response_mode": "query", "code_challenge": challenge, "username": session["user"]}
    told = parse_qs(urlsplit(_redirected(session, f"{path}/login", page)).query)
    if "code" not in told:
        raise LookupError("".join(told.get("error_description", ["the sign-in was refused"])))
    form = {**asked, "grant_type": "authorization_code", "code": told["code"][0], "code_verifier": verifier}
    return str(_post(session, f"{path}/token", form)["refresh_token"])


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: its address is what the code stands in."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def _redirected(session: dict[str, Any], path: str, form: dict[str, str]) -> str:
    opener = build_opener(_Stay, HTTPSHandler(context=_context(session)))
    try:
        opener.open(_request(session, path, form), timeout=SECONDS)
    except HTTPError as error:
        if error.code == 302:
            return str(error.headers["Location"])
        raise
    raise LookupError("the login host did not redirect")


def _post(session: dict[str, Any], path: str, form: dict[str, str]) -> dict[str, Any]:
    with urlopen(_request(session, path, form), timeout=SECONDS, context=_context(session)) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def _request(session: dict[str, Any], path: str, form: dict[str, str]) -> Request:
    return Request(f"{session['login']}/{path}", data=urlencode(form).encode())


def _context(session: dict[str, Any]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=session["ca_file"])


def _keep(file: str, session: dict[str, Any], **changes: Any) -> None:
    session.update(changes)
    write_private(Path(file), json.dumps(session, indent=2))


def _account(session: dict[str, Any]) -> dict[str, Any]:
    return {
        "environmentName": "AzureCloud",
        "homeTenantId": session["tenant_id"],
        "id": session["subscription_id"],
        "isDefault": True,
        "name": session["subscription_name"],
        "state": "Enabled",
        "tenantId": session["tenant_id"],
        "user": {"name": session["user"], "type": "user"},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
