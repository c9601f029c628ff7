"""No value of a protected column, and no key, is in any file that jobs leave, but bronze's own where it is clear."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from lakehouse_jobs.privacy.key import pads
from lakehouse_jobs.records import RunRecord

from tests.canary import forms, found

REPOSITORY = Path(__file__).parents[2]
KEY = bytes((37 * n + 11) % 256 for n in range(32))
COLUMNS = ("cpf", "seq", "name", "mail", "phone", "salary", "born", "score", "seen", "active", "home", "phones", "note")
PLANTED = {  # column -> what person n has there, and what of it must be seen nowhere
    "cpf": ("{n:03d}71904482", "{n:03d}71904482"),
    "name": ("Zqperson{n:03d} Zqsurname", "Zqperson{n:03d}"),
    "mail": ("zqmail{n:03d}@example.com", "zqmail{n:03d}"),
    "phone": ("+55 11 9{n:03d}5-{n:04d}", "9{n:03d}5-{n:04d}"),
    "salary": ("73918{n:03d}46", "73918{n:03d}46"),
    "born": ("13{d:02d}-05-17", "13{d:02d}-05-17"),
    "score": ("40739.{n:03d}1", "40739.{n:03d}1"),
    "seen": ("1412-06-{d:02d} 17:43:2{s}", "1412-06-{d:02d}"),
    "home": ('{{"street": "Zqstreet {n:03d}", "number": 8273{n:03d}, "zip": "01305"}}', "Zqstreet {n:03d}"),
    "phones": ('["+55 21 8{n:03d}6-{n:04d}"]', "8{n:03d}6-{n:04d}"),
    "note": ("zqnote{n:03d}", "zqnote{n:03d}"),
}
MORE = ("8273{n:03d}",)  # the number within an object
# What people write where something else belongs.
ODD = {
    "cpf": "Zqodd-key",
    "salary": "zqodd-salary",
    "born": "zqodd-born",
    "home": "{zqodd-home",
    "phones": "zqodd-phones",
}
TYPES: dict[str, dict[str, Any]] = {
    "cpf": {"logicalType": "string", "primaryKey": True, "pii": "hash"},
    "seq": {"logicalType": "integer", "required": True},
    "name": {"logicalType": "string", "pii": "mask_generic", "logicalTypeOptions": {"maxLength": 40}},
    "mail": {"logicalType": "string", "pii": "mask_email"},
    "phone": {"logicalType": "string", "pii": "mask_phone"},
    "salary": {"logicalType": "integer", "pii": "redacted", "logicalTypeOptions": {"minimum": 1}},
    "born": {"logicalType": "date", "pii": "hash"},
    "score": {"logicalType": "number", "pii": "mask_generic"},
    "seen": {"logicalType": "timestamp", "pii": "redacted"},
    "active": {"logicalType": "boolean", "pii": "mask_generic"},
    "home": {"logicalType": "object", "properties": [
        {"name": "street", "logicalType": "string", "required": True, "pii": "hash"},
        {"name": "number", "logicalType": "integer", "pii": "redacted"},
        {"name": "zip", "logicalType": "string"},
    ]},
    "phones": {"logicalType": "array", "items": {"name": "phone", "logicalType": "string", "pii": "hash"}},
    "note": {"logicalType": "string", "pii": "redacted"},
}  # fmt: skip
# Each would fail for a value, and Spark would log it, if expressions were let fail.
RULES = {
    "whole": "cast(note as int) is null", "dated": "to_date(note) is null or length(note) > 0",
    "long_name": "length(name) < 60", "divided": "salary / (seq - seq) is null", "known_month": "month(born) = 5",
}  # fmt: skip
RAISES = {"raised": "if(length(note) > 0, raise_error(note), true)"}


def _property(name: str, said: dict[str, Any]) -> dict[str, Any]:
    written = {"name": name, **{key: value for key, value in said.items() if key not in ("pii", "properties", "items")}}
    if "pii" in said:
        written["customProperties"] = [{"property": "pii", "value": said["pii"]}]
    if "properties" in said:
        written["properties"] = [_property(each["name"], each) for each in said["properties"]]
    if "items" in said:
        written["items"] = _property("item", said["items"])
    return written


def contract(model: str, rules: dict[str, str], **ingestion: Any) -> str:
    """A contract of one model with all columns."""
    quality = [{"type": "custom", "engine": "lakehouse", "name": n, "implementation": p} for n, p in rules.items()]
    given = {"format": "csv", "header": True, "sequence": ["seq"], **ingestion}
    keyed = given.get("write") != "append"
    listed = [
        _property(name, {k: v for k, v in said.items() if keyed or k != "primaryKey"}) for name, said in TYPES.items()
    ]
    return yaml.safe_dump({
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": f"urn:{model}", "name": model, "version": "1.0.0",
        "status": "active",
        "schema": [{
            "name": model, "properties": listed, "quality": quality,
            "customProperties": [{"property": "ingestion", "value": given}],
        }],
    }, sort_keys=False)  # fmt: skip


def person(n: int, seq: int) -> dict[str, str]:
    made = {name: how.format(n=n, d=n % 28 + 1, s=n % 10) for name, (how, _) in PLANTED.items()}
    return {**made, "seq": str(seq), "active": "false"}


def planted(people: int) -> list[str]:
    """All that must be seen nowhere."""
    shapes = [*(seen for _, seen in PLANTED.values()), *MORE]
    listed = {shape.format(n=n, d=n % 28 + 1, s=n % 10) for shape in shapes for n in range(people)}
    return sorted({*listed, *ODD.values(), "Zqsurname", "zqrescued"})


def text(rows: list[dict[str, str]], *more: str) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, [*COLUMNS, *more], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@dataclass
class Left:
    root: Path
    output: str

    def record(self, model: str, phase: str) -> RunRecord:
        return RunRecord.from_json((self.root / "volumes" / "runs" / model / f"{phase}.json").read_text())

    def files(self, *folders: str) -> list[Path]:
        return [path for folder in folders for path in (self.root / folder).rglob("*") if path.is_file()]


PEOPLE = 40
MODELS = {"people": {}, "events": {"write": "append"}, "masked": {"bronzePii": "masked"}}


def _phases(root: Path) -> None:
    """First load with odd rows, half updated, three rows of which one is late, a column nobody knows."""
    odd = [{**person(n, 1), column: value} for n, (column, value) in enumerate(ODD.items(), start=PEOPLE - len(ODD))]
    odd[0] = {**person(PEOPLE - 6, 1), "salary": ODD["salary"], "cpf": ODD["cpf"]}
    rows = {
        "1": text([*(person(n, 1) for n in range(20)), *odd]),
        "2": text([person(n, 2) for n in range(10, 30)]),
        "3": text([person(0, 3), person(1, 0), person(31, 1)]),
        "4": text([{**person(2, 4), "other": "zqrescued"}], "other"),
    }
    for phase, content in rows.items():
        for model in MODELS:
            file = root / "phases" / f"{phase}-{model}" / model / f"{phase}.csv"
            file.parent.mkdir(parents=True)
            file.write_text(content, encoding="utf-8")
    for phase, model in (("5", "raised"), ("6", "odd")):
        file = root / "phases" / f"{phase}-{model}" / model / "1.csv"
        file.parent.mkdir(parents=True)
        file.write_text(rows["1"], encoding="utf-8")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    root = tmp_path_factory.mktemp("canary")
    _phases(root)
    (root / "contracts").mkdir()
    for model, said in MODELS.items():
        (root / "contracts" / f"{model}.yaml").write_text(contract(model, {} if model == "masked" else RULES, **said))
    (root / "contracts" / "raised.yaml").write_text(contract("raised", RAISES))
    (root / "contracts" / "odd.yaml").write_text(contract("odd", {}, evolution={"type": "freeze"}))
    (root / "key").write_text(KEY.hex())
    (root / "namespace.json").write_text(json.dumps({
        "schemas": {f"crisk.{layer}": str(root / "tables" / layer) for layer in ("bronze", "silver")},
        "volumes": {
            "/Volumes/crisk/bronze/landing": str(root / "volumes" / "landing"),
            "/Volumes/crisk/ops/checkpoints": str(root / "volumes" / "checkpoints"),
            "/Volumes/crisk/ops/runs": str(root / "volumes" / "runs"),
        },
        "secrets": {"scope": {"pii-key-1": str(root / "key")}},
    }))  # fmt: skip
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "jobs")])
    with (root / "driver.log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "tests.long.pii_journey", str(root)], cwd=root, stdout=log, stderr=log, check=True,
            timeout=1800, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
    return Left(root, (root / "driver.log").read_text(encoding="utf-8", errors="replace"))


def test_the_runs_did_what_is_looked_for(left: Left) -> None:
    """Without updates, quarantine, rescued data and a failure there would be nothing to find."""
    first, second, small, rescued = (left.record("people", f"{n}-people") for n in (1, 2, 3, 4))
    assert (first.status, second.status, small.status, rescued.status) == ("succeeded",) * 4
    assert first.quarantined == len(ODD)
    assert (second.updated, second.inserted) == (10, 10)
    assert (small.updated, small.inserted, small.stale) == (1, 1, 1)
    assert rescued.rescued == 1
    masked = left.record("masked", "1-masked")
    assert (masked.valid, masked.quarantined) == (23, 2)  # of what is hidden only broken JSON is told
    assert left.record("raised", "5-raised").status == "failed"
    assert left.record("odd", "6-odd").status == "failed"
    logs = "".join(path.read_text() for path in left.files("tables/silver/people/_delta_log") if path.suffix == ".json")
    assert '"operation":"MERGE"' in logs
    events = "".join(path.read_text() for path in left.files("events"))
    assert "== Analyzed Logical Plan ==" in events
    assert "MergeIntoCommand" in events
    assert "INFO" in left.output


def test_the_scanner_finds_what_is_there(left: Left) -> None:
    """In the files of clear bronze, as it would in others."""
    bronze = [path for path in left.files("tables/bronze/people") if path.suffix == ".parquet"]
    seen = {line.rpartition(": ")[2] for line in found(bronze, planted(PEOPLE))}
    there = {shape.format(n=5, d=6, s=5) for _, shape in PLANTED.values()} | set(ODD.values())
    assert there <= seen


def test_no_value_is_in_any_file(left: Left) -> None:
    clear = [
        path for model in ("people", "events", "raised", "odd") for path in left.files(f"tables/bronze/{model}")
        if path.suffix == ".parquet" and "_delta_log" not in path.parts
    ]  # fmt: skip
    tables = sorted(set(left.files("tables")) - set(clear))
    files = [*tables, *left.files("events", "volumes/checkpoints", "volumes/runs"), left.root / "driver.log"]
    assert found(files, planted(PEOPLE)) == []


def test_no_key_is_in_any_file(left: Left) -> None:
    secrets = (KEY, *pads(KEY))
    written = [form for secret in secrets for form in forms(secret)]
    files = [path for path in left.files("tables", "events", "volumes") if path.suffix != ".crc"]
    assert found([*files, left.root / "driver.log"], written, secrets) == []
