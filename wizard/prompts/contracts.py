"""Contracts in plain mode: opened in the person's editor, judged when it closes, until they are valid or left."""

from __future__ import annotations

from collections.abc import Callable

from wizard.prompts.terminal import Terminal
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder


def editors(terminal: Terminal, folder: Folder, draft: Draft) -> dict[str, tuple[str, str, Callable[[str], None]]]:
    return {}
