"""Files in Unity Catalog volumes, through the Files API."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.files import DirectoryEntry

from wizard.steps.base import Ctx
from wizard.text import _


@dataclass(frozen=True, slots=True)
class Upload:
    """A file whose remote path carries the digest of its content, so that another content is another file."""

    path: str
    content: bytes

    def missing(self, workspace: WorkspaceClient) -> bool:
        """One HEAD; a file of another size is a broken upload."""
        try:
            return workspace.files.get_metadata(self.path).content_length != len(self.content)
        except NotFound:
            return True

    def send(self, ctx: Ctx, workspace: WorkspaceClient) -> None:
        ctx.cancel.raise_if_requested()
        ctx.say(_("uploads {path} ({size} bytes)", path=self.path, size=len(self.content)))
        workspace.files.create_directory(self.path.rsplit("/", 1)[0])
        workspace.files.upload(self.path, io.BytesIO(self.content), overwrite=True)


def digest(content: bytes) -> str:
    """Twelve hex digits that name a content."""
    return hashlib.sha256(content).hexdigest()[:12]


def named_by_content(folder: str, path: Path) -> Upload:
    """`account.csv` becomes `<folder>/account-<digest>.csv`."""
    content = path.read_bytes()
    return Upload(f"{folder}/{path.stem}-{digest(content)}{path.suffix}", content)


def entries(workspace: WorkspaceClient, folder: str) -> list[DirectoryEntry]:
    """What a folder of a volume holds; nothing where there is no such folder."""
    try:
        return list(workspace.files.list_directory_contents(folder))
    except NotFound:
        return []


def read(workspace: WorkspaceClient, path: str) -> bytes:
    """A whole file; one plain GET, without the SDK's detour over a presigned address."""
    answer = cast(
        "dict[str, BinaryIO]", workspace.api_client.do("GET", f"/api/2.0/fs/files{path}", raw=True, headers={})
    )
    with answer["contents"] as stream:
        return stream.read()


def remove_tree(workspace: WorkspaceClient, folder: str) -> None:
    """Delete a folder of a volume with all it holds; one that is gone already is well."""
    for entry in entries(workspace, folder):
        if entry.is_directory:
            remove_tree(workspace, str(entry.path))
        else:
            workspace.files.delete(str(entry.path))
    try:
        workspace.files.delete_directory(folder)
    except NotFound:
        return
