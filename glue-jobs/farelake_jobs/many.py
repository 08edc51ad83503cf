"""Many plans in one session, for tests: `python -m farelake_jobs.many` reads a URI a line and answers `<outcome>` a line."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from . import plan as plans
from .main import run_plan
from .session import open_session


def main() -> None:
    """Ends with its input."""
    with tempfile.TemporaryDirectory(prefix="farelake-") as scratch:
        began = time.monotonic()
        spark = open_session(Path(scratch))
        start = time.monotonic() - began
        for line in sys.stdin:
            outcome = run_plan(spark, plans.read(line.strip()), Path(scratch), start)
            print(outcome, flush=True)
        spark.stop()


if __name__ == "__main__":
    main()
