"""The Resource Manager's API versions, by what is asked for; each is one that Azure serves for that type.

Of resource groups 2024-05-01 and 2024-07-01 are refused as InvalidApiVersionParameter, which also names the versions
that are served (github.com/Azure/bicep-types-az, issue 2332)."""

from __future__ import annotations

GROUPS = "2024-03-01"
STORAGE = "2023-05-01"
NETWORK = "2024-05-01"
DATABRICKS = "2024-05-01"
EVENT_HUBS = "2024-01-01"
BUDGETS = "2023-05-01"
