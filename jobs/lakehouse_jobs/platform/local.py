"""A Spark with Delta on this machine: names and volumes stand for folders, told in a JSON file."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.platform import shared
from lakehouse_jobs.sources.files import (
    EXTENSIONS,
    MODIFIED,
    MOST_FILES,
    PATH,
    as_text,
    columns,
    quoted,
    reader_options,
    text_schema,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NAMESPACE = "LAKEHOUSE_NAMESPACE"
BINARY_FILE = "path STRING, modificationTime TIMESTAMP, length BIGINT, content BINARY"  # fixed by that format
_CORRUPT = "_corrupt_record"
_METADATA = (f"_metadata.file_path as {PATH}", f"_metadata.file_modification_time as {MODIFIED}")


def stream_options(model: Model) -> dict[str, str]:
    """Options of Spark's own file stream, which finds the new files."""
    return {
        "pathGlobFilter": EXTENSIONS[model.source.format],
        "recursiveFileLookup": "true",
        "maxFilesPerTrigger": str(MOST_FILES),
        # Spark forgets files older than a week by default, without a word.
        "maxFileAge": "36500d",
    }


@dataclass(frozen=True, slots=True)
class Local:
    """`schemas`: catalog.schema -> folder of its tables; `volumes`, `stores`: prefix of a path -> folder; `secrets`:
    scope -> key -> the file that holds it, where no dbutils does."""

    schemas: dict[str, str]
    volumes: dict[str, str]
    stores: dict[str, str]
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> Local:
        """Reads the file that LAKEHOUSE_NAMESPACE names; raises RuntimeError without one."""
        path = os.environ.get(NAMESPACE)
        if not path:
            raise RuntimeError(f"outside Databricks {NAMESPACE} names a JSON file: schemas, volumes, stores, secrets")
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(*(data.get(kind, {}) for kind in ("schemas", "volumes", "stores", "secrets")))

    def session(self) -> SparkSession:
        from pyspark.sql import SparkSession

        return SparkSession.builder.getOrCreate()

    def path(self, path: str) -> str:
        known = {**self.volumes, **self.stores}
        for prefix in sorted(known, key=len, reverse=True):
            root = prefix.rstrip("/")
            if path == root or path.startswith(f"{root}/"):
                return str(Path(known[prefix]) / path[len(root) :].lstrip("/"))
        if path.startswith("/Volumes/") or "://" in path:
            raise FileNotFoundError(f"{path} does not exist: no volume or store has it")
        return path

    def location(self, name: str) -> str:
        schema, _, table = name.rpartition(".")
        if schema not in self.schemas:
            raise LookupError(f"[SCHEMA_NOT_FOUND] the schema {schema} cannot be found")
        return str(Path(self.schemas[schema]) / table)

    def table(self, name: str) -> str:
        return f"delta.{quoted(self.location(name))}"

    def exists(self, name: str) -> bool:
        return (Path(self.location(name)) / "_delta_log").is_dir()

    def stream_files(self, folder: str, model: Model, checkpoint: str) -> DataFrame:
        # Only names and times are read here, so the format does not matter: `rows` opens the files by their headers.
        stream = self.session().readStream.format("binaryFile").options(**stream_options(model))
        return stream.schema(BINARY_FILE).load(self.path(folder)).select("path")

    def rows(self, batch: DataFrame, model: Model) -> DataFrame:
        files = sorted(str(row.path) for row in batch.select("path").collect())
        read = {"csv": _csv, "json": _json, "parquet": _parquet}[model.source.format]
        return read(batch.sparkSession, files, model)

    def stream_table(self, name: str) -> DataFrame:
        return self.session().readStream.format("delta").load(self.location(name))

    def append(
        self, rows: DataFrame, name: str, application: str, version: int, properties: Mapping[str, str] | None = None
    ) -> None:
        options = shared.append_options(application, version)
        options |= properties if properties and not self.exists(name) else {}
        rows.write.format("delta").mode("append").options(**options).save(self.location(name))

    def secret(self, scope: str, key: str) -> str:
        file = self.secrets.get(scope, {}).get(key)
        return Path(file).read_text(encoding="utf-8") if file else shared.secret(self.session(), scope, key)


