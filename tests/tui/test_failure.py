"""What a person can do about a step that failed: the first button helps, the log and the problem's page open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tui.conftest import piloted
from tests.tui.scenes import AT, PROBLEM, Scene, begun
from tests.tui.stage import FOLDER, Still, lines, play, until
from wizard.guided.launch import Launch
from wizard.guided.messages import Asked
from wizard.setup.events import LogLine, StepProblem
from wizard.tui.screens.form import FormScreen

PAGE = "https://learn.microsoft.com/azure/quotas"


def failed(**problem: str) -> Scene:
    said = LogLine(at=AT, step="compute", level="info", text="creating the cluster")
    problems: dict[str, Any] = {**PROBLEM, **problem}
    told = (said, StepProblem(at=AT, step="compute", problem=problems), Asked("compute", "retry"))
    return Scene("journey", lambda: [*begun("compute"), *told])


@pytest.mark.parametrize(
    ("remedy", "main"),
    [("Choose a smaller compute.node_type.", "mend"), ("Run again in a minute.", "retry"),
     ("See example.org for more.", "retry")],
)  # fmt: skip
@piloted
async def test_the_first_button_is_the_one_that_helps(remedy: str, main: str) -> None:
    scene = failed(next_action=remedy)
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scene)
        assert getattr(app.focused, "act", None) == main
        shown = {getattr(button, "act", "") for button in app.screen.query("ActionButton") if button.display}
        assert {"retry", "open_log", "report"} <= shown
        assert shown & {"mend", "edit_now"} == {"mend" if main == "mend" else "edit_now"}


@piloted
async def test_the_answer_that_stands_in_the_way_opens_with_its_questions() -> None:
    scene = failed(next_action="Choose another project.location.")
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scene)
        app.store.mode = None  # the run has ended: nothing needs to be stopped first
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        assert isinstance(app.screen, FormScreen)
        assert app.screen.section.name == "project"


@piloted
async def test_the_log_and_the_page_of_a_problem_open(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, opened = failed(link=PAGE), list[str]()
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    monkeypatch.setattr(app, "open_url", lambda url, **_rest: opened.append(url))
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scene)
        assert getattr(app.focused, "act", None) == "open_link"
        await pilot.press("enter")
        assert opened == [PAGE]
        app.act("open_log")
        await until(pilot, lambda: app.screen.has_class("-log"))


@piloted
async def test_who_can_do_it_and_where_is_shown() -> None:
    told = {"who": "an Owner of the subscription", "step": "resource-providers", "command": "lakehouse-wizard doctor"}
    scene = failed(**told)
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=(80, 40)) as pilot:
        await play(app, pilot, scene)
        shown = [" ".join(line.split()) for line in lines(app)]
        for words in (
            "Who an Owner of the subscription",
            "Back to 4 Providers, quota",
            "Command lakehouse-wizard doctor",
        ):
            assert any(words in line for line in shown), shown
