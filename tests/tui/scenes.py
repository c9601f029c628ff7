"""Moments of the app as events, so that each screen can be drawn without a cloud."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.tui import contracts_scenes
from wizard.guided.messages import (
    NAME_KEYS,
    PRICE_KEYS,
    Asked,
    DestroyAsked,
    Estimated,
    Faulted,
    Idle,
    Loaded,
    Named,
    Priced,
    Proposed,
    StepInfo,
    Word,
    texts,
)
from wizard.journey import STEPS, questions
from wizard.setup.answers import section_name
from wizard.setup.draft import Draft
from wizard.setup.events import (
    ApplyStarted,
    Checked,
    CheckStarted,
    DestroyPlanned,
    LogLine,
    ModelRows,
    PlannedRemoval,
    Progress,
    ResourceChanged,
    RunEnded,
    RunStarted,
    StepProblem,
    StepRemoved,
    Summarised,
)
from wizard.tui.widgets.rail import Rail

if TYPE_CHECKING:
    from wizard.tui.app import WizardApp

AT = datetime(2026, 11, 21, 10, 41, 7, tzinfo=UTC)
RISK = Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml"
ESTIMATED = Estimated("USD 58.40", (("storage", 0.5), ("Event Hubs", 21.9), ("exploration", 36.0)), "no real prices")
ORDER = [step.name for step in STEPS]
CHANGES = (
    "create azurerm_resource_group.lakehouse",
    "create azurerm_storage_account.lakehouse",
    "create azurerm_databricks_workspace.lakehouse",
)
LOSSES: tuple[tuple[Literal["replace", "delete", "update"], str], ...] = (
    ("replace", "azurerm_storage_account.lakehouse"),
    ("delete", 'azurerm_storage_container.lakehouse["raw"]'),
    ("delete", 'azurerm_storage_container.lakehouse["log"]'),
    ("update", "azurerm_databricks_workspace.lakehouse"),
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


@dataclass(frozen=True)
class Scene:
    """The screen, what was told before it is looked at, and what a person does `then`; `there` tells it has come."""

    kind: str
    tell: Callable[[], list[Any]]  # called for each drawing: in its language, with a draft of its own
    section: str = "project"  # of a form
    then: Callable[[WizardApp], object] | None = None
    there: Callable[[WizardApp], object] | None = None

    @property
    def events(self) -> list[Any]:
        return self.tell()


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
    usual = {"foundation": (185.0, 290.0)} if answered else {}
    return [Loaded(infos, "sandbox", answered, draft, answered, usual), Proposed()]


def begun(until: str) -> list[Any]:
    """A run that has come to a step: those before it are done."""
    done = ORDER[: ORDER.index(until)]
    checked = [Checked(at=AT, step=name, verdict="done", why="everything stands as planned") for name in done]
    started = RunStarted(at=AT, command="run", target="sandbox", setup_id="0" * 12, steps=tuple(ORDER))
    return [*loaded(), started, *checked, ESTIMATED, CheckStarted(at=AT, step=until)]


def _rows(step: str) -> list[Any]:
    addresses = [change.removeprefix("create ") for change in CHANGES]
    planned = [ResourceChanged(at=AT, step=step, address=each, action="create", state="planned") for each in addresses]
    states: tuple[Literal["done", "started"], ...] = ("done", "done", "started")
    applied = [
        ResourceChanged(at=AT, step=step, address=address, action="create", state=state, seconds=seconds)
        for address, state, seconds in zip(addresses, states, (4.0, 31.0, None), strict=True)
    ]
    return [*planned, ApplyStarted(at=AT, step=step), *applied]


def _at_work() -> list[Any]:
    """Step 6 makes its resources."""
    return [*begun("foundation"), *_rows("foundation")]


def _offer() -> list[Any]:
    """Step 5 in scenario `reference`: a person may do it, or let the wizard."""
    changes = ("give lakehouse-wizard: role Contributor on the subscription",
               "give lakehouse-wizard: Microsoft Graph application permission User.ReadWrite.All")  # fmt: skip
    guide: dict[str, object] = {
        "headline": "Give the principal its rights",
        "actions": ("in Subscriptions, Access control (IAM), Add role assignment: Contributor to lakehouse-wizard",
                    "in Entra, App registrations, lakehouse-wizard, API permissions: User.ReadWrite.All, then Grant "
                    "admin consent"),
        "who": "an Owner of the subscription + a Global Administrator",
        "link": "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    }  # fmt: skip
    step, why = "service-principal", "lakehouse-wizard lacks what the setup needs"
    found = Checked(at=AT, step=step, verdict="todo", why=why, changes=changes, guide=guide)
    return [*begun(step), found, Asked(step, "approve", changes, why, None, ("an Owner gives the principal its role",))]


def _counts(model: str, state: str, counts: tuple[int, ...], tables: tuple[int, ...]) -> ModelRows:
    names = ("taken", "valid", "quarantined", "duplicates", "stale")
    rows: dict[str, Any] = {**dict(zip(names, counts, strict=True)),
                            **dict(zip(("bronze", "silver", "quarantine"), tables, strict=True))}  # fmt: skip
    balanced = counts[0] == sum(counts[1:])
    return ModelRows.model_validate({"at": AT, "step": "first-run", "model": model, "state": state,
                                     "balanced": balanced, **rows})  # fmt: skip


def _first_run() -> list[Any]:
    return [
        *begun("first-run"),
        _counts("account", "done", (51, 49, 1, 1, 0), (51, 49, 1)),
        _counts("consents", "done", (2000, 1850, 20, 80, 50), (2000, 1850, 20)),
        ModelRows(at=AT, step="first-run", model="orders", state="running", words="RUNNING"),
        ApplyStarted(at=AT, step="first-run"),
    ]


def _advised(name: str) -> list[Any]:
    """A form whose choices have their prices, all but one, and whose names were looked up."""
    events = loaded()
    draft = events[0].draft
    if name == "form-priced":
        draft.answer("foundation.event_hubs", "true")
    choices: dict[str, dict[str, float | None]] = {
        "foundation.network": {"nat_gateway": 36.5, "public_egress": 0.15},
        "foundation.event_hubs": {"true": None, "false": 0.0},
    }
    taken: dict[str, Word] = {
        "project.domain": ("fix", "taken by somebody else: storage account stadrisk; free now: risk2"),
        "project.catalog": ("ok", "becomes the catalog crisk"),
        "foundation.event_hubs": ("checking", "whether ethdrisk is free"),
    }
    return [*events, Priced(texts(draft, PRICE_KEYS), choices, 58.4, name != "form-priced", "USD", "no real prices"),
            Named(texts(draft, NAME_KEYS), taken)]  # fmt: skip


def _destroy(*after: Any) -> list[Any]:
    steps = (
        PlannedRemoval(step="first-run", objects=("table crisk.silver.account", "/Volumes/crisk/landing/account"),
                       data_loss=("all rows of crisk.silver.account",)),
        PlannedRemoval(step="foundation", objects=("azurerm_databricks_workspace.lakehouse",
                                                   "azurerm_storage_account.lakehouse"),
                       data_loss=("container raw with 12 files",)),
        PlannedRemoval(step="metastore", objects=(), kept=("metastore primary, in use by the workspaces 12, 13",)),
    )  # fmt: skip
    order = tuple(reversed(ORDER))
    return [*loaded(), ESTIMATED, RunStarted(at=AT, command="destroy", target="sandbox",
            setup_id="0" * 12, steps=order), DestroyPlanned(at=AT, steps=steps), *after]  # fmt: skip


SUMMARY = Summarised(
    at=AT, setup_id="0" * 12, target="sandbox",
    steps=tuple({"name": name, "verdict": "done", "why": "everything stands as planned"} for name in ORDER),
    tables=({"name": "crisk.bronze.account", "rows": 51}, {"name": "crisk.silver.account", "rows": 49},
            {"name": "crisk.silver.consents", "rows": None}),
    links=({"title": "workspace", "url": "https://adb-1234567890123456.7.azuredatabricks.net"},),
    cost={"currency": "USD", "monthly": 58.4, "complete": False, "note": "prices of the sandbox's own list",
          "lines": [{"title": "machine of exploration", "service": "Virtual Machines", "monthly": 12.1},
                    {"title": "exploration", "service": "Azure Databricks", "monthly": 24.0},
                    {"title": "Event Hubs", "service": "Event Hubs", "monthly": 21.8},
                    {"title": "storage", "service": "Storage", "monthly": 0.5},
                    {"title": "odd one", "service": "Other", "monthly": None}]},
    budget=150.0,
    spent={"since": "2026-11-01", "currency": "USD", "total": 26.31, "why": "",
           "lines": [{"service": "Virtual Machines", "meter": "D3 v2/DS3 v2", "amount": 8.1},
                     {"service": "Azure Databricks", "meter": "Premium Jobs Compute DBU", "amount": 2.4},
                     {"service": "Azure Databricks", "meter": "Premium All-purpose Compute DBU", "amount": 7.5},
                     {"service": "Event Hubs", "meter": "Standard Throughput Unit", "amount": 7.11},
                     {"service": "Bandwidth", "meter": "Standard Data Transfer Out", "amount": 1.2}]},
    versions={"lakehouse-wizard": "1"}, receipt=".wizard/receipts/2026-11-21T10-58.json",
)  # fmt: skip


def _replace() -> list[Any]:
    """A plan that would lose data: the domain's name is to be typed before it is applied."""
    step = "foundation"
    planned = [
        ResourceChanged(at=AT, step=step, address=address, action=action, state="planned") for action, address in LOSSES
    ]
    changes = tuple(
        f"{action} {address}; lost for good: every file in it" for action, address in LOSSES if action != "update"
    )
    why = "the plan deletes data for good; nothing of it was done"
    found = Checked(at=AT, step=step, verdict="todo", why=why, changes=changes)
    return [*begun(step), *planned, found, Asked(step, "agree", changes, why)]


