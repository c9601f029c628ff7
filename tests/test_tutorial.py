"""What the documents show is there: each picture, and each button by the name that stands on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.drawing import NO_BREAK
from wizard.tui.actions import ACTIONS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
IMAGES = ROOT / "docs" / "images"
DRAWN = ("welcome", "form", "plan", "apply", "guide", "failure", "summary")
LARGEST = 60_000  # bytes of a picture
PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<path>[^)]+)\)")
BUTTON = re.compile(r"`\[ ([^\]]+) \]`")


def test_each_picture_that_a_document_shows_is_there_and_says_what_it_shows() -> None:
    shown = [(path, match) for path in DOCUMENTS for match in PICTURE.finditer(path.read_text(encoding="utf-8"))]
    assert {match["path"].rpartition("/")[2] for _path, match in shown} >= {f"{name}.svg" for name in DRAWN}
    assert all((path.parent / match["path"]).is_file() and match["words"] for path, match in shown)


def test_each_button_of_the_tutorial_is_one_of_the_app() -> None:
    named = set(BUTTON.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")))
    assert {"Begin", "Continue", "Apply this plan"} <= named
    assert named <= {action.text for action in ACTIONS if action.button}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_small_reads_without_a_network_and_tells_nothing_of_this_machine(name: str) -> None:
    drawn = (IMAGES / f"{name}.svg").read_text(encoding="utf-8")
    text = drawn.replace(NO_BREAK, " ")
    assert len(drawn) < LARGEST
    assert "url(" not in text
    assert "@font-face" not in text
    assert set(re.findall(r'(?:href|src|xmlns)="([^"]*)"', text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"/tmp/|/home/|/root/|/work/", text)
    assert "Lakehouse Wizard" in text
