"""One streaming load with polars: load_polars.py <csv.gz> <target> <columns as JSON>. Prints one line of JSON, a LoadRun."""
import json
import os
import resource
import sys
import time

import polars as pl

source, target, columns = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])


def read_as(name):
    if name.startswith("DECIMAL"):
        precision, scale = name[8:-1].split(",")
        return pl.Decimal(int(precision), int(scale))
    # Polars reads times as text and parses them next; booleans are 0 and 1 in the file.
    return {"BIGINT": pl.Int64, "DOUBLE": pl.Float64, "BOOLEAN": pl.Int8}.get(name, pl.String)


def typed(column, name):
    if name == "TIMESTAMP":
        return pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    if name == "DATE":
        return pl.col(column).str.to_date("%Y-%m-%d")
    return pl.col(column).cast(pl.Boolean) if name == "BOOLEAN" else pl.col(column)


began = time.perf_counter()
frame = pl.scan_csv(source, schema={column: read_as(name) for column, name in columns})
frame.select(typed(column, name) for column, name in columns).sink_parquet(target, compression="zstd")
wall = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_SELF)
rows = pl.scan_parquet(target).select(pl.len()).collect().item()
print(json.dumps({
    "wallSeconds": wall,
    "cpuSeconds": usage.ru_utime + usage.ru_stime,
    "peakBytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    "written": os.path.getsize(target),
    "rows": rows,
}))
