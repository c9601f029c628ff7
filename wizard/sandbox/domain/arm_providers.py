"""Resource providers and features of a subscription, and whether they are registered."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.sandbox.domain.arm_types import api_versions, arm_types, locations, namespace_of, namespaces
from wizard.sandbox.domain.authorization_actions import action_of
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.world import world

PROVIDER, FEATURE = "arm.provider", "arm.feature"
SUBSCRIPTION, ALL = "arm.subscriptionState", "all"
SUBSCRIPTION_STATES = ("Enabled", "Warned", "PastDue", "Disabled", "Deleted")
WATCHER_OPT_OUT = ("Microsoft.Network", "DisableNetworkWatcherAutocreation")


def require_subscription(cloud: Cloud, subscription: str) -> None:
    """Raises CloudError 404 SubscriptionNotFound."""
    if subscription.lower() not in (one.lower() for one in world(cloud).subscriptions):
        raise CloudError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def subscriptions(cloud: Cloud, caller: Caller) -> list[Body]:
    """The subscriptions on which the caller has any role, in the form of GET /subscriptions."""
    here = world(cloud)
    state = (cloud.store.get(SUBSCRIPTION, ALL) or {}).get("state", "Enabled")
    return [
        {
            "id": f"/subscriptions/{one}",
            "subscriptionId": one,
            "displayName": name,
            "tenantId": here.tenant_id,
            "state": state,
            "authorizationSource": "RoleBased",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }
        for one, name in here.subscriptions.items()
        if cloud.authorization.touches(caller, f"/subscriptions/{one}")
    ]


def set_subscription_state(cloud: Cloud, state: str) -> None:
    """One of SUBSCRIPTION_STATES, for every subscription."""
    cloud.store.put(SUBSCRIPTION, ALL, {"state": state})


def _key(subscription: str, *names: str) -> str:
    return "/".join((subscription, *names)).lower()


def _official(namespace: str) -> str:
    found = namespace_of(namespace)
    if found is None:
        raise CloudError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    return found


def _record(cloud: Cloud, subscription: str, namespace: str) -> Body:
    free = namespaces()[namespace]
    return cloud.store.get(PROVIDER, _key(subscription, namespace)) or {
        "state": "Registered" if free else "NotRegistered",
        "features": [],
    }


def registration(cloud: Cloud, subscription: str, namespace: str) -> str:
    """NotRegistered, Registering or Registered."""
    return str(_record(cloud, subscription, _official(namespace))["state"])


def require_registered(cloud: Cloud, subscription: str, namespace: str) -> None:
    """Raises CloudError 409 MissingSubscriptionRegistration."""
    if registration(cloud, subscription, namespace) != "Registered":
        raise CloudError(
            409,
            "MissingSubscriptionRegistration",
            f"The subscription is not registered to use namespace '{namespace}'. "
            "See https://aka.ms/rps-not-found for how to register subscriptions.",
        )


def provider(cloud: Cloud, caller: Caller, subscription: str, namespace: str) -> Body:
    """One provider. Asking ends a registration that is under way, as if time had passed; or after some looks."""
    namespace = _official(namespace)
    _require(cloud, caller, subscription, action_of("providers.get"))
    record = _record(cloud, subscription, namespace)
    state, looks = str(record["state"]), int(record.get("looks", 0))
    if state == "Registering":
        state = "Registering" if looks else "Registered"
        record = {**record, "state": state, "looks": max(0, looks - 1)}
        cloud.store.put(PROVIDER, _key(subscription, namespace), record)
    return _provider_body(subscription, namespace, state)


def begin_slowly(cloud: Cloud, subscription: str, namespace: str, looks: int) -> None:
    """Somebody has begun a registration that is under way for so many looks; 0: it has ended."""
    namespace = _official(namespace)
    change = {"state": "Registering" if looks else "Registered", "looks": looks}
    cloud.store.put(PROVIDER, _key(subscription, namespace), {**_record(cloud, subscription, namespace), **change})


def providers(cloud: Cloud, caller: Caller, subscription: str) -> Iterator[Body]:
    """All providers of the subscription, as `provider` gives each."""
    for namespace in sorted(namespaces()):
        yield provider(cloud, caller, subscription, namespace)


def register_provider(cloud: Cloud, caller: Caller, subscription: str, namespace: str) -> Body:
    """Begin a registration: `Registering` until it is asked for again.

    A registered provider stays registered, and takes up the features registered since."""
    namespace = _official(namespace)
    _require(cloud, caller, subscription, action_of("providers.register", namespace=namespace))
    record = _record(cloud, subscription, namespace)
    prefix = _key(subscription, namespace) + "/"
    taken_up = sorted(
        key.removeprefix(prefix)
        for key, feature in cloud.store.items(FEATURE)
        if key.startswith(prefix) and feature["state"] == "Registered"
    )
    state = "Registered" if record["state"] == "Registered" else "Registering"
    cloud.store.put(PROVIDER, _key(subscription, namespace), {"state": state, "features": taken_up})
    return _provider_body(subscription, namespace, state)


def unregister_provider(cloud: Cloud, caller: Caller, subscription: str, namespace: str) -> Body:
    """Raises CloudError 409 while the subscription still holds resources of the namespace."""
    namespace = _official(namespace)
    _require(cloud, caller, subscription, action_of("providers.unregister", namespace=namespace))
    prefix = f"/subscriptions/{subscription}/".lower()
    for name in arm_types():
        if name.startswith(namespace + "/") and any(key.startswith(prefix) for key, _body in cloud.store.items(name)):
            raise CloudError(
                409,
                "CannotUnregisterNamespace",
                f"Cannot unregister namespace '{namespace}'. There are existing resources of it in the subscription.",
            )
    cloud.store.put(PROVIDER, _key(subscription, namespace), {"state": "NotRegistered", "features": []})
    return _provider_body(subscription, namespace, "NotRegistered")


def _provider_body(subscription: str, namespace: str, state: str) -> Body:
    regions, versions = list(locations().values()), api_versions(namespace)
    types = [name.removeprefix(namespace + "/") for name in arm_types() if name.startswith(namespace + "/")]
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": "RegistrationFree" if namespaces()[namespace] else "RegistrationRequired",
        "registrationState": state,
        "resourceTypes": [
            {"resourceType": name, "locations": regions, "apiVersions": versions, "capabilities": "None"}
            for name in types
        ],
    }


def feature(cloud: Cloud, caller: Caller, subscription: str, namespace: str, name: str) -> Body:
    """One feature. Asking ends a registration that is under way, as if time had passed."""
    _require(cloud, caller, subscription, action_of("features.get"))
    namespace = _official(namespace)
    key = _key(subscription, namespace, name)
    record = cloud.store.get(FEATURE, key) or {"state": "NotRegistered"}
    if record["state"] == "Registering":
        record = {"state": "Registered"}
        cloud.store.put(FEATURE, key, record)
    return _feature_body(subscription, namespace, name, record["state"])


def register_feature(cloud: Cloud, caller: Caller, subscription: str, namespace: str, name: str) -> Body:
    """Begin to register a feature. It takes effect when the provider is registered again after it."""
    _require(cloud, caller, subscription, action_of("features.register"))
    namespace = _official(namespace)
    key = _key(subscription, namespace, name)
    record = cloud.store.get(FEATURE, key)
    if record is None or record["state"] != "Registered":
        record = {"state": "Registering"}
        cloud.store.put(FEATURE, key, record)
    return _feature_body(subscription, namespace, name, record["state"])


def feature_effective(cloud: Cloud, subscription: str, namespace: str, name: str) -> bool:
    return name.lower() in _record(cloud, subscription, namespace)["features"]


def _feature_body(subscription: str, namespace: str, name: str, state: str) -> Body:
    return {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Features/providers/{namespace}/features/{name}",
        "name": f"{namespace}/{name}",
        "type": "Microsoft.Features/providers/features",
        "properties": {"state": state},
    }


def _require(cloud: Cloud, caller: Caller, subscription: str, action: str) -> None:
    require_subscription(cloud, subscription)
    cloud.authorization.require(caller, action, f"/subscriptions/{subscription}")
