"""A root's state goes from one backend to another: copied first, and never over one that somebody else keeps there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wizard.provisioning import backups, command, document, run
from wizard.provisioning.backend import Backend
from wizard.provisioning.binary import Binary
from wizard.provisioning.document import BACKUP, STATE
from wizard.provisioning.failure import TerraformFailed
from wizard.setup import files
from wizard.setup.step import Problem, StepFailed
from wizard.text import _


@dataclass(frozen=True, slots=True)
class Store:
    """One root's state in one backend. A remote one is reached through Terraform in an empty folder of its own, so
    that neither the root's providers nor what it was initialised for count; `env` has the backend's secrets."""

    root: str
    folder: Path
    backend: Backend
    binary: Callable[[], Binary]
    env: Callable[[], Mapping[str, str]]

    def pull(self) -> bytes:
        """The state as it is; empty where there is none. Raises TerraformFailed."""
        if not self.backend.remote:
            try:
                return (self.folder / STATE).read_bytes()
            except FileNotFoundError:
                return b""
        with self._opened() as place:
            return self._do(place, "state pull", command.state_pull(self.binary())).encode()

    def push(self, copy: Path, *, force: bool = False) -> None:
        """Make `copy` the state; `force` also over an emptied one of another lineage."""
        if self.backend.remote:
            with self._opened() as place:
                self._do(place, "state push", command.state_push(self.binary(), copy, force=force))
            return
        files.write(self.folder / STATE, copy.read_bytes())

    @contextmanager
    def _opened(self) -> Iterator[Path]:
        place = self.folder.with_name(f".state-of-{self.folder.name}")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700, parents=True)
        try:
            self.backend.write(place)
            self._do(place, "init", command.init(self.binary()))
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _do(self, place: Path, verb: str, argv: list[str]) -> str:
        code, out, complaints = run.capture(argv, folder=place, env=self.env())
        if code != 0:
            raise TerraformFailed(self.root, verb, code, [], complaints or out)
        return out


def bring(old: Store, new: Store, place: Path, say: Callable[[str], None]) -> None:
    """Copy the state into `place`, then into the new backend; said in words. Repeatable after a kill at any point.

    Not by `init -migrate-state -force-copy`: that overwrites whatever lies at the new place, and takes one
    environment for both backends. Raises StepFailed where the new place holds another state with objects in it."""
    held = old.pull()
    known = document.read(held)
    if known.names_objects:
        copy = backups.keep(place, old.root, held)
        there = document.read(new.pull())
        if there.lineage == known.lineage and there.serial >= known.serial:
            say(_("the state of {root} is in {place} already", root=old.root, place=new.backend.place))
        elif there.names_objects and there.lineage != known.lineage:
            raise StepFailed(_taken(old, new, copy))
        else:
            new.push(copy, force=there.lineage not in ("", known.lineage))
            told = _("the state of {root} was copied from {old} to {new}; as it was, it lies in {copy}", root=old.root,
                     old=old.backend.place, new=new.backend.place, copy=copy)  # fmt: skip
            say(told)
    if not old.backend.remote:
        set_aside(old.folder, place, old.root)


def set_aside(folder: Path, place: Path, root: str) -> None:
    """Take local state files out of a root's folder, so that none is taken for the live one."""
    for path in (folder / BACKUP, folder / STATE):  # so that the newest copy is of the newest state
        if path.exists():
            backups.keep(place, root, path.read_bytes())
            path.unlink()


def _taken(old: Store, new: Store, copy: Path) -> Problem:
    return Problem(
        what=_("The state of {root} was not moved: another one lies at the new place", root=old.root),
        why=_("{place} names objects and has another lineage than {old}; it would have been overwritten",
              place=new.backend.place, old=old.backend.place),
        next_action=_("give another place under state in the answers, or put the old backend back there; a copy of "
                      "the state lies in {copy}", copy=copy),
        raw_code="StateTaken",
    )  # fmt: skip
