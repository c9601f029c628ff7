"""The app under a pilot: keys in, conditions of the store and the screens out; no sleeps."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from wizard.guided.launch import Launch
from wizard.tui.actions import View
from wizard.tui.app import WizardApp

LOOK = 0.02  # seconds between two looks at a condition
PATIENCE = 300.0  # seconds; a loaded machine is slow, a hung app is for ever


class Person:
    """Presses keys and waits for what comes of them."""

    def __init__(self, app: WizardApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    async def until(self, true: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert not self.app.return_code, f"{what}: the app itself failed"  # what it was is told at the end
            assert time.monotonic() < deadline, f"{what}: {self.explain()}"
            await self.pilot.pause(LOOK)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def button(self, name: str) -> None:
        """Wait until the button has the focus by itself, then Enter."""
        await self.until(lambda: getattr(self.app.focused, "act", None) == name, f"the focus on {name}")
        await self.pilot.press("enter")

    async def screen(self, kind: str) -> None:
        await self.until(lambda: self.app.top is not None and self.app.top.kind == kind, f"the screen {kind}")

    @property
    def view(self) -> View:
        assert self.app.top is not None
        return self.app.top.view

    def states(self) -> dict[str, str]:
        return {name: step.state for name, step in self.app.store.steps.items()}

    def explain(self) -> str:
        store = self.app.store
        asked = {step.name: step.asked for step in store.steps.values() if step.asked}
        return f"{self.app.screen} {self.app.focused} {store.mode} {store.fault} {asked} {self.states()}"


@asynccontextmanager
async def opened(launch: Launch, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Person]:
    """The app over a folder; at the end it is left as a person leaves it, and its thread has ended."""
    app = WizardApp(launch)
    async with app.run_test(size=size) as pilot:
        try:
            yield Person(app, pilot)
        finally:
            app.session.close()
    assert app.session.join(PATIENCE), "the session's thread ends with the app"


def piloted(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that is a coroutine, run to its end."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


def empty(tmp_path: Path) -> Path:
    return tmp_path / "risk"