DEPLOYED = (
    ("file", "/Volumes/crisk/ops/libraries/lakehouse_jobs/", "lakehouse_jobs-0.1.0-py3-none-any.whl"),
    ("file", "/Volumes/crisk/ops/libraries/contracts/", "account-fcd20b0b5355.yaml"),
    ("job", "", "ingest-risk-account"),
    ("job", "", "ingest-risk-consents"),
)


def _parts(action: Literal["create", "noop"], *states: Literal["planned", "started", "done"]) -> list[Any]:
    """The first parts of a deployment, each in its state; those after them are planned."""
    told = [*states, *["planned"] * (len(DEPLOYED) - len(states))]
    return [
        ResourceChanged.model_validate({"at": AT, "step": "ingestion", "address": f'{kind}["{folder}{name}"]',
                                        "name": name, "action": action, "state": state,
                                        "seconds": 1.0 if action == "create" and state == "done" else None})
        for (kind, folder, name), state in zip(DEPLOYED, told, strict=True)
    ]  # fmt: skip


def _deploy() -> list[Any]:
    step = "ingestion"
    return [
        *begun(step),
        ApplyStarted(at=AT, step=step),
        *_parts("create"),
        *_parts("create", "done", "done", "started"),
        Progress(at=AT, step=step, text="makes job ingest-risk-account, its schedule paused"),
    ]


