"""ARM's REST door for resource groups and for every resource by its id."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wizard.sandbox.domain import arm_operations
from wizard.sandbox.domain.arm_id import GROUP, parse_id
from wizard.sandbox.domain.arm_kind import ArmKind, arm_kinds
from wizard.sandbox.domain.arm_types import arm_types, canonical, normal_location
from wizard.sandbox.domain.authorization_actions import action_of, note
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.rest.arm_filters import lowered, parse_filter
from wizard.sandbox.rest.route import Call, Reply, Route

ABSENT = ("ResourceNotFound", "RoleAssignmentNotFound")
LISTED = ("id", "name", "type", "location", "tags", "kind", "sku", "identity", "managedBy")
FILTERS = ("resourceType", "name", "location", "resourceGroup", "tagName", "tagValue")


def kind_of(call: Call, type: str) -> ArmKind:
    """The kind of a type; raises CloudError 501 naming the operation that is not modelled."""
    known = canonical(type)
    kind = call.cloud.kind(known) if known else None
    if not isinstance(kind, ArmKind):
        raise CloudError(501, "NotImplemented", f"the sandbox does not model {call.method} of {type}")
    return kind


def _body(call: Call) -> Body:
    if not isinstance(call.body, dict):
        raise CloudError(400, "InvalidRequestContent", "The request content was invalid: a JSON object is expected.")
    return call.body


async def get(call: Call) -> Reply:
    """One resource, or the collection that the path names."""
    segments = call.url_path.strip("/").split("/")
    last = max(i for i, segment in enumerate(segments) if segment.lower() in ("providers", "resourcegroups"))
    if segments[last].lower() == "providers" and (len(segments) - last) % 2:
        return _collection(call, segments, last)
    rid = parse_id(call.url_path)
    return Reply(200, kind_of(call, rid.type).read(call.caller, rid.text))


def _collection(call: Call, segments: list[str], last: int) -> Reply:
    types = [segments[last + 1], *segments[last + 2 :: 2]]
    kind = kind_of(call, "/".join(types))
    if len(types) > 2:
        levels = arm_types()[kind.name].levels
        parent = parse_id("/".join(segments[:-1])) if levels == 1 else parse_id("/".join(segments[:-3]))
        kind_of(call, parent.type).read(call.caller, parent.text)
        found = kind.list(call.caller, parent=parent.text)
    else:
        scope = "/" + "/".join(segments[:last])
        if "/" in scope.strip("/"):
            container = parse_id(scope)
            if container.type == GROUP:
                kind_of(call, GROUP).read(call.caller, scope)
        found = kind.list(call.caller, parent=scope)
    return Reply(200, {"value": found})


async def put(call: Call) -> Reply:
    rid = parse_id(call.url_path)
    kind = kind_of(call, rid.type)
    existed = call.cloud.store.get(kind.name, rid.key) is not None
    answer = kind.create(call.caller, {**_body(call), "id": rid.text})
    return Reply(200 if existed else kind.rules.created, answer)


async def patch(call: Call) -> Reply:
    rid = parse_id(call.url_path)
    return Reply(200, kind_of(call, rid.type).update(call.caller, rid.text, _body(call)))


async def head(call: Call) -> Reply:
    """204 where it exists, 404 without a body where it does not."""
    rid = parse_id(call.url_path)
    try:
        kind_of(call, rid.type).read(call.caller, rid.text)
    except CloudError as error:
        if error.status != 404:
            raise
        return Reply(404)
    return Reply(204)


async def delete(call: Call) -> Reply:
    """204 for what is not there, 202 for what takes its time, 200 else."""
    rid = parse_id(call.url_path)
    kind = kind_of(call, rid.type)
    try:
        kind.delete(call.caller, rid.text)
    except CloudError as error:
        if error.code in ABSENT:
            return Reply(204)
        raise
    if kind.rules.slow_delete:
        return accepted(call, rid.subscription or "", rid.namespace)
    return Reply(200)


def accepted(call: Call, subscription: str, namespace: str) -> Reply:
    """202 with the URL to poll."""
    operation = arm_operations.begin(call.cloud)
    version = call.query.get("api-version", "2025-04-01")
    url = (
        f"{call.base_url}/subscriptions/{subscription}/providers/{namespace}/locations/global/operationStatuses/"
        f"{operation}?api-version={version}"
    )
    return Reply(202, None, {"Azure-AsyncOperation": url, "Retry-After": "0"})


async def operation_status(call: Call) -> Reply:
    action = action_of("operationStatuses.get", namespace=call.path["namespace"])
    call.cloud.authorization.require(call.caller, action, f"/subscriptions/{call.path['subscription']}")
    return Reply(200, arm_operations.poll(call.cloud, call.path["operation"]), {"Retry-After": "0"})


async def list_groups(call: Call) -> Reply:
    wanted = lowered(parse_filter(call.query.get("$filter")), "tagName", "tagValue", "name", "location")
    found = kind_of(call, GROUP).list(call.caller, subscription=call.path["subscription"])
    return Reply(200, {"value": [body for body in found if _matches(body, wanted)]})


async def list_resources(call: Call) -> Reply:
    """All resources with a location, of the subscription or one of its groups."""
    wanted = lowered(parse_filter(call.query.get("$filter")), *FILTERS)
    subscription, group = call.path["subscription"], call.path.get("group")
    scope = f"/subscriptions/{subscription}"
    action = action_of("resources.listByResourceGroup" if group else "resources.list")
    if not call.cloud.authorization.touches(call.caller, scope):
        call.cloud.authorization.require(call.caller, action, scope)
    note(action)
    if group:
        kind_of(call, GROUP).read(call.caller, f"/subscriptions/{subscription}/resourceGroups/{group}")
    found = [
        {key: body[key] for key in LISTED if key in body}
        for body in _resources(call, subscription, group)
        if _matches(body, wanted)
    ]
    return Reply(200, {"value": found})


def _resources(call: Call, subscription: str, group: str | None) -> Iterator[Body]:
    for kind in arm_kinds(call.cloud):
        if kind.rules.location != "none" and kind.name != GROUP:
            yield from kind.list(call.caller, subscription=subscription, group=group)


def _matches(body: Body, wanted: dict[str, str]) -> bool:
    tags = {name.lower(): value for name, value in body.get("tags", {}).items()}
    tests: dict[str, Callable[[str], bool]] = {
        "resourcetype": lambda value: body["type"].lower() == value.lower(),
        "name": lambda value: body["name"].lower() == value.lower(),
        "location": lambda value: body["location"] == normal_location(value),
        "resourcegroup": lambda value: f"/resourcegroups/{value}/".lower() in body["id"].lower(),
        "tagname": lambda value: value.lower() in tags,
        "tagvalue": lambda value: tags.get(wanted.get("tagname", "").lower()) == value,
    }
    return all(tests[field](value) for field, value in wanted.items())


GROUPS = "/subscriptions/{subscription}/resourceGroups"
ANY = "/subscriptions/{rest:.*}"
STATUS = "/subscriptions/{subscription}/providers/{namespace}/locations/{location}/operationStatuses/{operation}"

GROUP_ROUTES = [
    Route("resourceGroups.list", "GET", GROUPS, list_groups),
    Route("resourceGroups.get", "GET", GROUPS + "/{group}", get),
    Route("resourceGroups.createOrUpdate", "PUT", GROUPS + "/{group}", put),
    Route("resourceGroups.update", "PATCH", GROUPS + "/{group}", patch),
    Route("resourceGroups.delete", "DELETE", GROUPS + "/{group}", delete),
    Route("resourceGroups.checkExistence", "HEAD", GROUPS + "/{group}", head),
    Route("resources.list", "GET", "/subscriptions/{subscription}/resources", list_resources),
    Route("resources.listByResourceGroup", "GET", GROUPS + "/{group}/resources", list_resources),
    Route("operationStatuses.get", "GET", STATUS, operation_status),
]
GENERIC_ROUTES = [
    Route("resources.getById", "GET", "/subscriptions/{subscription}/{rest:.*providers/.*}", get),
    Route("resources.createOrUpdateById", "PUT", ANY, put),
    Route("resources.updateById", "PATCH", ANY, patch),
    Route("resources.deleteById", "DELETE", ANY, delete),
    Route("resources.checkExistenceById", "HEAD", ANY, head),
]
