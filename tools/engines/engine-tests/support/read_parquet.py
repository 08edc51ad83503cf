"""What Spark reads of Parquet files: read_parquet.py <paths as JSON> <column to order by>. Prints one line of JSON."""
import datetime
import decimal
import json
import sys

from pyspark.sql import SparkSession

paths, order = json.loads(sys.argv[1]), sys.argv[2]
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    # Files are not Spark's own: without this, days before 1582 are refused.
    .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


decimal.getcontext().prec = 60


def text(value, kind):
    if value is None or isinstance(value, (bool, list)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, decimal.Decimal):
        # With as many digits as the type has: on the way from Java to Python, exponents come and go.
        return format(value.quantize(decimal.Decimal(1).scaleb(-kind.scale)), "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="microseconds")
    return repr(value) if isinstance(value, float) else str(value)


frame = spark.read.parquet(*paths)
print(json.dumps({
    "schema": {field.name: field.dataType.simpleString().upper() for field in frame.schema.fields},
    "rows": [
        [text(value, field.dataType) for value, field in zip(row, frame.schema.fields)]
        for row in frame.orderBy(order).collect()
    ],
}))
spark.stop()
