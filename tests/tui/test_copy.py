"""Copy also writes a file that is the person's alone, since not every terminal has a clipboard; the second time it
shows the text with nothing beside it."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.tui.conftest import piloted
from tests.tui.scenes import scenes
from tests.tui.stage import Still, lines, play, until
from wizard.guided.launch import Launch
from wizard.tui.screens.dialogues import Alone
from wizard.tui.screens.journey import JourneyScreen


@piloted
async def test_a_copied_link_stands_in_a_private_file_and_on_the_screen_its_place(tmp_path: Path) -> None:
    scene, folder = scenes()["guide"], tmp_path / "risk"
    app = Still(Launch(folder, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scene)
        await pilot.press("c")
        await pilot.pause()
        assert "clipboard.txt" in app.store.said
        assert isinstance(app.screen, JourneyScreen)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Alone) and app.focused)
        await pilot.pause()
        shown = [line.rstrip() for line in lines(app) if line.strip()]
        assert shown == ["https://accounts.azuredatabricks.net", "Esc: close"]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, JourneyScreen))
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, JourneyScreen), "another text: the first time"
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, Alone))
        message = (folder / ".wizard" / "clipboard.txt").read_text(encoding="utf-8")
        assert message.startswith("Make the first account admin\n1. ")
        await pilot.pause()
        drawn = " ".join(" ".join(lines(app)).split())
        assert " ".join(message.split()) in drawn
        await pilot.press("escape", "c")
        await until(pilot, lambda: app.copied.startswith("https"))
    kept = folder / ".wizard" / "clipboard.txt"
    assert kept.read_text(encoding="utf-8") == "https://accounts.azuredatabricks.net"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
