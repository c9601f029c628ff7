"""The folder's format: newer ones are refused, older ones brought up with a backup, a broken-off migration ends."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wizard import exits
from wizard.cli import main
from wizard.setup.folder import Folder, FolderUnusable
from wizard.setup.format import BACKUPS, FORMAT, MIGRATIONS, Migration, bring_up, refuse_newer

# A folder as wizards made it before the key was written.
ZERO = {
    "config.yaml": "setup_id: 0123456789ab\ntarget: azure\ndomain: risk\npinned:\n  runtime: 17.3.x-scala2.13\n",
    "answers.yaml": "project:\n  domain: risk\n",
    "contracts/account.yaml": "kind: DataContract\n",
    ".wizard/journal.jsonl": '{"event":"run_started"}\n',
    ".wizard/terraform/foundation/terraform.tfstate": '{"version": 4, "serial": 3, "resources": []}\n',
    ".wizard/sandbox/store.sqlite": "no part of the setup",
}


def write(root: Path, files: dict[str, str]) -> Folder:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Folder(root)


def test_a_new_folder_says_its_format(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    assert folder.config()["format"] == FORMAT
    assert bring_up(folder) is None
    assert not (folder.private / BACKUPS).exists()


def test_a_folder_of_format_0_is_brought_up_and_kept_as_it_was(tmp_path: Path) -> None:
    folder = write(tmp_path, ZERO)
    migrated = bring_up(folder)
    assert migrated is not None
    assert (migrated.before, migrated.after) == (0, FORMAT)
    assert folder.config() == {**folder.config(), "setup_id": "0123456789ab", "domain": "risk", "format": 1}
    kept = {str(path.relative_to(migrated.backup)): path.read_text() for path in migrated.backup.rglob("*.*")
            if path.is_file()}  # fmt: skip
    assert kept == {name: text for name, text in ZERO.items() if "sandbox" not in name}
    assert stat.S_IMODE(migrated.backup.stat().st_mode) == 0o700
    assert bring_up(folder) is None


def test_every_format_before_ours_has_its_migration() -> None:
    assert [each.since for each in MIGRATIONS] == list(range(FORMAT))


def test_a_migration_that_was_broken_off_ends_at_the_next_try_and_its_backup_stays_the_first(tmp_path: Path) -> None:
    folder = write(tmp_path, ZERO)

    def broken(folder: Folder) -> None:
        folder.update_config({"domain": "half"})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up(folder, (Migration(0, broken),))
    steps = (
        Migration(0, lambda folder: folder.update_config({"domain": "whole"})),
        Migration(1, lambda folder: folder.update_config({"more": True})),
    )
    migrated = bring_up(folder, steps, to=2)
    assert migrated is not None
    assert "domain: risk" in (migrated.backup / "config.yaml").read_text()
    assert {key: folder.config()[key] for key in ("domain", "more", "format")} == {
        "domain": "whole",
        "more": True,
        "format": 2,
    }


@pytest.mark.parametrize("command", [["run"], ["plan"], ["status"], ["destroy"]])
def test_an_older_wizard_refuses_a_newer_folder_in_words_and_leaves_it_alone(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"format: {FORMAT + 1}\nsetup_id: 0123456789ab\ntarget: azure\n"
    write(tmp_path, {"config.yaml": text})
    assert main([*command, "--folder", str(tmp_path)]) == exits.INVALID
    told = capsys.readouterr().err
    assert f"format {FORMAT + 1}" in told
    assert "upgrade" in told
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
    assert (tmp_path / "config.yaml").read_text() == text


@pytest.mark.parametrize("value", ["one", "-1", "true", "[1]"])
def test_a_format_that_is_no_number_is_said_to_be_none(tmp_path: Path, value: str) -> None:
    folder = write(tmp_path, {"config.yaml": f"format: {value}\nsetup_id: 0123456789ab\n"})
    with pytest.raises(FolderUnusable, match="format"):
        refuse_newer(folder)


def test_an_empty_folder_is_nobody_s_and_stays_empty(tmp_path: Path) -> None:
    refuse_newer(Folder(tmp_path))
    assert list(tmp_path.iterdir()) == []
