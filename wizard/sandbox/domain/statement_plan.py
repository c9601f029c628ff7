"""What a SQL statement reads, and how the sandbox's warehouse answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.domain.databricks import not_modelled

_SHOW = re.compile(r"^\s*SHOW\s+(CATALOGS|SCHEMAS|DATABASES|TABLES|VOLUMES)(?:\s+(?:IN|FROM)\s+(\S+?))?\s*;?\s*$", re.I)
_DESCRIBE = re.compile(r"^\s*(?:DESCRIBE|DESC)\s+(?:TABLE\s+)?(?!HISTORY|DETAIL|EXTENDED)([\w.`-]+)\s*;?\s*$", re.I)


class StatementRefused(Exception):  # noqa: N818 - the user's statement, answered as FAILED
    """What the warehouse says of a statement that it does not run."""


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW: `what` is catalogs, schemas, tables or volumes, `place` the container's parts."""

    what: str
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Describe:
    table: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query with every table by its three-level name, in the order of their first mention."""

    text: str
    tables: tuple[str, ...]


def plan(statement: str, request: Body, user: str) -> Show | Describe | Query:
    """How to answer; raises StatementRefused for bad SQL, CloudError 501 for what is not modelled."""
    show = _SHOW.match(statement)
    if show:
        what = "schemas" if show[1].upper() == "DATABASES" else show[1].lower()
        place = tuple(part.strip("`") for part in show[2].split(".")) if show[2] else ()
        return Show(what, _with_defaults(what, place, request))
    describe = _DESCRIBE.match(statement)
    if describe:
        return Describe(_full(describe[1].replace("`", "").split("."), request))
    try:
        parsed = sqlglot.parse(statement, read="databricks")
    except sqlglot.errors.SqlglotError as error:
        raise StatementRefused(f"[PARSE_SYNTAX_ERROR] {error}") from None
    if len(parsed) != 1 or parsed[0] is None:
        raise StatementRefused("[PARSE_SYNTAX_ERROR] Exactly one statement is expected.")
    tree = parsed[0]
    if not isinstance(tree, exp.Query):
        raise not_modelled(
            f"the statement {statement.split(maxsplit=1)[0].upper()}: its warehouse answers SELECT, SHOW, DESCRIBE"
        )
    return _query(statement, tree, request, user)


def _with_defaults(what: str, place: tuple[str, ...], request: Body) -> tuple[str, ...]:
    """The container's full name: a catalog for SHOW SCHEMAS, catalog and schema for SHOW TABLES."""
    wanted = {"catalogs": 0, "schemas": 1}.get(what, 2)
    defaults = (str(request.get("catalog") or ""), str(request.get("schema") or ""))
    whole = (
        place if len(place) >= wanted else (*defaults[: wanted - len(place)], *place) if place else defaults[:wanted]
    )
    if any(not part for part in whole):
        raise StatementRefused(f"[SCHEMA_NOT_FOUND] SHOW {what.upper()} needs the name of what it lists.")
    return whole


def _full(parts: list[str], request: Body) -> str:
    defaults = [str(request.get("catalog") or ""), str(request.get("schema") or "")]
    whole = [*defaults[: 3 - len(parts)], *parts]
    if len(whole) != 3 or not all(whole):
        name = ".".join(f"`{part}`" for part in parts)
        raise StatementRefused(f"[TABLE_OR_VIEW_NOT_FOUND] The table or view {name} cannot be found. SQLSTATE: 42P01")
    return ".".join(whole)


def _query(statement: str, tree: Any, request: Body, user: str) -> Query:
    changed = _fill(tree, request, user)
    named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    tables: list[str] = []
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise not_modelled(f"the table function {table.this.sql(dialect='databricks')}")
        parts = [part.name for part in table.parts]
        if len(parts) == 1 and parts[0].lower() in named:
            continue
        full = _full(parts, request)
        if full.split(".")[1].lower() == "information_schema":
            raise not_modelled("queries of information_schema")
        if len(parts) < 3:
            catalog, schema, _ = full.split(".")
            table.set("catalog", exp.to_identifier(catalog))
            table.set("db", exp.to_identifier(schema))
            changed = True
        if full not in tables:
            tables.append(full)
    return Query(tree.sql(dialect="databricks") if changed else statement.strip().rstrip(";"), tuple(tables))


def _fill(tree: Any, request: Body, user: str) -> bool:
    """Put in the request's parameters and the caller's name; whether anything changed."""
    given = {p["name"]: (p.get("value"), p.get("type", "STRING")) for p in request.get("parameters") or []}
    changed = False
    for marker in list(tree.find_all(exp.Placeholder)):
        name = str(marker.this or "")
        if name not in given:
            raise StatementRefused(f"[UNBOUND_SQL_PARAMETER] Found the unbound parameter: {name}. SQLSTATE: 42P02")
        value, type = given[name]
        literal = exp.Null() if value is None else exp.cast(exp.Literal.string(str(value)), type, dialect="databricks")
        marker.replace(literal)
        changed = True
    for function in list(tree.find_all(exp.CurrentUser)):
        function.replace(exp.Literal.string(user))
        changed = True
    return changed


def refusal(error: CloudError) -> str:
    """A denied or unknown object, as the warehouse words it."""
    if error.status == 403:
        return f"[INSUFFICIENT_PERMISSIONS] PERMISSION_DENIED: Insufficient privileges: {error.message} SQLSTATE: 42501"
    return f"[TABLE_OR_VIEW_NOT_FOUND] {error.code}: {error.message} SQLSTATE: 42P01"
