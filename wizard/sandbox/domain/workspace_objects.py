"""Workspace files and notebooks, the workspace's settings, its warehouse."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import Bodies, denied, exists, invalid, missing, not_modelled, public, required
from wizard.sandbox.domain.principals import require_workspace_admin, workspace_level, workspace_names
from wizard.sandbox.domain.workspace_kind import WorkspaceKind

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

ROOTS = ("/", "/Users", "/Shared", "/Repos")
NOTEBOOK_MARKS = {"PYTHON": "# Databricks notebook source", "SQL": "-- Databricks notebook source"}
SUFFIXES = {".py": "PYTHON", ".sql": "SQL", ".scala": "SCALA", ".r": "R"}


def normal(path: str) -> str:
    """`/Workspace/Shared/x/` is `/Shared/x`; 400 for what is not absolute."""
    if not path.startswith("/"):
        raise invalid(f"Path ({path}) must be absolute.")
    clean = "/" + "/".join(part for part in path.split("/") if part)
    return clean.removeprefix("/Workspace") or "/"


class Objects(WorkspaceKind):
    """ws.object: id is the path; directories, notebooks and files. Bodies are those of get-status."""

    name = "ws.object"

    def absent(self, id: str) -> CloudError:
        return missing(f"Path ({id}) doesn't exist.")

    def _find(self, caller: Caller, path: str) -> Body | None:
        if path in ROOTS or path.lower() in {f"/users/{name}" for name in workspace_names(self.cloud, caller)}:
            number = self.cloud.number(str(caller.workspace), path.lower())
            return {"path": path, "object_type": "DIRECTORY", "object_id": number}
        return self.cloud.store.get(self.name, self.key(caller, path))

    def load(self, caller: Caller, id: str) -> Body:
        body = self._find(caller, id)
        if body is None:
            raise self.absent(id)
        return body

    def _allow(self, caller: Caller, path: str, *, write: bool) -> None:
        """Admins go anywhere; others into /Shared and their own home, and read the roots."""
        if workspace_level(self.cloud, caller) == "ADMIN":
            return
        homes = [f"/users/{name}" for name in workspace_names(self.cloud, caller)]
        places = ["/shared", *homes]
        inside = any(path.lower() == place or path.lower().startswith(place + "/") for place in places)
        if not inside and (write or path not in ROOTS):
            raise denied(f"User {caller.name} does not have permission to access {path}.")

    def read(self, caller: Caller, id: str) -> Body:
        path = normal(id)
        self._allow(caller, path, write=False)
        return public(self.load(caller, path))

    def content(self, caller: Caller, id: str) -> bytes:
        """The bytes of a file or a notebook's source."""
        path = normal(id)
        self._allow(caller, path, write=False)
        body = self.load(caller, path)
        if body["object_type"] == "DIRECTORY":
            raise not_modelled("export of a directory")
        return base64.b64decode(body["_content"])

    def create(self, caller: Caller, body: Body) -> Body:
        """`{path}` alone makes directories; with `content` (base64) it is workspace/import."""
        required(body, "path")
        path = normal(str(body["path"]))
        self._allow(caller, path, write=True)
        if "content" not in body:
            return self._mkdirs(caller, path)
        return self._import(caller, path, body)

    def _mkdirs(self, caller: Caller, path: str) -> Body:
        with self.cloud.store.transaction():
            for folder in [*reversed(PurePosixPath(path).parents), PurePosixPath(path)]:
                found = self._find(caller, str(folder))
                if found is None:
                    number = self.cloud.number(str(caller.workspace), str(folder))
                    self.save(
                        caller, str(folder), {"path": str(folder), "object_type": "DIRECTORY", "object_id": number}
                    )
                elif found["object_type"] != "DIRECTORY":
                    raise exists(f"The path ({folder}) exists and is not a directory.")
        return public(self.load(caller, path))

    def _import(self, caller: Caller, path: str, body: Body) -> Body:
        content = base64.b64decode(body["content"])
        path, shape = _shape(path, str(body.get("format") or "SOURCE"), body.get("language"), content)
        parent = str(PurePosixPath(path).parent)
        folder = self._find(caller, parent)
        if folder is None or folder["object_type"] != "DIRECTORY":
            raise missing(f"The parent folder ({parent}) does not exist.")
        old = self._find(caller, path)
        overwrite = str(body.get("overwrite", "false")).lower() == "true"
        if old is not None and (not overwrite or old["object_type"] == "DIRECTORY"):
            raise exists(f"{path} already exists. Please pass overwrite as true to overwrite it.")
        now = self.cloud.millis()
        text = base64.b64encode(content).decode()
        fresh = {**shape, "path": path, "size": len(content), "_content": text}
        if old is not None and {**old, **fresh} == old:
            return public(old)
        kept = (
            {"object_id": old["object_id"], "created_at": old["created_at"]}
            if old
            else {
                "object_id": self.cloud.number(),
                "created_at": now,
            }
        )
        return self.save(caller, path, {**fresh, **kept, "modified_at": now})

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        return self.create(caller, {"overwrite": True, **patch, "path": id})

    def delete(self, caller: Caller, id: str, recursive: bool = False) -> None:
        path = normal(id)
        self._allow(caller, path, write=True)
        self.load(caller, path)
        inside = [body["path"] for body in self.all(caller) if str(body["path"]).startswith(path + "/")]
        if inside and not recursive:
            raise invalid(f"Folder ({path}) is not empty", "DIRECTORY_NOT_EMPTY")
        with self.cloud.store.transaction():
            for gone in (*inside, path):
                self.remove(caller, gone)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """What lies directly in `path`; of a file, the file itself."""
        path = normal(str(filters.get("path", "/")))
        self._allow(caller, path, write=False)
        if self.load(caller, path)["object_type"] != "DIRECTORY":
            return [self.read(caller, path)]
        found = {str(body["path"]): public(body) for body in self.all(caller)}
        for root in ROOTS[1:]:
            found.setdefault(root, public(self.load(caller, root)))
        return [found[p] for p in sorted(found) if p != "/" and str(PurePosixPath(p).parent) == path]


