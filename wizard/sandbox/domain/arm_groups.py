"""Resource groups: whatever is inside goes with them."""

from __future__ import annotations

from wizard.sandbox.domain.arm_id import GROUP, ResourceId
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.core import SYSTEM, Body, CloudError


class Groups(ArmKind):
    def stored(self, rid: ResourceId) -> Body:
        body = self.find(rid)
        if body is None:
            raise CloudError(404, "ResourceGroupNotFound", f"Resource group '{rid.name}' could not be found.")
        return body

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        if existing is not None and "managedBy" in existing:
            body.setdefault("managedBy", existing["managedBy"])


def ensure_group(kind: ArmKind, rid: ResourceId, location: str, managed_by: str | None = None) -> None:
    """The resource group around an id, made by the cloud itself where it is missing."""
    groups = kind.cloud.kind(GROUP)
    if kind.cloud.store.get(GROUP, rid.group_id.lower()) is None:
        body: Body = {"id": rid.group_id, "location": location}
        if managed_by:
            body["managedBy"] = managed_by
        groups.create(SYSTEM, body)
