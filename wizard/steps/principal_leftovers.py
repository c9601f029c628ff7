"""What lost answers left behind: applications of ours beside the one in use, secrets that nobody can know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.graph import GraphClient

HINT = 3  # Graph tells so many of a secret's first characters


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Object ids of applications; `secrets` are key ids of the application `holder` (an object id)."""

    applications: tuple[str, ...] = ()
    holder: str = ""
    secrets: tuple[str, ...] = ()

    def words(self, name: str) -> tuple[str, ...]:
        told = [_("remove the application {name} that an interrupted run made twice", name=name)] * len(
            self.applications
        )
        if self.secrets:
            told.append(_("revoke {n} secrets of {name} that nobody knows", n=len(self.secrets), name=name))
        return tuple(told)

    def remove(self, graph: GraphClient) -> None:
        for key_id in self.secrets:
            graph.remove_password(self.holder, key_id)
        for object_id in self.applications:
            graph.delete_application(object_id)


def look(ours: Sequence[Mapping[str, Any]], mark: str, secret: str) -> Leftovers:
    """`ours`: the applications with our mark, the one in use first; `secret`: the one that signs in. Secrets without
    our mark are somebody else's. Of two with the same beginning the newer one counts as ours in use."""
    if not ours:
        return Leftovers()
    used = ours[0]
    marked = [one for one in used.get("passwordCredentials") or () if one.get("displayName") == mark]
    known = [one for one in marked if one.get("hint") == secret[:HINT]]
    kept = max(known, key=lambda one: str(one.get("startDateTime")), default=None)
    if kept is None:  # nothing proves which one signs in
        marked = []
    return Leftovers(
        applications=tuple(str(one["id"]) for one in ours[1:]),
        holder=str(used["id"]),
        secrets=tuple(str(one["keyId"]) for one in marked if one is not kept),
    )
