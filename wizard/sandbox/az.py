"""A stand-in for the Azure CLI: a real sign-in of the scenario's operator at the sandbox's login host.

Called as `python -m wizard.sandbox.az SESSION_FILE account get-access-token --resource R …`."""

from __future__ import annotations

import argparse
import json
import ssl
import sys
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
SECONDS = 30


def main(argv: list[str]) -> int:
    """Answers on stdout as JSON; exit code 1 with the reason on stderr."""
    session: dict[str, Any] = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    arguments = _parser().parse_args(argv[1:])
    if session["user"] is None:
        print("ERROR: Please run 'az login' to setup account.", file=sys.stderr)
        return 1
    if arguments.command == "show":
        print(json.dumps(_account(session), indent=2))
        return 0
    try:
        print(json.dumps(_token(session, arguments), indent=2))
    except HTTPError as error:
        print(f"ERROR: {json.load(error).get('error_description', error)}", file=sys.stderr)
        return 1
    except URLError as error:
        print(f"ERROR: the sandbox's login host does not answer: {error.reason}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="az")
    account = parser.add_subparsers(required=True).add_parser("account")
    commands = account.add_subparsers(dest="command", required=True)
    token, show = commands.add_parser("get-access-token"), commands.add_parser("show")
    for command in (token, show):
        command.add_argument("--output", "-o", choices=("json",), default="json")
        command.add_argument("--subscription", "-s")
    wanted = token.add_mutually_exclusive_group()
    wanted.add_argument("--resource", default="https://management.azure.com")
    wanted.add_argument("--scope")
    token.add_argument("--tenant", "-t")
    return parser


def _token(session: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    tenant = arguments.tenant or session["tenant_id"]
    form = {
        "grant_type": "password",
        "client_id": AZURE_CLI,
        "username": session["user"],
        "password": session["password"],
        "scope": arguments.scope or f"{arguments.resource.rstrip('/')}/.default",
    }
    request = Request(f"{session['login']}/{tenant}/oauth2/v2.0/token", data=urlencode(form).encode())
    context = ssl.create_default_context(cafile=session["ca_file"])
    with urlopen(request, timeout=SECONDS, context=context) as response:
        answer = json.load(response)
    ends = int(time()) + int(answer["expires_in"])
    return {
        "accessToken": answer["access_token"],
        "expiresOn": datetime.fromtimestamp(ends).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "expires_on": ends,
        "subscription": session["subscription_id"],
        "tenant": session["tenant_id"],
        "tokenType": "Bearer",
    }


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
