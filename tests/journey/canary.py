"""Looks for secrets everywhere a run leaves something, while it goes on and after. Shares no code with the product."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import stat
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import quote, quote_plus

import psutil

EVERY = 0.02  # seconds between two looks at the processes
SMALL = 1 << 20  # bytes of a file that is looked at while a run goes on
NEED_SECRETS = ("plan", "apply")  # what Terraform configures providers for
TOKEN = re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


class Canary:
    """Knows the secrets by name. Findings name them and their form, never the value."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.names = frozenset(secrets)
        self._forms = {(name, form): coded for name, value in secrets.items() for form, coded in _forms(value)}

    def sings(self, content: bytes) -> list[str]:
        """What stands in `content`, be it a ZIP file: `secret as form`."""
        found = [f"{name} as {form}" for (name, form), coded in self._forms.items() if coded in content]
        return found + [f"{what} (packed)" for part in _unpacked(content) for what in self.sings(part)]

    def files(self, *roots: Path, but: Callable[[Path], bool] = lambda path: False) -> list[str]:
        """Each finding in a regular file below the roots, or in its name; `but` says which may hold secrets."""
        return [
            f"{path}: {what}"
            for root in roots
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.is_symlink() and not but(path)
            for what in self.sings(_content(path) + path.name.encode())
        ]


def tokens(*roots: Path, but: Callable[[Path], bool]) -> list[str]:
    """Files that hold what looks like an access token."""
    files = (path for root in roots for path in sorted(root.rglob("*")) if path.is_file() and not but(path))
    return [str(path) for path in files if TOKEN.search(_content(path))]


@dataclass
class Seen:
    """What was there while a run went on: each process's command line and environment, and the files' contents."""

    processes: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    contents: dict[str, set[bytes]] = field(default_factory=dict)

    def leaks(self, canary: Canary) -> list[str]:
        found = []
        for (pid, line), environ in self.processes.items():
            words = line.decode(errors="replace").split("\0")
            found += [f"argv of {pid} {words[:4]}: {what}" for what in canary.sings(line)]
            if not needs_secrets(words):
                found += [f"environment of {pid} {words[:4]}: {what}" for what in canary.sings(environ)]
        for path, contents in self.contents.items():
            found += [f"{path}, for a time: {what}" for content in contents for what in canary.sings(content)]
        return found

    @property
    def verbs(self) -> set[str]:
        """The kinds of processes: Terraform's commands, and the names of modules and programs."""
        return {kind for _pid, line in self.processes for kind in _kinds(line.decode(errors="replace").split("\0"))}


def needs_secrets(words: list[str]) -> bool:
    return "terraform" in _kinds(words) and any(word in NEED_SECRETS for word in words)


class Watch:
    """Sees what the descendants of a process are given, and what stands in folders, from `start` to `stop`.

    The process itself holds its secrets; so does, until its exec, a child that is still a copy of it."""

    def __init__(self, pid: int, folders: Iterable[Path], but: Callable[[Path], bool]) -> None:
        self._process, self._folders, self._but = psutil.Process(pid), list(folders), but
        self._own = _proc(pid, "cmdline")
        self.seen = Seen()
        self._done = threading.Event()
        self._asked: SimpleQueue[threading.Event] = SimpleQueue()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def wait_for_a_look(self) -> None:
        """Until all that is there now was looked at."""
        looked = threading.Event()
        self._asked.put(looked)
        looked.wait()

    def stop(self) -> Seen:
        self._done.set()
        self._thread.join()
        return self.seen

    def _look_on(self) -> None:
        turn = 0
        while not self._done.wait(EVERY):
            asked = [self._asked.get() for _ in range(self._asked.qsize())]
            self._processes()
            if turn % 5 == 0 or asked:
                self._files()
            turn += 1
            for looked in asked:
                looked.set()

    def _processes(self) -> None:
        try:
            children = self._process.children(recursive=True)
        except psutil.Error:
            return
        for child in children:
            line = _proc(child.pid, "cmdline")
            if line and line != self._own:
                environ = _proc(child.pid, "environ")
                if _proc(child.pid, "cmdline") == line:  # no exec between the two
                    self.seen.processes[child.pid, line] = environ or self.seen.processes.get((child.pid, line), b"")

    def _files(self) -> None:
        for path in _small_files(self._folders):
            if not self._but(path):
                content = _content(path)
                if content:
                    # The latest of a file that grows, and all that stood in one that was written anew.
                    kept = self.seen.contents.setdefault(str(path), set())
                    kept -= {old for old in kept if content.startswith(old)}
                    kept.add(content)


def private(path: Path) -> bool:
    """Whether its owner alone may read it."""
    return not stat.S_IMODE(path.stat().st_mode) & 0o077


def _small_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                if path.is_file() and not path.is_symlink() and path.stat().st_size <= SMALL:
                    yield path
            except OSError:  # gone already
                continue


def _kinds(words: list[str]) -> set[str]:
    names = {Path(word).name for word in words[:1]} | set(words[1:3])
    if "wizard.provisioning.embedded" in words:
        names |= {"terraform", *words[3:4]}
    return names


def _proc(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # gone already
        return b""


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _forms(value: str) -> Iterator[tuple[str, bytes]]:
    data = value.encode()
    yield "plain text", data
    yield "JSON", json.dumps(value)[1:-1].encode()
    yield "URL", quote(value, safe="").encode()
    yield "form", quote_plus(value).encode()
    yield "hex", data.hex().encode()
    for offset in range(3):
        # Four letters for three bytes: what stands whole in them does not depend on the neighbours.
        whole = data[(3 - offset) % 3 :]
        whole = whole[: len(whole) // 3 * 3]
        yield f"base64 at {offset}", base64.b64encode(whole)
        yield f"URL's base64 at {offset}", base64.urlsafe_b64encode(whole)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\x03\x04"):
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as packed:  # half written
            for name in packed.namelist():
                yield packed.read(name)
