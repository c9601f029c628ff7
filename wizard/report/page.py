"""A page as a list of blocks, and its three faces: a terminal's, Markdown, and HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wizard.report.links import Link


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2  # 1: the page's title


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    loud: bool = False  # a warning


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A table; `numbers` are the columns set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """Links, each with its title."""

    links: tuple[Link, ...]


Block = Heading | Paragraph | Bullets | Rows | Places


def show(blocks: Sequence[Block], console: Console) -> None:
    """The page on a terminal, or plain where it is piped: text folds, nothing is cut off."""
    for block in blocks:
        if isinstance(block, Heading):
            console.print()
            console.print(Text(block.text, style="bold underline" if block.level == 1 else "bold"))
        elif isinstance(block, Paragraph):
            console.print(Text(block.text, style="red" if block.loud else ""))
        elif isinstance(block, Bullets):
            mark, style = ("! ", "red") if block.loud else ("• ", "")
            for item in block.items:
                console.print(_hanging(mark, Text(item, style=style, overflow="fold")))
        elif isinstance(block, Rows):
            console.print(_grid(block))
        else:
            for link in block.links:
                console.print(_hanging("→ ", Text(f"{link.title}: {link.url}", overflow="fold")))


def _hanging(mark: str, text: Text) -> Padding:
    """A marked line whose continuation stands under its text."""
    line = Table.grid()
    line.add_column(width=len(mark), no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(Text(mark), text)
    return Padding(line, (0, 0, 0, 2))


def _grid(block: Rows) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, heading in enumerate(block.head):
        table.add_column(heading, justify="right" if number in block.numbers else "left", overflow="fold")
    for row in block.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def markdown(blocks: Sequence[Block]) -> str:
    """The page as Markdown with tables, as code forges render it."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_quiet(block.text)}"
    if isinstance(block, Paragraph):
        return f"**{_quiet(block.text)}**" if block.loud else _quiet(block.text)
    if isinstance(block, Bullets):
        return "\n".join(f"- **{_quiet(item)}**" if block.loud else f"- {_quiet(item)}" for item in block.items)
    if isinstance(block, Rows):
        rule = tuple("---:" if number in block.numbers else "---" for number in range(len(block.head)))
        lines = [tuple(map(_quiet, block.head)), rule, *(tuple(map(_quiet, row)) for row in block.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n".join(f"- [{_quiet(link.title)}](<{link.url}>)" for link in block.links)


def _quiet(text: str) -> str:
    """`text` without what Markdown would take for its own."""
    for char in "\\|*`[]":
        text = text.replace(char, f"\\{char}")
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())


STYLE = """
:root { color-scheme: light }
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.25rem; border-bottom: 1px solid #bbb; margin-top: 2rem }
h3 { font-size: 1.05rem; margin-bottom: .3rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { border: 1px solid #bbb; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { background: #eee } td.number, th.number { text-align: right; white-space: nowrap }
.loud { color: #9b0000; font-weight: 600 }
@media print {
  body { margin: 0; max-width: none; font-size: 10.5pt }
  h2, h3 { break-after: avoid } tr, li { break-inside: avoid }
  a::after { content: " (" attr(href) ")"; overflow-wrap: anywhere }
}
"""
# No script, no picture, no font from anywhere: nothing but the style above is allowed to load.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html(blocks: Sequence[Block], language: str) -> str:
    """The page as one HTML file: every text escaped, no script, nothing from outside, fit for print."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(_html(block) for block in blocks)
        + "\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p{_class(block.loud)}>{escape(block.text)}</p>"
    if isinstance(block, Bullets):
        return f"<ul{_class(block.loud)}>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Rows):
        body = "".join(f"<tr>{_cells(row, 'td', block.numbers)}</tr>\n" for row in block.rows)
        head = _cells(block.head, "th", block.numbers)
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
    items = (f'<li><a href="{escape(link.url)}">{escape(link.title)}</a></li>' for link in block.links)
    return f"<ul>{''.join(items)}</ul>"


def _class(loud: bool) -> str:
    return ' class="loud"' if loud else ""


def _cells(cells: Sequence[str], tag: str, numbers: Sequence[int]) -> str:
    kinds = (' class="number"' if number in numbers else "" for number in range(len(cells)))
    return "".join(f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
