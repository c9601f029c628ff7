"""The wizard counts the rows of a sample by itself, to compare with what a job says it read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow
import pytest
from lakehouse_jobs.contract.model import Source
from pyarrow import parquet

from wizard import assets
from wizard.steps.samples import rows


def test_the_account_sample_has_the_rows_of_the_facts() -> None:
    content = (assets.path("templates") / "samples" / "account.csv").read_bytes()
    assert rows(content, Source()) == 51


@pytest.mark.parametrize(
    ("content", "source", "count"),
    [
        (b"", Source(), 0),
        (b"a,b\n", Source(), 0),
        (b'a,b\n1,"two\nlines"\n\n3,4', Source(), 2),
        (b"1;2\n3;4\n", Source(header=False, delimiter=";"), 2),
        ("a\nç\n".encode("latin-1"), Source(encoding="ISO-8859-1"), 1),
        ("\ufeffa\n1\n".encode(), Source(), 1),
        ("a\n1\n2\n".encode("utf-16"), Source(encoding="UTF-16"), 2),
        (b"a\n" + b"x" * 1_000_000 + b"\n", Source(), 1),
        (gzip.compress(b"a\n1\n", mtime=0), Source(), 1),
        (b'{"a": 1}\n\n{"a": 2}\n', Source(format="json", multiline=False), 2),
        (b'[{"a": 1},\n {"a": 2}]', Source(format="json"), 2),
        (b'{\n"a": 1}', Source(format="json"), 1),
        (b"", Source(format="json"), 0),
        # What cannot be counted is left to the job, which refuses it by name.
        (gzip.compress(b"a\n1\n", mtime=0)[:-4], Source(), None),
        (b"a\n\xff\n", Source(), None),
        (b'[{"a": 1},', Source(format="json"), None),
        (b"PAR1", Source(format="parquet"), None),
    ],
)
def test_rows_are_records_not_lines(content: bytes, source: Source, count: int | None) -> None:
    assert rows(content, source) == count


def test_rows_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.table({"a": [1, 2, 3]}), path)
    assert rows(path.read_bytes(), Source(format="parquet")) == 3
