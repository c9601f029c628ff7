"""Runs of jobs: their life in the Jobs API's words, executed for real on the local Spark."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import Bodies, denied, invalid, public
from wizard.sandbox.domain.principals import workspace_body, workspace_level
from wizard.sandbox.domain.run_task import run_task
from wizard.sandbox.domain.workspace_kind import WorkspaceKind, can_see, require_level

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from wizard.sandbox.domain.cloud import Cloud

log = logging.getLogger(__name__)

TERMINATIONS = {
    "SUCCESS": ("SUCCESS", "SUCCESS"),
    "CANCELED": ("USER_CANCELED", "CLIENT_ERROR"),
    "SKIPPED": ("SKIPPED", "CLIENT_ERROR"),
    "INTERNAL_ERROR": ("CLUSTER_ERROR", "INTERNAL_ERROR"),
}
ENDED = ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")


def state_of(life: str, result: str = "", message: str = "") -> Body:
    """`state` and `status`, the old and the new way to tell the same."""
    cancelled = result == "CANCELED"
    state: Body = {"life_cycle_state": life, "state_message": message, "user_cancelled_or_timedout": cancelled}
    status: Body = {"state": "TERMINATED" if life in ENDED else life}
    if life in ENDED:
        state["result_state"] = result or "FAILED"
        code, kind = TERMINATIONS.get(life) or TERMINATIONS.get(result) or ("RUN_EXECUTION_ERROR", "CLIENT_ERROR")
        status["termination_details"] = {"code": code, "type": kind, "message": message}
    if life == "SKIPPED":
        state.pop("result_state")
    return {"state": state, "status": status}


class Runs(WorkspaceKind):
    """ws.run: id is the run's number as text. A run of one job with its tasks, each with a run_id of its own."""

    name = "ws.run"

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def absent(self, id: str) -> CloudError:
        # 400 with these very words is what clients take for "gone".
        return invalid(f"Run {id} does not exist.")

    def end_interrupted(self) -> None:
        """Runs that a restart of the sandbox cut off end as INTERNAL_ERROR."""
        for key, body in self.cloud.store.items(self.name):
            if body["state"]["life_cycle_state"] not in ENDED:
                ended = state_of("INTERNAL_ERROR", "FAILED", "The cluster was lost: the sandbox was restarted.")
                tasks = [
                    task if task["state"]["life_cycle_state"] in ENDED else {**task, **ended} for task in body["tasks"]
                ]
                self.cloud.store.put(self.name, key, {**body, **ended, "tasks": tasks, "end_time": self.cloud.millis()})

    def start(self, caller: Caller, run_as: Caller, job: Body, request: Body) -> Body:
        """Store a run and set it going in the running event loop."""
        number, id = self.cloud.number(), str(job["job_id"])
        settings = job["settings"]
        before = [run for run in self.all(caller) if run["job_id"] == job["job_id"]]
        active = [run for run in before if run["state"]["life_cycle_state"] not in ENDED]
        limit = int(settings.get("max_concurrent_runs", 1))
        now = self.cloud.millis()
        body: Body = {
            "run_id": number,
            "job_id": job["job_id"],
            "number_in_job": number,
            "run_name": settings["name"],
            "creator_user_name": caller.name,
            "run_as_user_name": run_as.name,
            "run_page_url": f"{self._host(caller)}/?o={caller.workspace}#job/{id}/run/{number}",
            "run_type": "JOB_RUN",
            "trigger": "ONE_TIME",
            "format": "MULTI_TASK",
            "start_time": now,
            "overriding_parameters": {k: v for k, v in request.items() if k.endswith("_params")},
            "job_parameters": self._job_parameters(settings, request),
            "job_clusters": settings.get("job_clusters", []),
            **state_of("PENDING", message="Waiting for cluster"),
        }
        body["tasks"] = [
            {**task, "run_id": self.cloud.number(), "attempt_number": 0, "start_time": now, **state_of("PENDING")}
            for task in settings.get("tasks") or []
        ]
        if len(active) >= limit:
            message = f"Skipping this run because the limit of {limit} maximum concurrent runs has been reached."
            body = {**body, **state_of("SKIPPED", message=message), "end_time": now}
            body["tasks"] = [{**task, **state_of("SKIPPED", message=message)} for task in body["tasks"]]
            self.save(caller, str(number), body)
        else:
            self.save(caller, str(number), body)
            self._keep(str(number), self._execute(run_as, str(number)))
        return {"run_id": number, "number_in_job": number}

    def _host(self, caller: Caller) -> str:
        return f"https://127.0.0.1:{workspace_body(self.cloud, caller.workspace).get('_port')}"

    def _job_parameters(self, settings: Body, request: Body) -> Bodies:
        given = request.get("job_parameters") or {}
        declared = {p["name"]: p.get("default", "") for p in settings.get("parameters") or []}
        unknown = sorted(set(given) - set(declared))
        if unknown:
            raise invalid(f"Job parameter {unknown[0]} is not defined in the job.")
        return [{"name": n, "default": d, "value": given.get(n, d)} for n, d in declared.items()]

    async def _execute(self, run_as: Caller, id: str) -> None:
        """The tasks in the order of their dependencies; the first that fails lets those after it be skipped."""
        results: dict[str, bool] = {}
        keys = [task["task_key"] for task in self.load(run_as, id)["tasks"]]
        while len(results) < len(keys):
            ready = [task for task in self._body(run_as, id)["tasks"] if task["task_key"] not in results]
            ready = [t for t in ready if all(d["task_key"] in results for d in t.get("depends_on") or [])]
            if not ready:
                self._finish(run_as, id, state_of("INTERNAL_ERROR", "FAILED", "The tasks depend on each other."))
                return
            for task in ready:
                if all(results[d["task_key"]] for d in task.get("depends_on") or []):
                    results[task["task_key"]] = await self._execute_task(run_as, id, task)
                else:
                    upstream = state_of("TERMINATED", "UPSTREAM_FAILED", "A task before this one failed.")
                    self._set_task(run_as, id, task["run_id"], {**upstream, "end_time": self.cloud.millis()})
                    results[task["task_key"]] = False
                if self._cancelled(run_as, id):
                    return
        failed = [key for key, ok in results.items() if not ok]
        message = f"Task {failed[0]} failed with message: {self._message(run_as, id, failed[0])}" if failed else ""
        self._finish(run_as, id, state_of("TERMINATED", "FAILED" if failed else "SUCCESS", message))

    async def _execute_task(self, run_as: Caller, id: str, task: Body) -> bool:
        began = self.cloud.millis()
        self._set_task(run_as, id, task["run_id"], {**state_of("RUNNING", message="In run"), "start_time": began})
        self._set(run_as, id, {**state_of("RUNNING", message="In run")})
        try:
            output = await run_task(self.cloud, run_as, self._body(run_as, id), task)
        except Exception as error:
            log.exception("run %s broke", id)
            output = {"error": f"The sandbox failed to run the task: {type(error).__name__}: {error}", "logs": ""}
        if self._cancelled(run_as, id):
            return False
        ok = output.get("error") is None
        ended = self.cloud.millis()
        state = state_of("TERMINATED", "SUCCESS" if ok else "FAILED", "" if ok else str(output["error"]))
        times = {"end_time": ended, "execution_duration": ended - began, "setup_duration": 0, "cleanup_duration": 0}
        self._set_task(run_as, id, task["run_id"], {**state, **times, "_output": output})
        return ok

    def _body(self, caller: Caller, id: str) -> Body:
        return self.cloud.store.get(self.name, self.key(caller, id)) or {"tasks": [], **state_of("TERMINATED")}

    def _set(self, caller: Caller, id: str, values: Body) -> None:
        body = self.cloud.store.get(self.name, self.key(caller, id))
        if body is not None:  # the workspace may have gone meanwhile
            self.save(caller, id, {**body, **values})

    def _set_task(self, caller: Caller, id: str, task_run: int, values: Body) -> None:
        tasks = [{**t, **values} if t["run_id"] == task_run else t for t in self._body(caller, id)["tasks"]]
        self._set(caller, id, {"tasks": tasks})

    def _finish(self, caller: Caller, id: str, state: Body) -> None:
        now = self.cloud.millis()
        start = int(self._body(caller, id).get("start_time", now))
        self._set(caller, id, {**state, "end_time": now, "run_duration": now - start})

    def _cancelled(self, caller: Caller, id: str) -> bool:
        return bool(self._body(caller, id)["state"]["life_cycle_state"] in ENDED)

    def _message(self, caller: Caller, id: str, key: str) -> str:
        tasks = self._body(caller, id)["tasks"]
        return next((str(task["state"]["state_message"]) for task in tasks if task["task_key"] == key), "")

    def _allow(self, caller: Caller, run: Body, level: str) -> None:
        workspace_level(self.cloud, caller)
        creator = str(run["creator_user_name"])
        place = f"jobs/{run['job_id']}"
        if level == "CAN_VIEW" and not can_see(self.cloud, caller, place, creator):
            raise denied(f"User {caller.name} does not have View permissions on run {run['run_id']}.")
        if level != "CAN_VIEW":
            require_level(self.cloud, caller, place, creator, level)

    def _find(self, caller: Caller, id: str) -> tuple[Body, Body | None]:
        """(run, task) of a run's or a task's number."""
        run = self.cloud.store.get(self.name, self.key(caller, id))
        if run is not None:
            return run, None
        for body in self.all(caller):
            for task in body["tasks"]:
                if str(task["run_id"]) == id:
                    return body, task
        raise self.absent(id)

    def read(self, caller: Caller, id: str) -> Body:
        run, task = self._find(caller, id)
        self._allow(caller, run, "CAN_VIEW")
        if task is not None:
            shared = {k: run[k] for k in ("job_id", "run_name", "creator_user_name", "run_type", "run_page_url")}
            return {**shared, **public(task), "parent_run_id": run["run_id"]}
        return {**public(run), "tasks": [public(one) for one in run["tasks"]]}

    def output(self, caller: Caller, id: str) -> Body:
        """Of a task's run id: {metadata, logs, error, error_trace}."""
        run, task = self._find(caller, id)
        self._allow(caller, run, "CAN_VIEW")
        if task is None:
            raise invalid(
                "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of "
                "each individual task run instead."
            )
        output = {key: value for key, value in (task.get("_output") or {}).items() if value is not None}
        return {"metadata": self.read(caller, id), "logs_truncated": False, **output}

    def cancel(self, caller: Caller, id: str) -> None:
        run, _ = self._find(caller, id)
        self._allow(caller, run, "CAN_MANAGE_RUN")
        if run["state"]["life_cycle_state"] in ENDED:
            return
        ended = state_of("TERMINATED", "CANCELED", "Run cancelled.")
        tasks = [t if t["state"]["life_cycle_state"] in ENDED else {**t, **ended} for t in run["tasks"]]
        running = [t["run_id"] for t in run["tasks"] if t["state"]["life_cycle_state"] == "RUNNING"]
        number = str(run["run_id"])
        self._set(caller, number, {**ended, "tasks": tasks, "end_time": self.cloud.millis()})
        for task_run in running:
            self._keep(f"{task_run}/cancel", self.cloud.spark.cancel(task_run))

    def _keep(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Let it go on in the running event loop, and hold it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """Newest first; `job_id`, and `active_only` or `completed_only`."""
        workspace_level(self.cloud, caller)
        job = filters.get("job_id")
        found = []
        for run in self.all(caller):
            ended = run["state"]["life_cycle_state"] in ENDED
            wanted = not (filters.get("active_only") and ended) and not (filters.get("completed_only") and not ended)
            mine = job in (None, "") or str(run["job_id"]) == str(job)
            if wanted and mine and can_see(self.cloud, caller, f"jobs/{run['job_id']}", str(run["creator_user_name"])):
                found.append({key: value for key, value in public(run).items() if key != "tasks"})
        return sorted(found, key=lambda run: -int(run["start_time"]))

    def delete(self, caller: Caller, id: str) -> None:
        run, _ = self._find(caller, id)
        self._allow(caller, run, "CAN_MANAGE")
        if run["state"]["life_cycle_state"] not in ENDED:
            raise invalid(f"Run {id} is active: cancel it first.", "INVALID_STATE")
        self.remove(caller, str(run["run_id"]))

    @property
    def active(self) -> bool:
        """Whether any run is going."""
        return bool(self._tasks)

    async def wait(self) -> None:
        """Until no run is going: for whoever ends the sandbox's loop."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
