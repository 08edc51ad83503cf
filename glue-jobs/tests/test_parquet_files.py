"""Files of a task: their names, how rows roll over, ids, statistics."""

import decimal
import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from farelake_jobs.parquet_files import Task, write_files

COLUMNS = [
    {"name": "id", "id": 101, "type": "BIGINT"},
    {"name": "mask", "id": 4, "elementId": 5, "type": "ARRAY<INT>"},
]


def batches(count, size, runs=(0,)):
    """Rows 0 to `count`, cut into batches; each run has as many."""
    for run in runs:
        for at in range(0, count, size):
            ids = list(range(at, min(count, at + size)))
            masks = pa.array([[1, 2]] * len(ids), pa.list_(pa.int32()))
            columns = [pa.array(ids), masks, pa.array([run] * len(ids), pa.int32())]
            yield pa.RecordBatch.from_arrays(columns, ["id", "mask", "@run"])


def written(tmp_path, rows, given, **more):
    output = {"prefix": f"file://{tmp_path}/b", "columns": COLUMNS, "notes": {"n": "x"}, "rows": rows, **more}
    told = list(write_files(given, output, Task("0123456789abcdef0123", "aabbccdd", 3, 11)))
    assert told[-1] == {"misfits": {}}
    return [one["file"] for one in told[:-1]]


def test_no_file_has_more_than_one_and_a_half_times_its_rows(tmp_path):
    for count in (1, 99, 100, 149, 150, 151, 250, 399, 1000):
        files = written(tmp_path / str(count), 100, batches(count, 37))
        assert sum(one["rows"] for one in files) == count
        assert all(one["rows"] <= 150 for one in files)
        assert all(one["rows"] >= 50 for one in files[1:])


def test_a_file_has_its_ids_its_notes_and_its_checksum(tmp_path):
    (one,) = written(tmp_path, 100, batches(10, 3))
    path = Path(one["uri"].removeprefix("file://"))
    assert path.name == "b-0123456789abcdef0123-00003-0-aabbccddb.parquet"
    content = path.read_bytes()
    assert (one["size"], one["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    schema = pq.read_schema(path)
    assert schema.field("id").metadata[b"PARQUET:field_id"] == b"101"
    assert schema.field("mask").type.value_field.metadata[b"PARQUET:field_id"] == b"5"
    assert pq.read_metadata(path).metadata[b"n"] == b"x"
    assert one["statistics"]["id"] | {"bytes": 0} == {"id": 101, "min": "0", "max": "9", "nulls": 0, "values": 10, "bytes": 0}
    assert one["statistics"]["mask.element"]["values"] == 20


def test_segments_have_a_number_and_hold_one_run_each(tmp_path):
    segments = {"first": 7, "key": ["id"], "run": "@run"}
    files = written(tmp_path, 100, batches(120, 50, runs=(0, 2)), segments=segments, prefix=f"file://{tmp_path}/")
    assert [one["segment"] for one in files] == [
        {"number": 7 + 3 * 64, "run": 0, "lowestKey": ["0"]},
        {"number": 8 + 3 * 64, "run": 2, "lowestKey": ["0"]},
    ]
    assert Path(files[0]["uri"]).name == "000199-0123456789abcdef0123-aabbccddb.parquet"


def test_rows_that_do_not_fit_are_counted_by_load_and_not_written(tmp_path):
    columns = [pa.array([1, 2, 3]), pa.array([None, 0, None], pa.int32()), pa.array([7, 7, 8])]
    batch = pa.RecordBatch.from_arrays(columns, ["id", "@misfit", "_load_id"])
    output = {"prefix": f"file://{tmp_path}/b", "columns": COLUMNS[:1], "notes": {}, "rows": 10, "guard": {"column": "@misfit"}}
    *files, last = write_files(iter([batch]), output, Task("0" * 20, "r", 0, 0))
    assert (last, files[0]["file"]["rows"], files[0]["loads"]) == ({"misfits": {"7": 1}}, 2, {"7": 1, "8": 1})


def test_decimals_lie_as_duckdb_writes_them(tmp_path):
    for precision, physical in ((9, "INT32"), (18, "INT64"), (19, "FIXED_LEN_BYTE_ARRAY")):
        values = pa.array([decimal.Decimal("1.50"), None], pa.decimal128(precision, 2))
        column = {"name": "d", "id": 101, "type": f"DECIMAL({precision},2)"}
        output = {"prefix": f"file://{tmp_path}/{precision}", "columns": [column], "notes": {}, "rows": 10}
        *files, _ = write_files(iter([pa.RecordBatch.from_arrays([values], ["d"])]), output, Task("0" * 20, "r", 0, 0))
        path = files[0]["file"]["uri"].removeprefix("file://")
        assert pq.ParquetFile(path).schema.column(0).physical_type == physical
        assert files[0]["file"]["statistics"]["d"]["min"] == "1.50"
