"""Azure resource ids taken apart: `/subscriptions/{s}/resourceGroups/{g}/providers/{ns}/{type}/{name}…`."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.sandbox.domain.arm_types import canonical, namespace_of
from wizard.sandbox.domain.core import CloudError

GROUP = "Microsoft.Resources/resourceGroups"
SUBSCRIPTION = "Microsoft.Resources/subscriptions"


@dataclass(frozen=True, slots=True)
class ResourceId:
    """`scope` is what stands before the last `/providers/`; `group` is None outside resource groups.

    `types` and `names` run in parallel, outermost first."""

    text: str
    subscription: str | None
    group: str | None
    scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def key(self) -> str:
        return self.text.lower()

    @property
    def group_id(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"

    def up(self, levels: int) -> ResourceId:
        """The resource that this one is inside of, `levels` types further out."""
        return _build(
            subscription=self.subscription,
            group=self.group,
            scope=self.scope,
            namespace=self.namespace,
            types=self.types[:-levels],
            names=self.names[:-levels],
        )


def invalid(text: str) -> CloudError:
    return CloudError(400, "InvalidResourceId", f"'{text}' is not a valid resource identifier.")


def _container(segments: list[str], text: str) -> tuple[str | None, str | None]:
    subscription = group = None
    if segments and segments[0].lower() == "subscriptions" and len(segments) > 1:
        subscription = segments[1]
    if len(segments) > 3 and segments[2].lower() == "resourcegroups":
        group = segments[3]
    if segments and subscription is None and segments[0].lower() != "providers":  # the root's own have none
        raise invalid(text)
    return subscription, group


def parse_id(text: str) -> ResourceId:
    """Raises CloudError 400 InvalidResourceId where the text is none."""
    segments = [segment for segment in text.strip("/").split("/") if segment]
    subscription, group = _container(segments, text)
    places = [index for index, segment in enumerate(segments) if segment.lower() == "providers"]
    if subscription:
        segments[0] = "subscriptions"
    if group:
        segments[2] = "resourceGroups"
    clean = "/" + "/".join(segments)
    if not places:
        if group and len(segments) == 4:
            scope = f"/subscriptions/{subscription}"
            return ResourceId(clean, subscription, group, scope, "Microsoft.Resources", ("resourceGroups",), (group,))
        if subscription and len(segments) == 2:
            kind = ("subscriptions",)
            return ResourceId(clean, subscription, None, "", "Microsoft.Resources", kind, (subscription,))
        raise invalid(text)
    last = places[-1]
    rest = segments[last + 2 :]
    if len(segments) < last + 4 or len(rest) % 2:
        raise invalid(text)
    scope = "/" + "/".join(segments[:last]) if last else ""
    return _build(
        subscription=subscription,
        group=group,
        scope=scope,
        namespace=segments[last + 1],
        types=tuple(rest[0::2]),
        names=tuple(rest[1::2]),
    )


def _build(
    *,
    subscription: str | None,
    group: str | None,
    scope: str,
    namespace: str,
    types: tuple[str, ...],
    names: tuple[str, ...],
) -> ResourceId:
    """The id with namespace and types in their official spelling, where they are known."""
    namespace = namespace_of(namespace) or namespace
    known = canonical("/".join((namespace, *types)))
    types = tuple(known.split("/")[1:]) if known else types
    pairs = "".join(f"/{kind}/{name}" for kind, name in zip(types, names, strict=True))
    return ResourceId(f"{scope}/providers/{namespace}{pairs}", subscription, group, scope, namespace, types, names)
