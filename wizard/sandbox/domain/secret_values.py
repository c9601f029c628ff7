"""The values of secret scopes: in one 0600 file beside the store, never in it, never in a recording."""

from __future__ import annotations

import json
import os
from pathlib import Path


class SecretValues:
    """Values by `<workspace>/<scope>/<key>`."""

    def __init__(self, state: Path) -> None:
        self._path = state / "secrets.json"

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        values: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        return values

    def _write(self, values: dict[str, str]) -> None:
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, sort_keys=True)
        fresh.replace(self._path)

    def get(self, key: str) -> str:
        return self._read()[key]

    def put(self, key: str, value: str) -> None:
        values = self._read()
        if values.get(key) != value:
            self._write({**values, key: value})

    def forget(self, prefix: str) -> None:
        """Remove every value whose key is `prefix` or begins with it."""
        values = self._read()
        kept = {key: value for key, value in values.items() if not key.startswith(prefix)}
        if kept != values:
            self._write(kept)
