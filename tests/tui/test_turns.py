"""What is said is drawn without a timer that looks for it, and a clock that goes on draws itself alone."""

from __future__ import annotations

import threading

import pytest
from textual.events import Hide

from tests.tui.conftest import piloted
from tests.tui.scenes import Scene, scenes
from tests.tui.stage import FOLDER, Still, lines, play, until
from wizard.guided.launch import Launch
from wizard.guided.messages import Said
from wizard.tui.bridge import Bridge

SIZES = ((120, 36), (80, 24))


def still(name: str) -> tuple[Still, Scene]:
    scene = scenes()[name]
    return Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind), scene


def test_the_reader_is_woken_once_for_all_that_is_said_in_one_breath() -> None:
    woken: list[bool] = []
    bridge = Bridge(wake=woken.append)
    for number in range(3):
        bridge.post(number)
    assert woken == [False]
    assert bridge.drain() == [0, 1, 2]
    bridge.post(3)
    assert woken == [False, False]
    for _twice in range(2):
        bridge.post(Said("a person waits for this"))
    assert woken == [False, False, True]


@piloted
async def test_what_a_thread_says_is_drawn_soon() -> None:
    app, scene = still("apply")
    async with app.run_test(size=SIZES[0]) as pilot:
        await play(app, pilot, scene)
        speaker = threading.Thread(target=app.bridge.post, args=(Said("heard from a thread"),))
        speaker.start()
        speaker.join()
        await until(pilot, lambda: "heard from a thread" in "\n".join(lines(app)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["apply", "first-run"])
def test_a_clock_that_goes_on_lays_nothing_out(name: str, size: tuple[int, int]) -> None:
    @piloted
    async def look() -> None:
        app, scene = still(name)
        async with app.run_test(size=size) as pilot:
            await play(app, pilot, scene)
            app.store.mode = None  # from here on no tick but the test's
            step = app.top.step if app.top is not None else None
            assert step is not None
            assert step.began is not None
            before = lines(app)
            step.began -= 7
            app.draw()
            assert not app.screen._layout_required
            if size == SIZES[0]:  # where there is room for it
                await until(pilot, lambda: lines(app) != before)

    look()


@piloted
async def test_a_button_that_is_shown_again_keeps_the_focus() -> None:
    app, scene = still("welcome-go-on")
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scene)
        button = app.main_button
        assert button is not None
        assert app.focused is button
        button.post_message(Hide())  # of a moment ago
        await pilot.pause()
        assert app.focused is button
