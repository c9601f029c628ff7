"""Whether a node type fits a region: offered there, not restricted, and within both rows of the quota."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from wizard.setup.step import Found, Guide
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient, Sku, Usage

CORES = "cores"  # the row of the whole region
LEAST = 4  # vCPUs of the smallest machine that is proposed
PROPOSALS = 3
OTHER_REGIONS = 3  # regions that are asked, at most, where this one has no room
QUOTA_ID, NOT_AVAILABLE = "QuotaId", "NotAvailableForSubscription"
# What Databricks takes as a node: general, memory, compute and storage sizes of x64; no burstable, confidential, GPU or
# Arm ones are proposed. Source: https://learn.microsoft.com/azure/databricks/compute/configure (node types).
NODES = re.compile(r"Standard_(?:DS|D|E|F|L)\d+[a-oq-z]*(?:_v\d+)?")
PORTAL_QUOTAS = "https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade/~/myQuotas"


class Room(StrEnum):
    """Whether one machine of the node type can be had."""

    ENOUGH = "enough"
    SHORT = "short"
    RESTRICTED = "restricted"
    UNKNOWN = "unknown"  # could not be read: no reason to hold anybody up


@dataclass(frozen=True, slots=True)
class Judged:
    """`why` in words; `fits` are sizes of the same region that have room, the nearest in size first; `short` the rows
    that have none."""

    room: Room
    why: str = ""
    fits: tuple[str, ...] = ()
    short: tuple[Usage, ...] = ()
    found: tuple[Found, ...] = ()
    reason: str = ""  # the code of a restriction


def judged(arm: ArmClient, location: str, node_type: str) -> Judged:
    """Two requests. What Azure does not let the caller read is unknown; a sign-in that does not hold is raised."""
    try:
        skus = arm.skus(location)
        usages = arm.usages(location) if skus else {}  # a region that there is not has neither
    except Exception as error:
        return unreadable(error)
    return weighed(skus, usages, location, node_type)


def unreadable(error: Exception) -> Judged:
    """Raises the error again where it says more than that nothing can be read."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

    from wizard.cloud.policies import NotData
    from wizard.steps.problems import from_exception

    if not isinstance(error, (HttpResponseError, NotData)) or isinstance(error, ClientAuthenticationError):
        raise error
    why = _("the quota could not be read: {why}", why=from_exception(error).what)
    return Judged(Room.UNKNOWN, why, found=(Found(why, "unknown"),))


def weighed(skus: list[Sku], usages: dict[str, Usage], location: str, node_type: str) -> Judged:
    """The same of lists that were read."""
    sku = next((item for item in skus if item.name == node_type), None)
    if sku is None:
        why = _("{node} is not offered in {location}", node=node_type, location=location)
        return Judged(Room.RESTRICTED, why, _fitting(skus, usages, LEAST))
    if sku.restrictions:
        reason = sku.restrictions[0]
        return Judged(Room.RESTRICTED, _restricted(sku, location), _fitting(skus, usages, sku.vcpus), reason=reason)
    rows = tuple(usages[name] for name in (CORES, sku.family) if name in usages)
    if not rows or not sku.vcpus:
        why = _("Azure names no quota for {node} in {location}", node=node_type, location=location)
        return Judged(Room.UNKNOWN, why, found=(Found(why, "unknown"),))
    short = tuple(row for row in rows if row.free < sku.vcpus)
    if not short:
        return Judged(Room.ENOUGH, found=_room(sku, rows, location))
    told = "; ".join(
        _("{row}: {needed} vCPU needed, {free} of {limit} free",
          row=row.label or row.name, needed=sku.vcpus, free=row.free, limit=row.limit)
        for row in short
    )  # fmt: skip
    why = _("not enough quota for {node} in {location}: {rows}", node=node_type, location=location, rows=told)
    fits = _fitting(skus, usages, sku.vcpus)
    idle = all(row.limit >= sku.vcpus for row in short)  # it would fit, were the region not in use
    return Judged(Room.SHORT, why, fits, short if idle else (), found=_room(sku, rows, location))


