"""One ARM resource type as a kind: the rules common to all, with seams for what is a type's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wizard.sandbox.domain import arm_providers
from wizard.sandbox.domain.arm_body import at, merged, place, public, without_none
from wizard.sandbox.domain.arm_id import GROUP, ResourceId, parse_id
from wizard.sandbox.domain.arm_types import ArmType, arm_types, locations, normal_location
from wizard.sandbox.domain.authorization import covers
from wizard.sandbox.domain.authorization_actions import action_of, links, note
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError

TAKEN = "arm.takenName"
COPIED = ("sku", "kind", "identity", "zones", "managedBy", "eTag")
ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
OPERATIONS = {"read": "resources.getById", "write": "resources.createOrUpdateById", "delete": "resources.deleteById"}


class ArmKind:
    """`create` is PUT (an upsert), `update` is PATCH: properties merged deeply, tags replaced.

    Bodies are the REST API's: id, name, type, location, tags, sku, kind, identity, properties. A property
    absent from a PUT falls back to its default, unless it is fixed or computed. Keys with `_` are private."""

    def __init__(self, cloud: Cloud, rules: ArmType) -> None:
        self.cloud, self.rules, self.name = cloud, rules, rules.type

    # What a type may add.

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        """Raises CloudError for what is wrong with a body that is about to be stored."""

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        """Put the computed values in."""

    def created(self, rid: ResourceId, body: Body) -> None:
        """Make what appears with a new resource; the body has just been stored."""

    def check_delete(self, rid: ResourceId, body: Body) -> None:
        """Raises CloudError where something still needs the resource."""

    def removed(self, rid: ResourceId, body: Body) -> None:
        """Take away what lives and dies with the resource; the body is still stored."""

    def view(self, body: Body) -> Body:
        """The body as it is shown, with what is computed from other resources."""
        return public(body)

    # The five operations.

    def create(self, caller: Caller, body: Body) -> Body:
        rid = self.parse(body["id"])
        self.authorize(caller, "write", rid)
        self._authorize_links(caller, rid, body)
        with self.cloud.store.transaction():
            return self.put(caller, rid, body)

    def read(self, caller: Caller, id: str) -> Body:
        rid = self.parse(id)
        self.authorize(caller, "read", rid)
        return self.view(self.stored(rid))

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        rid = self.parse(id)
        self.authorize(caller, "write", rid)
        existing = self.stored(rid)
        body = merged(public(existing), {key: value for key, value in patch.items() if key != "id"})
        if "tags" in patch:
            body["tags"] = patch["tags"]
        self._authorize_links(caller, rid, body)
        with self.cloud.store.transaction():
            return self.put(caller, rid, body)

    def delete(self, caller: Caller, id: str) -> None:
        rid = self.parse(id)
        self.authorize(caller, "delete", rid)
        body = self.stored(rid)
        self.check_delete(rid, body)
        with self.cloud.store.transaction():
            self.remove(rid)

    def list(self, caller: Caller, **filters: Any) -> list[Body]:
        """All that the caller may read; filters: subscription, group (names), parent (an id)."""
        scope = _scope(filters)
        if not self.cloud.authorization.touches(caller, scope):
            self.cloud.authorization.require(caller, self.action("read"), scope)
        note(self.action("read"))
        return [
            self.view(body)
            for body in self.bodies()
            if covers(scope, body["id"]) and self.cloud.authorization.allows(caller, self.action("read"), body["id"])
        ]

    # The common rules.

    def parse(self, id: str) -> ResourceId:
        rid = parse_id(id)
        if rid.type != self.name:
            raise CloudError(400, "InvalidResourceType", f"'{id}' is not the id of a resource of type {self.name}.")
        return rid

    def bodies(self) -> Iterator[Body]:
        for _id, body in self.cloud.store.items(self.name):
            yield body

    def find(self, rid: ResourceId) -> Body | None:
        return self.cloud.store.get(self.name, rid.key)

    def stored(self, rid: ResourceId) -> Body:
        """Raises CloudError 404: the group's, or the resource's own."""
        body = self.find(rid)
        if body is None:
            if rid.subscription:
                arm_providers.require_subscription(self.cloud, rid.subscription)
            if rid.group and self.name != GROUP:
                require_group(self.cloud, rid)
            raise missing(rid)
        return body

    def action(self, verb: str) -> str:
        """Of read, write and delete."""
        return action_of(OPERATIONS[verb], type=self.rules.action)

    def authorize(self, caller: Caller, verb: str, rid: ResourceId) -> None:
        action = self.action(verb)
        self.cloud.authorization.require(caller, action, rid.text)
        if verb != "read" and caller.oid != SYSTEM.oid and rid.group:
            refuse_managed(self.cloud, caller, action, rid)

    def _authorize_links(self, caller: Caller, rid: ResourceId, body: Body) -> None:
        """What a resource is joined to must be the caller's to join."""
        for link in links():
            if link.type != self.name:
                continue
            for id in link.named(body):
                if not self.cloud.authorization.allows(caller, link.action, id):
                    raise CloudError(
                        403,
                        "LinkedAuthorizationFailed",
                        f"The client '{caller.name}' with object id '{caller.oid}' has permission to perform action "
                        f"'{self.action('write')}' on scope '{rid.text}'; however, it does not have permission to "
                        f"perform action(s) '{link.action}' on the linked scope(s) '{id}' (respectively) or the linked "
                        "scope(s) are invalid.",
                    )

    def put(self, caller: Caller, rid: ResourceId, body: Body) -> Body:
        """Check, complete and store a body; the caller has been authorised."""
        self._ground(caller, rid)
        existing = self.find(rid)
        if existing is None:
            self.rules.name.check(rid.name)
            self._check_taken(rid)
        new = self._shaped(rid, body, existing)
        self._check_required(new)
        if existing is not None:
            self._check_fixed(new, existing)
        self.check(rid, new, existing)
        self.fill(rid, new, existing)
        if existing is None:
            new["systemData"] = {
                "createdBy": caller.name,
                "createdByType": "User" if caller.kind == "user" else "Application",
                "createdAt": self.cloud.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        else:
            new["systemData"] = existing["systemData"]
        self.cloud.store.put(self.name, rid.key, new)
        if existing is None:
            self.created(rid, new)
        return self.view(self.stored(rid))

    def remove(self, rid: ResourceId) -> None:
        """Delete with all that is inside, without asking; absent is fine."""
        body = self.find(rid)
        if body is None:
            return
        for kind, key in inside(self.cloud, rid):
            kind.remove(kind.parse(key))
        self.removed(rid, body)
        self.cloud.store.delete(self.name, rid.key)

    def _ground(self, caller: Caller, rid: ResourceId) -> None:
        assert rid.subscription
        arm_providers.require_subscription(self.cloud, rid.subscription)
        if caller.oid != SYSTEM.oid:
            arm_providers.require_registered(self.cloud, rid.subscription, self.rules.namespace)
        if rid.group and self.name != GROUP:
            require_group(self.cloud, rid)
        elif not rid.group and not self.rules.anywhere:
            raise CloudError(400, "InvalidResourceId", f"A resource of type {self.name} stands in a resource group.")
        if self.rules.levels:
            parent = rid.up(self.rules.levels)
            if self.cloud.store.get(parent.type, parent.key) is None:
                raise CloudError(
                    404,
                    "ParentResourceNotFound",
                    f"Failed to perform 'write' on resource(s) of type '{'/'.join(rid.types)}', because the parent "
                    f"resource '{parent.text}' could not be found.",
                )

    def _check_taken(self, rid: ResourceId) -> None:
        if self.rules.name.taken and name_taken(self.cloud, self.name, rid.name):
            status, code, message = self.rules.name.taken
            raise CloudError(status, code, message.format(name=rid.name))

    def _shaped(self, rid: ResourceId, given: Body, existing: Body | None) -> Body:
        given = without_none(given)
        body = merged(self.rules.defaults, {key: given[key] for key in (*COPIED, "properties") if key in given})
        body.setdefault("properties", {})
        body |= {"id": existing["id"] if existing else rid.text, "name": rid.name, "type": self.name}
        if existing is not None:
            body["name"] = existing["name"]
            for path in self.rules.fixed:
                if at(given, path) is None and at(existing, path) is not None:
                    place(body, path, at(existing, path))
        if self.rules.location != "none":
            body["location"] = self._location(given, existing)
            body["tags"] = _tags(given.get("tags") or {})
        body["properties"]["provisioningState"] = "Succeeded"
        return body

    def _location(self, given: Body, existing: Body | None) -> str:
        text = given.get("location") or (existing or {}).get("location")
        if not text:
            raise CloudError(400, "LocationRequired", "The location property is required for this definition.")
        name = normal_location(text)
        if name not in locations():
            raise CloudError(
                400,
                "LocationNotAvailableForResourceType",
                f"The provided location '{text}' is not available for resource type '{self.name}'. "
                f"List of available regions for the resource type is '{','.join(locations())}'.",
            )
        if existing and existing["location"] != name and "location" not in self.rules.fixed:
            raise CloudError(
                409,
                "InvalidResourceLocation",
                f"The resource '{existing['name']}' already exists in location '{existing['location']}'. A resource "
                f"with the same name cannot be created in location '{name}'. Please select a new resource name.",
            )
        return name

    def _check_required(self, body: Body) -> None:
        for path in self.rules.required:
            if at(body, path) in (None, "", []):
                raise CloudError(
                    400, "InvalidRequestContent", f"Required parameter {path} is missing (null).", target=path
                )

    def _check_fixed(self, body: Body, existing: Body) -> None:
        for path in self.rules.fixed:
            old, new = at(existing, path), at(body, path)
            if _lowered(old) != _lowered(new):
                status, code, message = self.rules.fixed_error
                raise CloudError(status, code, message.format(path=path, old=old, new=new), target=path)


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _scope(filters: dict[str, Any]) -> str:
    if filters.get("parent"):
        return str(filters["parent"])
    subscription, group = filters.get("subscription"), filters.get("group")
    if not subscription:
        return ""
    return f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")


def _tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > 50:
        raise CloudError(400, "InvalidTags", "A resource can have at most 50 tags.")
    for name, value in tags.items():
        if not name or len(name) > 512 or len(str(value)) > 256 or set(name) & set("<>%&\\?/"):
            raise CloudError(
                400,
                "InvalidTagNameCharacters",
                f"The tag '{name}' is invalid: a name has at most 512 characters and none of <>%&\\?/, a value 256.",
            )
    return tags


def missing(rid: ResourceId) -> CloudError:
    """The 404 for a resource."""
    path = "/".join(f"{kind}/{name}" for kind, name in zip(rid.types, rid.names, strict=True))
    return CloudError(
        404,
        "ResourceNotFound",
        f"The Resource '{rid.namespace}/{path}' under resource group '{rid.group or '<null>'}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def require_group(cloud: Cloud, rid: ResourceId) -> Body:
    """The resource group around an id; raises CloudError 404 ResourceGroupNotFound."""
    group = cloud.store.get(GROUP, rid.group_id.lower())
    if group is None:
        raise CloudError(404, "ResourceGroupNotFound", f"Resource group '{rid.group}' could not be found.")
    return group


def refuse_managed(cloud: Cloud, caller: Caller, action: str, rid: ResourceId) -> None:
    """What is in a managed resource group belongs to its manager. Raises CloudError 403."""
    group = cloud.store.get(GROUP, rid.group_id.lower())
    if group is not None and group.get("managedBy"):
        raise CloudError(
            403,
            "DenyAssignmentAuthorizationFailed",
            f"The client '{caller.name}' with object id '{caller.oid}' has permission to perform action '{action}' on "
            f"scope '{rid.text}'; however, the access is denied because of the deny assignment with name 'System deny "
            f"assignment created by managed application {group['managedBy']}' at scope '{group['id']}'.",
        )


def name_taken(cloud: Cloud, type: str, name: str) -> bool:
    """Whether a globally unique name is held by anybody."""
    if name.lower() in arm_types()[type].name.held or cloud.store.get(TAKEN, f"{type}/{name}".lower()) is not None:
        return True
    return any(body["name"].lower() == name.lower() for _id, body in cloud.store.items(type))


def take_name(cloud: Cloud, type: str, name: str) -> None:
    """Let somebody outside this tenant hold a globally unique name (scenarios do)."""
    cloud.store.put(TAKEN, f"{type}/{name}".lower(), {"type": type, "name": name})


def arm_kinds(cloud: Cloud) -> Iterator[ArmKind]:
    for kind in cloud.kinds.values():
        if isinstance(kind, ArmKind):
            yield kind


def inside(cloud: Cloud, rid: ResourceId) -> list[tuple[ArmKind, str]]:
    """What stands below an id, in the order in which it can be taken away: workspaces, then the deepest."""
    prefix = rid.key + "/"
    found = [
        (kind, key)
        for kind in arm_kinds(cloud)
        for key, _body in cloud.store.items(kind.name)
        if key.startswith(prefix)
    ]
    return sorted(found, key=lambda pair: (not pair[0].name.startswith("Microsoft.Databricks/"), -pair[1].count("/")))
