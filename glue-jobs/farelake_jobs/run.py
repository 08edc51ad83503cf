"""One run of a plan: its inputs become relations, its steps are taken in order, and what came of them is told."""

from __future__ import annotations

import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import csv_input, key, parquet_input
from .fault import Fault
from .write import Written, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame, SparkSession

_TOLD_ROWS = {"check": 1000, "receipt": 10_000}


class Run:
    """What a run knows. Relations are temporary views of its session, which is its own while it lasts."""

    def __init__(self, spark: SparkSession, plan: dict[str, Any], scratch: Path) -> None:
        """`plan` was read by `plan.read`."""
        self._spark = spark
        self._plan = plan
        self._scratch = scratch
        self._token = uuid.uuid4().hex[:8]
        self._views: set[str] = set()
        self.outputs: dict[str, Written] = {}
        self.selected: dict[str, list[int]] = {}
        self.receipts: dict[str, list[dict[str, Any]]] = {}

    def go(self) -> None:
        """Takes all steps. Raises Fault, and whatever the engine raises."""
        for one in self._plan["inputs"]:
            self._open(one)
        for place, step in enumerate(self._plan["steps"]):
            began = time.monotonic()
            _STEPS[step["kind"]](self, step)
            name = step.get("relation") or step.get("name") or step.get("output") or step.get("input")
            words = f"step {place + 1} of {len(self._plan['steps'])}: {step['kind']} {name}"
            print(f"{words}, {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Takes its relations away: the next plan of the session begins with nothing, and Spark lets go of their rows."""
        for name in self._views:
            self._spark.catalog.dropTempView(name)

    def read(self) -> dict[str, int]:
        """Rows of CSV objects, by load: those written, since a run with others is not done."""
        counts: Counter[str] = Counter()
        for one in self._plan["inputs"]:
            if one["kind"] == "csv":
                counts.update({str(single["loadId"]): 0 for single in one["objects"]})
        for written in self.outputs.values():
            counts.update({load: count for load, count in written.loads.items() if load in counts})
        return dict(counts)

    def _open(self, one: dict[str, Any]) -> None:
        if one["kind"] == "csv":
            self._name(one["relation"], csv_input.relation(self._spark, one))
        elif one["kind"] == "key":
            self._name(one["relation"], key.relation(self._spark, one))
        elif not one.get("selected"):
            self._name(one["relation"], self._parquet(one, one["files"]))

    def _parquet(self, one: dict[str, Any], files: list[dict[str, Any]]) -> DataFrame:
        return parquet_input.relation(self._spark, one["columns"], files, self._scratch)

    def _name(self, relation: str, frame: DataFrame) -> None:
        # The method parses its name; in backticks any character may stand in it.
        frame.createOrReplaceTempView("`" + relation.replace("`", "``") + "`")
        self._views.add(relation)

    def _view(self, step: dict[str, Any]) -> None:
        self._name(step["relation"], self._spark.sql(step["sql"]))

    def _table(self, step: dict[str, Any]) -> None:
        # Not `persist`: each later step would carry the plans of all before it, and forty of them outgrew the driver's memory.
        self._name(step["relation"], self._spark.sql(step["sql"]).localCheckpoint(eager=True))

    def _select(self, step: dict[str, Any]) -> None:
        one = next(given for given in self._plan["inputs"] if given.get("relation") == step["input"])
        places = sorted({int(row[0]) for row in self._spark.sql(step["sql"]).collect()})
        if places and not 0 <= places[0] <= places[-1] < len(one["files"]):
            raise Fault("bad-plan", f"A select step of {step['input']} names files that are not there.")
        self.selected[step["input"]] = places
        chosen = [one["files"][place] for place in places]
        self._name(step["input"], parquet_input.placed(self._parquet(one, chosen), places, chosen))

    def _check(self, step: dict[str, Any]) -> None:
        found = self._told(step)
        if found:
            self.receipts[step["name"]] = found
            raise Fault("check", f"The check {step['name']} found {len(found)} rows.", check=step["name"])

    def _receipt(self, step: dict[str, Any]) -> None:
        found = self._told(step)
        if len(found) > _TOLD_ROWS["receipt"]:
            raise Fault("bad-plan", f"The receipt {step['name']} has more rows than a result takes.")
        self.receipts[step["name"]] = found

    def _told(self, step: dict[str, Any]) -> list[dict[str, Any]]:
        most = _TOLD_ROWS[step["kind"]] + (1 if step["kind"] == "receipt" else 0)
        rows = self._spark.sql(step["sql"]).limit(most).collect()
        return [{name: _told_value(value) for name, value in row.asDict().items()} for row in rows]

    def _write(self, step: dict[str, Any]) -> None:
        output = next(one for one in self._plan["outputs"] if one["name"] == step["output"])
        relation = output["relation"].replace('"', '""')
        frame = self._spark.sql(f'SELECT * FROM "{relation}"')  # noqa: S608 (quoted above)
        written = write(frame, output, self._plan["attempt"], self._token)
        self.outputs[output["name"]] = written
        files = [{**one, "sha256": None} for one in written.files]
        self._name(output["name"], parquet_input.relation(self._spark, output["columns"], files, self._scratch))


_STEPS: dict[str, Callable[[Run, dict[str, Any]], None]] = {
    "view": Run._view,
    "table": Run._table,
    "select": Run._select,
    "check": Run._check,
    "receipt": Run._receipt,
    "write": Run._write,
}


def _told_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    return str(value)
