"""The Spark session: Glue's own, or one of this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: What the SQL of plans relies on (packages/qlik/src/fold/sql/dialect.ts).
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.fieldId.read.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.legacy.parquet.nanosAsLong": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16384",
    "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
    # Files are many and small beside a cluster's; a task of each would cost more than its rows.
    "spark.sql.files.openCostInBytes": "1048576",
}


def open_session(scratch: Path) -> SparkSession:
    """The session of Glue where there is one, else a local one: `FARELAKE_SPARK_MASTER`, `FARELAKE_SPARK_MEMORY`."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("farelake")
    if SparkSession.getActiveSession() is None and not _on_glue():
        own = {
            "spark.driver.memory": os.environ.get("FARELAKE_SPARK_MEMORY", "2g"),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": str(scratch),
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.shuffle.partitions": os.environ.get("FARELAKE_SPARK_PARTITIONS", "8"),
            "spark.log.level": "ERROR",
        }
        builder = builder.master(os.environ.get("FARELAKE_SPARK_MASTER", "local[*]"))
        for name, value in own.items():
            builder = builder.config(name, value)
    spark = builder.getOrCreate()
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _on_glue() -> bool:
    try:
        import awsglue  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        return False
    return True
