"""What both platforms do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def append_options(application: str, version: int) -> dict[str, str]:
    """Delta's writer options for an append that counts once, and that lets a contract add columns."""
    return {"txnAppId": application, "txnVersion": str(version), "mergeSchema": "true"}


def secret(session: SparkSession, scope: str, key: str) -> str:
    """A secret the run's identity may read; it stays in memory."""
    from pyspark.dbutils import DBUtils  # type: ignore[import-not-found] # only where jobs run

    return str(DBUtils(session).secrets.get(scope, key))
