"""Arrow batches become Parquet files of the stage: named by attempt, run and task, with ids, checksum and statistics."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import places
from .columns import arrow_schema
from .fault import Fault
from .statistics import ColumnStatistics, key_text

if TYPE_CHECKING:
    import pyarrow as pa

#: As DuckDB writes them here (packages/lake/src/parquet/row-groups.ts).
ROW_GROUP = 65_536
_LEVEL = 2
#: Segments that one task may write; numbers of the next task begin behind them.
STRIDE = 64


class Task:
    """What names the files of one task of one run."""

    def __init__(self, attempt: str, run: str, partition: int, task: int) -> None:
        """`run` is drawn anew for each run of the plan, `task` by Spark for each try at a task."""
        self.attempt = attempt
        self.partition = partition
        self._own = f"{run}{task:x}"

    def name(self, prefix: str, place: int) -> str:
        """A file's URI; `place` among those of the task, from 0."""
        return f"{prefix}-{self.attempt}-{self.partition:05}-{place}-{self._own}.parquet"

    def segment(self, prefix: str, number: int) -> str:
        """A segment's URI: its number stands first."""
        return f"{prefix}{number:06}-{self.attempt}-{self._own}.parquet"


def write_files(batches: Iterator[pa.RecordBatch], output: dict[str, Any], task: Task) -> Iterator[dict[str, Any]]:
    """Writes all rows of a task; tells each file, and at last how many rows did not fit, by load."""
    misfits: Counter[int] = Counter()
    files = _Files(output, task)
    for batch in batches:
        fitting = _fitting(batch, output, misfits)
        for part in _runs(fitting, output):
            yield from files.add(part)
    yield from files.end()
    yield {"misfits": {str(load): count for load, count in misfits.items()}}


def _fitting(batch: pa.RecordBatch, output: dict[str, Any], misfits: Counter[int]) -> pa.RecordBatch:
    import pyarrow.compute as pc

    guard = output.get("guard")
    if guard is None:
        return batch
    column = batch.column(guard["column"])
    if column.null_count == len(column):
        return batch
    fits = pc.is_null(column)
    bad = batch.filter(pc.invert(fits))
    loads = bad.column("_load_id").to_pylist() if "_load_id" in bad.schema.names else [0] * bad.num_rows
    misfits.update(loads)
    return batch.filter(fits)


