"""The library as it is shipped: one wheel, one protocol, options that each platform gets."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from lakehouse_jobs import PROTOCOL
from lakehouse_jobs.contract import load
from lakehouse_jobs.layers import Hop
from lakehouse_jobs.layers.merge import statement
from lakehouse_jobs.main import ingest
from lakehouse_jobs.packaging import build_wheel
from lakehouse_jobs.platform.databricks import Databricks
from lakehouse_jobs.records import RunRecord

from scripts.consents import SHIPPED, consents

CONTRACTS = Path(__file__).parents[2] / "templates" / "contracts"


def test_the_wheel_is_the_same_each_time_and_installs(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    first, second = (build_wheel(folder) for folder in folders)
    assert first.read_bytes() == second.read_bytes()
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(tmp_path / "t")]
    subprocess.run([*install, str(first)], check=True, capture_output=True)
    # From where it was installed, it builds itself again.
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom pathlib import Path\n"
        "from lakehouse_jobs import packaging\nassert packaging.__file__.startswith(sys.argv[1])\n"
        "packaging.build_wheel(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "t")], check=True)
    assert (tmp_path / "t" / first.name).read_bytes() == first.read_bytes()
    names = zipfile.ZipFile(first).namelist()
    assert "lakehouse_jobs/main.py" in names
    assert not [name for name in names if name.startswith("wizard")]


def test_every_module_of_it_is_imported_where_no_wizard_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(build_wheel(tmp_path)) as archive:
        archive.extractall(tmp_path / "t")
    code = (
        "import importlib, pkgutil, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "sys.modules['wizard'] = None  # as where it is not installed\n"
        "import lakehouse_jobs\n"
        "assert lakehouse_jobs.__file__.startswith(sys.argv[1])\n"
        "names = [each.name for each in pkgutil.walk_packages(lakehouse_jobs.__path__, 'lakehouse_jobs.')]\n"
        "for name in names:\n    importlib.import_module(name)\n"
        "assert {'lakehouse_jobs.main', 'lakehouse_jobs.runs', 'lakehouse_jobs.layers.silver'} <= {*names}\n"
        "print([name for name in sys.modules if name.startswith('pyspark')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "t")], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"  # Spark itself is imported when a run begins, not before


def test_another_protocol_is_refused_before_anything_happens() -> None:
    arguments = ["--contract", "c", "--model", "m", "--catalog", "c", "--protocol", str(PROTOCOL + 1)]
    with pytest.raises(SystemExit, match=f"speaks protocol {PROTOCOL + 1}"):
        ingest(arguments)


def test_merge_guards_against_older_rows_and_replaces_no_table() -> None:
    model = load(CONTRACTS / "consents.yaml").model("consents")
    told = statement(Hop(Databricks(), model, "c", "/x", "1", "silver"), model, "newest")
    assert told.startswith(
        "MERGE INTO `c`.`silver`.`consents` t USING newest s "
        "ON t.`user_id` = s.`user_id` AND t.`tipo_id` = s.`tipo_id` "
        "WHEN MATCHED AND (struct(s.`consent_id`) > struct(t.`consent_id`) or "
    )
    assert "REPLACE" not in told


def test_a_record_survives_its_file_and_knows_whether_it_balances() -> None:
    record = RunRecord("1", "account", "c", read=5, bronze=5, taken=5, valid=3, quarantined=1, duplicates=1, inserted=3)
    assert RunRecord.from_json(record.to_json()) == record
    assert record.balanced
    record.inserted = 2
    assert not record.balanced
    with pytest.raises(ValueError, match="no record"):
        RunRecord.from_json("[]")


def test_the_shipped_sample_is_the_generators_and_no_other_seed_makes_it() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text == consents(600, seed=7) != consents(600, seed=8)
    _, *rows = text.splitlines()
    assert len(rows) == 600
    assert all((",,," in row) == ("Revogado" in row) for row in rows)
