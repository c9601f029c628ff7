"""Conditions on role assignments (version 2.0): the documented grammar, parsed once and evaluated.

Source: https://learn.microsoft.com/azure/role-based-access-control/conditions-format"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wizard.sandbox.domain.authorization_match import matches

TOKEN = re.compile(
    r"""\s*(?:(?P<symbol>&&|\|\||[(){},!\[\]])
    |'(?P<text>(?:[^'\\]|\\.)*)'
    |(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})
    |@(?P<source>[A-Za-z]+)\[(?P<attribute>[^\]]+)\]
    |(?P<word>[A-Za-z]+(?::[A-Za-z]+)?))""",
    re.VERBOSE,
)

Values = tuple[str, ...]
Compare = Callable[[str, str], bool]


class ConditionError(ValueError):
    """The text is not a condition that this grammar knows."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is being done. Attributes are named as in `Microsoft.Authorization/roleAssignments:PrincipalId`."""

    action: str
    request: Mapping[str, str]
    resource: Mapping[str, str]


Node = Callable[[Request], bool]


def _casefold(left: str, right: str) -> bool:
    return left.casefold() == right.casefold()


COMPARISONS: dict[str, Compare] = {
    "guidequals": _casefold,
    "guidnotequals": lambda left, right: not _casefold(left, right),
    "stringequals": lambda left, right: left == right,
    "stringnotequals": lambda left, right: left != right,
    "stringequalsignorecase": _casefold,
    "stringnotequalsignorecase": lambda left, right: not _casefold(left, right),
    "stringstartswith": lambda left, right: left.startswith(right),
    "stringlike": lambda left, right: matches(right, left),
}
# Cross product functions: over the attribute's values, then over the listed ones.
CROSS: dict[str, tuple[Callable[..., bool], Callable[..., bool]]] = {
    "foranyofanyvalues": (any, any),
    "forallofanyvalues": (all, any),
    "foranyofallvalues": (any, all),
    "forallofallvalues": (all, all),
}


@dataclass(slots=True)
class _Parser:
    tokens: list[tuple[str, str]]
    at: int = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, kind: str | None = None, text: str | None = None) -> str:
        found, value = self.peek()
        if (kind and found != kind) or (text and value.casefold() != text.casefold()):
            raise ConditionError(f"expected {text or kind}, found {value or found!r}")
        self.at += 1
        return value

    def is_word(self, *words: str) -> bool:
        kind, value = self.peek()
        return kind in ("word", "symbol") and value.casefold() in words

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.is_word("or", "||"):
            self.take()
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else lambda request: any(part(request) for part in parts)

    def all_of(self) -> Node:
        parts = [self.term()]
        while self.is_word("and", "&&"):
            self.take()
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else lambda request: all(part(request) for part in parts)

    def term(self) -> Node:
        if self.is_word("not", "!"):
            self.take()
            inner = self.term()
            return lambda request: not inner(request)
        if self.is_word("("):
            self.take()
            inner = self.any_of()
            self.take("symbol", ")")
            return inner
        if self.is_word("actionmatches"):
            self.take()
            patterns = self.values()
            return lambda request: any(matches(pattern, request.action) for pattern in patterns)
        if self.is_word("exists"):
            self.take()
            source, attribute = self.attribute()
            return lambda request: attribute in _values(request, source)
        return self.comparison()

    def attribute(self) -> tuple[str, str]:
        text = self.take("source")
        source, _, attribute = text.partition("[")
        if source.casefold() not in ("request", "resource"):
            raise ConditionError(f"@{source} is not a source of attributes")
        return source.casefold(), attribute.casefold()

    def comparison(self) -> Node:
        source, attribute = self.attribute()
        cross, _, name = self.take("word").casefold().rpartition(":")
        if name not in COMPARISONS or (cross and cross not in CROSS):
            raise ConditionError(f"{cross or name} is not an operator")
        compare, (over_found, over_listed) = COMPARISONS[name], CROSS[cross or "foranyofanyvalues"]
        listed = self.values() if cross or self.is_word("{") else (self.literal(),)

        def evaluate(request: Request) -> bool:
            value = _values(request, source).get(attribute)
            found = () if value is None else (value,)
            return bool(found) and over_found(over_listed(compare(item, one) for one in listed) for item in found)

        return evaluate

    def values(self) -> Values:
        self.take("symbol", "{")
        values = [self.literal()]
        while self.is_word(","):
            self.take()
            values.append(self.literal())
        self.take("symbol", "}")
        return tuple(values)

    def literal(self) -> str:
        kind, _value = self.peek()
        if kind not in ("text", "guid"):
            raise ConditionError("expected a value")
        return self.take()


def _values(request: Request, source: str) -> Mapping[str, str]:
    found = request.request if source == "request" else request.resource
    return {key.casefold(): value for key, value in found.items()}


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at, text = 0, text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ConditionError(f"unexpected character at {at}")
        at = found.end()
        kind = str(found.lastgroup)
        if kind == "attribute":
            tokens.append(("source", f"{found['source']}[{found['attribute']}"))
        else:
            tokens.append((kind, found[kind]))
    return tokens


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """The condition as a function of a request; raises ConditionError."""
    parser = _Parser(_tokens(text))
    node = parser.any_of()
    if parser.peek()[0] != "end":
        raise ConditionError(f"unexpected {parser.peek()[1]!r}")
    return node
