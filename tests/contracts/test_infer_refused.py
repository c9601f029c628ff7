"""What cannot be read is told: what, why, and what to do next; and no value of the file with it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from wizard.contracts.infer import Unreadable, infer

SECRET = "maria.silva@example.com"
BROKEN = {
    "empty.csv": (b"", "is empty", "name a file with"),
    "breaks.csv": (b"\r\n\n", "is empty", "name a file with"),
    "binary.csv": (bytes(range(256)) * 8, "is no text", "save the rows as"),
    "book.csv": (b"PK\x03\x04" + bytes(60), "is no text", "save the rows as"),
    "mixed.csv": ("id,n\n1,São\n2,Água\n".encode() + b"3,p\xe3o\n", "more than one encoding", "save it as UTF-8"),
    "undefined.csv": (b"id,n\n1,\x81\xe3\n2,\x8d\n", "more than one encoding", "save it as UTF-8"),
    "open.csv": (f'id,n\n1,"{SECRET}\n2,x\n'.encode(), "ends within quotes", "close it"),
    "named.csv": (gzip.compress(b"a,b\n1,2\n"), "compressed, but not named so", "rename it"),
    "cut.csv.gz": (gzip.compress(os.urandom(5000))[:-100], "broken archive", "copy it again"),
    "cut.json": (f'[{{"mail": "{SECRET}"}},'.encode(), "is no JSON", "correct it there"),
    "comma.json": (f'[{{"mail": "{SECRET}",}}]'.encode(), "is no JSON", "correct it there"),
    "line.jsonl": (f'{{"mail": 1}}\n{{"mail": {SECRET}}}\n'.encode(), "is no JSON", "correct it there"),
    "numbers.json": (b"[1, 2]", "something else than objects", "write each row as"),
    "nothing.json": (b"[]", "has no rows", "name a file with"),
    "keyless.json": (b"[{}]", "has no columns", "name a file with"),
    "deep.json": (b'{"a":' + b"[" * 100_000, "is no JSON", "correct it there"),
    "cut.parquet": (b"PAR1" + bytes(100), "is damaged", "copy it again"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_with_what_why_and_the_next_action(tmp_path: Path, name: str) -> None:
    content, what, then = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        infer(path)
    assert what in refused.value.what
    assert refused.value.why
    assert refused.value.next_action.startswith(then)
    assert SECRET not in str(refused.value)


def test_a_place_in_json_is_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n{"a" 3}\n', encoding="utf-8")
    with pytest.raises(Unreadable) as refused:
        infer(path)
    assert refused.value.why.startswith("line 3, column 6 ")


def test_no_file_a_folder_and_a_file_of_somebody_else(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as absent:
        infer(tmp_path / "nothing.csv")
    assert absent.value.why == "no such file"
    with pytest.raises(Unreadable) as folder:
        infer(tmp_path)
    assert folder.value.next_action == "name a file in it"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Who is root may read every file, so the system's refusal is played.
    def refuse(*_arguments: object, **_others: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "theirs.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(Unreadable) as refused:
        infer(path)
    assert "may not be read" in refused.value.what


def test_parquet_without_pyarrow_gives_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    with pytest.raises(Unreadable) as refused:
        infer(path)
    assert refused.value.next_action == 'install it: pip install "lakehouse-wizard[parquet]"'
