"""PyIceberg: pyiceberg_reader.py <catalog> <SQLAlchemy address>. Answers questions as reader.ts puts them."""
import sys

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import (
    AlwaysTrue, And, EqualTo, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual,
)
from pyiceberg.types import LongType, TimestampType

from json_lines import answer_all, text

IS = {"=": EqualTo, "<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual}

name, uri = sys.argv[1:3]
catalog = SqlCatalog(name, uri=uri, init_catalog_tables="false")


def table_of(question):
    return catalog.load_table((question["namespace"], question["table"]))


def snapshot_of(table, question):
    if question["snapshotId"] is not None:
        return int(question["snapshotId"])
    if question["asOf"] is not None:
        return table.snapshot_as_of_timestamp(question["asOf"]).snapshot_id
    return None


def scan(question):
    table = table_of(question)
    chosen = table.scan(snapshot_id=snapshot_of(table, question))
    schema = chosen.projection()
    condition = AlwaysTrue()
    for comparison in question["filter"]:
        value = comparison["value"]
        kind = schema.find_field(comparison["column"]).field_type
        if isinstance(kind, TimestampType):
            value = value.replace(" ", "T")
        if isinstance(kind, LongType):
            value = int(value)
        condition = And(condition, IS[comparison["is"]](comparison["column"], value))
    return chosen.filter(condition)


def schema(question):
    return [{"name": field.name, "type": str(field.field_type)} for field in scan(question).projection().fields]


def texts(column):
    # Python's own times end with the year 9999 and begin with 1.
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        column = pc.cast(column, pa.string())
    return [text(value) for value in column.to_pylist()]


def rows(question):
    chosen = scan(question)
    columns = [texts(column) for column in chosen.to_arrow().columns]
    return {"columns": schema(question), "rows": [list(row) for row in zip(*columns)]}


def files(question):
    return [task.file.file_path for task in scan(question).plan_files()]


answer_all({"rows": rows, "files": files, "schema": schema})
