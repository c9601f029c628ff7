"""Moments of the app as events, so that each screen can be drawn without a cloud."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wizard.guided.messages import Asked, Estimated, Faulted, Idle, Loaded, Proposed, StepInfo
from wizard.journey import STEPS, questions
from wizard.setup.answers import section_name
from wizard.setup.draft import Draft
from wizard.setup.events import ApplyStarted, Checked, CheckStarted, LogLine, ResourceChanged, RunStarted, StepProblem

AT = datetime(2026, 11, 21, 10, 41, 7, tzinfo=UTC)
RISK = Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml"
ORDER = [step.name for step in STEPS]
CHANGES = (
    "create azurerm_resource_group.lakehouse",
    "create azurerm_storage_account.lakehouse",
    "create azurerm_databricks_workspace.lakehouse",
)
GUIDE: dict[str, object] = {
    "headline": "Make the first account admin",
    "actions": ("as a Global Administrator of the tenant, log in once to https://accounts.azuredatabricks.net",
                "under User management, give the service principal the role Account admin"),
    "who": "a Global Administrator",
    "link": "https://accounts.azuredatabricks.net",
}  # fmt: skip
PROBLEM: dict[str, object] = {
    "what": "The region has not enough vCPU quota",
    "why": "The virtual machine asks for more cores than the subscription's quota has free.",
    "next_action": "Choose a smaller compute.node_type or another project.location.",
    "raw_code": "AZURE_QUOTA_EXCEEDED_EXCEPTION",
    "request_id": "3f9a21c4-77e0-4b1d-9c55",
    "log": ".wizard/logs/compute.log",
}


def loaded(answered: bool = True) -> list[Any]:
    draft = Draft(questions())
    if answered:
        draft.read(RISK)
    infos = tuple(
        StepInfo(step.name, step.title, step.kind.value, step.after,
                 None if step.questions is None else section_name(step.questions),
                 tuple(f"{right.system}: {right.name}" for right in step.permissions))
        for step in STEPS
    )  # fmt: skip
    return [Loaded(infos, "sandbox", answered, draft, answered), Proposed()]


def begun(until: str) -> list[Any]:
    """A run that has come to a step: those before it are done."""
    done = ORDER[: ORDER.index(until)]
    checked = [Checked(at=AT, step=name, verdict="done", why="everything stands as planned") for name in done]
    started = RunStarted(at=AT, command="run", target="sandbox", setup_id="0" * 12, steps=tuple(ORDER))
    return [*loaded(), started, *checked, Estimated("USD 58.40"), CheckStarted(at=AT, step=until)]


def _rows(step: str) -> list[Any]:
    addresses = [change.removeprefix("create ") for change in CHANGES]
    planned = [ResourceChanged(at=AT, step=step, address=each, action="create", state="planned") for each in addresses]
    states = (("done", 4.0), ("done", 31.0), ("started", None))
    applied = [
        ResourceChanged(at=AT, step=step, address=address, action="create", state=state, seconds=seconds)  # type: ignore[arg-type]
        for address, (state, seconds) in zip(addresses, states, strict=True)
    ]
    return [*planned, ApplyStarted(at=AT, step=step), *applied]


def scenes() -> dict[str, tuple[str, list[Any]]]:
    """By name: the screen, and what was told before it is looked at."""
    todo = Checked(at=AT, step="foundation", verdict="todo", why="3 to add", changes=CHANGES)
    blocked = Checked(at=AT, step="account-admin", verdict="blocked", why="operator is not admin of the Databricks "
                      "account", guide=GUIDE)  # fmt: skip
    noisy = LogLine(at=AT, step="foundation", level="warn", text="\x1b[31m[red]budget[/]: e-mail\x07 is not verified")
    return {
        "welcome-new": ("welcome", loaded(answered=False)),
        "welcome-in-use": ("welcome", [*loaded(), Faulted("./risk is in use by process 12 on wks-12"), Idle(None, "")]),
        "plan": ("journey", [*begun("foundation"), todo, Asked("foundation", "approve", CHANGES, "3 to add")]),
        "apply": ("journey", [*begun("foundation"), *_rows("foundation"), noisy]),
        "guide": ("journey", [*begun("account-admin"), blocked,
                              Asked("account-admin", "person", (), blocked.why, None, ("a first login",))]),
        "failure": ("journey", [*begun("compute"), StepProblem(at=AT, step="compute", problem=PROBLEM),
                                Asked("compute", "retry")]),
    }  # fmt: skip
