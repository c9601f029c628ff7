"""The one durable store of the sandbox: JSON bodies by kind and id, in SQLite, mirrored in memory."""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]


class Store:
    """Every write is committed before it is answered, or with the `transaction` around it.

    A write that changes nothing does not touch the file, so equal worlds are equal bytes."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA journal_mode=TRUNCATE")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS objects (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"
        )
        self._kinds: dict[str, dict[str, Body]] = {}
        for kind, id, body in self._db.execute("SELECT kind, id, body FROM objects"):
            self._kinds.setdefault(kind, {})[id] = json.loads(body)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside, or none; nested ones join the outermost."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        before = {kind: dict(items) for kind, items in self._kinds.items()}
        self._db.execute("BEGIN")
        self._depth = 1
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self._db.execute("ROLLBACK")
            self._kinds = before
            raise
        else:
            self._db.execute("COMMIT")
        finally:
            self._depth = 0

    def get(self, kind: str, id: str) -> Body | None:
        """A copy of one body, or None."""
        body = self._kinds.get(kind, {}).get(id)
        return copy.deepcopy(body) if body is not None else None

    def items(self, kind: str) -> list[tuple[str, Body]]:
        """Copies of all of a kind, ordered by id."""
        return [(id, copy.deepcopy(body)) for id, body in sorted(self._kinds.get(kind, {}).items())]

    def kinds(self) -> list[str]:
        return sorted(kind for kind, items in self._kinds.items() if items)

    def put(self, kind: str, id: str, body: Body) -> None:
        """Insert or replace; a body equal to the stored one is not written."""
        if self._kinds.get(kind, {}).get(id) == body:
            return
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        self._db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (kind, id, text))
        self._kinds.setdefault(kind, {})[id] = json.loads(text)

    def delete(self, kind: str, id: str) -> bool:
        """Whether there was one to delete."""
        if id not in self._kinds.get(kind, {}):
            return False
        self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, id))
        # A new dict, so that a transaction's copy of the old one stays whole.
        self._kinds[kind] = {key: body for key, body in self._kinds[kind].items() if key != id}
        return True

    def dump(self) -> dict[str, dict[str, Body]]:
        """The whole world, for comparing two of them."""
        return {kind: dict(self.items(kind)) for kind in self.kinds()}

    def close(self) -> None:
        self._db.close()
