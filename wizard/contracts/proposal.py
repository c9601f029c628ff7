"""What is proposed from a sample, with what speaks for it; and why a sample cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse_jobs.contract.model import Contract

from wizard.text import _


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sample's rows hold in one column; of the elements, for a list's items. Never a value."""

    source_name: str  # as the file writes it
    filled: int  # rows that have a value
    empty: int  # rows that have none: no cell, an empty one, NULL
    distinct: int  # different values
    longest: int  # characters


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contract of one model and what speaks for it. Keys of `evidence` and `columns` are the contract's names of
    columns; what is nested has a dotted one, as `address.city`, and `tags[]` for what is in a list."""

    contract: Contract
    evidence: dict[str, tuple[str, ...]]  # sentences, translated; no value of a column that may be personal
    columns: dict[str, Seen]
    rows: int  # read of the sample
    told: tuple[str, ...]  # of the file as a whole: comma, header, UTF-8


class Unreadable(Exception):  # noqa: N818 - a state of the file, told as it is
    """The sample cannot be read. No value of the file is quoted."""

    def __init__(self, what: str, why: str, next_action: str) -> None:
        super().__init__(_("{what}: {why}; {next}", what=what, why=why, next=next_action))
        self.what, self.why, self.next_action = what, why, next_action
