"""Where Terraform keeps a root's state, as data: beside the root, in an Azure storage account, or behind HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from wizard.setup import files

LOCAL, AZURERM, HTTP = "local", "azurerm", "http"
BLOCK = "backend.tf.json"
RECORD = "backend.json"  # beside the block: the backend that holds the state now, references in place of secrets


@dataclass(frozen=True, slots=True)
class Backend:
    """`fields` stand in Terraform's block and hold no secret; `plain` is environment that is none;
    `secrets` names an environment variable and the reference of what it holds, as TF_HTTP_PASSWORD and env:NAME."""

    kind: str = LOCAL
    fields: Mapping[str, Any] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    @property
    def remote(self) -> bool:
        return self.kind != LOCAL

    @property
    def place(self) -> str:
        """Which state it is, in words; two backends of one place hold the same one."""
        if self.kind == HTTP:
            return str(self.fields["address"])
        if self.kind == AZURERM:
            names = ("storage_account_name", "container_name", "key")
            return "azurerm:" + "/".join(str(self.fields[name]) for name in names)
        return LOCAL

    @property
    def block(self) -> str:
        """The text of `backend.tf.json`."""
        return json.dumps({"terraform": {"backend": {self.kind: dict(self.fields)}}}, indent=2, sort_keys=True) + "\n"

    def write(self, folder: Path) -> None:
        """Bring the block into a root's folder (0600); the local backend needs none."""
        self._keep(folder / BLOCK, self.block)

    def record(self, folder: Path) -> None:
        """Note that this backend holds the root's state from now on."""
        self._keep(folder / RECORD, json.dumps(asdict(self), indent=2, sort_keys=True) + "\n")

    def _keep(self, path: Path, text: str) -> None:
        """Of a backend elsewhere; the local one has no such file."""
        if self.remote:
            files.renew(path, text)
        else:
            path.unlink(missing_ok=True)


def recorded(folder: Path) -> Backend:
    """The backend that holds the root's state, as it was noted last; the local one where none was."""
    try:
        return Backend(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return Backend()
