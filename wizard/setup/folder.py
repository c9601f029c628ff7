"""The setup folder: what is yours (config, answers, contracts) and what is the wizard's (.wizard)."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from wizard.setup import files
from wizard.setup.disk import refused
from wizard.setup.format import FORMAT, KEY
from wizard.setup.journal import last_setup_id
from wizard.text import _

PRIVATE = ".wizard"
CONFIG = "config.yaml"
ANSWERS = "answers.yaml"
SANDBOX_KEY = "sandbox"  # in config.yaml: a sandbox that is not the folder's own


class FolderInUse(Exception):  # noqa: N818 - told to the user, with who holds it
    """Another wizard holds the folder."""

    def __init__(self, root: Path, owner: Mapping[str, object]) -> None:
        super().__init__(
            _(
                "{root} is in use by process {pid} on {host}, started {started}",
                root=root,
                pid=owner.get("pid", "?"),
                host=owner.get("host", "?"),
                started=owner.get("started", "?"),
            )
        )
        self.owner = dict(owner)


class FolderUnusable(Exception):  # noqa: N818 - told to the user, with the remedy
    """The folder cannot be read or written."""


class Folder:
    """Paths, modes and atomic writes. Nothing is made on disk before `create`, or `make_private` for who only asks."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.private = self.root / PRIVATE
        self.logs = self.private / "logs"
        self.receipts = self.private / "receipts"
        self.backups = self.private / "backups"
        self.own_sandbox = self.private / "sandbox"
        self.journal = self.private / "journal.jsonl"
        self.contracts = self.root / "contracts"
        self.config_file = self.root / CONFIG
        self.answers_file = self.root / ANSWERS
        self._config_lock = threading.Lock()  # steps that run side by side keep their choices in one file

    def create(self) -> None:
        """Make the folder and its private part (0700); give the setup its id. Repeatable.

        Raises FolderUnusable with the path and the system's reason."""
        self.make_private()
        try:
            for path in (self.logs, self.receipts):
                path.mkdir(mode=0o700, exist_ok=True)
            if "setup_id" not in self.config():
                self.update_config({KEY: FORMAT, "setup_id": secrets.token_hex(6)})
        except OSError as error:
            raise _unusable(self.root, error) from error

    def make_private(self) -> None:
        """Make the folder's private part alone, which git ignores: no setup begins with it. Raises as `create`."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                self.write(ignore, f"{PRIVATE}/\n", mode=0o644)
            self.private.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(self.root, error) from error

    @property
    def exists(self) -> bool:
        """Whether a setup is in it. Raises FolderUnusable where that cannot be seen."""
        try:
            return self.config_file.is_file()
        except OSError as error:
            raise _unusable(self.root, error) from error

    @property
    def setup_id(self) -> str:
        """Twelve hex digits, made once a folder; every object we make carries them."""
        return str(self.config().get("setup_id", ""))

    @property
    def sandbox(self) -> Path:
        """The state of the sandbox that the setup works in: its own, or the one that config.yaml names."""
        named = self.config().get(SANDBOX_KEY)
        return (self.root / Path(str(named)).expanduser()).resolve() if named else self.own_sandbox

    def config(self) -> dict[str, Any]:
        """config.yaml as a mapping; empty where there is none yet."""
        try:
            data = yaml.safe_load(self.config_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unusable(self.root, error) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise self._damaged(error) from error
        if isinstance(data, dict) and ("setup_id" in data or not self.journal.exists()):
            return data
        if data is None and not self.journal.exists():
            return {}
        raise self._damaged(_("it holds no setup_id"))  # a new one would make strangers of all that was made

    def _damaged(self, reason: object) -> FolderUnusable:
        """A config.yaml that cannot be used; its id stands in the journal too, where a run ever began."""
        kept = last_setup_id(self.journal)
        remedy = (
            _("put it back from git or a copy, or write `setup_id: {id}` and `target:` into it", id=kept)
            if kept
            else _("mend it, or remove it to start anew")
        )
        return FolderUnusable(
            _("{path} cannot be used: {reason}; {remedy}", path=self.config_file, reason=reason, remedy=remedy)
        )

    def update_config(self, values: Mapping[str, Any]) -> None:
        """Merge top-level keys into config.yaml; keys not named stay; an equal result is not written."""
        with self._config_lock:
            before = self.config()
            after = {**before, **values}
            if after != before:
                text = yaml.safe_dump(after, sort_keys=False, allow_unicode=True)
                self.write(self.config_file, text, mode=0o644)

    def terraform(self, phase: str) -> Path:
        shared = self.private / "terraform"
        for path in (shared, shared / phase):
            path.mkdir(mode=0o700, exist_ok=True)
        return shared / phase

    def log_file(self, step: str) -> Path:
        return self.logs / f"{step}.log"

    def write(self, path: Path, content: str | bytes, mode: int = 0o600) -> None:
        """Replace a file whole or not at all, and wait for the disk (see files.write)."""
        files.write(path, content, mode, sync=True)

    def back_up(self, path: Path) -> Path:
        """Keep a copy of a file of the user's that is to be replaced; where it is kept. Overwrites no other copy."""
        copy = self.backups / f"{path.stem}-{files.moment()}{path.suffix}"
        self.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.write(copy, path.read_bytes())
        return copy

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one wizard; the system frees it when the process ends, however it ends. What a wizard
        that was killed left half written goes."""
        path = self.private / "lock"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(self.root, error) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderInUse(self.root, _owner(handle)) from None
            owner = {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            try:
                os.ftruncate(handle, 0)
                os.pwrite(handle, json.dumps(owner).encode(), 0)
            except OSError as error:
                raise _unusable(path, error) from error
            files.sweep(self.root, (self.private, self.contracts), time.time())
            yield
        finally:
            os.close(handle)


def _unusable(root: Path, error: OSError) -> FolderUnusable:
    path = error.filename or root
    if words := refused(error, path):
        return FolderUnusable(_("{words}, or choose another --folder", words=words))
    told = _("{path} cannot be used: {reason}; choose another --folder", path=path, reason=error.strerror)
    return FolderUnusable(told)


def _owner(handle: int) -> dict[str, object]:
    try:
        owner = json.loads(os.pread(handle, 4096, 0))
    except ValueError:  # caught between another's truncate and write
        return {}
    return owner if isinstance(owner, dict) else {}
