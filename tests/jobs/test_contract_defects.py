"""A broken contract is refused before anything runs: every place at once, each with its reason and its remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lakehouse_jobs.contract import InvalidContract, check, read

from tests.jobs.broken_contracts import BROKEN
from tests.jobs.full_contract import FULL, broken, told, written

# Tells what a check loaded and started, after it told the defects.
WATCHED = """\
import json, subprocess, sys
from lakehouse_jobs.contract import check_file

started = []
starts = ("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system")
sys.addaudithook(lambda event, args: started.append(event) if event in starts else None)
found = [str(defect) for defect in check_file(sys.argv[1])]
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"found": found, "loaded": loaded, "started": started}))
"""


def test_the_contract_they_all_break_is_valid() -> None:
    assert told(check(FULL, "people.yaml")) == []
    assert read(FULL, "people.yaml").kept == {}


def test_there_are_forty_and_more() -> None:
    edits = {(old, new) for old, new, _ in BROKEN}
    assert len(edits) == len(BROKEN) >= 40


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN, ids=[new for _, new, _ in BROKEN])
def test_a_broken_contract_is_refused_at_one_place(old: str, new: str, expected: str) -> None:
    text, place = broken(FULL, old, new)
    assert told(check(text, "people.yaml")) == [f"people.yaml:{place} {expected}"]
    with pytest.raises(InvalidContract, match=r"^people\.yaml:"):
        read(text, "people.yaml")


# Edits after which another one is no defect any more: no table of that name, no bound to compare with.
HIDING = ("name: §ci-ties\n", "name: §cities_quarantine\n", "maximum: §many")


def test_what_is_wrong_together_is_told_together() -> None:
    """In one file every edit that still finds its place, and moves and hides no other."""
    text, expected = FULL, []
    for old, new, tells in BROKEN:
        same_lines = old.count("\n") == new.count("\n") and not tells.startswith("(syntax)")
        if same_lines and new not in HIDING and text.count(old) == 1:
            text = text.replace(old, new.replace("§", ""))
            expected.append(tells)
    assert len(expected) >= 40
    found = [defect.split(" ", 1)[1] for defect in told(check(text, "people.yaml"))]
    assert [tells for tells in expected if tells not in found] == []
    lines = [defect.line for defect in check(text, "people.yaml")]
    assert lines == sorted(lines)


def test_no_jvm_and_no_spark_for_a_check(tmp_path: Path) -> None:
    old, new, _ = BROKEN[-1]
    text, place = broken(FULL, old, new)
    path = written(tmp_path, text)
    # A JVM could not start unseen: there is no java to find.
    surroundings = {**os.environ, "PATH": "", "JAVA_HOME": str(tmp_path)}
    command = [sys.executable, "-c", WATCHED, str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    told = json.loads(answer.stdout)
    assert [line.split(" ")[0] for line in told["found"]] == [f"people.yaml:{place}"]
    assert told["started"] == []
    assert {"pyspark", "py4j", "delta", "pandas", "pydantic"} & set(told["loaded"]) == set()
