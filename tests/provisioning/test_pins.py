"""A newer wizard ships newer providers; a setup's root keeps to its own until it is asked to move."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.provisioning.conftest import MakePhase
from wizard.provisioning import pins

OLD = """terraform {
  required_version = ">= 1.10"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
  }
}
"""
NEW = OLD.replace("5.2", "5.9")
LOCK = 'provider "registry.terraform.io/hashicorp/azurerm" {\n  version     = "5.2.7"\n  constraints = "~> 5.2"\n}\n'


def roots(tmp_path: Path) -> tuple[Path, Path]:
    source, folder = tmp_path / "shipped", tmp_path / "foundation"
    for path, text in ((source, NEW), (folder, OLD)):
        path.mkdir()
        (path / pins.FILE).write_text(text)
    (folder / pins.LOCK).write_text(LOCK)
    return source, folder


def test_a_pin_tells_what_is_kept_and_what_is_shipped(tmp_path: Path) -> None:
    source, folder = roots(tmp_path)
    assert pins.of(source, folder) == [pins.Pin("foundation", "hashicorp/azurerm", "~> 5.2", "5.2.7", "~> 5.9")]
    assert pins.of(source, tmp_path / "never-planned") == []


def test_pins_move_and_can_be_put_back(tmp_path: Path) -> None:
    source, folder = roots(tmp_path)
    kept = pins.move(source, folder, tmp_path / "backups")
    assert (folder / pins.FILE).read_text() == NEW
    assert not (folder / pins.LOCK).exists()
    assert not pins.of(source, folder)[0].moves
    pins.put_back(folder, kept)
    assert (folder / pins.FILE).read_text() == OLD
    assert (folder / pins.LOCK).read_text() == LOCK


def test_pins_that_cannot_move_stay(tmp_path: Path) -> None:
    source, folder = roots(tmp_path)
    (source / pins.FILE).unlink()
    with pytest.raises(FileNotFoundError):
        pins.move(source, folder, tmp_path / "backups")
    assert (folder / pins.FILE).read_text() == OLD
    assert (folder / pins.LOCK).read_text() == LOCK


def test_a_root_with_another_set_of_providers_takes_the_shipped_pins() -> None:
    assert pins.stays(NEW, OLD)
    assert not pins.stays(NEW.replace("azurerm", "azuread"), OLD)


def test_a_newer_wizard_leaves_the_pins_of_an_older_folder(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    before = (phase.folder / pins.FILE).read_text()
    (phase.source / pins.FILE).write_text(before.replace(">= 1.10", ">= 1.11"))
    main = phase.source / "main.tf"
    main.write_text(main.read_text() + '\noutput "more" { value = "new" }\n')
    make_phase().plan({"label": "first"})
    assert make_phase().apply()["more"] == "new"
    assert (phase.folder / pins.FILE).read_text() == before
