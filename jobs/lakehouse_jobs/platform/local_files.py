"""Files on this machine: which there are, and their rows with every column found by its name."""

from __future__ import annotations

import codecs
import csv
import fnmatch
import gzip
import io
import os
import re
import zlib
from collections.abc import Collection, Iterable
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.sources.files import (
    CORRUPT,
    EXTENSIONS,
    MODIFIED,
    PATH,
    RESCUED,
    Stamp,
    UnknownColumn,
    Unreadable,
    as_text,
    called,
    charset,
    columns,
    literal,
    quoted,
    reader_options,
    source_columns,
    text_schema,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_METADATA = (f"_metadata.file_path as {PATH}", f"_metadata.file_modification_time as {MODIFIED}")
_TAKEN = {name.lower() for name in (CORRUPT, RESCUED, PATH, MODIFIED, "_metadata")}
_FAILED = re.compile(r"FAILED_READ_FILE[^\]]*\][^\n]*? file (file:\S+?)\.(?:\s|$)")
_BEGINNING = 1 << 16  # bytes whose encoding is looked at; a header is shorter, or its file is refused


def listing(root: str, model: Model) -> dict[str, Stamp]:
    """The files below a folder that Spark's stream would take, whatever their age."""
    found = []
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if not name.startswith(("_", "."))]
        here = fnmatch.filter(names, EXTENSIONS[model.source.format])
        found += [os.path.join(folder, name) for name in here if not name.startswith(("_", "."))]  # noqa: PTH118
    present = stamps(found)
    return {path: present.get(path, Stamp(-1, -1)) for path in found}


def stamps(paths: Iterable[str]) -> dict[str, Stamp]:
    """Those that are there, as they are now."""
    now = {}
    for path in paths:
        try:
            told = os.stat(path)  # noqa: PTH116 - ten thousand files are asked for
        except OSError:
            continue
        now[path] = Stamp(told.st_size, told.st_mtime_ns)
    return now


def plain(uri: str, *, encoded: bool) -> str:
    """A path of this machine from Spark's; in a row's metadata it is percent-encoded, in a list of files it is not."""
    return unquote(urlsplit(uri).path) if encoded else "/" + uri.removeprefix("file:").lstrip("/")


def culprit(error: Exception) -> str | None:
    """The file that a failed read names."""
    found = _FAILED.search(str(error))
    return plain(found[1], encoded=True) if found else None


