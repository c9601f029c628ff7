"""A terminal that is resized at any time: nothing is lost, and one that is too small says so and waits."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import piloted
from tests.tui.scenes import AT, scenes
from tests.tui.stage import FOLDER, Still, lines, play, until
from tests.tui.test_screens import still
from wizard.guided.launch import Launch
from wizard.setup.events import ResourceChanged
from wizard.tui.screens.dialogues import Ask
from wizard.tui.screens.form import FormScreen

WHOLE = (80, 24)
TOO_SMALL = ((39, 24), (120, 9), (30, 8), (3, 2))
SIZES = (*TOO_SMALL, (40, 10), (200, 60), (60, 18))
ROOM = 20 * 5  # cells from which the words are read whole


def on_stage(name: str) -> Still:
    scene = scenes()[name]
    return Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)


async def resize(app: Still, pilot: Pilot[int], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    under = size in TOO_SMALL
    await until(pilot, lambda: app.screen.size == size and app.screen.has_class("-under") == under)
    await pilot.pause()
    text = " ".join(" ".join(lines(app)).split())
    if under and size[0] * size[1] >= ROOM:
        assert text == "Enlarge to 40x10, or run with --plain", "it alone, over all that stands below"
    assert under or "Enlarge" not in text


@piloted
async def test_what_is_typed_goes_to_the_same_field_at_every_size() -> None:
    app = on_stage("form")
    async with app.run_test(size=WHOLE) as pilot:
        await play(app, pilot, scenes()["form"])
        await pilot.press("tab", "tab")
        field = app.focused
        assert isinstance(field, Input)
        before = field.value
        await pilot.press("end")
        for number, size in enumerate(SIZES):
            await resize(app, pilot, size)
            assert app.focused is field
            await pilot.press(str(number))
        await resize(app, pilot, WHOLE)
        wanted = before + "".join(str(number) for number in range(len(SIZES)))
        assert field.value == wanted
        assert app.store.draft is not None
        assert app.store.draft.text("project.domain") == wanted
        assert any(wanted in line for line in lines(app))


@piloted
async def test_a_word_is_typed_on_in_a_dialogue() -> None:
    scene = scenes()["typed"]
    app = on_stage("typed")
    async with app.run_test(size=WHOLE) as pilot:
        await play(app, pilot, scene)
        asked = app.screen
        assert isinstance(asked, Ask)
        await pilot.press("shift+tab")
        field = app.focused
        assert isinstance(field, Input)
        for char, size in zip("risk", TOO_SMALL, strict=True):
            await resize(app, pilot, size)
            await pilot.press(char)
            assert app.screen is asked
        await pilot.press("enter", "enter")
        assert app.screen is asked, "nobody agrees to what cannot be seen"
        assert app.store.steps["foundation"].asked == "agree"
        for size in SIZES:
            await resize(app, pilot, size)
        await resize(app, pilot, WHOLE)
        assert field.value == "risk"
        assert "matches" in "\n".join(lines(app))


@piloted
async def test_nothing_is_agreed_to_that_cannot_be_seen() -> None:
    app = on_stage("form")
    async with app.run_test(size=WHOLE) as pilot:
        await play(app, pilot, scenes()["form"])
        form = app.screen
        for size in TOO_SMALL:
            await resize(app, pilot, size)
            await pilot.press("enter", "pagedown", "f1", "ctrl+p")
            assert app.screen is form
        await resize(app, pilot, WHOLE)
        assert app.screen is form
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and app.screen is not form)


@piloted
async def test_rows_that_run_meanwhile_stand_there_afterwards() -> None:
    assert await ended_at(TOO_SMALL[0], SIZES) == await ended_at(WHOLE, (WHOLE,))


async def ended_at(size: tuple[int, int], sizes: tuple[tuple[int, int], ...]) -> str:
    """The settled screen of an apply whose last resource was made while the terminal had this one of `sizes`."""
    address = "azurerm_databricks_workspace.lakehouse"
    ends = ResourceChanged(at=AT, step="foundation", address=address, action="create", state="done", seconds=61.0)
    app = on_stage("apply")
    async with app.run_test(size=WHOLE) as pilot:
        await play(app, pilot, scenes()["apply"])
        for each in sizes:
            await resize(app, pilot, each)
            if each == size:
                app.bridge.post(ends)
                app.pump()
        await resize(app, pilot, WHOLE)
        await until(pilot, lambda: app.store.steps["foundation"].progress == (3, 3))
        seen: list[str] = []

        def settled() -> bool:
            seen.append(still(lines(app)))
            return len(seen) > 3 and len(set(seen[-3:])) == 1

        await until(pilot, settled)
        return seen[-1]
