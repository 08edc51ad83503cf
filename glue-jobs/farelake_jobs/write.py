"""An output of a plan: its relation ordered and spread over tasks, each of which writes its files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .fault import Fault
from .parquet_files import Task, write_files

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

_MOST_PARTS = 4000


@dataclass
class Written:
    """What came of an output."""

    files: list[dict[str, Any]] = field(default_factory=list)
    #: Rows by load, where they tell of it.
    loads: Counter[str] = field(default_factory=Counter)


def write(frame: DataFrame, output: dict[str, Any], attempt: str, run: str) -> Written:
    """Raises Fault `misfit` when rows do not fit: their files are of no use."""
    ordered, kept = _ordered(frame, output)

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyspark import TaskContext

        own = TaskContext.get()
        if own is None:
            raise AssertionError("there is no task")
        names = Task(attempt, run, own.partitionId(), own.taskAttemptId())
        for told in write_files(batches, output, names):
            part = pa.array([own.partitionId()], pa.int32())
            yield pa.RecordBatch.from_arrays([part, pa.array([json.dumps(told)])], ["part", "told"])

    answers = ordered.mapInArrow(task, "part INT, told STRING").collect()
    kept.unpersist()
    written = Written()
    misfits: Counter[str] = Counter()
    for answer in sorted(answers, key=lambda one: one["part"]):
        told = json.loads(answer["told"])
        misfits.update(told.get("misfits", {}))
        if "file" in told:
            written.files.append(told["file"])
            written.loads.update(told["loads"])
    if misfits:
        count, (load, _) = sum(misfits.values()), min(misfits.items(), key=lambda one: int(one[0]))
        raise Fault("misfit", f"{count} rows do not fit the contract.", load_id=int(load) or None)
    return written


def _ordered(frame: DataFrame, output: dict[str, Any]) -> tuple[DataFrame, DataFrame]:
    segments = output.get("segments")
    names = ([segments["run"]] if segments else []) + output["order"]
    guard = output.get("guard")
    needed = [one["name"] for one in output["columns"]] + ([segments["run"]] if segments else [])
    needed += [guard["column"]] if guard else []
    frame = frame.select(*[_column(frame, name) for name in needed])
    if not names:
        return frame, frame
    order = [_column(frame, name).asc_nulls_first() for name in names]
    expected = output["expectedRows"]
    if segments:
        # Parts become files: how many rows there are has to be known, and working them out twice costs more than keeping them.
        frame = frame.persist()
        expected = frame.count()
    parts = max(1, min(_MOST_PARTS, round(expected / output["rows"])))
    return frame.repartitionByRange(parts, *order).sortWithinPartitions(*order), frame


def _column(frame: DataFrame, name: str) -> Column:
    return frame["`" + name.replace("`", "``") + "`"]