def _stands(step: str, why: str, *rows: Any, **shown: Any) -> list[Any]:
    """A step that is done, looked at; `shown` is more of its check."""
    return [*begun(step), *rows, Checked(at=AT, step=step, verdict="done", why=why, **shown)]


def _last(step: str) -> list[Any]:
    """What a tool said before it failed."""
    words = ("databricks_cluster.exploration: creating", "databricks_cluster.exploration: 400 QuotaExceeded")
    return [LogLine(at=AT, step=step, level="info", text=each) for each in words]


def _ladder() -> list[Any]:
    """Step 9 where nobody tells the account id: three rungs, and the proof that comes after."""
    found = (
        {"what": "1  the workspace's own address: no account id in its answer", "state": "unknown"},
        {"what": "2  token introspection there: no right to ask", "state": "unknown"},
        {"what": "3  the answers: none yet", "state": "todo"},
        {"what": "proof, by the next step: the account lists adbdrisk", "state": "todo"},
    )
    guide: dict[str, object] = {
        "headline": "Look up the account id",
        "actions": (
            "open the workspace https://adb-1234567890123456.7.azuredatabricks.net",
            "choose your name at the top right, then Manage account",
            "choose your name there again: Account ID stands in the menu",
            "put it into account_id.account_id in the answers",
        ),
        "who": "an account admin",
        "link": "https://accounts.azuredatabricks.net",
    }
    step, why = "account-id", "the account's id is not known"
    blocked = Checked(at=AT, step=step, verdict="blocked", why=why, guide=guide, found=found)
    return [*begun(step), blocked, Asked(step, "person", (), why)]  # fmt: skip


def _noisy() -> list[Any]:
    """More lines than any screen has, in all levels."""
    levels: tuple[Literal["debug", "info", "warn", "error"], ...] = ("debug", "info", "info", "warn", "info", "error")
    texts = [f"azurerm_databricks_workspace.lakehouse: still creating, {n} s elapsed" for n in range(10, 610, 10)]
    told = zip(itertools.cycle(levels), texts, strict=False)
    return [LogLine(at=AT, step="foundation", level=level, text=words) for level, words in told]


def _over(app: WizardApp) -> bool:
    """A dialogue stands over the screen."""
    return app.screen is not app.top


def _acts(name: str) -> Callable[[WizardApp], object]:
    """A person picks an action."""
    return lambda app: app.act(name)


def _looks(step: str) -> Callable[[WizardApp], object]:
    """A person chooses a step from the list."""

    def look(app: WizardApp) -> None:
        rail = app.screen.query_one(Rail)
        rail.post_message(Rail.OptionSelected(rail, rail.get_option(step), rail.get_option_index(step)))

    return look


