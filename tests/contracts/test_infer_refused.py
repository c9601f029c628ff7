"""What cannot be read is told: what, why, and what to do next; and no value of the file with it."""

from __future__ import annotations

import csv
import gzip
import io
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lakehouse_jobs.contract import read
from lakehouse_jobs.contract.write import to_odcs

from wizard.contracts.infer import Proposal, Unreadable, infer

SECRET = "maria.silva@example.com"
PIECES = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", errors="surrogatepass")),
    st.sampled_from((b",", b";", b"\n", b"\r\n", b'"', b"{", b"}", b"[", b'{"a":1}\n', b"\x00", b"\xef\xbb\xbf",
                     b"\xff\xfe", b"1", b"01/02/2025", b"1e999", b"9" * 5000, b"a\tb\n", b"\xe9", b"PAR1")),
)  # fmt: skip
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


def outcome(content: bytes, suffix: str) -> Proposal | Unreadable:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{suffix}"
        path.write_bytes(content)
        try:
            return infer(path)
        except Unreadable as refused:
            return refused


@given(pieces=st.lists(PIECES, max_size=20), suffix=st.sampled_from((".csv", ".json", "")))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_valid_contract_or_refused_in_words(pieces: list[bytes], suffix: str) -> None:
    found = outcome(b"".join(pieces), suffix)
    if isinstance(found, Unreadable):
        assert all((found.what, found.why, found.next_action))
    else:
        assert read(to_odcs(found.contract), "proposed.yaml") == found.contract


@given(cells=st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_texts_as_names_and_cells_are_a_valid_contract(cells: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(cells)
    found = outcome(out.getvalue().encode("utf-8", errors="replace"), ".csv")
    if isinstance(found, Proposal):
        assert read(to_odcs(found.contract), "proposed.yaml") == found.contract
        names = [field.name.lower() for field in found.contract.models[0].fields]
        assert len(set(names)) == len(names)


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
