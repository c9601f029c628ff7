"""A plan in words, from `terraform show -json`: counts, and what would be lost and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from wizard.text import N_, _

Action = Literal["create", "update", "replace", "delete", "import"]

# What is lost for good with an object of each type.
DATA_HOLDERS = {
    "azurerm_resource_group": N_("everything in it"),
    "azurerm_storage_account": N_("every file in it, the catalog's tables among them"),
    "azurerm_storage_container": N_("every file in it"),
    "azurerm_databricks_workspace": N_("its notebooks, jobs, run history, clusters and secrets"),
    "azurerm_eventhub_namespace": N_("the events that were not read yet"),
    "azurerm_eventhub": N_("the events that were not read yet"),
    "azurerm_key_vault": N_("its secrets"),
    "databricks_metastore": N_("every catalog in it"),
    "databricks_catalog": N_("every schema, table and volume in it"),
    "databricks_schema": N_("every table and volume in it, those that jobs made too"),
    "databricks_volume": N_("its files, unless they lie in a storage container of their own"),
    "databricks_sql_table": N_("its rows"),
    "databricks_secret_scope": N_("the secrets in it, the key that hashed personal data among them"),
}

_WORDS: dict[Action, str] = {
    "create": N_("create {address}"),
    "update": N_("change {address}"),
    "replace": N_("replace {address}"),
    "delete": N_("delete {address}"),
    "import": N_("adopt {address}, which is there already"),
}
_ORDER: tuple[Action, ...] = ("delete", "replace", "update", "import", "create")


@dataclass(frozen=True, slots=True)
class Change:
    """One resource of a plan. `name` is the object's own name, where it has one; `because` names
    the attributes that force a replacement, each with its old and new value where that is no secret."""

    address: str
    type: str
    action: Action
    name: str | None = None
    because: tuple[str, ...] = ()
    half_made: bool = False  # its creation failed, so it is made anew
    gone: bool = False  # the state knows it, and somebody else deleted it
    altered: tuple[str, ...] = ()  # attributes that an adopted object gets anew, in place

    @property
    def lost(self) -> str | None:
        """What went with an object that somebody else deleted, in words; None where nothing did."""
        return _(DATA_HOLDERS[self.type]) if self.gone and self.type in DATA_HOLDERS else None

    @property
    def loses(self) -> str | None:
        """What is lost for good, in words; None where nothing is."""
        if self.action not in ("delete", "replace") or self.type not in DATA_HOLDERS:
            return None
        return _(DATA_HOLDERS[self.type])

    @property
    def words(self) -> str:
        text = _(_WORDS[self.action], address=self.address)
        if self.because:
            text = _(
                "{what}, because {attributes} cannot be changed in place", what=text, attributes=_and(self.because)
            )
        if self.altered:
            text = _("{what}, and change its {attributes}", what=text, attributes=_and(self.altered))
        if self.loses:
            text = _("{what}; lost for good: {data}", what=text, data=self.loses)
        if self.gone:
            text = _("{what} anew: it was deleted from outside", what=text)
        if self.lost:
            text = _("{what}, and with it {data}", what=text, data=self.lost)
        return text


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The changes of a plan; `outputs` counts outputs that change while no resource does."""

    changes: tuple[Change, ...] = ()
    outputs: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """What is planned, counted; an object that is adopted and changed counts as both."""
        if not self.changes:
            return _("{n} outputs change", n=len(self.outputs)) if self.outputs else _("nothing to change")
        adopted = self.counts.get("import", 0)
        told = _(
            "{add} to add, {change} to change, {destroy} to destroy, {replace} to replace",
            add=self.counts.get("create", 0),
            change=self._changed,
            destroy=self.counts.get("delete", 0),
            replace=self.counts.get("replace", 0),
        )
        return _("{n} to adopt, {told}", n=adopted, told=told) if adopted else told

    @property
    def applied(self) -> str:
        """As `headline`, once it was done."""
        if not self.changes:
            return _("{n} outputs changed", n=len(self.outputs)) if self.outputs else _("nothing had to change")
        adopted = self.counts.get("import", 0)
        told = _(
            "{add} added, {change} changed, {destroy} destroyed, {replace} replaced",
            add=self.counts.get("create", 0),
            change=self._changed,
            destroy=self.counts.get("delete", 0),
            replace=self.counts.get("replace", 0),
        )
        return _("{n} adopted, {told}", n=adopted, told=told) if adopted else told

    @property
    def _changed(self) -> int:
        return self.counts.get("update", 0) + sum(1 for change in self.changes if change.altered)

    @property
    def dangers(self) -> tuple[str, ...]:
        """The changes that lose data."""
        return tuple(change.words for change in self.changes if change.loses)

    @property
    def losses(self) -> tuple[str, ...]:
        """The dangers that a person has to agree to: what was never whole holds nothing yet."""
        return tuple(change.words for change in self.changes if change.loses and not change.half_made)

    @property
    def words(self) -> tuple[str, ...]:
        """Every change, the dangerous ones first."""
        calm = [change for change in self.changes if not change.loses]
        calm.sort(key=lambda change: not change.lost)
        return (*self.dangers, *(change.words for change in calm))


