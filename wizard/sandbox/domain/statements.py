"""SQL statements on the workspace's warehouse: grants decide, the local Spark answers."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import Bodies, denied, missing, not_modelled, required
from wizard.sandbox.domain.grants import Privileges
from wizard.sandbox.domain.principals import workspace_level
from wizard.sandbox.domain.statement_plan import Describe, Query, Show, StatementRefused, plan, refusal
from wizard.sandbox.domain.unity_objects import type_name
from wizard.sandbox.spark.host import Rows, StatementFailed

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

log = logging.getLogger(__name__)

KEPT = 200
LARGEST = 100_000


class Statements:
    """ws.statement: kept in memory only, the latest few, since asking changes nothing.

    `create` starts one in the running event loop, `wait` gives it time, `read` shows it, `delete` cancels."""

    name = "ws.statement"

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._bodies: dict[str, Body] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def create(self, caller: Caller, body: Body) -> Body:
        workspace_level(self.cloud, caller)
        required(body, "statement", "warehouse_id")
        self.cloud.kind("ws.warehouse").read(caller, str(body["warehouse_id"]))
        id = self.cloud.guid()
        owner = {"_caller": caller.name, "_workspace": caller.workspace}
        self._bodies[id] = {"statement_id": id, "status": {"state": "PENDING"}, **owner}
        for old in list(self._bodies)[:-KEPT]:
            if old not in self._tasks:
                del self._bodies[old]
        planned = self._planned(caller, id, body)
        if planned is not None:
            task = asyncio.get_running_loop().create_task(self._execute(caller, id, body, planned))
            self._tasks[id] = task
            task.add_done_callback(lambda _: self._tasks.pop(id, None))
        return self.read(caller, id)

    def _planned(self, caller: Caller, id: str, body: Body) -> Show | Describe | Query | None:
        """The plan, or None where the statement has failed already."""
        try:
            return plan(str(body["statement"]), body, caller.name)
        except StatementRefused as refused:
            self._fail(id, str(refused))
            return None

    async def wait(self, id: str, seconds: float) -> None:
        """Until the statement has ended, at most so long."""
        task = self._tasks.get(id)
        if task is not None and seconds > 0:
            await asyncio.wait({task}, timeout=seconds)

    async def _execute(self, caller: Caller, id: str, request: Body, planned: Show | Describe | Query) -> None:
        self._bodies[id]["status"] = {"state": "RUNNING"}
        limit = min(int(request.get("row_limit") or LARGEST), LARGEST)
        try:
            rows = await self._rows(caller, planned, limit)
        except (StatementFailed, StatementRefused) as error:
            self._fail(id, str(error))
        except CloudError as error:
            self._fail(id, refusal(error))
        except Exception as error:
            log.exception("statement %s broke", id)
            self._fail(id, f"The sandbox failed at this statement: {type(error).__name__}", "INTERNAL_ERROR")
        else:
            if self._bodies[id]["status"]["state"] == "RUNNING":
                self._bodies[id] |= {"status": {"state": "SUCCEEDED"}, **_answer(rows)}

    async def _rows(self, caller: Caller, planned: Show | Describe | Query, limit: int) -> Rows:
        if isinstance(planned, Show):
            return self._show(caller, planned)
        if isinstance(planned, Describe):
            body = self._table(Privileges(self.cloud, caller), planned.table)
            columns = (("col_name", "string"), ("data_type", "string"), ("comment", "string"))
            return Rows(columns, tuple((c["name"], c["type_text"], None) for c in body["columns"]))
        rights = Privileges(self.cloud, caller) if planned.tables else None
        paths: dict[str, Path] = {}
        for name in planned.tables if rights else ():
            assert rights is not None
            paths[name] = self.cloud.storage_folder(str(self._table(rights, name)["storage_location"]))
        return await self.cloud.spark.query(planned.text, paths, limit=limit)

    def _table(self, rights: Privileges, name: str) -> Body:
        """The table's body, if the caller may SELECT from it. Privileges are asked before existence is told."""
        catalog, schema, _ = name.split(".")
        rights.body("catalog", catalog)
        rights.need("catalog", catalog, "USE_CATALOG")
        rights.body("schema", f"{catalog}.{schema}")
        rights.need("schema", f"{catalog}.{schema}", "USE_SCHEMA")
        body = rights.body("table", name)
        rights.need("table", name, "SELECT")
        return body

    def _show(self, caller: Caller, show: Show) -> Rows:
        if show.what == "catalogs":
            names = [str(body["name"]) for body in self.cloud.kind("uc.catalog").list(caller)]
            return Rows((("catalog", "string"),), tuple((name,) for name in names))
        rights = Privileges(self.cloud, caller)
        rights.body("catalog", show.place[0])
        rights.need("catalog", show.place[0], "USE_CATALOG")
        if show.what == "schemas":
            found = self.cloud.kind("uc.schema").list(caller, catalog_name=show.place[0])
            return Rows((("databaseName", "string"),), tuple((str(body["name"]),) for body in found))
        rights.body("schema", ".".join(show.place))
        rights.need("schema", ".".join(show.place), "USE_SCHEMA")
        kind, column = ("uc.table", "tableName") if show.what == "tables" else ("uc.volume", "volume_name")
        found = self.cloud.kind(kind).list(caller, catalog_name=show.place[0], schema_name=show.place[1])
        columns = (("database", "string"), (column, "string"))
        if show.what == "tables":
            with_flag = (*columns, ("isTemporary", "boolean"))
            return Rows(with_flag, tuple((show.place[1], str(body["name"]), "false") for body in found))
        return Rows(columns, tuple((show.place[1], str(body["name"])) for body in found))

    def _fail(self, id: str, message: str, code: str = "BAD_REQUEST") -> None:
        self._bodies[id]["status"] = {"state": "FAILED", "error": {"error_code": code, "message": message}}

    def read(self, caller: Caller, id: str) -> Body:
        body = self._bodies.get(id)
        if body is None or body["_workspace"] != caller.workspace:
            raise missing(f"The statement {id} was not found.", "NOT_FOUND")
        if body["_caller"] != caller.name:
            raise denied(f"The statement {id} belongs to another user.")
        return {key: value for key, value in body.items() if not key.startswith("_")}

    def delete(self, caller: Caller, id: str) -> None:
        """Cancel; what has ended stays as it is."""
        self.read(caller, id)
        if self._bodies[id]["status"]["state"] in ("PENDING", "RUNNING"):
            self._bodies[id]["status"] = {"state": "CANCELED"}
            task = self._tasks.get(id)
            if task is not None:
                task.cancel()

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        raise not_modelled("a change of a statement")

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        raise not_modelled("the query history")


def _answer(rows: Rows) -> Body:
    """`manifest` and `result` of a statement's answer; values are text."""
    columns = [
        {"name": name, "type_text": type.upper(), "type_name": type_name(type), "position": position}
        for position, (name, type) in enumerate(rows.columns)
    ]
    count = len(rows.rows)
    chunk = {"chunk_index": 0, "row_offset": 0, "row_count": count}
    manifest = {
        "format": "JSON_ARRAY",
        "schema": {"column_count": len(columns), "columns": columns},
        "total_chunk_count": 1,
        "total_row_count": count,
        "chunks": [chunk],
        "truncated": False,
    }
    return {"manifest": manifest, "result": {**chunk, "data_array": [list(row) for row in rows.rows]}}


def register(cloud: Cloud) -> None:
    cloud.add(Statements(cloud))
