"""Federated credentials of applications: whose tokens of another issuer stand for the application.

Rules as Microsoft Graph documents them for `federatedIdentityCredential`: the name is 3 to 120 characters and fixed,
one audience, issuer and subject together unique in the application, at most 20 of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.domain.entra_objects import bad_request, required

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

FEDERATED = "_federated"  # in a stored application: the list of its federated credentials
MOST = 20
LONGEST = 600  # characters of an issuer, a subject, a description
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_FIELDS = ("name", "issuer", "subject", "description", "audiences")


def listed(application: Body) -> list[Body]:
    found: list[Body] = application.get(FEDERATED, [])
    return found


def find(application: Body, id_or_name: str) -> Body:
    """Raises CloudError 404."""
    for one in listed(application):
        if id_or_name in (one["id"], one["name"]):
            return one
    raise CloudError(404, "Request_ResourceNotFound", f"Resource '{id_or_name}' does not exist.")


def add(cloud: Cloud, application: Body, body: Body) -> Body:
    """Add one to a stored application (in place); raises CloudError 400 or 409."""
    required(body, "name", "issuer", "subject", "audiences")
    if not _NAME.fullmatch(str(body["name"])):
        raise bad_request("Invalid value specified for property 'name' of resource 'FederatedIdentityCredential'.")
    made = {"description": None, **{key: body[key] for key in _FIELDS if key in body}, "id": cloud.guid()}
    if len(listed(application)) >= MOST:
        raise CloudError(403, "Directory_QuotaExceeded", f"An application holds at most {MOST} federated credentials.")
    if any(one["name"] == made["name"] for one in listed(application)):
        raise CloudError(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {made['name']} already exists.",
        )
    _check(application, made)
    application[FEDERATED] = [*listed(application), made]
    return made


def change(application: Body, id_or_name: str, patch: Body) -> None:
    """In place; the name stays."""
    found = find(application, id_or_name)
    if patch.get("name", found["name"]) != found["name"]:
        raise bad_request("Property 'name' is read-only and cannot be set.")
    changed = {**found, **{key: patch[key] for key in _FIELDS if key in patch}}
    _check(application, changed)
    found.update(changed)


def remove(application: Body, id_or_name: str) -> None:
    found = find(application, id_or_name)
    application[FEDERATED] = [one for one in listed(application) if one is not found]


def _check(application: Body, made: Body) -> None:
    for field in ("issuer", "subject"):
        if not isinstance(made[field], str) or not 0 < len(made[field]) <= LONGEST:
            raise bad_request(f"Invalid value specified for property '{field}' of resource.")
    if not made["issuer"].startswith("https://"):
        raise bad_request("Invalid value specified for property 'issuer' of resource: it is no https URL.")
    audiences = made["audiences"]
    if not isinstance(audiences, list) or len(audiences) != 1 or not isinstance(audiences[0], str):
        raise bad_request("Property 'audiences' of resource 'FederatedIdentityCredential' takes exactly one value.")
    same = (made["issuer"], made["subject"])
    if any((one["issuer"], one["subject"]) == same and one["id"] != made["id"] for one in listed(application)):
        raise bad_request("FederatedIdentityCredential with the same issuer and subject already exists.")
