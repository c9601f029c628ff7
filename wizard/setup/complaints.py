"""Words for what validation finds: what, why, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic.fields import FieldInfo

from wizard.text import _

Complaint = tuple[str, str, str]  # what, why, remedy


def explain(error: Mapping[str, Any], info: FieldInfo | None, key: str, variable: str) -> Complaint:
    """Turn one pydantic error into (what, why, remedy). The value is not repeated: it may be a secret."""
    meaning = _(info.description) if info and info.description else key
    kind = str(error["type"])
    if kind == "missing":
        return (
            _("no answer"),
            _("it is needed: {meaning}", meaning=meaning),
            _("set {key} in the answers file, or the variable {variable}", key=key, variable=variable),
        )
    if kind == "value_error":
        # A validator of ours: its text is "why; remedy" or just "why".
        why, _semicolon, remedy = str(error["ctx"]["error"]).partition("; ")
        return _("not acceptable"), why, remedy or _("give {meaning}", meaning=meaning)
    return _("not acceptable"), _reason(kind, error), _remedy(info, meaning)


def _reason(kind: str, error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if kind in ("literal_error", "enum"):
        return _("it must be one of {choices}", choices=context.get("expected", ""))
    if kind.startswith("string_pattern"):
        return _("it must look like {pattern}", pattern=context.get("pattern", ""))
    wanted = {
        "string": _("it must be text; quote it if it looks like a number or a date"),
        "int": _("it must be a whole number"),
        "float": _("it must be a number"),
        "decimal": _("it must be a number"),
        "bool": _("it must be true or false"),
        "list": _("it must be a list"),
        "tuple": _("it must be a list"),
        "dict": _("it must be a mapping of names to values"),
        "model": _("it must be a mapping of names to values"),
        "uuid": _("it must be a GUID, as 00000000-0000-0000-0000-000000000000"),
        "greater": _("it must be greater than {limit}", limit=context.get("ge", context.get("gt", ""))),
        "less": _("it must be less than {limit}", limit=context.get("le", context.get("lt", ""))),
    }
    if kind in ("string_too_short", "string_too_long"):
        limit = context.get("min_length", context.get("max_length", ""))
        return (
            _("it needs at least {limit} characters", limit=limit)
            if kind == "string_too_short"
            else _("it may have at most {limit} characters", limit=limit)
        )
    return wanted.get(kind.split("_", maxsplit=1)[0], str(error.get("msg", kind)))


def _remedy(info: FieldInfo | None, meaning: str) -> str:
    choices = [str(choice) for choice in get_args(info.annotation) if isinstance(choice, str)] if info else []
    if choices:
        return _("choose {choices}", choices=", ".join(choice or '""' for choice in choices))
    return _("give {meaning}", meaning=meaning)
