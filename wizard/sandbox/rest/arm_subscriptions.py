"""ARM's REST door for subscriptions, resource providers, features, names, sizes and quotas."""

from __future__ import annotations

from wizard.sandbox.domain import arm_compute, arm_names, arm_providers
from wizard.sandbox.domain.arm_types import geography, locations, paired
from wizard.sandbox.domain.authorization_actions import action_of, note
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.arm_filters import lowered, parse_filter
from wizard.sandbox.rest.route import Call, Reply, Route


async def list_subscriptions(call: Call) -> Reply:
    found = arm_providers.subscriptions(call.cloud, call.caller)
    return Reply(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


def _subscription(call: Call, operation: str) -> str:
    """The subscription of the path; raises CloudError where it does not exist or the caller has no role on it: a role
    on anything in it shows it."""
    subscription = call.path["subscription"]
    arm_providers.require_subscription(call.cloud, subscription)
    scope = f"/subscriptions/{subscription}"
    if not call.cloud.authorization.touches(call.caller, scope):
        call.cloud.authorization.require(call.caller, action_of(operation), scope)
    note(action_of(operation))
    return subscription


async def get_subscription(call: Call) -> Reply:
    wanted = _subscription(call, "subscriptions.get").lower()
    found = arm_providers.subscriptions(call.cloud, call.caller)
    return Reply(200, next(body for body in found if body["subscriptionId"].lower() == wanted))


async def list_locations(call: Call) -> Reply:
    subscription = _subscription(call, "subscriptions.listLocations")
    found = [
        {
            "id": f"/subscriptions/{subscription}/locations/{name}",
            "name": name,
            "displayName": label,
            "regionalDisplayName": label,
            "type": "Region",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geographyGroup": geography(name),
                "pairedRegion": [
                    {"name": pair, "id": f"/subscriptions/{subscription}/locations/{pair}"} for pair in paired(name)
                ],
            },
        }
        for name, label in locations().items()
    ]
    return Reply(200, {"value": found})


async def list_providers(call: Call) -> Reply:
    return Reply(200, {"value": list(arm_providers.providers(call.cloud, call.caller, call.path["subscription"]))})


async def get_provider(call: Call) -> Reply:
    return Reply(
        200, arm_providers.provider(call.cloud, call.caller, call.path["subscription"], call.path["namespace"])
    )


async def register_provider(call: Call) -> Reply:
    path = call.path
    return Reply(200, arm_providers.register_provider(call.cloud, call.caller, path["subscription"], path["namespace"]))


async def unregister_provider(call: Call) -> Reply:
    path = call.path
    return Reply(
        200, arm_providers.unregister_provider(call.cloud, call.caller, path["subscription"], path["namespace"])
    )


async def get_feature(call: Call) -> Reply:
    path = call.path
    return Reply(
        200, arm_providers.feature(call.cloud, call.caller, path["subscription"], path["namespace"], path["name"])
    )


async def register_feature(call: Call) -> Reply:
    path = call.path
    return Reply(
        200,
        arm_providers.register_feature(call.cloud, call.caller, path["subscription"], path["namespace"], path["name"]),
    )


async def check_storage_name(call: Call) -> Reply:
    return Reply(200, arm_names.storage(call.cloud, call.caller, call.path["subscription"], _name(call)))


async def check_namespace_name(call: Call) -> Reply:
    return Reply(200, arm_names.event_hubs(call.cloud, call.caller, call.path["subscription"], _name(call)))


def _name(call: Call) -> str:
    name = call.body.get("name") if isinstance(call.body, dict) else None
    if not isinstance(name, str):
        raise CloudError(400, "InvalidRequestContent", "The request content was invalid: a name is expected.")
    return name


async def list_usages(call: Call) -> Reply:
    path = call.path
    return Reply(
        200, {"value": list(arm_compute.usages(call.cloud, call.caller, path["subscription"], path["location"]))}
    )


async def list_skus(call: Call) -> Reply:
    wanted = lowered(parse_filter(call.query.get("$filter")), "location")
    found = arm_compute.skus(call.cloud, call.caller, call.path["subscription"], wanted.get("location"))
    return Reply(200, {"value": list(found)})


ONE = "/subscriptions/{subscription}"
PROVIDER = ONE + "/providers/{namespace}"
FEATURE = ONE + "/providers/Microsoft.Features/providers/{namespace}/features/{name}"
STORAGE_NAME = ONE + "/providers/Microsoft.Storage/checkNameAvailability"
NAMESPACE_NAME = ONE + "/providers/Microsoft.EventHub/checkNameAvailability"

ROUTES = [
    Route("subscriptions.list", "GET", "/subscriptions", list_subscriptions),
    Route("subscriptions.get", "GET", ONE, get_subscription),
    Route("subscriptions.listLocations", "GET", ONE + "/locations", list_locations),
    Route("providers.list", "GET", ONE + "/providers", list_providers),
    Route("providers.get", "GET", PROVIDER, get_provider),
    Route("providers.register", "POST", PROVIDER + "/register", register_provider),
    Route("providers.unregister", "POST", PROVIDER + "/unregister", unregister_provider),
    Route("features.get", "GET", FEATURE, get_feature),
    Route("features.register", "POST", FEATURE + "/register", register_feature),
    Route("storageAccounts.checkNameAvailability", "POST", STORAGE_NAME, check_storage_name, read_post=True),
    Route("namespaces.checkNameAvailability", "POST", NAMESPACE_NAME, check_namespace_name, read_post=True),
    Route("usages.list", "GET", ONE + "/providers/Microsoft.Compute/locations/{location}/usages", list_usages),
    Route("skus.list", "GET", ONE + "/providers/Microsoft.Compute/skus", list_skus),
]
