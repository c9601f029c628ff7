"""The size limits of this house: no module over 400 lines, no function over 60."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

MODULE, FUNCTION = 400, 60
ROOTS = ("wizard", "jobs", "tests", "benchmarks", "scripts")


def main() -> int:
    """Print each offender as file:line; exit 1 if there is one."""
    offenders = []
    for root in ROOTS:
        for path in sorted(Path(root).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            lines = source.count("\n")
            if lines > MODULE:
                offenders.append(f"{path}:1: the module has {lines} lines (limit {MODULE})")
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    size = (node.end_lineno or node.lineno) - node.lineno + 1
                    if size > FUNCTION:
                        offenders.append(f"{path}:{node.lineno}: {node.name} has {size} lines (limit {FUNCTION})")
    print("\n".join(offenders) if offenders else "limits: every module and function is within them")
    return 1 if offenders else 0


if __name__ == "__main__":
    sys.exit(main())
