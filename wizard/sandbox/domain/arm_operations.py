"""Long-running operations: what is polled after a 202. The work itself is done when they begin."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, CloudError

KIND = "arm.operation"
FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def begin(cloud: Cloud) -> str:
    """The id of a new operation."""
    id = cloud.guid()
    cloud.store.put(KIND, id, {"polled": False, "startTime": cloud.now().strftime(FORMAT)})
    return id


def poll(cloud: Cloud, id: str) -> Body:
    """InProgress at the first look, Succeeded from then on. Raises CloudError 404."""
    record: dict[str, Any] | None = cloud.store.get(KIND, id)
    if record is None:
        raise CloudError(404, "OperationNotFound", f"The operation '{id}' could not be found.")
    answer: Body = {"id": id, "name": id, "startTime": record["startTime"]}
    if not record["polled"]:
        cloud.store.put(KIND, id, {**record, "polled": True, "endTime": cloud.now().strftime(FORMAT)})
        return {**answer, "status": "InProgress"}
    return {**answer, "endTime": record["endTime"], "status": "Succeeded"}
