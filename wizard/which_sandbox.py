"""In which sandbox a setup works: its own, or one that several setups share."""

from __future__ import annotations

import os
from pathlib import Path

from wizard.setup.folder import PRIVATE, SANDBOX_KEY, Folder
from wizard.text import _

STORE = "store.sqlite"  # what every sandbox's folder holds


class NotASandbox(Exception):  # noqa: N818 - told to the user: exit 2
    """The sandbox that was named cannot be the setup's; nothing was changed."""


def named(path: Path) -> Path:
    """The sandbox's folder for what a command line names: that folder, or a setup folder, which means its own.

    Raises NotASandbox for a place that holds something else: a reset would delete it."""
    place = path.expanduser().resolve()
    own = place / PRIVATE / "sandbox"
    if own.is_dir():
        return own
    if place.exists() and not place.is_dir():
        raise NotASandbox(_("--sandbox {path}: it is a file; name a folder", path=path))
    if place.is_dir() and not (place / STORE).is_file() and any(place.iterdir()):
        raise NotASandbox(
            _("--sandbox {path}: it holds something else than a sandbox; name an empty folder or a new one", path=path)
        )
    return place


def chosen(folder: Folder, path: Path | None) -> Path:
    """The sandbox of a setup, where the command line names one or none. A setup keeps to one sandbox."""
    kept = folder.sandbox
    if path is None:
        return kept
    wanted = named(path)
    begun = kept.is_dir() and folder.exists  # a form may have asked for prices in a sandbox before there was a setup
    if wanted != kept.resolve() and (begun or SANDBOX_KEY in folder.config()):
        raise NotASandbox(
            _(
                "{folder} was set up in the sandbox {kept}, not {wanted}; use another --folder",
                folder=folder.root,
                kept=kept,
                wanted=wanted,
            )
        )
    return wanted


def keep(folder: Folder, path: Path | None) -> None:
    """Remember in config.yaml a sandbox that is not the setup's own: relative to the folder where it was given so."""
    if path is None:
        return
    place = named(path)
    if place != folder.own_sandbox.resolve():
        text = str(place) if path.expanduser().is_absolute() else os.path.relpath(place, folder.root)
        folder.update_config({SANDBOX_KEY: text})
