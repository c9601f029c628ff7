"""The storage data plane: `https://host/<account>/<container>/<path>`, Data Lake and Blob requests alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from wizard.sandbox.domain.blobs import Blobs, Right
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.route import Call, Reply, Route


async def container_properties(call: Call) -> Reply:
    """HEAD or GET of a container: only headers."""
    if {"filesystem", "container"}.isdisjoint((call.query.get("resource"), call.query.get("restype"))):
        raise CloudError(501, "NotImplemented", f"the sandbox does not model this {call.method} of a container")
    folder = Blobs(call.cloud, call.caller).container(call.path["account"], call.path["container"])
    return Reply(200, headers=_stamps(folder) if folder.is_dir() else {})


async def put(call: Call) -> Reply:
    """Data Lake: make an empty file or a directory. Blob: the whole content in one request."""
    blobs = Blobs(call.cloud, call.caller)
    target = _file(blobs, call, "write")
    resource = call.query.get("resource")
    if resource == "directory":
        target.mkdir(parents=True, exist_ok=True)
        return Reply(201, headers=_stamps(target))
    if resource != "file" and call.headers.get("x-ms-blob-type") != "BlockBlob":
        raise CloudError(501, "NotImplemented", "the sandbox models PUT of files and of block blobs in one request")
    if call.headers.get("if-none-match") == "*" and target.exists():
        raise CloudError(409, "PathAlreadyExists", "The specified path already exists.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"" if resource == "file" else _content(call))
    blobs.scratch(target).unlink(missing_ok=True)
    return Reply(201, headers=_stamps(target))


async def patch(call: Call) -> Reply:
    """Data Lake: `action=append` keeps content aside, `action=flush` makes it the file's."""
    blobs = Blobs(call.cloud, call.caller)
    target = blobs.existing(call.path["account"], call.path["container"], call.path["path"], "write")
    scratch, action = blobs.scratch(target), call.query.get("action")
    position = int(call.query.get("position", 0))
    if action == "append":
        if position != (scratch.stat().st_size if scratch.exists() else target.stat().st_size):
            raise CloudError(400, "InvalidFlushPosition", "The append position does not follow what is there.")
        if not scratch.exists():
            scratch.write_bytes(target.read_bytes())
        with scratch.open("ab") as file:
            file.write(_content(call))
        return Reply(202)
    if action != "flush":
        raise CloudError(501, "NotImplemented", f"the sandbox does not model the action {action} of a path")
    wanted = call.headers.get("if-match", "*")
    if wanted not in ("*", _stamps(target)["ETag"]):
        raise CloudError(412, "ConditionNotMet", "The condition specified using HTTP conditional header is not met.")
    if scratch.exists():
        if scratch.stat().st_size != position:
            raise CloudError(400, "InvalidFlushPosition", "The flush position is not the length of the file.")
        scratch.replace(target)
    return Reply(200, headers=_stamps(target))


async def read(call: Call) -> Reply:
    """GET gives the content or the range of it that is asked for, HEAD only the headers."""
    found = Blobs(call.cloud, call.caller).existing(call.path["account"], call.path["container"], call.path["path"])
    headers = {**_stamps(found), "x-ms-blob-type": "BlockBlob", "x-ms-resource-type": "file"}
    if call.method == "HEAD":
        return Reply(200, headers={**headers, "Content-Length": str(found.stat().st_size)})
    content = found.read_bytes()
    asked = call.headers.get("x-ms-range") or call.headers.get("range") or ""
    part = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
    if part is None:
        return Reply(200, content, headers)
    first, last = int(part[1]), min(int(part[2] or len(content)), len(content) - 1)
    if first > last:
        raise CloudError(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    return Reply(206, content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{len(content)}"})


async def delete(call: Call) -> Reply:
    Blobs(call.cloud, call.caller).existing(
        call.path["account"], call.path["container"], call.path["path"], "delete"
    ).unlink()
    # Blob answers 202, Data Lake 200; both clients accept the first.
    return Reply(202)


def _file(blobs: Blobs, call: Call, right: Right) -> Path:
    return blobs.file(call.path["account"], call.path["container"], call.path["path"], right)


def _content(call: Call) -> bytes:
    content: Any = call.body
    return content if isinstance(content, bytes) else b""


def _stamps(path: Path) -> dict[str, str]:
    status = path.stat()
    changed = datetime.fromtimestamp(status.st_mtime, UTC)
    return {"ETag": f'"0x{status.st_mtime_ns:X}"', "Last-Modified": format_datetime(changed, usegmt=True)}


_CONTAINER = "/{account}/{container}"
_PATH = _CONTAINER + "/{path:.+}"

ROUTES = [
    Route("storage.container", "HEAD", _CONTAINER, container_properties),
    Route("storage.container", "GET", _CONTAINER, container_properties),
    Route("storage.put", "PUT", _PATH, put, raw_body=True),
    Route("storage.patch", "PATCH", _PATH, patch, raw_body=True),
    Route("storage.read", "GET", _PATH, read),
    Route("storage.read", "HEAD", _PATH, read),
    Route("storage.delete", "DELETE", _PATH, delete),
]
