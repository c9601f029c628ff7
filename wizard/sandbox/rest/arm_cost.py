"""ARM's REST door for actual cost."""

from __future__ import annotations

from wizard.sandbox.domain import arm_cost, arm_providers
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.arm_access import scope_of
from wizard.sandbox.rest.route import Call, Reply, Route


async def query(call: Call) -> Reply:
    """204 while there is nothing to tell."""
    if not isinstance(call.body, dict):
        raise CloudError(400, "BadRequest", "Invalid query definition: a JSON object is expected.")
    scope = scope_of(call)
    if scope.lower().startswith("/subscriptions/"):
        arm_providers.require_subscription(call.cloud, scope.split("/")[2])
    answer = arm_cost.query(call.cloud, call.caller, scope, call.body)
    if answer is None:
        return Reply(204)
    kind, name = "Microsoft.CostManagement/query", call.cloud.guid()
    return Reply(200, {"id": f"{scope}/providers/{kind}/{name}", "name": name, "type": kind, **answer})


ROUTES = [
    Route("costManagement.query", "POST", "/{scope:.*}/providers/Microsoft.CostManagement/query", query, read_post=True)
]
