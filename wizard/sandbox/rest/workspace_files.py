"""Workspace objects, and files in volumes."""

from __future__ import annotations

import base64
import shutil
from email.utils import formatdate
from pathlib import Path

from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.domain.databricks import RULES, invalid, missing
from wizard.sandbox.domain.unity_paths import volume_file
from wizard.sandbox.domain.workspace_objects import Objects
from wizard.sandbox.rest.databricks_calls import answering, body_of, flag, query_of, route
from wizard.sandbox.rest.route import Call, Reply, Route

WORKSPACE, FILES, DIRECTORIES = "/api/2.0/workspace", "/api/2.0/fs/files", "/api/2.0/fs/directories"


def _objects(call: Call) -> Objects:
    kind = call.cloud.kind("ws.object")
    assert isinstance(kind, Objects)
    return kind


def _mkdirs(call: Call) -> None:
    _objects(call).create(call.caller, {"path": body_of(call).get("path", "")})


def _import(call: Call) -> None:
    """JSON with base64 content, or multipart with the bytes as they are."""
    body = body_of(call)
    if any(isinstance(value, bytes) for value in body.values()):
        content = body.pop("content", b"")
        body = {key: value.decode() if isinstance(value, bytes) else value for key, value in body.items()}
        body["content"] = base64.b64encode(content).decode()
    _objects(call).create(call.caller, {"content": "", **body})


def _export(call: Call) -> Reply | Body:
    content = _objects(call).content(call.caller, query_of(call, "path"))
    if flag(call, "direct_download"):
        return Reply(200, content)
    return {"content": base64.b64encode(content).decode()}


def _object_list(call: Call) -> Body:
    return {"objects": _objects(call).list(call.caller, path=query_of(call, "path"))}


def _object_delete(call: Call) -> None:
    body = body_of(call)
    _objects(call).delete(call.caller, str(body.get("path", "")), recursive=bool(body.get("recursive")))


# Files in volumes


def _place(call: Call, privilege: str) -> tuple[Path, Path]:
    return volume_file(call.cloud, call.caller, "/" + call.path["path"], privilege)


def _existing(call: Call, *, directory: bool = False) -> Path:
    path, _ = _place(call, "READ_VOLUME")
    if not (path.is_dir() if directory else path.is_file()):
        raise missing(f"The {'directory' if directory else 'file'} being accessed is not found.", "NOT_FOUND")
    return path


