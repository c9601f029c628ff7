"""Where a machine gets its tokens: the instance metadata service, App Service's endpoint, a workflow's OIDC service.

Their real addresses are the machine's own; who rehearses names these by the usual environment variables."""

from __future__ import annotations

import time

from wizard.sandbox.domain import machine, outside, tokens
from wizard.sandbox.domain.core import SYSTEM, CloudError
from wizard.sandbox.rest.dispatch import bearer
from wizard.sandbox.rest.login_audience import audience_of
from wizard.sandbox.rest.route import Call, Reply

AUDIENCE = "https://github.com/"  # of a token that is asked for without one: the repository's owner


async def metadata_token(call: Call) -> Reply:
    """`GET /metadata/identity/oauth2/token`: of a virtual machine."""
    if call.headers.get("metadata", "").lower() != "true":
        raise CloudError(400, "bad_request_102", "Required metadata header not specified")
    return Reply(body=_token(call))


async def app_service_token(call: Call) -> Reply:
    """App Service's `IDENTITY_ENDPOINT`, of which the header tells that it is asked from the inside."""
    if not call.headers.get("x-identity-header"):
        raise CloudError(401, "Unauthorized", "the header X-IDENTITY-HEADER is missing")
    return Reply(body=_token(call))


async def workflow_token(call: Call) -> Reply:
    """What a GitHub job asks at ACTIONS_ID_TOKEN_REQUEST_URL: a token that says which job of which repository it is."""
    claims = tokens.read(call.cloud, bearer(call.headers.get("authorization", "")) or "", [outside.WORKFLOW])
    subject = str(claims["subject"])
    owner = subject.partition(":")[2].partition("/")[0]
    value = outside.issue(call.cloud, outside.GITHUB, subject, call.query.get("audience") or f"{AUDIENCE}{owner}")
    return Reply(body={"count": len(value), "value": value})


def workflow(call: Call, subject: str) -> dict[str, str]:
    """The variables by which a job with that subject, as `repo:OWNER/NAME:ref:refs/heads/main`, asks for its token."""
    asking = tokens.issue(call.cloud, SYSTEM, outside.WORKFLOW, subject=subject)
    url = f"{call.cloud.hosts.url('login')}/actions/id-token?api-version=2.0"
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": asking}


def _token(call: Call) -> dict[str, str]:
    caller = machine.identity(call.cloud, call.query.get("client_id"))
    resource = call.query.get("resource", "")
    audience = audience_of(call, resource)
    return {
        "access_token": tokens.issue(call.cloud, caller, audience),
        "client_id": caller.name,
        "expires_in": str(tokens.LIFETIME),
        "expires_on": str(int(time.time()) + tokens.LIFETIME),
        "resource": resource,
        "token_type": "Bearer",
    }
