"""Figures of a run, as Spark counted them, and which code it was."""

from __future__ import annotations

import hashlib
import resource
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Sums over all stages (Spark 3.5, `org.apache.spark.status.api.v1.StageData`).
_SUMMED = {
    "tasks": "numCompleteTasks",
    "failedTasks": "numFailedTasks",
    "taskMilliseconds": "executorRunTime",
    "inputBytes": "inputBytes",
    "inputRows": "inputRecords",
    "shuffledBytes": "shuffleWriteBytes",
    "spilledToMemoryBytes": "memoryBytesSpilled",
    "spilledToDiskBytes": "diskBytesSpilled",
}


def counters(spark: SparkSession) -> dict[str, int]:
    """What can be had of them: figures are never a reason to fail."""
    told = {"driverPeakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    try:
        told |= _of_stages(spark)
    except Exception as error:
        print(f"Spark tells no figures: {type(error).__name__}", flush=True)
    return told


def _of_stages(spark: SparkSession) -> dict[str, int]:
    jvm: Any = spark.sparkContext._jvm  # type: ignore[attr-defined]
    store = spark.sparkContext._jsc.sc().statusStore()  # type: ignore[attr-defined]
    none = jvm.java.util.ArrayList()
    quantiles = spark.sparkContext._gateway.new_array(jvm.double, 0)  # type: ignore[attr-defined, union-attr]
    stages = store.stageList(none, False, False, quantiles, none)
    all_of = [stages.apply(place) for place in range(stages.size())]
    return {name: sum(int(getattr(one, of)()) for one in all_of) for name, of in _SUMMED.items()}


@cache
def code() -> str:
    """Content hash of the code, whether it lies in a folder or in the zip that a job is given."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    if root.is_dir():
        files = sorted((one.name, one.read_bytes()) for one in root.glob("*.py"))
    else:
        import zipfile

        with zipfile.ZipFile(next(one for one in root.parents if one.is_file())) as packed:
            names = [one for one in packed.namelist() if one.startswith(f"{root.name}/") and one.endswith(".py")]
            files = sorted((one.split("/")[-1], packed.read(one)) for one in names)
    for name, content in files:
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]
