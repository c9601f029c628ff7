"""What a person sees at the end: readable at 80 columns, without colour, without glyphs."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.report.examples import FINDINGS, closing
from wizard.report.render import render_closing, render_status


def shown(width: int, receipt: Path | None = None) -> str:
    stream = io.StringIO()
    render_closing(replace(closing(), receipt=receipt), Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_the_terminal_and_cuts_nothing_off(width: int) -> None:
    text = shown(width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    flat = "".join(text.split())
    for part in ("crisk.silver.consents", "https://127.0.0.1:8443/jobs/7"):
        assert part in flat
    assert all(word in text for word in ("planned", "anew"))


def test_where_a_table_lies_is_shown_where_there_is_room() -> None:
    assert "abfss://catalog@stadrisk/b" not in shown(80)
    assert "abfss://catalog@stadrisk/b" in "".join(shown(120).split())


def test_every_step_has_a_symbol_and_a_word() -> None:
    lines = shown(100).splitlines()
    for name, sign in zip(FINDINGS, ("✓ done", "○ to do", "■ blocked", "? unknown"), strict=True):
        assert any(name in line and sign in line for line in lines)


def test_unknown_is_a_word_and_the_total_says_at_least() -> None:
    text = shown(100)
    assert "Total: at least 12.50 USD" in text
    assert "sandbox prices" in text
    gateway = next(line for line in text.splitlines() if line.startswith("NAT gateway"))
    assert gateway.count("unknown") == 2
    assert "0.00" not in text


def test_it_says_where_the_receipt_lies_on_one_line() -> None:
    path = Path("/a/long/path/" + "x" * 90 + "/0001-0123456789ab.json")
    assert f"Receipt: {path}" in shown(80, path)


def test_a_status_has_steps_and_tables_alone() -> None:
    stream = io.StringIO()
    render_status(closing().status, Console(file=stream, width=80))
    text = stream.getvalue()
    assert "51" in text
    assert "Total" not in text
