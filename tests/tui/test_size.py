"""The size of the terminal, where it changes while the app begins."""

from __future__ import annotations

from pathlib import Path

from textual.events import Resize
from textual.geometry import Size

from tests.tui.conftest import empty, opened, piloted
from wizard.guided.launch import Launch


@piloted
async def test_a_size_that_is_past_is_not_laid_out_again(tmp_path: Path) -> None:
    async with opened(Launch(empty(tmp_path), target="sandbox"), (80, 24)) as person:
        screen, past = person.app.screen, Size(80, 25)
        screen.post_message(Resize(past, past))
        await person.pilot.pause()
        assert screen.size == person.app.size == Size(80, 24)
