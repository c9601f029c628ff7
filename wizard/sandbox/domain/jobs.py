"""Jobs: their settings, who they run as, what their clusters may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import Bodies, denied, invalid, missing, public, required
from wizard.sandbox.domain.principals import caller_named, find_principal, workspace_level
from wizard.sandbox.domain.runs import Runs
from wizard.sandbox.domain.workspace_compute import Clusters
from wizard.sandbox.domain.workspace_kind import WorkspaceKind, can_see, require_level

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

WORK = ("python_wheel_task", "notebook_task", "spark_python_task", "sql_task", "run_job_task", "condition_task")


class Jobs(WorkspaceKind):
    """ws.job: id is the job's number as text; body {job_id, creator_user_name, run_as_user_name, created_time,
    settings}. `create` takes the settings, `update` {new_settings, fields_to_remove}, `reset` settings anew."""

    name = "ws.job"

    def absent(self, id: str) -> CloudError:
        # 400 with these very words is what clients take for "gone".
        return invalid(f"Job {id} does not exist.")

    def _check(self, caller: Caller, settings: Body) -> None:
        clusters = self.cloud.kind("ws.cluster")
        assert isinstance(clusters, Clusters)
        shared = {}
        for entry in settings.get("job_clusters") or []:
            required(entry, "job_cluster_key", "new_cluster")
            shared[entry["job_cluster_key"]] = clusters.check_spec(caller, entry["new_cluster"])
        keys = [task.get("task_key") for task in settings.get("tasks") or []]
        environments = {entry.get("environment_key") for entry in settings.get("environments") or []}
        for task in settings.get("tasks") or []:
            required(task, "task_key")
            if keys.count(task["task_key"]) > 1:
                raise invalid(f"Duplicate task key: {task['task_key']}")
            if not any(kind in task for kind in WORK):
                raise invalid(f"Task {task['task_key']} has nothing to run.")
            if "new_cluster" in task:
                clusters.check_spec(caller, task["new_cluster"])
            if task.get("existing_cluster_id"):
                clusters.load(caller, str(task["existing_cluster_id"]))
            for name, known in (("job_cluster_key", set(shared)), ("environment_key", environments)):
                if task.get(name) and task[name] not in known:
                    raise invalid(f"Task {task['task_key']} names the {name} '{task[name]}', which is not defined.")
            for needed in task.get("depends_on") or []:
                if needed.get("task_key") not in keys:
                    raise invalid(f"Task {task['task_key']} depends on '{needed.get('task_key')}', which is no task.")

    def _run_as(self, caller: Caller, settings: Body, otherwise: str) -> str:
        """The name a job runs as: another than the caller's own only by an admin's word."""
        wanted = settings.get("run_as") or {}
        name = str(wanted.get("service_principal_name") or wanted.get("user_name") or otherwise)
        if name.lower() == otherwise.lower():
            return name
        if find_principal(self.cloud, name, "account.user", "account.servicePrincipal") is None:
            raise missing(f"Principal {name} does not exist.")
        if name.lower() != caller.name.lower() and workspace_level(self.cloud, caller) != "ADMIN":
            raise denied(f"{caller.name} may not let a job run as {name}.")
        return name

    def _shown_settings(self, settings: Body) -> Body:
        defaults: Body = {
            "email_notifications": {},
            "webhook_notifications": {},
            "timeout_seconds": 0,
            "max_concurrent_runs": 1,
            "format": "MULTI_TASK",
        }
        kept = {key: value for key, value in settings.items() if value is not None and key != "run_as"}
        return {**defaults, **kept}

    def create(self, caller: Caller, body: Body) -> Body:
        """Answers the whole job; the REST door gives `{job_id}` only."""
        workspace_level(self.cloud, caller)
        self._check(caller, body)
        number = self.cloud.number()
        stored = {
            "job_id": number,
            "creator_user_name": caller.name,
            "run_as_user_name": self._run_as(caller, body, caller.name),
            "created_time": self.cloud.millis(),
            "settings": self._shown_settings({"name": "Untitled", **body}),
        }
        return self.save(caller, str(number), stored)

    def read(self, caller: Caller, id: str) -> Body:
        workspace_level(self.cloud, caller)
        body = self.load(caller, id)
        if not can_see(self.cloud, caller, f"jobs/{id}", str(body["creator_user_name"])):
            raise denied(f"User {caller.name} does not have View permissions on job {id}.")
        return public(body)

    def _change(self, caller: Caller, id: str, settings: Body, run_as: Body) -> Body:
        old = self.load(caller, id)
        require_level(self.cloud, caller, f"jobs/{id}", str(old["creator_user_name"]), "CAN_MANAGE")
        self._check(caller, settings)
        name = self._run_as(caller, run_as, str(old["run_as_user_name"]))
        return self.save(caller, id, {**old, "run_as_user_name": name, "settings": self._shown_settings(settings)})

    def reset(self, caller: Caller, id: str, settings: Body) -> Body:
        """Replace all settings."""
        return self._change(caller, id, settings, settings)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        """Replace the settings named at top level, drop those in `fields_to_remove`."""
        fresh = patch.get("new_settings", patch if "fields_to_remove" not in patch else {})
        merged = {**self.load(caller, id)["settings"], **fresh}
        for field in patch.get("fields_to_remove") or []:
            merged.pop(str(field).partition("/")[0], None)
        return self._change(caller, id, merged, fresh)

    def delete(self, caller: Caller, id: str) -> None:
        """The job; its runs stay, as they do in the service."""
        body = self.load(caller, id)
        require_level(self.cloud, caller, f"jobs/{id}", str(body["creator_user_name"]), "CAN_MANAGE")
        with self.cloud.store.transaction():
            self.cloud.store.delete("ws.permissions", self.key(caller, f"jobs/{id}"))
            self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """`name` compares the whole name without case."""
        workspace_level(self.cloud, caller)
        name = filters.get("name")
        return [
            public(body)
            for body in self.all(caller)
            if can_see(self.cloud, caller, f"jobs/{body['job_id']}", str(body["creator_user_name"]))
            and (not name or str(body["settings"]["name"]).lower() == str(name).lower())
        ]

    def run_now(self, caller: Caller, id: str, request: Body) -> Body:
        """Start a run as the job's run-as; answers {run_id, number_in_job}."""
        job = self.load(caller, id)
        require_level(self.cloud, caller, f"jobs/{id}", str(job["creator_user_name"]), "CAN_MANAGE_RUN")
        runs = self.cloud.kind("ws.run")
        assert isinstance(runs, Runs)
        run_as = caller_named(self.cloud, str(job["run_as_user_name"]), caller)
        return runs.start(caller, run_as, job, request)


def register(cloud: Cloud) -> None:
    runs = Runs(cloud)
    cloud.add(Jobs(cloud))
    cloud.add(runs)
    runs.end_interrupted()
