"""Jobs 2.2, as a workspace serves them."""

from __future__ import annotations

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import invalid
from wizard.sandbox.domain.jobs import Jobs
from wizard.sandbox.domain.runs import Runs
from wizard.sandbox.rest.databricks_calls import body_of, flag, query_of, route
from wizard.sandbox.rest.route import Call, Route

JOBS = "/api/2.2/jobs"


def _jobs(call: Call) -> Jobs:
    kind = call.cloud.kind("ws.job")
    assert isinstance(kind, Jobs)
    return kind


def _runs(call: Call) -> Runs:
    kind = call.cloud.kind("ws.run")
    assert isinstance(kind, Runs)
    return kind


def _number(body: Body, key: str) -> str:
    if not body.get(key):
        raise invalid(f"Missing required field: {key}")
    return str(body[key])


def _page(call: Call, key: str, items: list[Body], largest: int) -> Body:
    start = int(call.query.get("page_token") or call.query.get("offset") or 0)
    size = min(int(call.query.get("limit") or 20), largest)
    answer: Body = {key: items[start : start + size], "has_more": start + size < len(items)}
    if answer["has_more"]:
        answer["next_page_token"] = str(start + size)
    return answer


def _create(call: Call) -> Body:
    body = body_of(call)
    access = body.get("access_control_list")
    settings = {key: value for key, value in body.items() if key != "access_control_list"}
    made = _jobs(call).create(call.caller, settings)
    if access:
        place = f"jobs/{made['job_id']}"
        call.cloud.kind("ws.permissions").create(call.caller, {"id": place, "access_control_list": access})
    return {"job_id": made["job_id"]}


def _reset(call: Call) -> None:
    body = body_of(call)
    _jobs(call).reset(call.caller, _number(body, "job_id"), body.get("new_settings") or {})


def _update(call: Call) -> None:
    body = body_of(call)
    patch = {"new_settings": body.get("new_settings") or {}, "fields_to_remove": body.get("fields_to_remove") or []}
    _jobs(call).update(call.caller, _number(body, "job_id"), patch)


def _list(call: Call) -> Body:
    found = _jobs(call).list(call.caller, name=call.query.get("name"))
    if not flag(call, "expand_tasks"):
        hidden = ("tasks", "job_clusters", "environments")
        found = [{**job, "settings": {k: v for k, v in job["settings"].items() if k not in hidden}} for job in found]
    return _page(call, "jobs", found, 100)


def _delete(call: Call) -> None:
    _jobs(call).delete(call.caller, _number(body_of(call), "job_id"))


def _run_now(call: Call) -> Body:
    body = body_of(call)
    return _jobs(call).run_now(call.caller, _number(body, "job_id"), body)


def _runs_list(call: Call) -> Body:
    filters = {"active_only": flag(call, "active_only"), "completed_only": flag(call, "completed_only")}
    found = _runs(call).list(call.caller, job_id=call.query.get("job_id"), **filters)
    return _page(call, "runs", found, 25)


def _cancel(call: Call) -> None:
    _runs(call).cancel(call.caller, _number(body_of(call), "run_id"))


def _run_delete(call: Call) -> None:
    _runs(call).delete(call.caller, _number(body_of(call), "run_id"))


ROUTES: list[Route] = [
    route("jobs.create", "POST", f"{JOBS}/create", _create),
    route("jobs.get", "GET", f"{JOBS}/get", lambda c: _jobs(c).read(c.caller, query_of(c, "job_id"))),
    route("jobs.list", "GET", f"{JOBS}/list", _list),
    route("jobs.reset", "POST", f"{JOBS}/reset", _reset),
    route("jobs.update", "POST", f"{JOBS}/update", _update),
    route("jobs.delete", "POST", f"{JOBS}/delete", _delete),
    route("jobs.run-now", "POST", f"{JOBS}/run-now", _run_now),
    route("jobs.runs.get", "GET", f"{JOBS}/runs/get", lambda c: _runs(c).read(c.caller, query_of(c, "run_id"))),
    route(
        "jobs.runs.get-output",
        "GET",
        f"{JOBS}/runs/get-output",
        lambda c: _runs(c).output(c.caller, query_of(c, "run_id")),
    ),
    route("jobs.runs.list", "GET", f"{JOBS}/runs/list", _runs_list),
    route("jobs.runs.cancel", "POST", f"{JOBS}/runs/cancel", _cancel),
    route("jobs.runs.delete", "POST", f"{JOBS}/runs/delete", _run_delete),
]
