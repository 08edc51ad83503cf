"""Parquet files of a table as a relation; its columns are found by their permanent ids."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import places
from .columns import spark_schema
from .fault import Fault

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_AT_ONCE = 64


def relation(spark: SparkSession, columns: list[dict[str, Any]], files: list[dict[str, Any]], scratch: Path) -> DataFrame:
    """Files are looked at first: an engine tells what is missing or damaged in words of its own."""
    schema = spark_schema(columns)
    if not files:
        return spark.createDataFrame([], schema)
    _prove(spark, files)
    local = spark.sparkContext.master.startswith("local")
    paths = [_opened(one["uri"], scratch, local) for one in files]
    return spark.read.schema(schema).parquet(*paths)


def placed(frame: DataFrame, places: list[int], files: list[dict[str, Any]]) -> DataFrame:
    """The relation with `@place`: which of the files a row is of. No two files have one name: it carries the attempt."""
    from pyspark.sql import functions as sql

    if not files:
        return frame.withColumn("@place", sql.lit(None).cast("int"))
    names = {one["uri"].rsplit("/", 1)[1]: place for one, place in zip(files, places, strict=True)}
    spark = frame.sparkSession
    known = spark.createDataFrame(list(names.items()), "`@file` STRING, `@place` INT")
    named = frame.withColumn("@file", sql.col("_metadata.file_name"))
    return named.join(sql.broadcast(known), "@file").drop("@file")


def _prove(spark: SparkSession, files: list[dict[str, Any]]) -> None:
    parts = min(len(files), _AT_ONCE)
    spark.sparkContext.parallelize(files, parts).foreach(_prove_one)


def _prove_one(one: dict[str, Any]) -> None:
    uri, size, sha256 = one["uri"], one["size"], one["sha256"]
    found = places.size_of(uri)
    if found is None:
        raise places.gone(uri)
    if found != size:
        raise Fault("file-damaged", f"{uri} has {found} bytes and not {size}.")
    if sha256 is None:
        return
    digest = hashlib.sha256()
    for chunk in places.chunks(uri):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise Fault("file-damaged", f"{uri} has not the content that was written.")


def _opened(uri: str, scratch: Path, local: bool) -> str:
    """Glue reads `s3://` itself. A session of one machine has no reader of buckets: the file is fetched."""
    if not places.is_bucket(uri):
        return _plain(places.folder_path(uri))
    if not local:
        return uri
    # Under its own name: by it is told which file a row is of.
    target = scratch / hashlib.sha256(uri.encode()).hexdigest()[:24] / uri.rsplit("/", 1)[1]
    if not target.exists():
        target.parent.mkdir()
        with target.open("xb") as into:
            for chunk in places.chunks(uri):
                into.write(chunk)
    return _plain(target)


def _plain(path: Path) -> str:
    """Spark takes some characters of a path for a pattern (Hadoop, `GlobPattern`)."""
    return re.sub(r"([\\*?\[\]{},])", r"\\\1", str(path))
