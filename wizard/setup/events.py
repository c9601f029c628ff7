"""What a run says, as typed messages: the command line, the app and `--json` all read these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class EventBase(BaseModel):
    """Common to all events. `journaled` events are step-level and are kept in the journal."""

    model_config = ConfigDict(frozen=True)
    journaled: ClassVar[bool] = False

    at: datetime = Field(default_factory=lambda: datetime.now(UTC), description="when it happened, UTC")


class RunStarted(EventBase):
    journaled: ClassVar[bool] = True
    event: Literal["run_started"] = "run_started"
    command: str
    target: str
    setup_id: str
    steps: tuple[str, ...]


class RunEnded(EventBase):
    journaled: ClassVar[bool] = True
    event: Literal["run_ended"] = "run_ended"
    result: Literal["done", "blocked", "failed", "cancelled", "planned"]
    exit_code: int
    seconds: float


class AnswersChanged(EventBase):
    """Answers differ from those with which the steps were done last. Told before anything is checked.

    `answers` are the keys; `steps` read one of them, `followers` stand on those; all are checked again."""

    journaled: ClassVar[bool] = True
    event: Literal["answers_changed"] = "answers_changed"
    answers: tuple[str, ...]
    steps: tuple[str, ...]
    followers: tuple[str, ...]
    text: str


class CheckStarted(EventBase):
    event: Literal["check_started"] = "check_started"
    step: str


class Checked(EventBase):
    """`found` is what was looked at, each with `what` and its `state`: done, todo or unknown. `link` shows it."""

    journaled: ClassVar[bool] = True
    event: Literal["checked"] = "checked"
    step: str
    verdict: Literal["done", "todo", "blocked", "unknown"]
    why: str
    changes: tuple[str, ...] = ()
    guide: dict[str, object] | None = None
    problem: dict[str, object] | None = None
    found: tuple[dict[str, str], ...] = ()
    link: str | None = None
    waits: bool = False  # nothing but earlier steps holds it up


class ApplyStarted(EventBase):
    journaled: ClassVar[bool] = True
    event: Literal["apply_started"] = "apply_started"
    step: str


class Applied(EventBase):
    journaled: ClassVar[bool] = True
    event: Literal["applied"] = "applied"
    step: str
    seconds: float


class StepProblem(EventBase):
    journaled: ClassVar[bool] = True
    event: Literal["failed"] = "failed"
    step: str
    problem: dict[str, object]


class StepRemoved(EventBase):
    journaled: ClassVar[bool] = True
    event: Literal["removed"] = "removed"
    step: str
    objects: tuple[str, ...]


class LeftBehind(EventBase):
    """After a second Ctrl+C: what a step that was not waited for may leave, and who ends it."""

    journaled: ClassVar[bool] = True
    event: Literal["left_behind"] = "left_behind"
    step: str
    what: str


class Progress(EventBase):
    event: Literal["progress"] = "progress"
    step: str
    text: str


class Waiting(EventBase):
    event: Literal["waiting"] = "waiting"
    step: str
    what: str


class ResourceChanged(EventBase):
    """One Terraform resource, as it goes: also in the step's log file, never in the journal."""

    event: Literal["resource"] = "resource"
    step: str
    address: str
    action: Literal["create", "update", "replace", "delete", "read", "noop", "import"]
    state: Literal["planned", "started", "progress", "done", "failed"]
    seconds: float | None = None
    name: str | None = None  # the object's own, where it is known


class ModelRows(EventBase):
    """Where the rows of one model are: told with each check, and as its run goes. All counts are rows; None: unknown.

    Of the newest run, `taken` = `valid` + `quarantined` + `duplicates` + `stale` + `discarded` + `deleted`, or it is
    not `balanced`. `rules`: what rows failed -> how many did, warnings included; one row may fail several. `bronze`,
    `silver` and `quarantine` are what the tables hold. `words` are the service's own."""

    event: Literal["model"] = "model"
    step: str
    model: str
    state: Literal["todo", "running", "done", "failed"]
    words: str = ""
    taken: int | None = None
    valid: int | None = None
    quarantined: int | None = None
    duplicates: int | None = None
    stale: int | None = None
    discarded: int | None = None
    deleted: int | None = None
    balanced: bool | None = None
    rules: dict[str, int] = {}
    bronze: int | None = None
    silver: int | None = None
    quarantine: int | None = None


class LogLine(EventBase):
    """A line of a step's own log, secrets struck out: what a tool said beside what the other events tell."""

    event: Literal["log"] = "log"
    step: str
    level: Literal["debug", "info", "warn", "error"]
    text: str


class PlannedRemoval(BaseModel):
    """What a destroy of one step takes away, in words; `kept` stays, since others use it."""

    model_config = ConfigDict(frozen=True)

    step: str
    objects: tuple[str, ...]
    data_loss: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class DestroyPlanned(EventBase):
    """What a destroy would take away, in its order; nothing happened yet."""

    event: Literal["destroy_plan"] = "destroy_plan"
    steps: tuple[PlannedRemoval, ...]


class Summarised(EventBase):
    """The end of a journey that is done. `cost` is absent where the answers do not say enough to estimate; `spent` is
    what the cloud has billed since the month began, in its own currency: `total` is null where that is not told yet."""

    event: Literal["summary"] = "summary"
    setup_id: str
    target: str
    steps: tuple[dict[str, str], ...]
    tables: tuple[dict[str, object], ...]
    links: tuple[dict[str, str], ...]
    cost: dict[str, object] | None
    budget: float | None = None  # of a month, in the subscription's currency: that of `spent`, where it is told
    spent: dict[str, object] | None = None
    versions: dict[str, str]
    receipt: str | None


Event = Annotated[
    RunStarted
    | RunEnded
    | AnswersChanged
    | CheckStarted
    | Checked
    | ApplyStarted
    | Applied
    | StepProblem
    | StepRemoved
    | LeftBehind
    | Progress
    | Waiting
    | ResourceChanged
    | ModelRows
    | LogLine
    | DestroyPlanned
    | Summarised,
    Field(discriminator="event"),
]