def _file_headers(path: Path) -> dict[str, str]:
    status = path.stat()
    return {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(status.st_size),
        "Last-Modified": formatdate(status.st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
    }


def _upload(call: Call) -> Reply:
    path, root = _place(call, "WRITE_VOLUME")
    content: bytes = call.body
    if len(content) > RULES["files"]["largest_single_upload"]:
        raise CloudError(413, "REQUEST_LIMIT_EXCEEDED", "The file is larger than 5 GiB.")
    if path == root or path.is_dir():
        raise invalid("The path is a directory.")
    if path.exists() and not flag(call, "overwrite"):
        raise CloudError(409, "ALREADY_EXISTS", "The file being created already exists.")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.uploading")
    fresh.write_bytes(content)
    fresh.replace(path)
    return Reply(204)


def _download(call: Call) -> Reply:
    path = _existing(call)
    return Reply(200, path.read_bytes(), _file_headers(path))


def _file_head(call: Call) -> Reply:
    return Reply(200, None, _file_headers(_existing(call)))


def _file_delete(call: Call) -> Reply:
    _existing(call)
    path, _ = _place(call, "WRITE_VOLUME")
    path.unlink()
    return Reply(204)


def _directory_make(call: Call) -> Reply:
    path, _ = _place(call, "WRITE_VOLUME")
    if path.is_file():
        raise CloudError(409, "ALREADY_EXISTS", "The path is a file.")
    path.mkdir(parents=True, exist_ok=True)
    return Reply(204)


def _directory_delete(call: Call) -> Reply:
    _existing(call, directory=True)
    path, root = _place(call, "WRITE_VOLUME")
    if path == root:
        raise invalid("The root of a volume cannot be deleted.")
    if any(path.iterdir()):
        raise CloudError(400, "DIRECTORY_NOT_EMPTY", "The directory is not empty.")
    shutil.rmtree(path)
    return Reply(204)


def _directory_head(call: Call) -> Reply:
    _existing(call, directory=True)
    return Reply(200, None, {"Content-Type": "application/json"})


def _directory_list(call: Call) -> Body:
    folder = _existing(call, directory=True)
    base = "/" + call.path["path"].strip("/")
    entries = [entry for entry in sorted(folder.iterdir()) if not entry.name.endswith(".uploading")]
    start, size = int(call.query.get("page_token") or 0), min(int(call.query.get("page_size") or 1000), 1000)
    contents = []
    for entry in entries[start : start + size]:
        one: Body = {"path": f"{base}/{entry.name}", "name": entry.name, "is_directory": entry.is_dir()}
        if not entry.is_dir():
            status = entry.stat()
            one |= {"file_size": status.st_size, "last_modified": int(status.st_mtime * 1000)}
        contents.append(one)
    answer: Body = {"contents": contents}
    if start + size < len(entries):
        answer["next_page_token"] = str(start + size)
    return answer


def _no_presigned(call: Call) -> Body:
    raise CloudError(501, "NOT_IMPLEMENTED", "Presigned URLs are not offered: use the Files API itself.")


def _upload_in_parts(call: Call) -> Body:
    """Begins an upload in parts. Its first part finds no presigned URL, and so the client sends the whole file."""
    action = query_of(call, "action")
    if action != "initiate-upload":
        raise CloudError(501, "NOT_IMPLEMENTED", f"The action {action} is not offered: send the file in one request.")
    path, _ = _place(call, "WRITE_VOLUME")
    if path.exists() and not flag(call, "overwrite"):
        raise CloudError(409, "ALREADY_EXISTS", "The file being created already exists.")
    return {"multipart_upload": {"session_token": call.cloud.guid()}}


FILE, DIRECTORY = FILES + "/{path:.+}", DIRECTORIES + "/{path:.+}"
ROUTES: list[Route] = [
    route("workspace.mkdirs", "POST", f"{WORKSPACE}/mkdirs", _mkdirs),
    route("workspace.import", "POST", f"{WORKSPACE}/import", _import),
    route("workspace.export", "GET", f"{WORKSPACE}/export", _export),
    route("workspace.list", "GET", f"{WORKSPACE}/list", _object_list),
    route("workspace.delete", "POST", f"{WORKSPACE}/delete", _object_delete),
    route(
        "workspace.get-status",
        "GET",
        f"{WORKSPACE}/get-status",
        lambda c: _objects(c).read(c.caller, query_of(c, "path")),
    ),
    route("files.create-download-url", "POST", "/api/2.0/fs/create-download-url", _no_presigned, read_post=True),
    route("files.create-upload-part-urls", "POST", "/api/2.0/fs/create-upload-part-urls", _no_presigned),
    route("files.create-abort-upload-url", "POST", "/api/2.0/fs/create-abort-upload-url", _no_presigned),
    Route("files.upload", "PUT", FILE, answering(_upload), raw_body=True),
    route("files.upload-in-parts", "POST", FILE, _upload_in_parts),
    route("files.download", "GET", FILE, _download),
    route("files.metadata", "HEAD", FILE, _file_head),
    route("files.delete", "DELETE", FILE, _file_delete),
    route("directories.create", "PUT", DIRECTORY, _directory_make),
    route("directories.delete", "DELETE", DIRECTORY, _directory_delete),
    route("directories.metadata", "HEAD", DIRECTORY, _directory_head),
    route("directories.list", "GET", DIRECTORY, _directory_list),
]
