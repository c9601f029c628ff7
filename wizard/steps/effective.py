"""What somebody may really do in Unity Catalog: by grants on the object and above it, to itself and to its groups."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from databricks.sdk.errors.base import DatabricksError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.catalog import Privilege

EVERYBODY = "account users"  # the group of all principals of the account; no list of groups shows it


def names(client: WorkspaceClient, own: str) -> frozenset[str]:
    """Every name, in lower case, by which a grant reaches who signed `client` in; `own` is its own.

    Who may not enter the workspace yet has its own name alone."""
    try:
        groups = client.current_user.me().groups or []
    except DatabricksError:
        groups = []
    return frozenset({own.lower(), EVERYBODY, *(str(group.display).lower() for group in groups if group.display)})


def privileges(client: WorkspaceClient, type: str, name: str, of: Collection[str]) -> set[Privilege]:
    """What reaches any of the names `of` on the object, granted there or above. Raises DatabricksError, 403 to who
    may not see others' grants."""
    return {each for who, held in assignments(client, type, name).items() if who in of for each in held}


def assignments(client: WorkspaceClient, type: str, name: str) -> dict[str, set[Privilege]]:
    """Principal, in lower case, to what it was granted on the object or above it."""
    found: dict[str, set[Privilege]] = {}
    page: str | None = None
    while True:
        answer = client.grants.get_effective(type, name, max_results=0, page_token=page)
        for assignment in answer.privilege_assignments or ():
            held = {each.privilege for each in assignment.privileges or () if each.privilege}
            found.setdefault((assignment.principal or "").lower(), set()).update(held)
        if not answer.next_page_token or answer.next_page_token == page:
            return found
        page = answer.next_page_token
