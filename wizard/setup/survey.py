"""What a look at the world found of a setup, before anything is agreed: what is there, whose it is, how it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from wizard.setup.step import Facts, Finding, Verdict
from wizard.text import _


class Standing(StrEnum):
    """Whose an object is."""

    OURS = "ours"  # it carries this setup's id
    PART = "part"  # it has no field for a mark, and belongs to what it stands in
    UNMARKED = "unmarked"  # it has our name, and nobody's mark
    OTHERS = "others"  # it has our name, and another setup's mark
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Seen:
    """One object that was looked for. `root`, `address` and `id` are what Terraform would import;
    `setup` is the id of the other setup, where it carries one; `differs` says in words what a run would change in
    place, `fixed` what it could change only by making the object anew; `pins` are values for config.yaml that keep it
    as it is."""

    what: str
    standing: Standing
    id: str = ""
    root: str = ""
    address: str = ""
    setup: str = ""
    differs: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    pins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """`finding` as of a check; `answers` are what the world says of the questions, by section and field."""

    finding: Finding
    seen: tuple[Seen, ...] = ()
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@runtime_checkable
class Surveyed(Protocol):
    """A step that can tell of its objects one by one; of any other step its check is told."""

    def survey(self, ctx: Any) -> Survey: ...


def whose(mark: str | None, setup_id: str) -> tuple[Standing, str]:
    """The standing of an object by the setup's id that it carries; and that id, where it is another's."""
    if not mark:
        return Standing.UNMARKED, ""
    return (Standing.OURS, "") if mark == setup_id else (Standing.OTHERS, mark)


def summed(seen: Sequence[Seen], facts: Facts | None = None) -> Finding:
    """The finding that the objects come to: done where all are ours and as wanted."""
    there = [one for one in seen if one.standing is not Standing.ABSENT]
    if not there:
        return Finding(Verdict.TODO, _("nothing of it is there"), facts)
    whole = all(one.standing in (Standing.OURS, Standing.PART) and not one.differs and not one.fixed for one in there)
    why = _("{n} of {total} objects are there", n=len(there), total=len(seen))
    return Finding(Verdict.DONE if whole and len(there) == len(seen) else Verdict.TODO, why, facts)
