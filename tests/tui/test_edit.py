"""An answer that steps stand on is changed: what becomes stale is told first, and keeping it changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.tui.conftest import piloted
from tests.tui.scenes import begun
from tests.tui.stage import Still, until
from wizard.guided.launch import Launch
from wizard.guided.messages import Idle
from wizard.tui.screens.dialogues import Ask
from wizard.tui.screens.form import FormScreen


@pytest.mark.parametrize("change", [True, False], ids=["change", "keep"])
@piloted
async def test_an_edit_tells_what_becomes_stale(tmp_path: Path, change: bool) -> None:
    app = Still(Launch(tmp_path / "risk", target="sandbox"), [*begun("contracts"), Idle("planned", "run")], "form")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        app.edit("compute")
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and app.screen.ready)
        draft = app.store.draft
        assert draft is not None
        before = draft.text("compute.node_type")
        draft.answer("compute.node_type", "Standard_DS4_v2")
        app.act("next")
        await until(pilot, lambda: isinstance(app.screen, Ask) and app.screen.query(".dialogue-text Static"))
        words = app.asked
        assert f"compute.node_type: {before} becomes Standard_DS4_v2" in words
        assert "13  Compute: reads this answer" in words
        assert "16  First run: stands on one that does" in words
        await pilot.press("tab", "enter") if change else await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        kept = tmp_path / "risk" / "answers.yaml"
        if change:
            assert app.store.steps["compute"].state == "unknown"
            assert yaml.safe_load(kept.read_text(encoding="utf-8"))["compute"]["node_type"] == "Standard_DS4_v2"
        else:
            assert app.store.steps["compute"].state == "done"
            assert draft.text("compute.node_type") == before
            assert not kept.exists()
