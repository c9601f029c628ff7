"""What the session tells the app beside the engine's own events: frozen, plain, named like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wizard import exits
from wizard.text import _

if TYPE_CHECKING:
    from wizard.report.closing import Closing
    from wizard.setup.draft import Draft

# The answers that decide what is priced, and those that decide the names and who may ask for them.
PRICE_KEYS = (
    "project.location", "foundation.network", "foundation.event_hubs", "foundation.event_hubs_units",
    "compute.node_type", "compute.autotermination_minutes", "contracts.files",
)  # fmt: skip
NAME_KEYS = (
    "project.domain", "project.environment", "project.catalog", "foundation.event_hubs",
    "state.backend", "state.storage_account",
    "sign_in.method", "sign_in.tenant_id", "sign_in.subscription_id", "sign_in.client_id", "sign_in.client_secret",
    "sign_in.client_certificate", "sign_in.certificate_password", "sign_in.token_file",
)  # fmt: skip

Question = Literal["approve", "agree", "person", "retry"]


@dataclass(frozen=True, slots=True)
class StepInfo:
    name: str
    heading: str  # as declared, in English; `title` is to be shown
    kind: str
    after: tuple[str, ...]
    section: str | None  # of its questions
    rights: tuple[str, ...]  # what it calls with, in words

    @property
    def title(self) -> str:
        return _(self.heading)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The journey is known: its steps, the folder as it is, and the answers so far."""

    steps: tuple[StepInfo, ...]
    target: str
    fixed_target: bool
    draft: Draft
    answered: bool  # a file holds answers already
    usual: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # by step: its shortest and longest apply, s
    event: str = "loaded"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Answers are proposed, by section and field, for what nobody answered yet; who holds the draft takes them."""

    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    event: str = "proposed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A step waits for a word. `until`: the moment (monotonic) at which it looks again by itself."""

    step: str
    what: Question
    changes: tuple[str, ...] = ()
    why: str = ""
    until: float | None = None
    clicks: tuple[str, ...] = ()
    event: str = "asked"


@dataclass(frozen=True, slots=True)
class Answered:
    step: str
    event: str = "answered"


@dataclass(frozen=True, slots=True)
class Faulted:
    """A run could not begin, or the wizard itself failed; nothing of it is a step's."""

    words: str
    invalid_answers: bool = False
    code: int = exits.FAILED
    event: str = "faulted"


@dataclass(frozen=True, slots=True)
class Said:
    """A line for the user that belongs to no run: what came of a click in the sandbox."""

    words: str
    event: str = "said"


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing runs any more. `result` is None where no run came about."""

    result: str | None
    mode: str
    event: str = "idle"


@dataclass(frozen=True, slots=True)
class Estimated:
    """The monthly estimate as the answers stand; None: not known. `note` says so where the prices are not the cloud's
    own."""

    words: str
    lines: tuple[tuple[str, float | None], ...] = field(default=())
    note: str = ""
    event: str = "estimated"


@dataclass(frozen=True, slots=True)
class Priced:
    """What the answers `asked` cost a month: by key and choice, and in all. None: not known. `asked` are the texts that
    it was asked for; what came too late says something of others than those that stand now."""

    asked: tuple[str, ...]
    choices: Mapping[str, Mapping[str, float | None]]
    monthly: float | None
    complete: bool
    currency: str
    note: str = ""
    hours: float = 20.0  # assumed of the exploration cluster
    event: str = "priced"


Word = tuple[Literal["ok", "fix", "checking"], str]


@dataclass(frozen=True, slots=True)
class Named:
    """What the answers `asked` make of the names, and whether these are free: a word by the key of its field."""

    asked: tuple[str, ...]
    words: Mapping[str, Word]
    event: str = "named"


def texts(draft: Draft, keys: Sequence[str]) -> tuple[str, ...]:
    """What stands in the fields now: to tell an answer of now from a late one."""
    return tuple(draft.text(key) for key in keys)


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a journey that is done, as the report knows it; `Summarised` is the same as data."""

    closing: Closing
    event: str = "closed"


@dataclass(frozen=True, slots=True)
class DestroyAsked:
    """Everything that a destroy would take away was told; it goes on once `word` is typed, and not otherwise."""

    word: str
    event: str = "destroy_asked"
