"""Delivered CSV objects as a relation of text: `@c1` …, `_load_id`, `_line`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import places
from .fault import Fault
from .gzip_text import unpacked
from .records import Records, bad, header_and_blocks

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

#: Compressed bytes of objects that one task reads: fewer tasks of small objects, fewer small files of theirs.
_TOGETHER = 8 << 20
#: Rows that are handed on at once.
_BATCH = 16_384


def relation(spark: SparkSession, csv: dict[str, Any]) -> DataFrame:
    """One task reads one object, or several small ones in their order: its rows stay together, and in order."""
    parts = _parts(csv["objects"])
    names = ", ".join(f"`@c{n + 1}` STRING" for n in range(csv["fields"]))
    schema = f"{names}, `_load_id` BIGINT, `_line` BIGINT"
    # As an RDD: a DataFrame of its own accord may put several parts into one task, or one task's rows into another order.
    numbered = spark.sparkContext.parallelize(list(enumerate(parts)) or [(0, [])], max(1, len(parts)))
    frame = numbered.map(lambda one: (one[0],)).toDF("part INT")

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for part in batch.column(0).to_pylist():
                for one in parts[part] if parts else []:
                    yield from _rows(csv, one)

    return frame.mapInArrow(read, schema)


def _parts(objects: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    parts: list[list[dict[str, Any]]] = []
    size = 0
    for one in objects:
        if not parts or size + one["size"] > _TOGETHER:
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += one["size"]
    return parts


def _rows(csv: dict[str, Any], one: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    load_id = one["loadId"]
    records = Records(csv["format"], csv["fields"])
    packed = places.chunks(one["uri"], one["tag"], load_id=load_id)
    text = unpacked(packed, csv["unpackLimit"], load_id)
    blocks = header_and_blocks(text, records, Records(csv["format"], len(csv["header"])), load_id)
    _require_header(csv, next(blocks, b""), load_id)
    line = 2
    for block in blocks:
        table = _parsed(csv, block, load_id)
        count = table.num_rows
        table = table.append_column("_load_id", pa.repeat(pa.scalar(load_id, pa.int64()), count))
        table = table.append_column("_line", pa.array(range(line, line + count), pa.int64()))
        line += count
        yield from table.to_batches(max_chunksize=_BATCH)


def _require_header(csv: dict[str, Any], line: bytes, load_id: int) -> None:
    found = [column[0].as_py() or "" for column in _parsed(csv, line, load_id, nulls=False).columns]
    if found != csv["header"]:
        raise Fault("broken-header", "The header line is another than the one announced.", load_id=load_id)


def _parsed(csv: dict[str, Any], block: bytes, load_id: int, *, nulls: bool = True) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow

    form = csv["format"]
    escape = form["escapeChar"]
    doubled = escape in ("", form["quoteChar"])
    names = [f"@c{n + 1}" for n in range(csv["fields"])]
    try:
        return arrow.read_csv(
            io.BytesIO(block),
            # One block: pieces of it would be cut where arrow likes.
            read_options=arrow.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
            parse_options=arrow.ParseOptions(
                delimiter=form["fieldDelimiter"],
                quote_char=form["quoteChar"] or False,
                double_quote=doubled,
                escape_char=False if doubled else escape,
                newlines_in_values=True,
            ),
            convert_options=arrow.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=nulls,
                # A quoted empty field is text, an unquoted one is NULL.
                quoted_strings_can_be_null=False,
                null_values=[form["nullValue"]],
            ),
        )
    except pa.ArrowInvalid as error:
        # Its words quote the row. Not UTF-8, most of the time: all else was judged before.
        raise bad(load_id) from error
