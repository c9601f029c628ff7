"""The format of a setup folder: a newer one is refused, an older one is brought up, with a backup first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.text import _

if TYPE_CHECKING:
    from wizard.setup.folder import Folder

KEY = "format"
FORMAT = 1  # of the folders that this wizard makes
BACKUPS = "backups"
# Made anew by themselves, or, as the sandbox, no part of the setup.
NOT_BACKED_UP = (BACKUPS, "sandbox", ".terraform", "lock", "providers", "plugin-cache")


class FormatTooNew(Exception):  # noqa: N818 - told to the user: exit 2
    """A newer wizard made the folder."""


@dataclass(frozen=True, slots=True)
class Migration:
    """Brings a folder from the format `since` to the next. `apply` may be broken off and called again."""

    since: int
    apply: Callable[[Folder], None]


def _first(folder: Folder) -> None:
    """Format 0, before the key was written, is laid out as format 1 is: the key alone is new."""


MIGRATIONS: tuple[Migration, ...] = (Migration(0, _first),)


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration came to, and where the folder as it was lies."""

    before: int
    after: int
    backup: Path

    @property
    def words(self) -> str:
        return _(
            "the folder was brought from format {before} to {after}; as it was, it lies in {backup}",
            before=self.before,
            after=self.after,
            backup=self.backup,
        )


def of(folder: Folder) -> int:
    """The folder's format; that of a folder without a setup is ours. Raises FolderUnusable where it is no number."""
    from wizard.setup.folder import FolderUnusable

    config = folder.config()
    found = config.get(KEY, 0 if "setup_id" in config else FORMAT)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise FolderUnusable(
            _("{path}: format is {found}, not a number; mend it or take the file from git", path=folder.config_file,
              found=repr(found))
        )  # fmt: skip
    return found


def refuse_newer(folder: Folder) -> None:
    """Raises FormatTooNew; to be asked before anything in the folder is read otherwise, or written."""
    found = of(folder)
    if found > FORMAT:
        raise FormatTooNew(
            _(
                "{folder} has format {found}, made by a newer wizard; this one knows formats up to {known}: "
                "pip install --upgrade lakehouse-wizard. Nothing was changed",
                folder=folder.root,
                found=found,
                known=FORMAT,
            )
        )


def bring_up(folder: Folder, migrations: Sequence[Migration] = MIGRATIONS, to: int = FORMAT) -> Migrated | None:
    """Migrate an older folder, whose lock is held, step by step; None where there is nothing to do.

    A migration that was broken off is begun again; the backup stays that of the untouched folder."""
    before = of(folder)
    if before >= to:
        return None
    backup = _back_up(folder, before)
    for migration in sorted(migrations, key=lambda each: each.since):
        if before <= migration.since < to:
            migration.apply(folder)
            folder.update_config({KEY: migration.since + 1})
    return Migrated(before, to, backup)


def _back_up(folder: Folder, before: int) -> Path:
    """Copy what is ours and yours, once for each format; whole or not at all."""
    place = folder.private / BACKUPS / f"format-{before}"
    if place.is_dir():
        return place
    place.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = place.with_name(f".{place.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    for path in (folder.config_file, folder.answers_file):
        if path.is_file():
            shutil.copy2(path, unfinished / path.name)
    if folder.contracts.is_dir():
        shutil.copytree(folder.contracts, unfinished / folder.contracts.name)
    ignored = shutil.ignore_patterns(*NOT_BACKED_UP)
    shutil.copytree(folder.private, unfinished / folder.private.name, ignore=ignored)
    unfinished.rename(place)
    return place
