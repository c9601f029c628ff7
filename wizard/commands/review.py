"""`plan --all`: the whole journey on one page, for people who decide before anything is touched."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path

from rich.console import Console

from wizard import exits
from wizard.application import Options, Unusable, opened
from wizard.plain.speaker import speaker
from wizard.report.page import html, markdown, show
from wizard.report.review import Review, review
from wizard.report.review_page import blocks
from wizard.setup.outcome import Mode
from wizard.text import _, language

WIDTH = 120  # columns of a page that goes into a file
BY_SUFFIX = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json"}


def main(arguments: argparse.Namespace) -> int:
    """Exit 0 with the page, whatever it says; 130 where it was cancelled."""
    output: Path | None = arguments.output
    form = _form(arguments, output)
    with speaker(form == "json", quiet=True) as voice, opened(Options.of(arguments), voice) as setup:
        outcome = setup.engine.run(Mode.CHECK)
        if outcome.cancelled:
            return exits.CANCELLED  # half a plan would be taken for a whole one
        made = review(setup.context("summary"), outcome.findings, [*setup.engine.steps.values()])
        redact = setup.secrets.redact
        if output is not None:
            setup.folder.write(output.absolute(), redact(_text(made, form)), mode=0o644)
    if output is not None:
        print(_("the plan of the whole journey is in {path}; nothing was changed", path=output), file=sys.stderr)
    else:
        sys.stdout.write(redact(_text(made, form, Console())))
    return exits.DONE


def _form(arguments: argparse.Namespace, output: Path | None) -> str:
    if arguments.until or arguments.only:
        raise Unusable(_("--all shows every step; --until and --only are for `plan` without it"))
    if arguments.json and arguments.format not in (None, "json"):
        raise Unusable(_("--json and --format {format} exclude each other", format=arguments.format))
    named = BY_SUFFIX.get(output.suffix.lower()) if output is not None else None
    return "json" if arguments.json else arguments.format or named or "text"


def _text(made: Review, form: str, terminal: Console | None = None) -> str:
    if form == "json":
        return json.dumps(made.as_data(), indent=2, ensure_ascii=False) + "\n"
    page = blocks(made)
    if form == "markdown":
        return markdown(page)
    if form == "html":
        return html(page, language())
    stream = io.StringIO()
    width, colour = (terminal.width, terminal.is_terminal) if terminal else (WIDTH, False)
    show(page, Console(file=stream, width=width, force_terminal=colour, highlight=False))
    return "\n".join(line.rstrip() for line in stream.getvalue().strip().splitlines()) + "\n"
