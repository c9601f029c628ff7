"""The end of a journey as tables of text, without colour; as JSON where it was asked for."""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, Any

from wizard.prompts.terminal import Terminal

if TYPE_CHECKING:
    from wizard.report.closing import Closing


def show(closing: Closing, event: Any | None, terminal: Terminal) -> None:
    """`event` is the summary's; it is shown as one JSON document after the tables."""
    from rich.console import Console

    from wizard.report.render import render_closing

    text = io.StringIO()
    width = shutil.get_terminal_size().columns
    render_closing(closing, Console(file=text, no_color=True, highlight=False, width=width, color_system=None))
    for line in text.getvalue().splitlines():
        terminal.say(line.rstrip())
    if event is not None:
        terminal.say(json.dumps(event.model_dump(mode="json"), indent=2))
