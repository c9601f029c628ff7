"""The portal's clicks around signing in: policies, subscriptions' states, the machine's identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.domain import machine
from wizard.sandbox.domain.arm_providers import SUBSCRIPTION_STATES, set_subscription_state
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.domain.entra import POLICIES, POLICY

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

NONE = "none"


def set_policy(cloud: Cloud, kind: str, body: Body, policy: str) -> str:
    """Let a policy of conditional access meet somebody; raises CloudError 400 naming those there are."""
    if policy not in (*POLICIES, NONE):
        raise CloudError(400, "UnknownPolicy", f"the policies are: {', '.join((*POLICIES, NONE))}")
    kept = {key: value for key, value in body.items() if key != POLICY}
    cloud.store.put(kind, body["id"], kept if policy == NONE else {**kept, POLICY: policy})
    return f"conditional access for {body['displayName']}: {policy}"


def subscription_state(cloud: Cloud, state: str) -> str:
    if state not in SUBSCRIPTION_STATES:
        raise CloudError(400, "UnknownState", f"the states of a subscription are: {', '.join(SUBSCRIPTION_STATES)}")
    set_subscription_state(cloud, state)
    return f"the subscription is {state}"


def machine_identity(cloud: Cloud, name: str) -> str:
    if name == NONE:
        machine.take(cloud)
        return "this machine has no managed identity"
    found = machine.give(cloud, name)
    return f"this machine has the managed identity {name}, client id {found['appId']}, object id {found['id']}"
