"""§4: files in volumes, by databricks-sdk."""

from __future__ import annotations

import io

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceConflict

from tests.operations.running import CATALOG, Surface

VOLUME = f"/Volumes/{CATALOG}/bronze/landing"


def files_in_a_volume(s: Surface) -> None:
    files = s.workspace.files
    content = b"user_id,name\n0012,x\n"
    path = f"{VOLUME}/in/a file#1.csv"
    files.create_directory(f"{VOLUME}/in")
    files.upload(path, io.BytesIO(content))
    with pytest.raises(ResourceConflict):
        files.upload(path, io.BytesIO(content), overwrite=False)
    files.upload(path, io.BytesIO(content * 2), overwrite=True)
    answer = files.download(path)
    assert answer.contents
    assert answer.contents.read() == content * 2
    assert (answer.content_length, bool(answer.last_modified)) == (len(content) * 2, True)
    assert files.get_metadata(path).content_length == len(content) * 2
    (entry,) = files.list_directory_contents(f"{VOLUME}/in")
    assert (entry.name, entry.file_size, entry.is_directory) == ("a file#1.csv", len(content) * 2, False)
    files.delete(path)
    files.get_directory_metadata(f"{VOLUME}/in")
    files.delete_directory(f"{VOLUME}/in")
    with pytest.raises(NotFound):
        files.download(path)


def a_large_file(s: Surface) -> None:
    """An upload in parts finds no presigned URL and falls back to the single request."""
    config = s.workspace_config()
    config.files_ext_multipart_upload_min_stream_size = 16
    client = WorkspaceClient(config=config)
    content = b"0123456789" * 10
    client.files.upload(f"{VOLUME}/large.bin", io.BytesIO(content), overwrite=True)
    assert client.files.get_metadata(f"{VOLUME}/large.bin").content_length == len(content)
    client.files.delete(f"{VOLUME}/large.bin")


EXERCISES = [files_in_a_volume, a_large_file]
