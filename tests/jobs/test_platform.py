"""One package knows where a job runs; what it tells Auto Loader and Spark's file stream is held word by word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import lakehouse_jobs
import pytest
from lakehouse_jobs.contract.model import Model, Source
from lakehouse_jobs.platform.databricks import (
    Databricks,
    auto_loader_options,
    listing_options,
    reader_schema,
)
from lakehouse_jobs.platform.local import Local, stream_options

from tests.jobs.landing import FIELDS

PACKAGE = Path(lakehouse_jobs.__file__).parent
CHECKPOINT = "/Volumes/c/ops/checkpoints/people"
COMMON = {
    "cloudFiles.maxFilesPerTrigger": "1000",
    "cloudFiles.allowOverwrites": "false",
    "cloudFiles.includeExistingFiles": "true",
    "rescuedDataColumn": "_rescued_data",
}
GOLDEN = {
    "csv": {
        "cloudFiles.format": "csv",
        "pathGlobFilter": "*.csv*",
        "header": "true",
        "sep": ";",
        "quote": '"',
        "escape": '"',
        "multiLine": "true",
        "encoding": "ISO-8859-1",
        "nullValue": "NA",
        "emptyValue": "NA",
    },
    "json": {
        "cloudFiles.format": "json",
        "pathGlobFilter": "*.json*",
        "multiLine": "true",
        "encoding": "ISO-8859-1",
    },
    "parquet": {
        "cloudFiles.format": "parquet",
        "pathGlobFilter": "*.parquet",
        "cloudFiles.schemaLocation": f"{CHECKPOINT}/schema",
        "cloudFiles.schemaEvolutionMode": "rescue",
    },
}
# What a Spark Connect session (serverless, shared clusters) does not have.
NOT_CONNECT = {
    "_jvm", "_jdf", "_jsc", "_jsparkSession", "_jseq", "_gateway", "rdd", "sparkContext", "SparkContext", "SQLContext",
    "HiveContext", "sqlContext", "_sc", "foreachPartition", "foreach", "toJSON", "accumulator", "broadcast_variable",
    "newSession", "getActiveSession", "_wrapped", "checkpoint_dir", "setCheckpointDir", "parallelize", "addPyFile",
}  # fmt: skip
HERE = ("cloudFiles", "dbutils", "DBUtils", "/dbfs", "dbfs:")
MACHINE = {"environ", "getenv", "expanduser", "home", "gettempdir", "cwd", "getcwd"}


def model(**source: object) -> Model:
    return Model("people", FIELDS, source=replace(Source(), **source))  # type: ignore[arg-type]


@pytest.mark.parametrize("format", GOLDEN)
def test_auto_loader_gets_rescue_no_inference_and_each_file_once(format: str) -> None:
    given = model(format=format, delimiter=";", encoding="ISO-8859-1", null_value="NA")
    assert auto_loader_options(given, CHECKPOINT) == {**COMMON, **GOLDEN[format]}
    schema = reader_schema(given)
    assert schema == (
        None if format == "parquet" else "`id` STRING, `name` STRING, `city` STRING, _rescued_data STRING"
    )
    # What lists the files for us finds the same ones.
    assert listing_options(given) == {"pathGlobFilter": GOLDEN[format]["pathGlobFilter"], "recursiveFileLookup": "true"}


def test_auto_loader_reads_a_column_by_the_name_that_the_input_has() -> None:
    named = replace(model(), fields=(replace(FIELDS[0], source_name="Cliente Nº"), *FIELDS[1:]))
    assert reader_schema(named) == "`Cliente Nº` STRING, `name` STRING, `city` STRING, _rescued_data STRING"


def test_spark_itself_gets_a_file_stream_that_forgets_nothing() -> None:
    assert stream_options(model()) == {
        "pathGlobFilter": "*.csv*",
        "recursiveFileLookup": "true",
        "maxFilesPerTrigger": "1000",
        "maxFileAge": "36500d",
    }


def test_names_and_paths_of_each_platform() -> None:
    local = Local({"c.silver": "/t/silver"}, {"/Volumes/c/b/l": "/v/l"}, {"abfss://raw@s.dfs.core.windows.net/": "/s"})
    assert Databricks().table("c.silver.account") == "`c`.`silver`.`account`"
    assert local.table("c.silver.account") == "delta.`/t/silver/account`"
    assert local.path("/Volumes/c/b/l/x/y.csv") == "/v/l/x/y.csv"
    assert local.path("abfss://raw@s.dfs.core.windows.net/x") == "/s/x"
    assert Databricks().path("/Volumes/c/b/l/x") == "/Volumes/c/b/l/x"
    assert Databricks().plain("dbfs:/Volumes/c/b/l/a%20b.csv") == "/Volumes/c/b/l/a b.csv"
    assert local.plain("file:///v/l/S%C3%A3o%20%2541.csv") == "/v/l/São %41.csv"
    with pytest.raises(FileNotFoundError):
        local.path("/Volumes/c/b/late")
    with pytest.raises(LookupError, match="SCHEMA_NOT_FOUND"):
        local.table("c.gold.account")


def test_one_package_alone_knows_auto_loader_dbutils_and_this_machine() -> None:
    found = [f"{path.relative_to(PACKAGE)}:{line}: {what}" for path, line, what in _knowledge(_others())]
    assert found == []
    # The scan finds what it is to find.
    inside = {what for _, _, what in _knowledge((PACKAGE / "platform").glob("*.py"))}
    assert {"cloudFiles.format", "pyspark.dbutils", "environ", "/Volumes/"} <= inside


def test_all_else_is_spark_connect() -> None:
    files = list(PACKAGE.rglob("*.py"))
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {node.attr}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in NOT_CONNECT
    ]
    assert found == []
    assert len(files) > 20


def _others() -> Iterator[Path]:
    return (path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "platform")


def _knowledge(paths: Iterator[Path]) -> Iterator[tuple[Path, int, str]]:
    """What only the platform may know: in a module's text (not in what documents it), imports and attributes."""
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = set(_documentation(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                known = any(word in node.value for word in HERE) or node.value.startswith(("/Volumes", "file:", "/tmp"))
                if known and not _is_default(path, node.value):
                    yield path, node.lineno, node.value
            elif isinstance(node, ast.Attribute) and node.attr in MACHINE:
                yield path, node.lineno, node.attr
            elif isinstance(node, ast.ImportFrom) and node.module and "dbutils" in node.module:
                yield path, node.lineno, node.module


def _documentation(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _is_default(path: Path, text: str) -> bool:
    """The command line's defaults name volumes, which each platform opens in its own way."""
    return path.name == "main.py" and text.startswith("/Volumes/{catalog}/")