def _csv(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    """Files with the same header are read together, so that columns are found by name."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        header = _header(file, model)
        if header:
            groups.setdefault(header, []).append(file)
    frames = [_csv_group(session, group, header, model) for header, group in groups.items()]
    return _union(frames) if frames else _none(session, model)


def _csv_group(session: SparkSession, files: list[str], header: tuple[str, ...], model: Model) -> DataFrame:
    options = {**reader_options(model.source), "columnNameOfCorruptRecord": _CORRUPT}
    reader = session.read.schema(f"{text_schema(header)}, {_CORRUPT} STRING").options(**options)
    extra = [name for name in header if name not in columns(model)]
    return as_text(reader.csv(files).selectExpr("*", *_METADATA), model, _rescue([*extra, _CORRUPT]))


def _header(file: str, model: Model) -> tuple[str, ...]:
    """Column names of a file in their order; one that comes again gets a number. Empty for an empty file."""
    if not model.source.header:
        return columns(model)
    with _open(file, model.source.encoding) as text:
        cells = next(csv.reader(text, delimiter=model.source.delimiter), [])
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = cell or f"_column_{position}"
        names.append(name if name.lower() not in {n.lower() for n in names} else f"{name}__{position}")
    return tuple(names)


def _open(uri: str, encoding: str) -> IO[str]:
    path = Path(unquote(urlsplit(uri).path))
    known = "utf-8-sig" if encoding.upper() in ("UTF-8", "UTF8") else encoding
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding=known, newline="")
    return path.open(encoding=known, newline="")


def _json(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    """Objects as maps of text, so that an unknown key is seen."""
    if not files:
        return _none(session, model)
    whole = model.source.multiline
    text = session.read.text(files, wholetext=whole).selectExpr("value", *_METADATA)
    if whole:
        # Item by item: one that is no object must not take the others with it.
        array = "if(startswith(trim(value), '['), value, concat('[', value, ']'))"
        items = f"explode_outer(coalesce(from_json({array}, 'array<string>'), array(value))) as value"
        text = text.selectExpr(items, PATH, MODIFIED)
    text = text.where("trim(value) <> ''")
    known = ", ".join(_literal(name) for name in columns(model))
    cells = [f"m[{_literal(name)}] as {quoted(name)}" for name in columns(model)]
    corrupt = f"to_json(named_struct('{_CORRUPT}', value, '{PATH}', {PATH}))"
    extra = f"map_filter(m, (k, v) -> not array_contains(array({known}), k))"
    rescued = (
        f"case when m is null then {corrupt} when cardinality({extra}) > 0 "
        f"then to_json(map_concat({extra}, map('{PATH}', {PATH}))) end"
    )
    rows = text.selectExpr("value", PATH, MODIFIED, "from_json(value, 'map<string,string>') as m")
    return as_text(rows.selectExpr(*cells, f"{rescued} as _kept", PATH, MODIFIED), model, "_kept")


def _parquet(session: SparkSession, files: list[str], model: Model) -> DataFrame:
    if not files:
        return _none(session, model)
    frame = session.read.options(mergeSchema="true").parquet(*files)
    extra = [name for name in frame.columns if name not in columns(model)]
    return as_text(frame.selectExpr("*", *_METADATA), model, _rescue(extra) if extra else "cast(null as string)")


def _rescue(names: Iterable[str]) -> str:
    """JSON text of those columns that have a value; null if none has."""
    cells = [quoted(name) for name in names]
    some = " or ".join(f"{cell} is not null" for cell in cells)
    parts = ", ".join(f"{_literal(name)}, {cell}" for name, cell in zip(names, cells, strict=True))
    return f"case when {some} then to_json(named_struct({parts}, '{PATH}', {PATH})) end"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(lambda one, other: one.unionByName(other), frames)


def _none(session: SparkSession, model: Model) -> DataFrame:
    """No rows, in the form of all others."""
    form = f"{text_schema(columns(model))}, {PATH} STRING, {MODIFIED} TIMESTAMP"
    return as_text(session.createDataFrame([], form), model, "cast(null as string)")
