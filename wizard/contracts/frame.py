"""A sample as columns, whichever format it came in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lakehouse_jobs.contract.model import Source

from wizard.contracts.values import Typed

BLANKS = " \t\r\n\v\f"  # that a cast of Spark leaves out around a value


@dataclass(slots=True)
class Column:
    """One column; or what is in a list, whose rows are then its elements. `cells` has None where there is no value;
    a nested one has its text there, or what counts as one. `declared`: the format itself says the type."""

    name: str  # as the file writes it
    cells: list[str | None]
    declared: Typed | None = None
    textual: bool = False  # the format says that these are texts: digits among them are no numbers
    fields: list[Column] = field(default_factory=list)
    items: Column | None = None
    trimmed: Counter[str] = field(init=False)
    spaced: bool = field(init=False)  # some cell has blanks around it

    def __post_init__(self) -> None:
        counted = Counter(self.cells)
        counted.pop(None, None)
        self.trimmed = Counter()
        self.spaced = any(value is not None and value.strip(BLANKS) != value for value in counted)
        for value, n in counted.items():
            self.trimmed[str(value).strip(BLANKS)] += n

    @property
    def filled(self) -> int:
        return sum(self.trimmed.values())

    @property
    def unique(self) -> bool:
        return bool(self.cells) and len(self.trimmed) == len(self.cells)

    @property
    def longest(self) -> int:
        return max(map(len, self.trimmed), default=0)


@dataclass(frozen=True, slots=True)
class Frame:
    """`told` says how the file was read."""

    source: Source
    columns: list[Column]
    rows: int
    told: tuple[str, ...]
