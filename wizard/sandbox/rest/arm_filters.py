"""The part of OData that Azure Resource Manager and the price list understand: `a eq 'x' and b eq 'y'`."""

from __future__ import annotations

import re

from wizard.sandbox.domain.core import CloudError

EQUALS = re.compile(r"\s*([A-Za-z_][\w/.]*)\s+eq\s+'((?:[^']|'')*)'\s*", re.IGNORECASE)
CALL = re.compile(r"\s*([A-Za-z_]\w*)\((?:'([^']*)')?\)\s*")
AND = re.compile(r"and\b", re.IGNORECASE)


def parse_filter(text: str | None, calls: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(field, value) of each term; a call such as `atScope()` is (`atScope()`, ""), one with a text in it has that.

    Raises CloudError 400 InvalidFilter for any other form."""
    terms: list[tuple[str, str]] = []
    at, text = 0, text or ""
    while text[at:].strip():
        if terms:
            joined = AND.match(text, at)
            if not joined:
                raise _invalid(text)
            at = joined.end()
        if found := EQUALS.match(text, at):
            terms.append((found[1], found[2].replace("''", "'")))
        elif (found := CALL.match(text, at)) and found[1].lower() in (call.lower() for call in calls):
            terms.append((f"{found[1]}()", found[2] or ""))
        else:
            raise _invalid(text)
        at = found.end()
    return terms


def _invalid(text: str) -> CloudError:
    return CloudError(400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string.")


def lowered(terms: list[tuple[str, str]], *known: str) -> dict[str, str]:
    """Terms by their field in lower case; raises CloudError 400 for a field that is not known."""
    names = {name.lower() for name in known}
    for field, _value in terms:
        if field.lower() not in names:
            raise CloudError(400, "InvalidFilterInQueryString", f"Filtering by '{field}' is not supported here.")
    return {field.lower(): value for field, value in terms}
