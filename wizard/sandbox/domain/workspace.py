"""All that lives in a workspace, together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.domain import jobs, statements, workspace_access, workspace_compute, workspace_objects
from wizard.sandbox.domain.workspace_scim import WorkspacePrincipals

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud


def register(cloud: Cloud) -> None:
    """Add the workspace's kinds; runs that a restart cut off end here."""
    for module in (workspace_compute, workspace_access, workspace_objects, jobs, statements):
        module.register(cloud)
    cloud.add(WorkspacePrincipals(cloud))
