"""Whether a local state can be read; a damaged one is told with its remedy before Terraform stumbles over it."""

from __future__ import annotations

from pathlib import Path

from wizard.provisioning import document
from wizard.provisioning.document import BACKUP, STATE
from wizard.setup.step import Problem, StepFailed
from wizard.text import _


def check(state: Path) -> None:
    """Raises StepFailed where the state is no whole JSON document. An empty one is a first run's, unless a backup
    says that there was more."""
    backup = state.with_name(BACKUP)
    try:
        text = state.read_bytes()
    except FileNotFoundError:
        return
    if not text and not document.at(backup).whole:
        return
    try:
        document.parse(text)
    except ValueError as error:
        raise StepFailed(_damaged(state, backup, error)) from error


STANDING = "standing"  # in a root's folder: a state that is elsewhere names objects, when it was looked at last


def names_objects(terraform: Path) -> bool:
    """Whether any state of the roots below `terraform` names an object that was made; a damaged one counts too.
    Asks nobody: of a state that is elsewhere it knows what was noted."""
    return any(root_names_objects(root) for root in terraform.glob("*"))


def root_names_objects(root: Path) -> bool:
    """The same of one root, by its folder."""
    local = root / STATE
    return (root / STANDING).exists() or (local.is_file() and _names_objects(local))


def note_standing(folder: Path, standing: bool) -> None:
    """Note in a root's folder whether its state, which is elsewhere, names objects."""
    if standing:
        (folder / STANDING).touch(mode=0o600)
    else:
        (folder / STANDING).unlink(missing_ok=True)


def _names_objects(state: Path) -> bool:
    text = state.read_bytes()
    held = document.read(text)
    return held.names_objects or (bool(text) and "resources" not in held.body)


def _damaged(state: Path, backup: Path, error: ValueError) -> Problem:
    remedy = (
        _("put its backup in its place: cp {backup} {state}; then run again", backup=backup, state=state)
        if document.at(backup).whole
        else _("put a copy of yours in its place; without one, move {state} away and run again", state=state)
    )
    return Problem(
        what=_("The state of {root} is damaged", root=state.parent.name),
        why=_("{state} is cut off or not JSON: {error}", state=state, error=error),
        next_action=remedy,
        raw_code="StateDamaged",
    )
