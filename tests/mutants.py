"""A mutator of our own: small faults in a module's source, one at a time, for the tests to find.

Left alone is what does no work: docstrings, annotations, imports, decorators, `if TYPE_CHECKING`."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
}  # fmt: skip
# Pieces of SQL and what a slip of the hand makes of them.
PIECES = (
    (r"\bis not null\b", "is null"), (r"\bis null\b", "is not null"), (r"\band\b", "or"), (r"\bor\b", "and"),
    (r"\bOR\b", "AND"), (r"\bnot (?!null)", ""), (r"<=>", "="), (r"(?<![<>=\-])=(?![<>=])", "<>"), (r"<>", "="),
    (r"(?<!<)<=(?!>)", "<"), (r"(?<!-)>=", ">"), (r"(?<![<=\-])>(?![=>])", ">="), (r"<(?![=>a-zA-Z`])", "<="),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r" & ", " | "), (r" \| ", " & "), (r"\bdesc\b", "asc"),
    (r"\bmax\b", "min"), (r"\bmin\b", "max"), (r"\bleft\b", "right"), (r"\bright\b", "left"),
    (r"\bcoalesce\b", "nullif"), (r"\bexists\b", "forall"), (r"\bfrom_json\b", "to_json"),
    (r"(?<![\w*'])\d+(?![\w*'])", "+1"),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """`source` of the whole module, changed at one place."""

    where: str  # the function or name it is in
    line: int
    change: str
    source: str

    @property
    def name(self) -> str:
        """Without the line, so that it lives as long as the code it is about."""
        return f"{self.where}: {self.change}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for choice in range(len(_changes(node))):
            changed = copy.deepcopy(tree)
            target = next(each for n, each in enumerate(ast.walk(changed)) if n == number)
            place = _place(changed, target)
            if place is None:
                continue
            before = _shown(target)
            _changes(target)[choice]()
            yield Mutant(place, getattr(node, "lineno", 0), f"{before} -> {_shown(target)}", ast.unparse(changed))


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]


def _place(tree: ast.Module, target: ast.AST) -> str | None:
    """The top-level name that the node is part of; None where nothing is to be changed."""
    for top in tree.body:
        if any(each is target for each in ast.walk(top)):
            if isinstance(top, ast.Import | ast.ImportFrom) or _idle(top, target):
                return None
            return getattr(top, "name", None) or ast.unparse(top).split("=")[0].split(":")[0].strip()
    return None


def _idle(top: ast.AST, target: ast.AST) -> bool:
    """Whether the node is in a docstring, an annotation, a decorator or a block for the type checker."""
    for node in ast.walk(top):
        idle: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            idle += node.decorator_list
        if isinstance(node, ast.FunctionDef):
            idle += [node.returns, *(a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg))]
        if isinstance(node, ast.AnnAssign):
            idle.append(node.annotation)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            idle.append(node)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            idle.append(node)
        if any(part is not None and any(each is target for each in ast.walk(part)) for part in idle):
            return True
    return False


def _changes(node: ast.AST) -> list[Callable[[], None]]:
    """What can be done to a node: functions that do it."""
    return [lambda name=name, value=value: setattr(node, name, value) for name, value in _values_of(node)]  # type: ignore[misc]


def _values_of(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Attributes of a node, and what to put there instead."""
    if isinstance(node, ast.Compare):
        yield "ops", [COMPARED[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, ast.BoolOp):
        yield "op", ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        for n in range(len(node.values)):
            rest = node.values[:n] + node.values[n + 1 :]
            yield "values", rest if len(rest) > 1 else rest * 2
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "operand", ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.If | ast.IfExp):
        yield from (("test", ast.Constant(taken)) for taken in (True, False))
    elif isinstance(node, ast.BinOp) and type(node.op) in COUNTED:
        yield "op", COUNTED[type(node.op)]()
    elif isinstance(node, ast.Call):
        yield from _arguments(node)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "ifs", []
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        yield "value", ast.List([], ast.Load())
    elif isinstance(node, ast.Constant):
        yield from (("value", value) for value in _values(node.value))


def _arguments(node: ast.Call) -> Iterator[tuple[str, Any]]:
    if len(node.args) > 1 and not any(isinstance(each, ast.Starred) for each in node.args[:2]):
        yield "args", [node.args[1], node.args[0], *node.args[2:]]
    for n, each in enumerate(node.args):
        if isinstance(each, ast.Starred):
            yield "args", node.args[:n] + node.args[n + 1 :]


def _values(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if not isinstance(value, str) or not value:
        return []
    found = []
    for pattern, put in PIECES:
        for match in re.finditer(pattern, value):
            new = str(int(match[0]) + 1) if put == "+1" else put
            found.append(value[: match.start()] + new + value[match.end() :])
    return found or [f"XX{value}XX"]
