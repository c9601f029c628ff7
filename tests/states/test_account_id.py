"""Account id: who tells it, and who tells something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.states.lakes import lakes
from tests.states.state import State, holds
from tests.steps.early import Setup
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.account_id import AccountId

OURS = "c4e81d07-9f36-4a5b-b2d8-05a7e63f1c94"
NOBODYS = "00000000-0000-4000-8000-000000000000"
OTHERS = "5d7f2e90-1c4b-4a83-9e06-b8f3a1d2c576"  # of which the operator is admin
CLOSED = "e02b94a7-63d8-4f15-8c7a-1d9e5b40f362"  # which lets the operator see nothing


class World:
    """A workspace whose two rungs are as said, and the answers' account id."""

    def __init__(self, *, well_known: str = "", introspection: str = "", page: str = "", answered: str = "") -> None:
        self.faults = [("workspace.metadata", well_known), ("workspace.introspect", introspection), (page, "web_page")]
        self.changes = {"account_id": {"account_id": answered}} if answered else {}

    def __call__(self, cloud: Connection, place: Path) -> Setup:
        setup = lakes(cloud).open(place, self.changes)
        for operation, kind in self.faults:
            key = {"key": KEYS[operation]} if kind == "without" else {}
            if operation and kind:
                cloud.add_fault(kind, match={"operation": operation}, count=0, **key)
        return setup


KEYS = {"workspace.metadata": "account_id", "workspace.introspect": "principal_context.authentication_scope.account_id"}
SILENT = {"well_known": "without", "introspection": "without"}

STATES = [
    State("the workspace's own address tells it", AccountId, World(), Verdict.DONE, f"{OURS}, from well-known"),
    State(
        "the workspace's address leaves it out, introspection tells it",
        AccountId, World(well_known="without"), Verdict.DONE, f"{OURS}, from introspection",
    ),
    State(
        "the workspace's address refuses, introspection tells it",
        AccountId, World(well_known="denied"), Verdict.DONE, "it does not answer",
    ),
    State(
        "both leave it out and nobody answered",
        AccountId, World(**SILENT), Verdict.BLOCKED, "the account's id is not known",
        guide="Account ID stands in the menu",
    ),
    State(
        "introspection may not be asked",
        AccountId, World(well_known="without", introspection="denied"), Verdict.BLOCKED,
        "2  token introspection there: The client does not have authorization", guide="Look up the account id",
    ),
    State(
        "both leave it out, the answers hold it, and the account proves it",
        AccountId, World(**SILENT, answered=OURS), Verdict.DONE, "proof: the account lists adbdlake",
    ),
    State(
        "the answers contradict what the workspace tells",
        AccountId, World(answered=OTHERS), Verdict.DONE, f"the answers' {OTHERS} is not the workspace's account",
    ),
    State(
        "the answers hold an id that no account has",
        AccountId, World(**SILENT, answered=NOBODYS), Verdict.BLOCKED, f"there is no Databricks account {NOBODYS}",
        guide="put that one into account_id.account_id",
    ),
    State(
        "the answers hold another account's id, which the operator administers",
        AccountId, World(**SILENT, answered=OTHERS), Verdict.BLOCKED, "it is another account",
        guide="Give the workspace's own account",
    ),
    State(
        "the answers hold the id of an account that is closed to the operator",
        AccountId, World(**SILENT, answered=CLOSED), Verdict.DONE, "proof, by the next step",
    ),
    State(
        "a web page answers in the place of the workspace",
        AccountId, World(page="workspace.*"), Verdict.BLOCKED, "answers with a web page",
        guide="Let Databricks answer",
    ),
    State(
        "a web page answers in the place of the account, whose id the answers hold",
        AccountId, World(**SILENT, page="account.*", answered=OURS), Verdict.BLOCKED,
        "something between this machine and Databricks", guide="HTTPS_PROXY",
    ),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)
