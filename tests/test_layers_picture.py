"""The picture of the layers is the code's own of today, and says what the page and a run's record say."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from scripts.layers import PICTURE, SUMS, svg

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "layers.md"


def test_the_picture_is_current() -> None:
    assert PICTURE.read_text(encoding="utf-8") == svg(), "run: python -m scripts.layers"


def test_the_page_says_the_sums_that_the_picture_says() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    said = [f"`{whole}` = {' + '.join(f'`{part}`' for part in parts)}" for whole, parts in SUMS]
    assert [text for text in said if text not in page] == []


def test_no_words_leave_the_picture() -> None:
    root = ElementTree.fromstring(svg())
    width = float(root.attrib["viewBox"].split()[2])
    texts = [each for each in root.iter() if each.tag.endswith("text") and each.attrib.get("class", "")[:1] != "m"]
    assert len(texts) > 20
    # Eight units a letter is more than any of these fonts takes at this size.
    assert [each.text for each in texts if float(each.attrib["x"]) + 8 * len(each.text or "") > width] == []
