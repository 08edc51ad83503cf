"""What Spark makes of texts: reads JSON, a list of `{texts, value, bad}`, answers a list of lists of `[value, bad]`, as the last line."""

import json
import sys
import tempfile
from pathlib import Path

from farelake_jobs.session import open_session


def main() -> None:
    """SQL is over the column "the text"."""
    with tempfile.TemporaryDirectory() as scratch:
        spark = open_session(Path(scratch))
        answers = []
        for asked in json.load(sys.stdin):
            rows = list(enumerate(asked["texts"]))
            spark.createDataFrame(rows, "line INT, `the text` STRING").createOrReplaceTempView("delivered")
            sql = f"SELECT {asked['value']} AS v, {asked['bad']} AS b FROM delivered ORDER BY line"
            answers.append([[row["v"], row["b"]] for row in spark.sql(sql).collect()])
        print("\n" + json.dumps(answers))


main()