def _edited(app: WizardApp) -> None:
    """An answer that a step stands on is changed, and Continue is pressed."""
    assert app.store.draft is not None
    app.store.draft.answer("compute.node_type", "Standard_DS4_v2")
    app.act("next")


def scenes() -> dict[str, Scene]:
    """By name."""
    todo = Checked(at=AT, step="foundation", verdict="todo", why="3 to add", changes=CHANGES)
    blocked = Checked(at=AT, step="account-admin", verdict="blocked", why="operator is not admin of the Databricks "
                      "account", guide=GUIDE)  # fmt: skip
    noisy = LogLine(at=AT, step="foundation", level="warn", text="\x1b[31m[red]budget[/]: e-mail\x07 is not verified")
    return {
        "welcome-new": Scene("welcome", lambda: loaded(answered=False)),
        "welcome-go-on": Scene("welcome", lambda: [*begun("foundation"), todo, Idle("planned", "check")]),
        "welcome-in-use": Scene("welcome", lambda: [*loaded(), Faulted("./risk is in use by process 12 on wks-12"),
                                             Idle(None, "")]),
        "plan": Scene("journey", lambda: [*begun("foundation"), *_rows("foundation")[:3], todo,
                             Asked("foundation", "approve", CHANGES, "3 to add")]),
        "apply": Scene("journey", lambda: [*_at_work(), noisy]),
        "guide": Scene("journey", lambda: [*begun("account-admin"), blocked,
                              Asked("account-admin", "person", (), blocked.why, None, ("a first login",))]),
        "failure": Scene("journey", lambda: [*begun("compute"), ApplyStarted(at=AT, step="compute"), *_last("compute"),
                                StepProblem(at=AT, step="compute", problem=PROBLEM), Asked("compute", "retry")]),
        "welcome-back": Scene("welcome", lambda: begun("foundation")),
        "form": Scene("form", loaded),
        "form-new": Scene("form", lambda: loaded(answered=False)),
        "form-priced": Scene("form", lambda: _advised("form-priced"), "foundation"),
        "form-taken": Scene("form", lambda: _advised("form-taken")),
        **contracts_scenes.scenes(Scene, loaded),
        "offer": Scene("journey", _offer),
        "first-run": Scene("journey", _first_run),
        "summary": Scene("summary", lambda: [*begun("summary"), SUMMARY, Idle("done", "run")]),
        "replace": Scene("journey", _replace),
        "deploy": Scene("journey", _deploy),
        "deployed": Scene("journey", lambda: _stands("ingestion", "wheel 0.1.0 and 2 jobs are in place, schedules "
                                                     "paused", *_parts("noop", "done", "done", "done", "done")),
                          then=_looks("ingestion")),
        "ladder": Scene("journey", _ladder),
        "stands": Scene("journey", lambda: _stands(
            "exploration", "/Shared/lakehouse-risk is in place",
            found=({"what": "/Shared/lakehouse-risk/README.md", "state": "done"},
                   {"what": "/Shared/lakehouse-risk/explore", "state": "done"}),
            link="https://adb-1234567890123456.7.azuredatabricks.net/#workspace/Shared/lakehouse-risk"),
            then=_looks("exploration")),
        "cancelled": Scene("journey", lambda: [*_at_work(),
                                       RunEnded(at=AT, result="cancelled", exit_code=130, seconds=38.0),
                                       Idle("cancelled", "run")]),
        "log-full": Scene("journey", lambda: [*_at_work(), *_noisy()], then=_acts("log"),
                          there=lambda app: app.screen.has_class("-log")),
        "steps": Scene("journey", _at_work, then=_acts("steps"), there=lambda app: app.screen.has_class("-steps")),
        "stop": Scene("journey", _at_work, then=_acts("stop"), there=_over),
        "edit": Scene("form", lambda: [*begun("contracts"), Idle("planned", "run")], "compute", _edited, _over),
        "typed": Scene("journey", _replace, then=_acts("agree"), there=_over),
        "help": Scene("journey", _at_work, then=_acts("help"), there=_over),
        "actions": Scene("journey", _at_work, then=_acts("palette"), there=_over),
        "destroy-typed": Scene("destroy", lambda: _destroy(DestroyAsked("risk")), then=_acts("destroy_all"),
                               there=_over),
        "destroy": Scene("destroy", lambda: _destroy(DestroyAsked("risk"))),
        "destroying": Scene("destroy", lambda: _destroy(StepRemoved(at=AT, step="first-run", objects=()))),
        "destroyed": Scene("destroy", lambda: _destroy(StepRemoved(at=AT, step="first-run", objects=()),
                                          StepRemoved(at=AT, step="foundation", objects=()), Idle("done", "destroy"))),
    }  # fmt: skip