def read(plan: Mapping[str, Any]) -> PlanSummary:
    """The summary of a plan as `terraform show -json` prints it (format 1.x)."""
    drifted = plan.get("resource_drift", ())
    gone = {item["address"] for item in drifted if _action(item["change"]["actions"]) == "delete"}
    changes = [change for item in plan.get("resource_changes", ()) if (change := _change(item, gone)) is not None]
    changes.sort(key=lambda change: (_ORDER.index(change.action), change.address))
    outputs = tuple(
        sorted(name for name, change in plan.get("output_changes", {}).items() if change["actions"] != ["no-op"])
    )
    return PlanSummary(tuple(changes), outputs, Counter(change.action for change in changes))


def drift(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Resources that were changed or removed from outside, and that the plan would mend.

    What a service fills in by itself after an apply also counts as drift to Terraform; it changes nothing."""
    mended = {item["address"] for item in plan.get("resource_changes", ()) if _action(item["change"]["actions"])}
    return tuple(item["address"] for item in plan.get("resource_drift", ()) if item["address"] in mended)


def _change(item: Mapping[str, Any], gone: Container[str]) -> Change | None:
    action = _action(item["change"]["actions"])
    altered: tuple[str, ...] = ()
    if item["change"].get("importing") and action in (None, "update"):
        altered = _altered(item["change"]) if action == "update" else ()
        action = "import"
    if action is None or item.get("mode") == "data":
        return None
    return Change(
        address=item["address"],
        type=item["type"],
        action=action,
        name=_name(item["change"]),
        because=_because(item["change"]) if action == "replace" else (),
        half_made=item.get("action_reason") == "replace_because_tainted",
        gone=action == "create" and item["address"] in gone,
        altered=altered,
    )


def _altered(change: Mapping[str, Any]) -> tuple[str, ...]:
    """The attributes, by name alone, whose values an update in place sets anew."""
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    return tuple(sorted(name for name, value in after.items() if value != before.get(name) and not unknown.get(name)))


def _action(actions: Sequence[str]) -> Action | None:
    kinds: dict[tuple[str, ...], Action] = {
        ("create",): "create",
        ("update",): "update",
        ("delete",): "delete",
        ("delete", "create"): "replace",
        ("create", "delete"): "replace",
    }
    return kinds.get(tuple(actions))  # no-op and read change nothing


def _name(change: Mapping[str, Any]) -> str | None:
    body = change.get("before") or change.get("after") or {}
    for key in ("name", "display_name", "cluster_name"):
        if isinstance(body.get(key), str):
            return str(body[key])
    return None


def _because(change: Mapping[str, Any]) -> tuple[str, ...]:
    reasons = []
    for path in change.get("replace_paths", ()):
        name = ".".join(str(part) for part in path if isinstance(part, str))
        hidden = _at(change.get("before_sensitive"), path) or _at(change.get("after_sensitive"), path)
        before, after = _at(change.get("before"), path), _at(change.get("after"), path)
        if hidden or not _shown(before) or not _shown(after):
            reasons.append(name)
        else:
            reasons.append(_("{name} ({before} → {after})", name=name, before=_plain(before), after=_plain(after)))
    return tuple(dict.fromkeys(reasons))


def _at(body: Any, path: Iterable[str | int]) -> Any:
    for part in path:
        if body is True:  # the whole of it is sensitive
            return True
        try:
            body = body[part]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _shown(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else _("{most} and {last}", most=", ".join(words[:-1]), last=words[-1])
