"""What the kinds of the directory have in common: reading, filtering, duplicates, references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.entra_rights import (
    APP_ROLE,
    APPLICATION,
    DIRECTORY_ROLE,
    ELIGIBILITY,
    GROUP,
    MEMBER,
    PRINCIPAL,
    USER,
    require,
)

ODATA_TYPES = {
    USER: "#microsoft.graph.user",
    GROUP: "#microsoft.graph.group",
    APPLICATION: "#microsoft.graph.application",
    PRINCIPAL: "#microsoft.graph.servicePrincipal",
}


def bad_request(message: str) -> CloudError:
    return CloudError(400, "Request_BadRequest", message)


def missing(id: str) -> CloudError:
    return CloudError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
    )


def public(body: Body) -> Body:
    """A body as the API shows it: without what begins with an underscore."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


def required(body: Body, *names: str) -> None:
    """Raises CloudError 400 for the first property that is absent."""
    for name in names:
        if body.get(name) in (None, ""):
            raise bad_request(f"A value is required for property '{name}' of resource.")


def matching(body: Body, filters: dict[str, Any]) -> bool:
    """Whether all named properties equal their values; texts without case, as Graph compares."""
    return all(_same(body.get(key), value) for key, value in filters.items() if value is not None)


def _same(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return left == right


def reference(text: str) -> str:
    """The object id at the end of an `@odata.id`, whatever host it names."""
    return text.rstrip("/").rsplit("/", 1)[-1]


def directory_object(cloud: Cloud, id: str) -> tuple[str, Body]:
    """Kind and stored body of a directory object; raises CloudError 404."""
    for kind in ODATA_TYPES:
        body = cloud.store.get(kind, id)
        if body is not None:
            return kind, body
    raise missing(id)


def forget_references(cloud: Cloud, id: str) -> None:
    """Take away what named a directory object that is being deleted: memberships, roles, ownerships."""
    for kind, keys in (
        (MEMBER, ("groupId", "memberId")),
        (APP_ROLE, ("principalId", "resourceId")),
        (DIRECTORY_ROLE, ("principalId",)),
        (ELIGIBILITY, ("principalId",)),
    ):
        for key, body in cloud.store.items(kind):
            if id in (body[name] for name in keys):
                cloud.store.delete(kind, key)
    for kind in (GROUP, APPLICATION, PRINCIPAL):
        for key, body in cloud.store.items(kind):
            if id in body.get("_owners", ()):
                body["_owners"].remove(id)
                cloud.store.put(kind, key, body)


def owned_by(cloud: Cloud, id: str) -> list[str]:
    """The ids of the directory objects that somebody owns."""
    kinds = (GROUP, APPLICATION, PRINCIPAL)
    return [key for kind in kinds for key, body in cloud.store.items(kind) if id in body.get("_owners", ())]


class Objects:
    """Reading, listing and deleting of one kind of directory object; creating is each kind's own."""

    name: str
    area: str  # of the operations in data/entra_operations.yaml
    updating = "update"  # the operation of a PATCH, without its area
    deleting = "delete"
    fixed: tuple[str, ...] = ("id",)  # properties a PATCH cannot change

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def stored(self, id: str) -> Body:
        body = self.cloud.store.get(self.name, id)
        if body is None:
            raise missing(id)
        return body

    def all(self) -> Iterator[Body]:
        for _id, body in self.cloud.store.items(self.name):
            yield body

    def read(self, caller: Caller, id: str) -> Body:
        body = self.stored(id)
        require(self.cloud, caller, f"{self.area}.read", body)
        return public(body)

    def list(self, caller: Caller, **filters: Any) -> list[Body]:
        require(self.cloud, caller, f"{self.area}.read", filters)
        return [public(body) for body in self.all() if matching(body, filters)]

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        body = self.stored(id)
        require(self.cloud, caller, f"{self.area}.{self.updating}", body)
        body.update({key: value for key, value in self.accepted(patch, body).items() if key not in self.fixed})
        self.cloud.store.put(self.name, body["id"], body)
        return public(body)

    def accepted(self, patch: Body, body: Body) -> Body:
        """The part of a PATCH that may be stored; a kind with rules of its own overrides it."""
        return {key: value for key, value in patch.items() if "@" not in key and not key.startswith("_")}

    def delete(self, caller: Caller, id: str) -> None:
        body = self.stored(id)
        require(self.cloud, caller, f"{self.area}.{self.deleting}", body)
        with self.cloud.store.transaction():
            self.cloud.store.delete(self.name, body["id"])
            forget_references(self.cloud, body["id"])
