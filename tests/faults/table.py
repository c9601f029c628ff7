"""The fault table as data (table.yaml), and as the page that docs/reference shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_ROWS = Path(__file__).parent / "table.yaml"


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is one of the sandbox's faults, where it is one; `test` is file::function."""

    injected: str
    where: str
    wizard: str
    test: str
    kind: str = ""

    @property
    def line(self) -> str:
        what = f"`{self.kind}`: {self.injected}" if self.kind else self.injected
        return f"| {what} | {self.where} | {self.wizard} | `{self.test}` |"


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]
    text: str = ""


def sections() -> list[Section]:
    """The table in its order."""
    found = yaml.safe_load(_ROWS.read_text(encoding="utf-8"))
    return [
        Section(one["title"], tuple(Row(**row) for row in one["rows"]), str(one.get("text", "")).strip())
        for one in found
    ]


def page() -> str:
    """As Markdown."""
    text = (
        "# Faults\n\nWhat was injected, what the wizard does, and the test that proves it. `make test-all` runs them "
        "all; `lakehouse-wizard sandbox fault add` injects the named kinds by hand.\n"
    )
    for one in sections():
        text += f"\n## {one.title}\n" + (f"\n{one.text}\n" if one.text else "")
        text += "\n| injected | where | what the wizard does | test |\n|---|---|---|---|\n"
        text += "".join(row.line + "\n" for row in one.rows)
    return text
