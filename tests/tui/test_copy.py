"""Copy also writes a file that is the person's alone, since not every terminal has a clipboard."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.tui.conftest import piloted
from tests.tui.scenes import scenes
from tests.tui.stage import Still, play
from wizard.guided.launch import Launch


@piloted
async def test_a_copied_link_stands_in_a_private_file_and_on_the_screen_its_place(tmp_path: Path) -> None:
    scene, folder = scenes()["guide"], tmp_path / "risk"
    app = Still(Launch(folder, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scene)
        await pilot.press("c")
        await pilot.pause()
        assert "clipboard.txt" in app.store.said
    kept = folder / ".wizard" / "clipboard.txt"
    assert kept.read_text(encoding="utf-8") == "https://accounts.azuredatabricks.net"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
