"""No text is cut: each screen at 80x24, in both languages and in one whose texts are a third longer."""

from __future__ import annotations

import gettext
import math
import re
from collections.abc import Iterator
from functools import partial

import pytest
from rich.cells import cell_len
from textual.widget import Widget
from textual.widgets import Button, DataTable, OptionList, Static

from tests.tui.conftest import piloted
from tests.tui.scenes import scenes
from tests.tui.stage import FOLDER, Still, play, until
from wizard import text
from wizard.guided.launch import Launch
from wizard.journey import STEPS
from wizard.tui.actions import ACTIONS
from wizard.tui.store import GROUPS
from wizard.tui.symbols import MARKS
from wizard.tui.widgets.rail import Rail

SIZE = (80, 24)
ROOM = 0.3  # what a language may need more than English
# Texts with a column of their own; tests/test_locale.py holds them to it in each language.
COLUMNS = (
    {step.title for step in STEPS}
    | {mark.word for mark in MARKS.values()}
    | {action.text for action in ACTIONS if action.button}
    | {*GROUPS.values()}
)


class Stretched(gettext.NullTranslations):
    """English with a tail to every text."""

    def gettext(self, message: str) -> str:
        words = re.sub(r"\{[^{}]*\}", "", message)
        return message if message in COLUMNS else message + "~" * math.ceil(ROOM * len(words))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


@pytest.fixture(params=[*text.LANGUAGES, "stretched"])
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    before = text.current()
    text.use(text.SOURCE if request.param == "stretched" else request.param)
    if request.param == "stretched":
        monkeypatch.setattr(text, "_catalog", Stretched())
    yield request.param
    monkeypatch.undo()
    text.use(before)


def cut(widget: Widget) -> Iterator[str]:
    """What of a widget's text has no room."""
    room = widget.content_size
    if isinstance(widget, Button):
        yield from _wider([str(widget.label)], room.width)
    elif isinstance(widget, Rail):
        yield from _wider([str(option.prompt) for option in widget.options], room.width)
    elif isinstance(widget, DataTable):
        for column in widget.columns.values():
            yield from _wider([str(column.label)], column.width)
    elif isinstance(widget, Static) and not isinstance(widget, OptionList):
        lines = str(widget.content).splitlines()
        if room.height and room.height <= len(lines):  # no line of it can be folded
            yield from _wider(lines, room.width)


def _wider(lines: list[str], width: int) -> Iterator[str]:
    yield from (line for line in lines if cell_len(line.rstrip()) > width)


@pytest.mark.parametrize("name", sorted(scenes()))
@piloted
async def test_no_text_of_a_screen_is_cut(name: str, spoken: str) -> None:
    scene = scenes()[name]
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=SIZE) as pilot:
        await play(app, pilot, scene)
        shown = [widget for widget in app.screen.query(Widget) if widget.display and widget.region.area]
        lost = {text for widget in shown for text in cut(widget)}
        outside = {str(each.label) for each in app.screen.query(Button) if each.display and each.region.right > SIZE[0]}
    assert not lost
    assert not outside


def offers(app: Still, label: str) -> bool:
    return any(label in str(button.label) for button in app.screen.query(Button))


@piloted
async def test_the_language_is_changed_in_the_app() -> None:
    scene = scenes()["plan"]
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    before = text.current()
    try:
        async with app.run_test(size=SIZE) as pilot:
            await play(app, pilot, scene)
            step = app.top.step if app.top else None
            for label, language in (("Aplicar este plano", "pt_BR"), ("Apply this plan", "en")):
                app.act("language")
                await until(pilot, partial(offers, app, label))
                assert text.current() == language
                assert app.top is not None
                assert app.top.kind == scene.kind
                assert app.top.step is step, "the step in view stays in view"
    finally:
        text.use(before)
