"""SQL judged as text, as far as that goes without Spark: what is told here could never run or never mean anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lakehouse_jobs.contract.located import nearest
from lakehouse_jobs.contract.sql_words import AGGREGATES, CHANGING, KEYWORDS

Fault = tuple[str, str, str]  # what, why, remedy

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>[rR]'[^']*'|[rR]"[^"]*"|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<quoted>`(?:[^`]|``)+`)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:BD|[LlSsYyDdFf])?\b)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<open>[(\[])|(?P<close>[)\]])
    |(?P<sign>->|::|<=>|<=|>=|<>|!=|==|\|\||&&|.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = frozenset(["->", "::", "<=>", "<=", ">=", "<>", "!=", "==", "||", "&&", *"+-*/%=<>!&|^~.,:?{}"])
_ENDLESS = frozenset(
    [*"+-*/%=<>!&|^~.,", "<=>", "<=", ">=", "<>", "!=", "==", "||", "AND", "OR", "NOT", "IN", "LIKE", "IS"]
)
_QUANTIFIED = ("LIKE", "ILIKE", "RLIKE")
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    depth: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else self.text

    @property
    def name(self) -> str:
        """As a name of a column."""
        return self.text[1:-1].replace("``", "`") if self.kind == "quoted" else self.text


def predicate(text: str, columns: Iterable[str]) -> Iterator[Fault]:
    """What is wrong with a predicate over one row. `columns`: the names it may use, with the objects they are in."""
    tokens, faults = _read(text)
    yield from faults
    if faults:
        return
    if not tokens:
        yield "is empty", "it would judge nothing", "write a condition, as amount >= 0"
        return
    if odd := list(_no_predicate(tokens)):
        yield from odd
        return
    yield from _unknown(tokens, list(columns))


def query(text: str) -> Iterator[Fault]:
    """What is wrong with a query that gives one number."""
    tokens, faults = _read(text)
    yield from faults
    if not faults and (not tokens or tokens[0].word not in ("SELECT", "WITH", "(", "FROM")):
        why = "a gate asks for one number and changes nothing"
        yield "is no query", why, "begin with SELECT, as SELECT count(*) FROM {model} WHERE …"
    for left in re.findall(r"\$?\{(\w+)\}", text):
        if left != "model":
            yield f"has the placeholder {{{left}}}", "nothing fills it", "use {model} for the batch"


def _read(text: str) -> tuple[list[Token], list[Fault]]:
    """The tokens, or why there are none: quotes and brackets that do not close, a second statement."""
    tokens: list[Token] = []
    opened: list[str] = []
    for match in _TOKEN.finditer(text):
        kind, written = str(match.lastgroup), match.group()
        if kind == "space":
            continue
        if kind == "sign" and (fault := _unreadable(written, text, match.start())):
            return [], [fault]
        if kind == "close":
            if not opened or opened[-1] != _PAIRS[written]:
                return [], [(f"has a {written} that nothing opened", "brackets come in pairs", "remove it or open it")]
            opened.pop()
        tokens.append(Token(kind, written, len(opened)))
        if kind == "open":
            opened.append(written)
    if opened:
        return [], [(f"has a {opened[-1]} that nothing closes", "brackets come in pairs", "close it")]
    return tokens, []


def _unreadable(sign: str, text: str, at: int) -> Fault | None:
    """Why the rest cannot be read from a sign on."""
    if sign in "'\"`":
        return f"has a {sign} that nothing closes", "the rest is taken for text", f"close the {sign}"
    if text.startswith("/*", at):
        return "has a /* that nothing closes", "the rest is taken for a comment", "close it with */"
    if sign == ";":
        return "has a ;", "it is one expression of a statement", "remove the ;"
    if sign not in _SIGNS:
        return f"has a {sign}", "SQL does not know the character", "remove it, or quote the text it is in"
    return None


def _no_predicate(tokens: list[Token]) -> Iterator[Fault]:
    """What may stand in SQL, but not in a predicate over one row."""
    words = [token.word for token in tokens]
    if tokens[-1].kind in ("sign", "word") and words[-1] in _ENDLESS:
        yield f"ends with {tokens[-1].text}", "something must follow", "finish the condition"
    if "SELECT" in words:
        remedy = "use {reference: table.column} for a look-up, or a gate with a query"
        yield "has a subquery", "a rule sees one row", remedy
        return
    for before, word, following in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word == "OVER":
            yield "has a window function", "a rule sees one row", "use a gate with a query"
        if following == "(" and word.lower() in AGGREGATES and before not in _QUANTIFIED and "OVER" not in words:
            yield f"has the aggregate {word.lower()}()", "a rule sees one row", "use a gate with a query"
        if following == "(" and word.lower() in CHANGING:
            why = "a row is judged more than once, each time alike"
            yield f"has {word.lower()}(), which changes by itself", why, "judge by the row's own values"
        if word == "&&":
            yield "has &&", "SQL does not know it", "write AND"
        if word in ("=", "==", "!=", "<>") and following == "NULL":
            why = "a comparison with NULL is never true"
            yield f"has {word} NULL", why, "write IS NULL" if word[0] == "=" else "write IS NOT NULL"


def _unknown(tokens: list[Token], columns: list[str]) -> Iterator[Fault]:
    """Names that are no columns, each once."""
    known = {column.lower() for column in columns}
    told: set[str] = set()
    bound = _bound(tokens)
    for index, token in enumerate(tokens):
        if not _is_column(tokens, index):
            continue
        path = _path(tokens, index)
        whole = ".".join(part.lower() for part in path)
        if path[0].lower() in bound or path[0].lower() in told or whole in known:
            continue
        if path[0].lower() in known and not any(k.startswith(path[0].lower() + ".") for k in known):
            continue  # its fields are not described
        if token.kind == "word" and path[0].lower() not in known and token.word in KEYWORDS:
            continue
        told.add(path[0].lower())
        meant = nearest(".".join(path), columns)
        remedy = f"did you mean {meant}?" if meant else f"columns: {', '.join(columns)}"
        yield f"names {'.'.join(path)}", "the model has no such column", remedy


def _is_column(tokens: list[Token], index: int) -> bool:
    """Whether a name stands where a column's would."""
    token = tokens[index]
    before = tokens[index - 1].word if index else ""
    after = tokens[index + 1].word if index + 1 < len(tokens) else ""
    if token.kind not in ("word", "quoted") or before in (".", "::") or after == "->":
        return False
    if token.kind == "word" and (after == "(" or (after[:1] in ("'", '"') and token.word in KEYWORDS)):
        return False
    return not _in_cast(tokens, index)


def _in_cast(tokens: list[Token], index: int) -> bool:
    """Whether it belongs to the type in CAST(… AS type)."""
    depth = tokens[index].depth
    for token in reversed(tokens[:index]):
        if token.kind == "open" and token.depth < depth:
            return False
        if token.word == "AS" and token.depth == depth:
            return True
    return False


def _path(tokens: list[Token], index: int) -> list[str]:
    """`a.b.c` from its first name on."""
    path = [tokens[index].name]
    rest = tokens[index + 1 :]
    while len(rest) > 1 and rest[0].text == "." and rest[1].kind in ("word", "quoted"):
        path.append(rest[1].name)
        rest = rest[2:]
    return path


def _bound(tokens: list[Token]) -> set[str]:
    """The names that lambdas bind: `x -> …`, `(x, y) -> …`."""
    found: set[str] = set()
    for index, token in enumerate(tokens):
        if token.text != "->" or index == 0:
            continue
        before = index - 1
        if tokens[before].text == ")":
            while before > 0 and tokens[before].text != "(":
                before -= 1
                found.add(tokens[before].name.lower())
        found.add(tokens[before].name.lower())
    return found
