"""SodaCL's checks as entries in ODCS's words, as far as the two mean the same; the rest is kept as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lakehouse_jobs.contract.located import Path
from lakehouse_jobs.contract.model import Operator
from lakehouse_jobs.contract.views import given, listed

_CHECK = re.compile(
    r"(?P<what>row|missing|invalid|duplicate)_(?P<unit>count|percent)\s*(?:\((?P<columns>[^)]*)\))?\s*"
    r"(?:(?P<operator>>=|<=|!=|<>|=|>|<)\s*(?P<bound>-?\d+(?:\.\d+)?)\s*%?"
    r"|(?P<range>(?:not\s+)?between)\s+(?P<low>-?\d+(?:\.\d+)?)\s+and\s+(?P<high>-?\d+(?:\.\d+)?))"
)
_OPERATORS: dict[str, Operator] = {
    ">": "mustBeGreaterThan", ">=": "mustBeGreaterOrEqualTo", "<": "mustBeLessThan", "<=": "mustBeLessOrEqualTo",
    "=": "mustBe", "!=": "mustNotBe", "<>": "mustNotBe",
}  # fmt: skip
_METRICS = {
    "row": "rowCount", "missing": "missingValues", "invalid": "invalidValues", "duplicate": "duplicateValues",
}  # fmt: skip
_ARGUMENTS = {"missing values": "missingValues", "valid values": "validValues", "valid regex": "pattern"}


def checks(specification: Any, model: str) -> tuple[str, list[Any]]:
    """The key and the checks of one model in `quality.specification`."""
    key = f"checks for {model}"
    return key, listed(specification.get(key)) if isinstance(specification, dict) else []


def entry(written: Any) -> dict[str, Any] | None:
    """One check as an entry, with `columns` that it names; None if it has no counterpart there."""
    text, details = written, {}
    if isinstance(written, dict) and len(written) == 1:
        text, inner = next(iter(written.items()))
        details = given(inner)
    match = _CHECK.fullmatch(text.strip()) if isinstance(text, str) else None
    if not match or not {*details} <= {*_ARGUMENTS, "name"} or (match["what"] == "row") == bool(match["columns"]):
        return None
    columns = [name.strip() for name in (match["columns"] or "").split(",") if name.strip()]
    if match["what"] in ("missing", "invalid") and len(columns) != 1:
        return None
    arguments = {_ARGUMENTS[key]: value for key, value in details.items() if key in _ARGUMENTS}
    if match["what"] == "missing":
        # Soda counts a null as missing in any case, and nothing else unless told.
        arguments["missingValues"] = [None, *arguments.get("missingValues", ())]
    if match["what"] == "invalid" and not arguments:
        return None
    found: dict[str, Any] = {"metric": _METRICS[match["what"]], "columns": columns, **_bounds(match)}
    found |= {"arguments": arguments} if arguments else {}
    found |= {"unit": "percent"} if match["unit"] == "percent" else {}
    return found | ({"name": details["name"]} if "name" in details else {})


def _bounds(match: re.Match[str]) -> dict[str, Any]:
    if match["range"]:
        operator = "mustNotBeBetween" if match["range"].startswith("not") else "mustBeBetween"
        return {operator: [_number(match["low"]), _number(match["high"])]}
    return {_OPERATORS[match["operator"]]: _number(match["bound"])}


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def places(specification: Any, model: str, path: Path) -> Iterator[tuple[Path, Any]]:
    """Each check of a model with its place."""
    key, found = checks(specification, model)
    for number, written in enumerate(found):
        yield (*path, key, number), written
