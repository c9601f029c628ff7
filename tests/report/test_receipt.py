"""The receipt: everything needed to repeat and to audit a setup, and nothing secret; written once per content."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.journey.disk import Disk
from tests.report.examples import closing
from wizard.report.receipt import newest, write
from wizard.setup.folder import Folder
from wizard.setup.secrets import Secrets


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "lakehouse")
    made.create()
    return made


def keep(text: str) -> str:
    return text


def test_the_same_content_is_written_once(folder: Folder) -> None:
    first = write(folder, closing(), keep)
    before = {path: path.read_bytes() for path in folder.receipts.iterdir()}
    again = write(folder, closing(), keep)
    assert again.path == first.path
    assert {path: path.read_bytes() for path in folder.receipts.iterdir()} == before


def test_it_says_where_the_rows_of_each_model_went(folder: Folder) -> None:
    made = write(folder, closing(), keep)
    (kept,) = made.content["models"]
    parts = ("valid", "quarantined", "duplicates", "stale", "discarded", "deleted")
    assert kept["taken"] == sum(kept[part] for part in parts) == 51
    assert "| account | 51 | 48 | 1 | 1 | 0 | 0 | 1 | equal |" in made.path.with_suffix(".md").read_text(
        encoding="utf-8"
    )


def test_another_content_is_another_receipt_and_the_newest(folder: Folder) -> None:
    first = write(folder, closing(), keep)
    second = write(folder, replace(closing(), target="azure"), keep)
    third = write(folder, closing(), keep)
    assert len({first.path, second.path, third.path}) == 3
    found = newest(folder)
    assert found is not None
    assert found.path == third.path


def test_a_full_disk_is_told_with_the_file_and_costs_no_receipt_that_was_kept(tmp_path: Path) -> None:
    with Disk(tmp_path / "disk") as disk:
        folder = Folder(disk.seen / "lab")
        folder.create()
        first = write(folder, closing(), keep)
        for leave in (0, 4):  # neither of the two files fits; the first of them does
            disk.fill(leave)
            with pytest.raises(OSError, match="No space left") as caught:
                write(folder, replace(closing(), target="azure"), keep)
            assert str(caught.value.filename).startswith(str(folder.receipts))
            found = newest(folder)
            assert found is not None
            assert found.path == first.path
            disk.free()
        second = write(folder, replace(closing(), target="azure"), keep)
        assert sorted(path.suffix for path in folder.receipts.iterdir()) == [".json", ".json", ".md", ".md"]
        assert second.path.stem.startswith("0002-")
        assert json.loads(second.path.read_text())["target"] == "azure"


def test_the_wording_of_a_verdict_makes_no_new_receipt(folder: Folder) -> None:
    first = write(folder, closing(why="3 objects"), keep)
    assert write(folder, closing(why="three objects"), keep).path == first.path


def test_it_can_be_replayed(folder: Folder) -> None:
    receipt = write(folder, closing(), keep)
    assert yaml.safe_load(receipt.answers_yaml) == closing().answers
    assert "client_secret: env:CLIENT_SECRET" in receipt.markdown


def test_a_secret_that_slipped_into_a_text_is_struck_out_of_every_file(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "c4n4ry-s3cret"
    secrets = Secrets(folder.root)
    secrets.remember(canary)
    write(folder, replace(closing(), versions={"odd": f"1.0+{canary}"}), secrets.redact)
    for path in folder.receipts.iterdir():
        assert canary not in path.read_text()


def test_only_its_owner_can_read_it(folder: Folder) -> None:
    write(folder, closing(), keep)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.receipts.iterdir()} == {0o600}


def test_json_and_markdown_say_the_same(folder: Folder) -> None:
    receipt = write(folder, closing(), keep)
    data = json.loads(receipt.path.read_text())
    assert data["tables"][0] == {"name": "crisk.bronze.account", "rows": 51, "location": "abfss://catalog@stadrisk/b"}
    assert data["cost"]["complete"] is False
    for text in ("crisk.bronze.account", "51", "at least 12.50 USD", "unknown", "https://127.0.0.1:8443/jobs/7"):
        assert text in receipt.markdown
