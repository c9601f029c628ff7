"""Whether a globally unique name is free. One's own name is as taken as any other."""

from __future__ import annotations

from wizard.sandbox.domain.arm_kind import name_taken
from wizard.sandbox.domain.arm_providers import require_registered, require_subscription
from wizard.sandbox.domain.arm_types import arm_types
from wizard.sandbox.domain.authorization_actions import action_of
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError

ACCOUNT, NAMESPACE = "Microsoft.Storage/storageAccounts", "Microsoft.EventHub/namespaces"


def storage(cloud: Cloud, caller: Caller, subscription: str, name: str) -> Body:
    """`nameAvailable`, and where it is not: `reason` AccountNameInvalid or AlreadyExists, `message`."""
    _require(cloud, caller, subscription, ACCOUNT, action_of("storageAccounts.checkNameAvailability"))
    answer = _answer(cloud, ACCOUNT, name, "AccountNameInvalid", "AlreadyExists")
    return {key: value for key, value in answer.items() if value is not None}


def event_hubs(cloud: Cloud, caller: Caller, subscription: str, name: str) -> Body:
    """`nameAvailable`, `reason` InvalidName, NameInUse or None, `message`."""
    _require(cloud, caller, subscription, NAMESPACE, action_of("namespaces.checkNameAvailability"))
    answer = _answer(cloud, NAMESPACE, name, "InvalidName", "NameInUse")
    return {**answer, "reason": answer["reason"] or "None", "message": answer["message"] or ""}


def _answer(cloud: Cloud, kind: str, name: str, invalid: str, taken: str) -> Body:
    rule = arm_types()[kind].name
    try:
        rule.check(name)
    except CloudError as error:
        return {"nameAvailable": False, "reason": invalid, "message": error.message}
    if name_taken(cloud, kind, name):
        assert rule.taken is not None
        return {"nameAvailable": False, "reason": taken, "message": rule.taken[2].format(name=name)}
    return {"nameAvailable": True, "reason": None, "message": None}


def _require(cloud: Cloud, caller: Caller, subscription: str, kind: str, action: str) -> None:
    require_subscription(cloud, subscription)
    cloud.authorization.require(caller, action, f"/subscriptions/{subscription}")
    require_registered(cloud, subscription, arm_types()[kind].namespace)
