"""The wizard counts the rows of a sample by itself, to compare with what a job says it read."""

from __future__ import annotations

import gzip

import pytest
from lakehouse_jobs.contract.model import Source

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
        (b'{"a": 1}', Source(format="json"), None),
        (gzip.compress(b"a\n1\n", mtime=0), Source(), None),
    ],
)
def test_rows_are_records_not_lines(content: bytes, source: Source, count: int | None) -> None:
    assert rows(content, source) == count
