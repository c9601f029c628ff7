"""Each screen at each size, in each alphabet and theme: nothing that matters is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tui.conftest import piloted
from tests.tui.scenes import scenes
from tests.tui.stage import Seen, drawn
from wizard.tui.theme import THEMES

SIZES = ((120, 36), (80, 24), (40, 10))
STATE = {"plan": "your turn", "apply": "running", "guide": "your turn", "failure": "failed", "cancelled": "cancelled"}
SAYS = {
    "welcome-new": "Nothing is here yet",
    "welcome-back": "5 of 18 checked",
    "welcome-go-on": "Go on at 6 Foundation",
    "welcome-in-use": "in use by process 12",
    "form": "nothing to fix",
    "form-new": "things to fix",
    "form-priced": "+ USD 36.50 / month",
    "form-taken": "free now: risk2",
    "plan": "Resource group",
    "apply": "Resource group",
    "contracts": "Seen in 51 rows",
    "contracts-fix": "has no primary key",
    "contracts-name": "begin with a letter",
    "contracts-workflow": "a topic comes with",
    "offer": "Give the principal its rights",
    "guide": "log in once to",
    "failure": "vCPU quota",
    "first-run": "equal",
    "summary": "the lakehouse risk stands",
    "replace": "lost for good",
    "deploy": "Job  ingest-risk-account",
    "deployed": "File  lakehouse_jobs-0.1.0-py3-none-any.whl",
    "ladder": "token introspection",
    "stands": "Shared/lakehouse-risk/explore",
    "cancelled": "unknown",
    "log-full": "600 s",
    "steps": "Network watcher",
    "stop": "Foundation is at work",
    "edit": "steps must be checked again",
    "typed": "Type risk:",
    "help": "asks the world first",
    "actions": "type to search",
    "destroy-typed": "Type risk:",
    "destroy": "lost for good",
    "destroying": "gone",
    "destroyed": "Everything of this setup is gone",
}
PICTURES = Path(__file__).parent / "snapshots"
CLOCK = re.compile(r"(?<!\d)\d{1,2}(:\d\d){1,2}(?!\d)")  # what moves: times of day, and how long something takes
SECONDS = re.compile(r"(next in )\d+ s")


def still(text: list[str]) -> str:
    """A screen as it is kept: without what moves, and without blanks at the ends of lines."""
    whole = "\n".join(line.rstrip() for line in text) + "\n"
    return SECONDS.sub(r"\g<1>0 s", CLOCK.sub(lambda found: re.sub(r"\d", "0", found[0]), whole))


def picture(name: str, size: tuple[int, int]) -> Path:
    return PICTURES / f"{name}-{size[0]}x{size[1]}.txt"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SAYS)
@piloted
async def test_a_screen_says_what_matters_and_looks_as_it_was_looked_at(name: str, size: tuple[int, int]) -> None:
    seen = await drawn(name, size)
    text = "\n".join(seen.text)
    if size[1] > 10:  # there it takes a scroll, or a width
        assert SAYS[name] in text
    assert STATE.get(name, "") in text
    assert "Actions" in text or seen.over
    look_at_focus(seen, size)
    assert still(seen.text) == picture(name, size).read_text(encoding="utf-8"), (
        "the screen changed: look at it (python -m tests.tui.snapshots shows and keeps all)"
    )


def look_at_focus(seen: Seen, size: tuple[int, int]) -> None:
    """What has the focus, and the button that a person needs, are whole and on the screen."""
    assert seen.on_main or seen.moved, "the main button has the focus"
    for region in (seen.focus_at, seen.main_at):
        assert region is None or region.bottom <= size[1], "it can be seen"
        assert region is None or region.right <= size[0], "it is whole"
    assert seen.main_at is None or seen.main_at.height == 1


def test_every_scene_is_looked_at() -> None:
    assert set(SAYS) == set(scenes())
    assert {path.name for path in PICTURES.iterdir()} == {picture(name, size).name for name in SAYS for size in SIZES}


@pytest.mark.parametrize("theme", THEMES)
@piloted
async def test_every_theme_says_the_same(theme: str) -> None:
    plain = (await drawn("failure", (80, 24))).text
    assert (await drawn("failure", (80, 24), theme)).text == plain


@piloted
async def test_a_log_line_is_shown_as_text_and_obeyed_by_nobody() -> None:
    text = "\n".join((await drawn("apply", (120, 36))).text)
    assert "[red]budget[/]: e-mail" in text
    assert "\x1b" not in text


@piloted
async def test_a_terminal_that_is_too_small_is_told_so() -> None:
    assert "Enlarge to 40x10" in "\n".join((await drawn("plan", (38, 9))).text)
