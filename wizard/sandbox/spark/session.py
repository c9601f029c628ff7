"""A Spark session with Delta on this machine, set for small data and a quick start."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DELTA = "io.delta_delta-spark_2.13-{version}.jar"
_NEEDED = (DELTA, "io.delta_delta-storage-{version}.jar", "org.antlr_antlr4-runtime-*.jar")
TEMPORARY = "temporary"  # Spark leaves folders of artifacts there when it is killed
_JVM = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # these jobs end before the second compiler pays
    "-Xshare:auto",
    "-XX:-UsePerfData",
)


def settings(folder: Path) -> dict[str, str]:
    """Spark's settings; `folder` takes what Spark writes beside tables."""
    return {
        "spark.master": "local[2]",
        "spark.app.name": "lakehouse-sandbox",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": " ".join(
            (*_JVM, f'-Dderby.system.home="{folder}"', f'-Djava.io.tmpdir="{folder / TEMPORARY}"')
        ),
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
        "spark.sql.adaptive.enabled": "false",
        # Compiling a query takes longer than interpreting it over a few thousand rows.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.streaming.minBatchesToRetain": "10",
        "spark.shuffle.compress": "false",
        "spark.log.level": "WARN",
        "spark.ui.showConsoleProgress": "false",
    }


def delta_jars() -> list[Path] | None:
    """Delta's jars where Ivy keeps them since an earlier start; None if they must be fetched."""
    found: list[Path] = []
    wanted = [name.format(version=version("delta-spark")) for name in _NEEDED]
    for cache in sorted(Path.home().glob(".ivy2*/jars"), reverse=True):
        found = [match for name in wanted for match in sorted(cache.glob(name))[-1:]]
        if len(found) == len(wanted) and all(jar.stat().st_size for jar in found):
            return found
    return None


def start(folder: Path) -> SparkSession:
    """Start Spark; the first time ever it fetches Delta from Maven Central."""
    from pyspark.sql import SparkSession

    (folder / TEMPORARY).mkdir(parents=True, exist_ok=True)
    builder = SparkSession.builder
    for key, value in settings(folder).items():
        builder = builder.config(key, value)
    jars = delta_jars()
    if jars is None:
        from delta import configure_spark_with_delta_pip

        return configure_spark_with_delta_pip(builder).getOrCreate()
    # On the class path they need neither Ivy's resolution nor a copy for each start.
    return builder.config("spark.driver.extraClassPath", ":".join(map(str, jars))).getOrCreate()


def readable(error: BaseException) -> str:
    """The first line of an error as Spark words it, without the Java stack."""
    text = str(error)
    text = text.split("JVM stacktrace:", 1)[0]
    return re.split(r"\n\s*at |\n;", text, maxsplit=1)[0].strip() or type(error).__name__
