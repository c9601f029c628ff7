"""What Terraform shows when the cloud refuses, worded as the real providers word it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.providers.schema import Provider

_GERUNDS = {
    "create": "creating",
    "read": "retrieving",
    "update": "updating",
    "delete": "deleting",
    "import": "importing",
}


@dataclass(frozen=True, slots=True)
class Problem:
    summary: str
    detail: str = ""
    attribute: str = ""


def told(cloud: Cloud, provider: Provider, error: CloudError, *, verb: str, title: str, id: str = "") -> Problem:
    """One refusal. azurerm and azuread tell status, code and request id; databricks the message alone."""
    if error.code == "AuthenticationFailed":
        return authentication(cloud, provider, error)
    if provider == "databricks":
        return Problem(f"cannot {verb} {title}: {error.message}")
    request = str(error.details.get("request_id") or cloud.guid())
    if error.code in ("AlreadyExists", "InvalidImportId"):
        return Problem(error.message)
    reason = HTTPStatus(error.status).phrase if error.status in HTTPStatus._value2member_map_ else ""
    said = f"unexpected status {error.status} ({error.status} {reason}) with error: {error.code}: {error.message}"
    detail = f"Request ID: {request}"
    if provider == "azuread":
        return Problem(f"{_GERUNDS[verb].capitalize()} {title} {id}".rstrip(), f"{said}\n{detail}")
    return Problem(f"{_GERUNDS[verb]} {title}{f' ({id})' if id else ''}: {said}", detail)


def lost(title: str, verb: str) -> Problem:
    """A change whose answer did not arrive."""
    return Problem(f"{_GERUNDS[verb]} {title}: the answer was lost: unexpected EOF", "The connection was closed.")


def timed_out(title: str, verb: str) -> Problem:
    """A change that goes on in the cloud, and that the provider has stopped to wait for."""
    return Problem(f"{_GERUNDS[verb]} {title}: polling after {verb}: context deadline exceeded")


def authentication(cloud: Cloud, provider: Provider, error: CloudError) -> Problem:
    """A provider block that does not authenticate."""
    what = {
        "azurerm": "unable to build authorizer for Resource Manager API",
        "azuread": "unable to build authorizer for Microsoft Graph API",
        "databricks": "cannot configure azure-client-secret auth",
    }[provider]
    if error.code in ("invalid_client", "unauthorized_client", "invalid_request"):
        answer = f"received HTTP status {error.status} with response: {error.code}: {error.message}"
        return Problem(f"{what}: AuthenticationFailed: {answer}", f"Request ID: {cloud.guid()}")
    return Problem(f"{what}: {error.code}: {error.message}")


def messages(problems: list[Problem]) -> list[Any]:
    from tf.gen import tfplugin_pb2 as pb

    made = []
    for one in problems:
        message = pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=one.summary, detail=one.detail)
        if one.attribute:
            message.attribute.steps.append(pb.AttributePath.Step(attribute_name=one.attribute))
        made.append(message)
    return made
