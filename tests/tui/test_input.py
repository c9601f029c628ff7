"""What people and tools throw at the app: long answers, several lines, other scripts, files, endless log lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from textual.events import Paste
from textual.pilot import Pilot

from tests.tui.conftest import piloted
from tests.tui.scenes import AT, SUMMARY, begun
from tests.tui.stage import Still, form, lines, until
from wizard.guided.launch import Launch
from wizard.setup.events import LogLine
from wizard.tui.lines import WIDEST
from wizard.tui.screens.dialogues import Pick
from wizard.tui.widgets.field import MOST, Field
from wizard.tui.widgets.logpane import plain

CONFIG = """\
domain: claims
catalog: lab
project: data-master
user_principal_name: "me_example.com#EXT#"
domain_azure: example.onmicrosoft.com
"""


def editor(app: Still, name: str) -> Any:
    return next(field.editor for field in app.screen.query(Field) if field.question.name == name)


async def paste(app: Still, pilot: Pilot[int], name: str, text: str) -> None:
    line = editor(app, name)
    line.focus()
    line.value = ""
    await pilot.pause()
    line.post_message(Paste(text))
    await until(pilot, lambda: line.value)
    await pilot.pause()


@piloted
async def test_a_paste_of_several_lines_is_one_line(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "project") as (app, pilot, draft):
        await paste(app, pilot, "project", "credit\nrisk\r\n and more\n")
        assert editor(app, "project").value == "credit risk and more"
        assert draft.text("project.project") == "credit risk and more"


@piloted
async def test_ten_thousand_characters_are_taken_and_judged_and_no_more(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "project") as (app, pilot, draft):
        await paste(app, pilot, "domain", "x" * (MOST + 500))
        assert len(editor(app, "domain").value) == MOST
        assert "domain" in draft.complaints("project")
        assert all(len(line) == 80 for line in lines(app))


@piloted
async def test_other_scripts_are_kept_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    async with form(folder, "project") as (app, pilot, _draft):
        await paste(app, pilot, "project", "Crédito – 信用 🏦")
        app.act("next")
        await until(pilot, (folder / "answers.yaml").is_file)
    kept = yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))
    assert kept["project"]["project"] == "Crédito – 信用 🏦"


@piloted
async def test_the_reference_configuration_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    folder.mkdir()
    (folder / "strife_config.yaml").write_text(CONFIG, encoding="utf-8")
    async with form(folder, "project") as (app, pilot, draft):
        app.act("load")
        await until(pilot, lambda: isinstance(app.screen, Pick))
        await pilot.press("enter")
        await until(pilot, lambda: draft.text("project.domain") == "claims")
        assert draft.text("project.catalog") == "lab"
        assert draft.text("project.owner") == "me_example.com#EXT#@example.onmicrosoft.com"


@piloted
async def test_a_log_line_of_100_kb_with_what_a_terminal_would_obey_is_text(tmp_path: Path) -> None:
    text = "\x1b]0;owned\x07\x1b[2J[bold red]not markup[/] " + "x" * 100_000
    events = [*begun("foundation"), LogLine(at=AT, step="foundation", level="info", text=text)]
    app = Still(Launch(tmp_path / "risk", target="sandbox"), events, "journey")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        app.switch("journey")
        await until(pilot, lambda: "not markup" in "\n".join(lines(app)))
        shown = "\n".join(lines(app))
        assert "?]0;owned??[2J[bold red]not markup[/]" in shown
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert app.store.steps["foundation"].log[-1].text == text[:WIDEST], "the file of the step's log has it whole"
    assert len(plain(text)) == WIDEST


@piloted
async def test_the_summary_is_exported_as_a_page_and_as_data(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    app = Still(Launch(folder, target="sandbox"), [*begun("summary"), SUMMARY], "summary")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        await until(pilot, lambda: app.top is not None and app.top.kind == "summary" and app.top.ready)
        app.act("export")
        await until(pilot, lambda: app.store.said)
    page = (folder / ".wizard" / "summary.html").read_text(encoding="utf-8")
    assert "crisk.silver.account" in page
    assert "at least 58.40 USD" in page
    assert "26.31 USD" in page
    assert "✓ done" in page
    assert "<script" not in page
    assert yaml.safe_load((folder / ".wizard" / "summary.json").read_text(encoding="utf-8"))["setup_id"] == "0" * 12
