"""What a scenario offers somebody who rehearses: its ids as answers, and the clicks that its people owe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.sandbox.control import read_info
from wizard.sandbox.domain.world import load_scenario
from wizard.text import N_, _

DEFAULT = "clean"


@dataclass(frozen=True, slots=True)
class StepClick:
    """A portal's click; `identity` is operator, principal or owner."""

    name: str
    identity: str
    meaning: str

    @property
    def words(self) -> str:
        return _(self.meaning)


CLICKS = {
    "service-principal": (
        StepClick("assign-owner", "principal", N_("an Owner gives the principal the role Owner")),
        StepClick("grant-app-roles", "principal", N_("a Global Administrator consents to the Graph permissions")),
    ),
    "metastore": (StepClick("share-metastore", "principal", N_("the metastore's owner opens it to the workspace")),),
    "account-admin": (StepClick("first-login", "operator", N_("the operator's first login to the account console")),),
}


def proposed(scenario: str | None) -> dict[str, dict[str, Any]]:
    """The scenario's own ids, as answers."""
    world = load_scenario(scenario or DEFAULT)
    people = world["identities"]
    operator, principal, owner = people[world["operator"]], people[world["principal"]], people[world["owner"]]
    signed_in: dict[str, Any] = {
        "tenant_id": world["tenant"]["id"],
        "subscription_id": world["subscriptions"][0]["id"],
        "method": "azure_cli",
    }
    if operator["kind"] == "app":
        signed_in |= {
            "method": "client_secret",
            "client_id": operator["client_id"],
            "client_secret": f"sandbox:{world['operator']}",
        }
    return {
        "sign_in": signed_in,
        "project": {"owner": owner["upn"]},
        "service_principal": {
            "mode": "given",
            "client_id": principal["client_id"],
            "client_secret": f"sandbox:{world['principal']}",
        },
        "foundation": {"budget_contact": owner.get("mail") or owner["upn"]},
    }


def who(state: Path, identity: str) -> str:
    """The name in the running scenario of its operator, principal or owner."""
    return str(read_info(state)[identity])
