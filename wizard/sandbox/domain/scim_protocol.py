"""SCIM's own small languages: filters, patch operations, pages."""

from __future__ import annotations

import copy
import re
from typing import Any

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import clean_list, invalid

_TERM = re.compile(r"""\s*([\w.]+)\s+(eq|ne|co|sw)\s+("([^"]*)"|'([^']*)'|\S+)\s*""", re.I)
_SELECTED = re.compile(r"""^(\w+)\[\s*value\s+eq\s+["']([^"']*)["']\s*\]$""", re.I)


def matches(filter: str, body: Body) -> bool:
    """Whether a body passes `attribute eq "value"` terms joined by `and`; values compare without case.

    Raises 400 for anything else."""
    rest = filter.strip()
    while rest:
        term = _TERM.match(rest)
        if term is None:
            raise invalid(f"Given filter operator is not supported: {filter}", "INVALID_PARAMETER_VALUE")
        if not _holds(body, term):
            return False
        rest = rest[term.end() :]
        if rest:
            joined = re.match(r"and\s+", rest, re.I)
            if joined is None:
                raise invalid(f"Given filter operator is not supported: {filter}")
            rest = rest[joined.end() :]
    return True


def _holds(body: Body, term: re.Match[str]) -> bool:
    attribute, operator = term[1], term[2].lower()
    wanted = next(text for text in (term[4], term[5], term[3]) if text is not None).lower()
    by_name = {key.lower(): value for key, value in body.items()}
    value: Any = by_name.get(attribute.split(".")[0].lower())
    values = (
        [str(v.get("value", "")) if isinstance(v, dict) else str(v) for v in value]
        if isinstance(value, list)
        else ["" if value is None else str(value)]
    )
    lowered = [text.lower() for text in values]
    if operator == "eq":
        return wanted in lowered
    if operator == "ne":
        return wanted not in lowered
    return any(text.startswith(wanted) if operator == "sw" else wanted in text for text in lowered)


def apply_operations(body: Body, operations: list[Body]) -> Body:
    """A copy of `body` after the operations of a SCIM patch."""
    out = copy.deepcopy(body)
    for operation in operations:
        verb, path, value = str(operation.get("op", "")).lower(), str(operation.get("path", "")), operation.get("value")
        if verb not in ("add", "remove", "replace"):
            raise invalid(f"Unsupported patch operation: {operation.get('op')}")
        if not path:
            if not isinstance(value, dict):
                raise invalid("A patch operation without a path needs an object as its value.")
            for key, item in value.items():
                _apply(out, "add" if verb == "add" else verb, key, item)
        else:
            _apply(out, verb, path, value)
    return out


def _apply(body: Body, verb: str, path: str, value: Any) -> None:
    selected = _SELECTED.match(path)
    if selected:
        if verb != "remove":
            raise invalid(f"Unsupported path for {verb}: {path}")
        key, gone = selected[1], selected[2]
        body[key] = [item for item in body.get(key) or [] if item.get("value") != gone]
        return
    if path == "active":
        body["active"] = _boolean(value)
    elif verb == "remove":
        gone_values = {item.get("value") for item in value} if isinstance(value, list) else None
        kept = [] if gone_values is None else [i for i in body.get(path) or [] if i.get("value") not in gone_values]
        body[path] = kept
    elif verb == "add" and isinstance(value, list):
        present = [item for item in body.get(path) or [] if isinstance(item, dict)]
        have = {item.get("value") for item in present}
        body[path] = present + [item for item in clean_list(value) if item.get("value") not in have]
    else:
        body[path] = clean_list(value)


def _boolean(value: Any) -> bool:
    """The provider deactivates by `[{"value": "false"}]`."""
    if isinstance(value, list) and value:
        value = value[0].get("value") if isinstance(value[0], dict) else value[0]
    return value if isinstance(value, bool) else str(value).lower() == "true"


def page(items: list[Body], start_index: str | None, count: str | None, excluded: str = "") -> Body:
    """One SCIM list answer; beyond the end `Resources` is empty, which is how clients stop."""
    start = max(1, int(start_index or 1))
    size = max(0, int(count)) if count else len(items)
    dropped = {name.strip() for name in excluded.split(",") if name.strip()}
    chosen = [
        {key: value for key, value in item.items() if key not in dropped}
        for item in items[start - 1 : start - 1 + size]
    ]
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(items),
        "startIndex": start,
        "itemsPerPage": len(chosen),
        "Resources": chosen,
    }