def rows(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    """The rows of those files. Raises Unreadable, UnknownColumn."""
    if not files:
        return _none(session, model)
    return {"csv": _csv, "json": _json, "parquet": _parquet}[model.source.format](session, files, model)


def _csv(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    """Files with the same header are read together, so that columns are found by name."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        header = _header(file, model)
        if header:
            _checked(file, header, model)
            groups.setdefault(header, []).append(file)
    frames = [_csv_group(session, group, header, model) for header, group in groups.items()]
    return reduce(lambda one, other: one.unionByName(other), frames) if frames else _none(session, model)


def _csv_group(session: SparkSession, files: list[str], header: tuple[str, ...], model: Model) -> DataFrame:
    options = {**reader_options(model.source), "columnNameOfCorruptRecord": CORRUPT}
    reader = session.read.schema(f"{text_schema(header)}, {CORRUPT} STRING").options(**options)
    frame = reader.csv(_escaped(files)).selectExpr("*", *_METADATA)
    return as_text(frame, model, _rescue([*_unknown(header, model), CORRUPT]))


def _header(file: str, model: Model) -> tuple[str, ...]:
    """Column names of a file in their order; one that comes again gets a number. Empty for an empty file."""
    if not model.source.header:
        return source_columns(model)
    text = io.StringIO(_beginning(file, model.source.encoding), newline="")
    reader = csv.reader(text, delimiter=model.source.delimiter)
    try:
        cells = next((row for row in reader if len(row) > 1 or (row and row[0].strip())), [])
    except csv.Error as error:
        raise Unreadable(file, f"its header cannot be read: {error}") from None
    if text.tell() >= _BEGINNING // 4 and not text.read(1):
        raise Unreadable(file, f"its first {_BEGINNING} bytes hold no end of a header")
    names: list[str] = []
    taken = set(_TAKEN)
    for position, cell in enumerate(cells, start=1):
        name = cell or f"_column_{position}"
        name = name if name.lower() not in taken else f"{name}__{position}"
        names.append(name)
        taken.add(name.lower())
    return tuple(names)


def _beginning(file: str, encoding: str) -> str:
    """The first characters. What is not of the declared encoding would come out as other letters, so it is refused."""
    try:
        with gzip.open(file) if file.endswith(".gz") else open(file, "rb") as stream:  # noqa: PTH123
            data = stream.read(_BEGINNING)
    except (OSError, EOFError, zlib.error) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(file, f"it cannot be opened: {told}") from None
    known = "utf-8-sig" if encoding.upper().replace("-", "") == "UTF8" else encoding
    try:
        # What was cut off in the middle of a character is no fault of the file.
        return codecs.getincrementaldecoder(known)().decode(data, final=len(data) < _BEGINNING)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not {encoding}; say the file's encoding in the contract (source.encoding)"
        raise Unreadable(file, reason) from None


def _json(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    """Objects as maps of text, so that an unknown key is seen."""
    whole = model.source.multiline
    reader = session.read.option("encoding", charset(model.source))
    text = reader.text(_escaped(files), wholetext=whole).selectExpr("value", *_METADATA)
    if whole:
        # Item by item: one that is no object must not take the others with it.
        array = "if(startswith(trim(value), '['), value, concat('[', value, ']'))"
        items = f"explode_outer(coalesce(from_json({array}, 'array<string>'), array(value))) as value"
        text = text.selectExpr(items, PATH, MODIFIED)
    text = text.where("trim(value) <> ''").selectExpr("*", "from_json(value, 'map<string,string>') as m")
    known = ", ".join(literal(name) for name in source_columns(model))
    extra = f"map_filter(m, (k, v) -> not array_contains(array({known}), k))"
    if model.evolution.column == "freeze":
        found = text.selectExpr(PATH, f"map_keys({extra}) as names").where("size(names) > 0").first()
        if found:
            raise UnknownColumn(plain(found[PATH], encoded=True), found["names"], some_known=True)
    cells = [f"m[{literal(called(field))}] as {quoted(called(field))}" for field in model.fields]
    corrupt = f"to_json(named_struct('{CORRUPT}', value, '{PATH}', {PATH}))"
    rescued = (
        f"case when m is null then {corrupt} when cardinality({extra}) > 0 "
        f"then to_json(map_concat({extra}, map('{PATH}', {PATH}))) end"
    )
    return as_text(text.selectExpr(*cells, f"{rescued} as _kept", PATH, MODIFIED), model, "_kept")


def _parquet(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    frames = [_parquet_group(group, model) for group in _of_one_schema(session, files, model)]
    return reduce(lambda one, other: one.unionByName(other), frames)


def _parquet_group(frame: DataFrame, model: Model) -> DataFrame:
    extra = _unknown(frame.columns, model)
    rescued = _rescue(extra) if extra else "cast(null as string)"
    return as_text(frame.selectExpr("*", *_METADATA), model, rescued)


def _of_one_schema(session: SparkSession, files: list[str], model: Model) -> list[DataFrame]:
    """All files at once if their schemas go together; else, or to find the file at fault, each by itself."""
    try:
        whole = session.read.option("mergeSchema", "true").parquet(*_escaped(files))
        if model.evolution.column != "freeze" or not _unknown(whole.columns, model):
            return [whole]
    except Exception:
        if len(files) == 1:
            raise Unreadable(files[0], "it is no Parquet file, or only a part of one") from None
    frames = []
    for file in files:
        (frame,) = _of_one_schema(session, [file], model)
        _checked(file, frame.columns, model)
        frames.append(frame)
    return frames


def _checked(file: str, names: Collection[str], model: Model) -> None:
    unknown = _unknown(names, model)
    if unknown and model.evolution.column == "freeze":
        raise UnknownColumn(file, unknown, some_known=len(unknown) < len(names))


def _unknown(names: Iterable[str], model: Model) -> list[str]:
    return [name for name in names if name not in source_columns(model)]


def _rescue(names: Iterable[str]) -> str:
    """JSON text of those columns that have a value; null if none has."""
    cells = [quoted(name) for name in names]
    some = " or ".join(f"{cell} is not null" for cell in cells)
    parts = ", ".join(f"{literal(name)}, {cell}" for name, cell in zip(names, cells, strict=True))
    return f"case when {some} then to_json(named_struct({parts}, '{PATH}', {PATH})) end"


def _escaped(files: list[str]) -> list[str]:
    """A path's brackets and stars are letters here, no pattern."""
    return ["".join(f"\\{c}" if c in "\\[]{}*?" else c for c in file) for file in files]


def _none(session: SparkSession, model: Model) -> DataFrame:
    """No rows, in the form of all others."""
    form = f"{text_schema(columns(model))}, {PATH} STRING, {MODIFIED} TIMESTAMP"
    empty = session.createDataFrame([], form)
    cells = [f"{quoted(name)}" for name in columns(model)]
    return empty.selectExpr(*cells, f"cast(null as string) as {RESCUED}", PATH, MODIFIED)
