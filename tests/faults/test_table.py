"""The fault table names tests that exist, and every fault that the sandbox can inject."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.table import sections
from wizard.sandbox.fault_kinds import KINDS

ROOT = Path(__file__).parents[2]
ROWS = [row for section in sections() for row in section.rows]


@pytest.mark.parametrize("test", sorted({row.test for row in ROWS}))
def test_the_test_of_a_row_exists(test: str) -> None:
    file, _colons, name = test.partition("::")
    parsed = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {one.name for one in parsed.body if isinstance(one, ast.FunctionDef)}


def test_every_kind_of_fault_stands_in_the_table_and_no_other() -> None:
    assert {row.kind for row in ROWS} - {""} == set(KINDS)


def test_no_cell_breaks_the_table() -> None:
    assert [row for row in ROWS if any(sign in row.line.strip("| ").replace(" | ", "") for sign in "|\n")] == []
