"""Long-running operations: what is polled after a 202. The work itself is done when they begin."""

from __future__ import annotations

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
    """InProgress at the first look, Succeeded from then on. Raises CloudError 404.

    An operation that was told to have ended leaves the store: a world at rest holds none. The process remembers it."""
    ended = cloud.ended_operations.get(id)
    if ended is not None:
        return ended
    record = cloud.store.get(KIND, id)
    if record is None:
        raise CloudError(404, "OperationNotFound", f"The operation '{id}' could not be found.")
    answer: Body = {"id": id, "name": id, "startTime": record["startTime"]}
    if not record["polled"]:
        cloud.store.put(KIND, id, {**record, "polled": True})
        return {**answer, "status": "InProgress"}
    cloud.store.delete(KIND, id)
    cloud.ended_operations[id] = {**answer, "endTime": cloud.now().strftime(FORMAT), "status": "Succeeded"}
    return cloud.ended_operations[id]
