"""One page, three faces: everything is told, nothing in it is taken for markup, nothing is loaded from outside."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from wizard.report.links import Link
from wizard.report.page import Block, Bullets, Heading, Paragraph, Places, Rows, html, markdown, show

NASTY = '<script>alert(1)</script> a|b [x](y) `z` & "q" *s*'
PAGE: tuple[Block, ...] = (
    Heading(NASTY, 1),
    Paragraph(NASTY),
    Bullets((NASTY, "replace azurerm_databricks_workspace.lakehouse"), loud=True),
    Rows(("what", "price"), ((NASTY, "1.25"),), numbers=(1,)),
    Places((Link(NASTY, 'https://example.com/?a=1&b="2"'),)),
)


class Reader(HTMLParser):
    """Every tag, attribute and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_escapes_every_text_and_loads_nothing() -> None:
    page = html(PAGE, "pt-BR")
    read = Reader(page)
    assert not {"script", "img", "link", "iframe", "object"} & set(read.tags)
    assert {name for name, _value in read.attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "href",
    }  # fmt: skip
    assert "url(" not in page
    assert "@import" not in page
    assert read.text.count(NASTY) == 6  # title, heading, paragraph, bullet, cell, link
    assert ("href", 'https://example.com/?a=1&b="2"') in read.attributes
    assert ("lang", "pt-BR") in read.attributes
    assert "@media print" in page


def test_markdown_keeps_its_tables_whole() -> None:
    text = markdown(PAGE)
    assert "<script>" not in text
    head, rule, row = (line for line in text.splitlines() if line.startswith("|"))
    assert (head, rule) == ("| what | price |", "| --- | ---: |")
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_shows_all_of_it_within_its_width(width: int) -> None:
    stream = io.StringIO()
    show(PAGE, Console(file=stream, width=width))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    flat = "".join("".join(lines).split())
    assert flat.count("".join(NASTY.split())) >= 3
    assert "! replace azurerm_databricks_workspace.lakehouse" in stream.getvalue()
