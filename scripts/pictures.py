"""Draws the pictures of README and tutorial: a person in the real app, over the real sandbox, from an empty folder to
the summary. What differs from run to run (times, ids, the folder) is drawn as something fixed of the same width."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

import yaml

from scripts.drawing import svg
from tests.tui.conftest import Person, opened
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.store import StepState

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = (112, 32)  # the least that has the list of steps and blank lines
SLOW = 0.4  # seconds of every answer
FOLDER = "~/my-lakehouse"
TIMES = (
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "10:41:07"),
    (re.compile(r"(?<![\d:])0:\d\d(?![\d:])"), "0:07"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d{5}"), "44300"),
    (re.compile(r"(?<=/jobs/)\d+"), "100200300400"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "3f9a21c4-77e0-4b1d-9c55-0d6f2b83e5a4"),
    (re.compile(r"\d{4}-\d\d-\d\d(?!T)"), "2026-11-01"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d(-\d\d)?"), "2026-11-21T10-58"),
)
# The workspace cannot be made, however often it is tried.
BAD_DAY = {"kind": "error", "match": {"operation": "* azurerm_databricks_workspace"}, "mutating": True, "count": 0}


class Sitting:
    """A person at the app, with a camera."""

    def __init__(self, person: Person, folder: Path, *, bad_day: bool = False) -> None:
        self.person, self.folder, self.bad_day, self.taken = person, folder, bad_day, set[str]()
        self.store, self.state = person.app.store, folder / ".wizard" / "sandbox"

    def masked(self, text: str) -> str:
        """`text` without what another run would have otherwise, in as many cells."""
        changed = text.replace(str(self.folder), FOLDER)
        config = self.folder / "config.yaml"
        if config.is_file() and (setup := str(yaml.safe_load(config.read_text(encoding="utf-8")).get("setup_id"))):
            changed = changed.replace(setup, "4f2a9c"[: len(setup)].ljust(len(setup), "0"))
        for pattern, words in TIMES:
            changed = pattern.sub(words, changed)
        return changed.ljust(len(text))[: max(len(text), len(changed))]

    async def picture(self, name: str, title: str) -> None:
        """Draw the screen as it stands, once."""
        if name in self.taken:
            return
        self.taken.add(name)
        await self.person.pilot.pause()
        self.person.app.draw()
        await self.person.pilot.pause()
        drawn = svg(self.person.app, title, self.masked)
        (IMAGES / f"{name}.svg").write_text(drawn, encoding="utf-8")
        print(f"docs/images/{name}.svg: {len(drawn)} bytes")

    @property
    def question(self) -> StepState | None:
        """The step that asks in view: it is the one that Enter answers."""
        step = self.store.current
        return step if step is not None and step.asked else None

    async def begin(self) -> None:
        """From the welcome through every form, taking what is proposed."""
        await self.person.until(lambda: self.store.proposed, "proposals")
        await self.picture("welcome", "The first screen: which folder, which cloud, what is true")
        await self.person.button("begin")
        await self.person.screen("form")
        while (form := self.person.app.top) is not None and form.kind == "form":
            await self.person.until(lambda: getattr(self.person.app.focused, "act", None) == "next", "Continue")
            await self.picture("form", "A form: each answer with its meaning, judged as it is typed")
            await self.person.press("enter")
            await self.person.until(lambda known=form: self.person.app.top is not known, "the next form")
        await self.person.screen("journey")

    async def approve(self) -> None:
        """Enter at each question, P where a person is needed, until the run has ended."""
        await self.person.button("run")
        while True:
            await self.person.until(self._worth_looking, "a question, an apply, or the end")
            if self.store.result is not None or self.store.fault:
                return
            if self._applying() and "apply" not in self.taken:
                await self.picture("apply", "An apply under way: rows per resource, the log below")
                process.set_latency(self.state, 0)
                continue
            step = self.question
            if step is not None:
                await self._answer(step)

    def _worth_looking(self) -> bool:
        over = self.store.result is not None or bool(self.store.fault)
        return over or self.question is not None or ("apply" not in self.taken and self._applying())

    def _applying(self) -> bool:
        """Some resources of the foundation are there, and some are being made; nothing else is asked meanwhile."""
        step = self.store.steps["foundation"]
        states = {row.state for row in step.rows.values()}
        return self.question is None and step.activity == "apply" and {"done", "running"} <= states

    async def _answer(self, step: StepState) -> None:
        await self.person.until(lambda: getattr(self.person.app.focused, "act", None), "a focused button")
        if step.asked == "retry":
            await self.picture("failure", "A failure: what happened, why, and what to do next")
            await self.person.press("ctrl+c")
            await self.person.press("tab", "enter")
            await self.person.until(lambda: self.store.result is not None, "the end")
            return
        if step.asked == "approve" and step.name == "foundation":
            if self.bad_day:
                process.add_fault(self.state, BAD_DAY)
            await self.picture("plan", "A plan to approve: nothing is changed yet")
            process.set_latency(self.state, SLOW)  # so that the apply can be seen
        if step.asked == "person":
            await self.picture("guide", "A guided step: what to do, who can, and what the wizard sees")
        await self.person.press("enter" if step.asked == "approve" else "p")
        await self.person.until(lambda: step.asked is None or self.store.fault, "the answer")


async def journey(place: Path) -> None:
    """The reference's state of things, up to the summary."""
    folder = place / "my-lakehouse"
    async with opened(Launch(folder, target="sandbox", scenario="reference"), SIZE) as person:
        sitting = Sitting(person, folder)
        await sitting.begin()
        await sitting.approve()
        await person.screen("summary")
        await sitting.picture("summary", "The summary: cost, tables, links, and how to do it again")


async def failure(place: Path) -> None:
    """A cloud that cannot make the workspace."""
    folder = place / "my-lakehouse"
    async with opened(Launch(folder, target="sandbox", until="foundation"), SIZE) as person:
        sitting = Sitting(person, folder, bad_day=True)
        sitting.taken |= {"welcome", "form", "plan", "apply", "guide"}
        await sitting.begin()
        await sitting.approve()
        if "failure" not in sitting.taken:
            raise SystemExit(f"nothing failed: {person.explain()}")


def main(names: list[str]) -> int:
    """Draw all pictures, or those of `journey` or `failure` alone."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, act in (("journey", journey), ("failure", failure)):
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as place:
            try:
                asyncio.run(act(Path(place)))
            finally:
                process.stop(Path(place) / "my-lakehouse" / ".wizard" / "sandbox")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
