"""The values of secret scopes: in one 0600 file beside the store, never in it, never in a recording."""

from __future__ import annotations

import json
from pathlib import Path

from wizard.sandbox.files import write_private


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
        write_private(self._path, json.dumps(values, sort_keys=True))

    def get(self, key: str) -> str:
        return self._read()[key]

    def put(self, key: str, value: str) -> None:
        values = self._read()
        if values.get(key) != value:
            self._write({**values, key: value})

    def forget(self, place: str) -> None:
        """Remove the value of a key, or all of a scope or a workspace."""
        values = self._read()
        kept = {key: value for key, value in values.items() if key != place and not key.startswith(f"{place}/")}
        if kept != values:
            self._write(kept)
