"""Columns of a plan as Spark and Arrow have them, with their permanent ids."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import StructType

_ID = b"PARQUET:field_id"


def spark_schema(columns: list[dict[str, Any]]) -> StructType:
    """For reading: columns are found by id."""
    from pyspark.sql.types import StructType, _parse_datatype_string

    fields = []
    for column in columns:
        (field,) = _parse_datatype_string(f"`x` {column['type']}").fields  # type: ignore[attr-defined]
        told = {"name": column["name"], "type": json.loads(field.dataType.json()), "nullable": True}
        fields.append({**told, "metadata": {"parquet.field.id": column["id"]}})
    return StructType.fromJson({"type": "struct", "fields": fields})


def arrow_schema(columns: list[dict[str, Any]], given: pa.Schema) -> pa.Schema:
    """For writing: types as they come, ids of the plan, of a list's elements too."""
    import pyarrow as pa

    fields = []
    for column in columns:
        kind = given.field(column["name"]).type
        if pa.types.is_list(kind):
            element = pa.field("element", kind.value_type, metadata={_ID: str(column["elementId"]).encode()})
            kind = pa.list_(element)
        fields.append(pa.field(column["name"], kind, nullable=True, metadata={_ID: str(column["id"]).encode()}))
    return pa.schema(fields)
