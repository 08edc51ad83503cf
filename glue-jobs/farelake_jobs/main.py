"""What the entry scripts do: find the plan, run it, leave its result. Exit 0: there is a result; 1: it failed; 2: usage."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import places
from . import plan as plans
from .arguments import UsageError, plan_of
from .fault import OF_OBJECTS, Fault, fault_in
from .metrics import code, counters
from .run import Run
from .session import open_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def main(job: str, argv: list[str] | None = None) -> None:
    """`job` is the script's own name: a plan of another job is refused."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    end_with_parent()
    try:
        uri = plan_of(sys.argv[1:] if argv is None else argv)
        plan = plans.read(uri)
        if plan["job"] != job:
            raise UsageError(f"{uri} is a plan for {plan['job']}, not for {job}.")
    except UsageError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except Fault as fault:
        print(fault.message, file=sys.stderr)
        sys.exit(1)
    if places.size_of(plan["result"]) is not None:
        print(f"{plan['result']} is there already: a run before this one has done the work.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="farelake-", dir=os.environ.get("FARELAKE_SCRATCH")) as scratch:
        began = time.monotonic()
        spark = open_session(Path(scratch))
        try:
            outcome = run_plan(spark, plan, Path(scratch), time.monotonic() - began)
        finally:
            spark.stop()
    if outcome == "failed":
        sys.exit(1)


def end_with_parent() -> None:
    """On a developer's machine: a run whose farelake was killed ends as well, for nobody waits for it any more."""
    parent = os.environ.get("FARELAKE_PARENT")
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(0.5)
        # Spark's own process ends when its input does. What lies in scratch is its owner's to sweep.
        os._exit(143)

    threading.Thread(target=watch, daemon=True).start()


def run_plan(spark: SparkSession, plan: dict[str, Any], scratch: Path, start_seconds: float) -> str:
    """Runs a plan in a session that is there, and writes its result. Returns the outcome."""
    began = time.monotonic()
    run = Run(spark, plan, scratch)
    fault: Fault | None = None
    try:
        run.go()
    except Exception as error:
        fault = fault_in(error)
        if fault.code == "engine":
            # To the log of the job, which is as closed as the data: without it nobody could mend anything.
            print(f"{type(error).__name__} in a step of the plan", file=sys.stderr)
            if os.environ.get("FARELAKE_TELL_ENGINE") == "1":
                print(error, file=sys.stderr)
    finally:
        run.end()
    outcome = _outcome(fault)
    result = {
        "version": 1,
        "attempt": plan["attempt"],
        "outcome": outcome,
        **({} if fault is None else {"fault": fault.told()}),
        # Of what is not done, nothing is of use.
        "outputs": {name: one.files for name, one in run.outputs.items()} if fault is None else {},
        "selected": run.selected,
        "receipts": run.receipts,
        "read": run.read(),
        "metrics": {
            "seconds": round(time.monotonic() - began, 3),
            "startSeconds": round(start_seconds, 3),
            "engine": f"spark {spark.version}",
            "runner": code(),
            "counters": counters(spark),
        },
    }
    if not places.create(plan["result"], json.dumps(result, ensure_ascii=False).encode()):
        print(f"{plan['result']} was written by another run meanwhile; this one counts for nothing.", file=sys.stderr)
    print(f"{plan['job']} {plan['dataset']}: {outcome}{'' if fault is None else f': {fault.message}'}", file=sys.stderr)
    return outcome


def _outcome(fault: Fault | None) -> str:
    if fault is None:
        return "done"
    if fault.code in ("check", "misfit"):
        return {"check": "held", "misfit": "misfit"}[fault.code]
    return "refused" if fault.load_id is not None and fault.code in OF_OBJECTS else "failed"
