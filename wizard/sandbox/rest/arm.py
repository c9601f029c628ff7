"""The REST door of Azure Resource Manager. Requests are told apart by path, whatever their api-version."""

from __future__ import annotations

from wizard.sandbox.rest import arm_access, arm_cost, arm_resources, arm_subscriptions
from wizard.sandbox.rest.route import Route

# The generic routes by id come last: they would answer for all others.
ROUTES: list[Route] = [
    *arm_access.ROUTES,
    *arm_cost.ROUTES,
    *arm_subscriptions.ROUTES,
    *arm_resources.GROUP_ROUTES,
    *arm_resources.GENERIC_ROUTES,
]
