"""Whose a local state is: by the marks of what it names, and by the lineage that this folder saw last."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from wizard.provisioning import document
from wizard.provisioning.adoption import PARTS
from wizard.provisioning.document import Document
from wizard.setup import files, mark
from wizard.setup.step import Problem, StepFailed
from wizard.text import _

RECORD = "lineage"  # beside the state: the lineage of the state that was here last


def check(state: Path, setup_id: str, taken: frozenset[str] = frozenset()) -> None:
    """Raises StepFailed where `state`, which is absent, empty or whole, is not this setup's or was emptied. `taken`
    are setups whose objects the user agreed to take over: they carry their old mark until an apply has ended.

    A state that is absent was moved away by somebody, as our remedies say: the next one is a new one."""
    record = state.with_name(RECORD)
    if not state.exists():
        record.unlink(missing_ok=True)
        return
    known = record.read_text(encoding="ascii") if record.exists() else ""
    held = document.at(state)
    found = held.lineage
    if known and not found:
        raise StepFailed(_emptied(state))
    if others := sorted(marks(held) - taken - {setup_id}) if setup_id else []:
        why = _("{state} names what carries the id {ids}; this setup's is {id}", state=state, ids=", ".join(others),
                id=setup_id)  # fmt: skip
        raise StepFailed(_foreign(state, why))
    if known and found != known:
        why = _("{state} has the lineage {found}; the one of this folder was {known}", state=state, found=found,
                known=known)  # fmt: skip
        raise StepFailed(_foreign(state, why))
    if not known:
        note(state)


def note(state: Path) -> None:
    """Remember the lineage of the state that is there now, if any; where the disk is full, the next look does."""
    if found := document.at(state).lineage:
        with suppress(OSError):
            files.renew(state.with_name(RECORD), found)


def marks(state: Document) -> set[str]:
    """The ids of setups that the objects in a state carry; what is only read, or a part of another, is not asked."""
    managed = (item for item in state.managed if item.get("type") not in PARTS)
    bodies = (instance.get("attributes") or {} for item in managed for instance in item.get("instances", ()))
    return {id for body in bodies for id in mark.of(body)}


def _emptied(state: Path) -> Problem:
    return Problem(
        what=_("The state of {root} is empty, though it named what was made", root=state.parent.name),
        why=_("{state} has no byte left, and there is no backup beside it", state=state),
        next_action=_(
            "put a copy of yours in its place; without one, move {state} away and run again, until what carries "
            "this setup's id is adopted",
            state=state,
        ),
        raw_code="StateDamaged",
    )


def _foreign(state: Path, why: str) -> Problem:
    return Problem(
        what=_("The state of {root} is another setup's; nothing was changed", root=state.parent.name),
        why=why,
        next_action=_(
            "put this setup's own state back; without it, move {state} away and run again, until what carries this "
            "setup's id is adopted",
            state=state,
        ),
        raw_code="StateForeign",
    )


def foreign_elsewhere(root: str, place: str, others: list[str], setup_id: str) -> Problem:
    """A remote state that is another setup's: two folders, each with an id of its own, were given one place."""
    return Problem(
        what=_("The state of {root} is another setup's; nothing was changed", root=root),
        why=_("{place} names what carries the id {ids}; this setup's is {id}", place=place, ids=", ".join(others),
              id=setup_id),
        next_action=_("use the folder of that setup, or a new one, which takes over its id; or give this setup another "
                      "place under state in the answers"),
        raw_code="StateForeign",
    )  # fmt: skip
