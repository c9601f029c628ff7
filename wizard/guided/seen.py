"""What the sign-in of the answers sees: the subscriptions, told while the answers are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.guided.messages import Word
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.arm import Subscription
    from wizard.setup.draft import Draft
    from wizard.visit import Visit

SECTION = "sign_in"
TENANT, SUBSCRIPTION = f"{SECTION}.tenant_id", f"{SECTION}.subscription_id"
UNKNOWN = "00000000-0000-0000-0000-000000000000"  # stands for what is not answered yet
SHOWN = 4


def words(draft: Draft, visit: Visit) -> dict[str, Word]:
    """What to say beside tenant and subscription. Empty where nobody can be asked without a person, or nothing is to be
    said; raises what the cloud raises."""
    seen = _subscriptions(draft, visit)
    if seen is None:
        return {}
    chosen = draft.text(SUBSCRIPTION).lower()
    found = next((one for one in seen if one.id.lower() == chosen), None)
    if found is not None:
        return {SUBSCRIPTION: ("ok", _("{name}, {state}", name=found.name, state=found.state))}
    if not seen:
        return {SUBSCRIPTION: ("fix", _("the sign-in sees no subscription"))}
    names = "; ".join(f"{one.name} {one.id}" for one in seen[:SHOWN])
    if chosen:
        return {SUBSCRIPTION: ("fix", _("the sign-in does not see it; it sees: {subscriptions}", subscriptions=names))}
    told: dict[str, Word] = {SUBSCRIPTION: ("fix", _("the sign-in sees: {subscriptions}", subscriptions=names))}
    tenants = sorted({one.tenant_id for one in seen if one.tenant_id})
    if not draft.text(TENANT) and tenants:
        told[TENANT] = ("fix", _("the sign-in sees: {subscriptions}", subscriptions="; ".join(tenants)))
    return told


def _subscriptions(draft: Draft, visit: Visit) -> Sequence[Subscription] | None:
    """None where the answers do not say enough, or a person would have to act."""
    from pydantic import ValidationError

    from wizard.cloud.arm import ArmClient
    from wizard.cloud.world import ATTENDED
    from wizard.setup.answers import Answers
    from wizard.steps.sign_in import SignInQuestions

    given = dict(draft.plain().get(SECTION, {}))
    tenant = given.get("tenant_id")
    given.setdefault("subscription_id", UNKNOWN)
    given.setdefault("tenant_id", UNKNOWN)
    try:
        asked = SignInQuestions.model_validate(given)
    except ValidationError:
        return None
    if asked.method in ATTENDED or (not tenant and asked.method != "azure_cli"):
        return None
    ctx = visit.context(Answers({SignInQuestions: asked}, None))
    # The Azure CLI knows a tenant of its own; every other way to sign in asks for one.
    login = replace(visit.world.login(ctx, "operator"), tenant_id=str(tenant or ""))
    credential = visit.world.credential_of(ctx, login)
    return ArmClient(visit.world.target.endpoints, credential, asked.subscription_id).subscriptions()