def elsewhere(arm: ArmClient, location: str, node_type: str) -> list[str]:
    """Other regions in which the node type can be had: the pair first, then those of the same geography. A few are
    asked; none where they cannot be read."""
    found = []
    try:
        for region in _neighbours(arm, location)[:OTHER_REGIONS]:
            if judged(arm, region, node_type).room is Room.ENOUGH:
                found.append(region)
    except Exception as error:  # a proposal more or less
        unreadable(error)
    return found


def regions(arm: ArmClient) -> list[str]:
    """The regions' names; empty where they cannot be read."""
    try:
        return [each.name for each in arm.regions()]
    except Exception as error:
        unreadable(error)
        return []


def guide(judgement: Judged, location: str, others: list[str]) -> Guide:
    """What a person does about it, and who may."""
    actions = []
    if judgement.fits:
        names = ", ".join(judgement.fits)
        actions.append(_("set compute.node_type in the answers to one that fits: {names}", names=names))
    if others:
        actions.append(_("or set project.location to a region where it fits: {names}", names=", ".join(others)))
    else:
        actions.append(_("or set project.location to another region"))
    who = _("you; more quota asks for Owner, Contributor or Quota Request Operator of the subscription")
    if judgement.reason == QUOTA_ID:
        actions.append(_("or have the subscription's offer changed: this one does not include the size"))
        who = _("you; an offer is changed by the subscription's billing owner")
    elif judgement.reason == NOT_AVAILABLE:
        actions.append(_("or ask Azure's support to open the size for the subscription in {location}",
                         location=location))  # fmt: skip
    else:
        actions.append(_("or ask for more quota in {location}: portal, Quotas, Compute", location=location))
    return Guide(_("Choose another size or region, or ask for quota"), tuple(actions), who, PORTAL_QUOTAS)


def _restricted(sku: Sku, location: str) -> str:
    """The reason code in words."""
    names = {"node": sku.name, "location": location}
    if QUOTA_ID in sku.restrictions:
        return _("{node} cannot be used in {location}: the subscription's offer does not include it (QuotaId)", **names)
    if NOT_AVAILABLE in sku.restrictions:
        return _("{node} cannot be used in {location}: Azure does not give it to this subscription there "
                 "(NotAvailableForSubscription)", **names)  # fmt: skip
    reason = ", ".join(sku.restrictions)
    return _("{node} cannot be used in {location}: {reason}", reason=reason, **names)


def _room(sku: Sku, rows: tuple[Usage, ...], location: str) -> tuple[Found, ...]:
    """The node type, and what is free of the region's quota and of its family's."""
    offered = _("{node} is offered in {location}: {n} vCPU", node=sku.name, location=location, n=sku.vcpus)
    return (Found(offered), *(
        Found(
            _("{row}: {free} of {limit} vCPU free", row=row.label or row.name, free=row.free, limit=row.limit),
            "done" if row.free >= sku.vcpus else "todo",
        )
        for row in rows
    ))  # fmt: skip


def _fitting(skus: list[Sku], usages: dict[str, Usage], wanted: int) -> tuple[str, ...]:
    """Sizes that the region offers and the quota has room for; the nearest in size first."""
    fit = [
        item
        for item in skus
        if item.vcpus >= LEAST
        and NODES.fullmatch(item.name)
        and not item.restrictions
        and item.family in usages
        and all(usages[name].free >= item.vcpus for name in (CORES, item.family) if name in usages)
    ]
    return tuple(item.name for item in sorted(fit, key=lambda item: (abs(item.vcpus - wanted), item.name))[:PROPOSALS])


def _neighbours(arm: ArmClient, location: str) -> list[str]:
    """Other regions, the nearest first as far as Azure tells that."""
    everything = arm.regions()
    here = next((each for each in everything if each.name == location), None)
    if here is None:
        return []
    others = [each for each in everything if each.name != location and each.group == here.group]
    return [each.name for each in sorted(others, key=lambda each: each.name != here.pair)]
