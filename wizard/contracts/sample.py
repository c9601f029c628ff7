"""The bytes of a sample, and the text in them."""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from wizard.contracts.proposal import Unreadable
from wizard.text import N_, _

LIMIT = 8 * 1024 * 1024  # bytes looked at, after decompression: some 80,000 rows
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8", "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "UTF-32", "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16"),
)
_OTHERS = {
    b"PK\x03\x04": N_("an archive or a workbook"),
    b"\xd0\xcf\x11\xe0": N_("a workbook"),
    b"%PDF": N_("a PDF"),
    b"\x89PNG": N_("a picture"),
    b"\xff\xd8\xff": N_("a picture"),
    b"Obj\x01": "Avro",
    b"ORC": "ORC",
    b"SQLite format 3": N_("a database"),
}
_CONTROLS = bytes(range(9)) + bytes(range(14, 32))


@dataclass(frozen=True, slots=True)
class Sample:
    """The first LIMIT bytes of a file, decompressed; `cut` where there are more."""

    path: Path
    content: bytes
    cut: bool
    compressed: bool


@dataclass(frozen=True, slots=True)
class Text:
    """`encoding` as Spark and Python both call it; `words` as people do."""

    text: str
    encoding: str
    words: str


def read(path: Path) -> Sample:
    """Raises Unreadable where there is nothing to look at."""
    try:
        with path.open("rb") as file:
            compressed = file.read(len(GZIP)) == GZIP
            file.seek(0)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if compressed else file
            content = stream.read(LIMIT + 1)
    except OSError as error:
        raise _refused(path, error) from error
    except (EOFError, zlib.error) as error:
        raise Unreadable(
            _("{file} is a broken archive", file=path.name),
            _("what is compressed breaks off or is damaged"),
            _("copy it again from where it came"),
        ) from error
    if not content.strip():
        raise Unreadable(
            _("{file} is empty", file=path.name),
            _("there is no row to propose a contract from"),
            _("name a file with a header and some rows"),
        )
    if compressed and path.suffix != ".gz":
        raise Unreadable(
            _("{file} is compressed, but not named so", file=path.name),
            _("a job tells by the name whether to decompress a file"),
            _("rename it to {name}.gz", name=path.name),
        )
    return Sample(path, content[:LIMIT], len(content) > LIMIT, compressed)


def _refused(path: Path, error: OSError) -> Unreadable:
    if isinstance(error, gzip.BadGzipFile):
        return Unreadable(
            _("{file} is a broken archive", file=path.name),
            _("what is compressed breaks off or is damaged"),
            _("copy it again from where it came"),
        )
    if isinstance(error, FileNotFoundError):
        return Unreadable(
            _("{file} is not there", file=path),
            _("no such file"),
            _("correct its path; a relative one begins in the folder you are in"),
        )
    if isinstance(error, IsADirectoryError):
        return Unreadable(_("{file} is a folder", file=path), _("one file is looked at"), _("name a file in it"))
    if isinstance(error, PermissionError):
        return Unreadable(
            _("{file} may not be read", file=path),
            _("the system refuses it to you"),
            _("allow it, as by chmod u+r, or copy it to a place of yours"),
        )
    return Unreadable(
        _("{file} cannot be read", file=path),
        error.strerror or type(error).__name__,
        _("see to the disk or the path, and try again"),
    )


def decoded(sample: Sample) -> Text:
    """The text, and how it was told. Raises Unreadable for what is no text."""
    content = sample.content
    for mark, name, codec in _MARKS:
        if content.startswith(mark):
            words = _("{encoding} with a byte-order mark", encoding=name)
            return Text(_decode(sample, codec), name, words)
    _refuse_binary(sample)
    if (wide := _wide(content)) is not None:
        return Text(_decode(sample, wide), wide, wide)
    text, at = _as_utf8(sample)
    if at is None:
        return Text(text, "UTF-8", "UTF-8")
    if _mostly_utf8(content):
        raise _broken(sample, at)
    if not any(0x80 <= byte < 0xA0 for byte in content):
        return Text(content.decode("iso-8859-1"), "ISO-8859-1", "Latin-1")
    try:
        return Text(content.decode("cp1252"), "windows-1252", "Windows-1252")
    except UnicodeDecodeError as error:
        raise _broken(sample, error.start) from error


def _decode(sample: Sample, codec: str) -> str:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        return decoder.decode(sample.content, final=not sample.cut)
    except UnicodeDecodeError as error:
        raise _broken(sample, error.start) from error


def _as_utf8(sample: Sample) -> tuple[str, int | None]:
    """The text, or the place of the first byte that is none."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(sample.content, final=not sample.cut), None
    except UnicodeDecodeError as error:
        return "", error.start


def _mostly_utf8(content: bytes) -> bool:
    """Whether more of what is not ASCII is UTF-8 than is not; in Latin-1 next to nothing is, by chance."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(1 for char in text if ord(char) >= 0x80) - broken > broken


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of ASCII text is 0."""
    head = content[:4096]
    if head.count(0) * 4 < len(head):
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    return "UTF-16LE" if odd > even else "UTF-16BE"


def _refuse_binary(sample: Sample) -> None:
    head = sample.content[:4096]
    kind = next((words for mark, words in _OTHERS.items() if head.startswith(mark)), None)
    controls = sum(head.count(byte) for byte in _CONTROLS)
    zeros = head.count(0)
    wide = zeros * 4 >= len(head) and min(head[::2].count(0), head[1::2].count(0)) < len(head) // 64 + 1
    if kind is None and (wide or controls <= len(head) // 100):
        return
    raise Unreadable(
        _("{file} is no text", file=sample.path.name),
        _("its first bytes are those of {kind}", kind=_(kind)) if kind else _("it holds bytes that no text has"),
        _("save the rows as CSV, JSON or Parquet"),
    )


def _broken(sample: Sample, at: int) -> Unreadable:
    line = sample.content.count(b"\n", 0, at) + 1
    return Unreadable(
        _("{file} is written in more than one encoding", file=sample.path.name),
        _("byte {at}, in line {line}, is no character of the encoding that the others have", at=at + 1, line=line),
        _("save it as UTF-8"),
    )
