"""The host of a workspace: all its operations."""

from __future__ import annotations

from wizard.sandbox.rest import (
    workspace_compute,
    workspace_files,
    workspace_jobs,
    workspace_scim,
    workspace_sql,
    workspace_unity,
)
from wizard.sandbox.rest.route import Route

ROUTES: list[Route] = [
    *workspace_scim.ROUTES,
    *workspace_unity.ROUTES,
    *workspace_compute.ROUTES,
    *workspace_files.ROUTES,
    *workspace_jobs.ROUTES,
    *workspace_sql.ROUTES,
]
