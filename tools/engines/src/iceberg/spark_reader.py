"""Spark: spark_reader.py <settings as JSON> <catalog>. Answers questions as reader.ts puts them."""
import json
import sys

from pyspark.sql import SparkSession, functions as F, types as T

from json_lines import answer_all, text

settings, catalog = json.loads(sys.argv[1]), sys.argv[2]
builder = SparkSession.builder.master("local[1]")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

IS = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def version(question):
    # Not the option `snapshot-id` of a reader: that one reads old rows under the newest schema.
    if question["snapshotId"] is not None:
        return f"VERSION AS OF {question['snapshotId']}"
    if question["asOf"] is not None:
        return f"TIMESTAMP AS OF timestamp_millis({question['asOf']})"
    return ""


def frame(question):
    table = spark.sql(f"SELECT * FROM `{catalog}`.`{question['namespace']}`.`{question['table']}` {version(question)}")
    for comparison in question["filter"]:
        column = comparison["column"]
        value = F.lit(comparison["value"]).cast(table.schema[column].dataType)
        table = table.where(IS[comparison["is"]](F.col(f"`{column}`"), value))
    return table


def schema(question):
    return [{"name": field.name, "type": field.dataType.simpleString()} for field in frame(question).schema.fields]


def portable(field):
    column = F.col(f"`{field.name}`")
    # Python's own times end with the year 9999, and decimals get exponents on the way.
    if isinstance(field.dataType, T.TimestampNTZType):
        return F.date_format(column, "yyyy-MM-dd HH:mm:ss.SSSSSS")
    if isinstance(field.dataType, T.DateType):
        return F.date_format(column, "yyyy-MM-dd")
    if isinstance(field.dataType, T.DecimalType):
        # In ANSI mode without an exponent.
        return column.cast("string")
    return column


def rows(question):
    table = frame(question)
    chosen = table.select(*[portable(field).alias(str(at)) for at, field in enumerate(table.schema.fields)])
    return {"columns": schema(question), "rows": [[text(value) for value in row] for row in chosen.collect()]}


def files(question):
    """Of the tasks that the scan of the plan is cut into."""
    leaves = frame(question)._jdf.queryExecution().sparkPlan().collectLeaves()
    found = set()
    for leaf in range(leaves.size()):
        partitions = leaves.apply(leaf).inputPartitions()
        for at in range(partitions.size()):
            tasks = partitions.apply(at).taskGroup().tasks().iterator()
            while tasks.hasNext():
                found.add(tasks.next().file().location())
    return sorted(found)


answer_all({"rows": rows, "files": files, "schema": schema})
spark.stop()