def _shape(path: str, format: str, language: Any, content: bytes) -> tuple[str, Body]:
    """The path and the kind of object that an import makes."""
    suffix = PurePosixPath(path).suffix.lower()
    stem = path[: len(path) - len(suffix)] if suffix else path
    if format in ("SOURCE", "JUPYTER"):
        if format == "SOURCE" and not language:
            language = SUFFIXES.get(suffix)
        if not language and format == "SOURCE":
            raise invalid("The language of a notebook in the format SOURCE must be given.")
        return path, {"object_type": "NOTEBOOK", "language": str(language or "PYTHON")}
    if format not in ("AUTO", "RAW"):
        raise not_modelled(f"workspace import in the format {format}")
    kind = SUFFIXES.get(suffix)
    if format == "AUTO" and suffix == ".ipynb":
        return stem, {"object_type": "NOTEBOOK", "language": "PYTHON"}
    if format == "AUTO" and kind and content.startswith(NOTEBOOK_MARKS.get(kind, "\0").encode()):
        return stem, {"object_type": "NOTEBOOK", "language": kind}
    return path, {"object_type": "FILE"}


class Settings(WorkspaceKind):
    """ws.setting: id is the type (`default_namespace_ws`), body {setting_name, etag, …value}."""

    name = "ws.setting"
    values: ClassVar[dict[str, str]] = {"default_namespace_ws": "namespace"}

    def absent(self, id: str) -> CloudError:
        return missing(f"Setting {id} is not set.")

    def _known(self, id: str) -> None:
        if id not in self.values:
            raise not_modelled(f"the setting {id}")

    def create(self, caller: Caller, body: Body) -> Body:
        required(body, "id")
        return self.update(caller, str(body["id"]), body)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        """`{setting: {…}}` as the API's PATCH, or the setting alone."""
        self._known(id)
        require_workspace_admin(self.cloud, caller, "change settings")
        setting = patch.get("setting", patch)
        key = self.values[id]
        required(setting, key)
        old = self.cloud.store.get(self.name, self.key(caller, id))
        if old and setting.get("etag") not in (None, "", old["etag"]):
            raise CloudError(
                409, "RESOURCE_CONFLICT", f"The etag of {id} is out of date.", metadata={"etag": old["etag"]}
            )
        if old and old[key] == setting[key]:
            return public(old)
        return self.save(caller, id, {key: setting[key], "setting_name": "default", "etag": self.cloud.guid()})

    def read(self, caller: Caller, id: str) -> Body:
        self._known(id)
        workspace_level(self.cloud, caller)
        return super().read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        self._known(id)
        require_workspace_admin(self.cloud, caller, "change settings")
        self.load(caller, id)
        self.remove(caller, id)


class Warehouses(WorkspaceKind):
    """ws.warehouse: the serverless starter that every workspace has, without being stored."""

    name = "ws.warehouse"

    def absent(self, id: str) -> CloudError:
        return missing(f"SQL warehouse {id} does not exist.")

    def read(self, caller: Caller, id: str) -> Body:
        for body in self.list(caller):
            if body["id"] == id:
                return body
        raise self.absent(id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        workspace_level(self.cloud, caller)
        starter = self.cloud.guid(str(caller.workspace), "starter").replace("-", "")[:16]
        return [
            {
                "id": starter,
                "name": "Serverless Starter Warehouse",
                "state": "RUNNING",
                "cluster_size": "Small",
                "warehouse_type": "PRO",
                "enable_serverless_compute": True,
                "auto_stop_mins": 10,
                "min_num_clusters": 1,
                "max_num_clusters": 1,
                "creator_name": "System user",
            }
        ]


def register(cloud: Cloud) -> None:
    for kind in (Objects, Settings, Warehouses):
        cloud.add(kind(cloud))