def _runs(batch: pa.RecordBatch, output: dict[str, Any]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """A batch cut where the run of segments changes."""
    import pyarrow.compute as pc

    segments = output.get("segments")
    if batch.num_rows == 0:
        return
    if segments is None:
        yield 0, batch
        return
    runs = batch.column(segments["run"])
    start = 0
    while start < batch.num_rows:
        run = runs[start].as_py()
        end = start + (pc.sum(pc.equal(runs.slice(start), run)).as_py() or 0)
        yield run, batch.slice(start, end - start)
        start = end


class _Files:
    """Rows roll over into further files: `rows` each, unless what follows is less than half of that."""

    def __init__(self, output: dict[str, Any], task: Task) -> None:
        self._output = output
        self._task = task
        self._rows = output["rows"]
        self._open: _File | None = None
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0
        self._run = 0
        self._place = 0

    def add(self, part: tuple[int, pa.RecordBatch]) -> Iterator[dict[str, Any]]:
        run, batch = part
        if self._open is not None and run != self._run:
            yield from self.end()
        self._run = run
        while batch.num_rows > 0:
            if self._open is None:
                self._open = _File(self._output, batch.schema)
            room = self._rows - self._open.rows
            if room > 0:
                self._open.add(batch.slice(0, room))
                batch = batch.slice(room)
                continue
            batch = yield from self._hold(batch)

    def _hold(self, batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
        """The file has its rows: what follows waits until it is half a file, or all there is."""
        room = max(1, self._rows // 2) - self._held_rows
        held = batch.slice(0, room)
        self._held.append(held)
        self._held_rows += held.num_rows
        rest = batch.slice(room)
        if rest.num_rows > 0:
            waiting = self._take_held()
            yield self._close()
            self._open = _File(self._output, batch.schema)
            for one in waiting:
                self._open.add(one)
        return rest

    def end(self) -> Iterator[dict[str, Any]]:
        if self._open is None:
            return
        for one in self._take_held():
            self._open.add(one)
        yield self._close()

    def _take_held(self) -> list[pa.RecordBatch]:
        held, self._held, self._held_rows = self._held, [], 0
        return held

    def _close(self) -> dict[str, Any]:
        if self._open is None:
            raise AssertionError("no file is open")
        one, self._open = self._open, None
        told = one.publish(*self._named())
        self._place += 1
        return told

    def _named(self) -> tuple[str, dict[str, Any] | None]:
        segments = self._output.get("segments")
        prefix = self._output["prefix"]
        if segments is None:
            return self._task.name(prefix, self._place), None
        if self._place >= STRIDE:
            raise Fault("too-many-segments", f"One part of the table fell into more than {STRIDE} segments.")
        number = segments["first"] + self._task.partition * STRIDE + self._place
        return self._task.segment(prefix, number), {"number": number, "run": self._run}


class _File:
    """One Parquet file, written to this machine's disk first."""

    def __init__(self, output: dict[str, Any], given: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._output = output
        self._schema = arrow_schema(output["columns"], given)
        self._statistics = [ColumnStatistics(one, self._schema.field(one["name"]).type) for one in output["columns"]]
        self._folder = tempfile.TemporaryDirectory(prefix="farelake-")
        self._local = Path(self._folder.name) / "file.parquet"
        self._writer = pq.ParquetWriter(
            self._local,
            self._schema,
            compression="zstd",
            compression_level=_LEVEL,
            store_schema=False,
            store_decimal_as_integer=True,
            write_page_index=False,
        )
        self._group: list[pa.RecordBatch] = []
        self._group_rows = 0
        self._first: pa.RecordBatch | None = None
        self._loads: Counter[int] = Counter()
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if batch.num_rows == 0:
            return
        self._first = batch.slice(0, 1) if self._first is None else self._first
        if "_load_id" in batch.schema.names:
            for one in pc.value_counts(batch.column("_load_id")):
                self._loads[one["values"].as_py()] += one["counts"].as_py()
        columns = [batch.column(field.name).cast(field.type) for field in self._schema]
        for statistics, column in zip(self._statistics, columns, strict=True):
            statistics.add(column)
        self._group.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        self._group_rows += batch.num_rows
        self.rows += batch.num_rows
        if self._group_rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._group:
            table = pa.Table.from_batches(self._group, self._schema)
            self._writer.write_table(table, row_group_size=ROW_GROUP)
        self._group, self._group_rows = [], 0

    def publish(self, uri: str, segment: dict[str, Any] | None) -> dict[str, Any]:
        """Closes the file and puts it where it belongs."""
        self._flush()
        if self._output["notes"]:
            self._writer.add_key_value_metadata(self._output["notes"])
        self._writer.close()
        size = self._local.stat().st_size
        with self._local.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        told: dict[str, Any] = {"uri": uri, "size": size, "sha256": sha256, "rows": self.rows}
        told["statistics"] = self._told_statistics()
        if segment is not None and self._first is not None:
            key = [key_text(self._first.column(name)[0].as_py()) for name in self._output["segments"]["key"]]
            told["segment"] = {**segment, "lowestKey": key}
        places.publish(self._local, uri)
        self._folder.cleanup()
        return {"file": told, "loads": {str(load): count for load, count in self._loads.items()}}

    def _told_statistics(self) -> dict[str, Any]:
        import pyarrow.parquet as pq

        footer = pq.read_metadata(self._local)
        sizes: Counter[int] = Counter()
        for group in range(footer.num_row_groups):
            for column in range(footer.num_columns):
                sizes[column] += footer.row_group(group).column(column).total_compressed_size
        return {one.name: one.told(sizes[place]) for place, one in enumerate(self._statistics)}
