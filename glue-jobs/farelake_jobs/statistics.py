"""Statistics of a column while it is written: texts as DuckDB prints the values, or none."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

#: Bytes; of a longer text there is no bound.
LONGEST = 256


class ColumnStatistics:
    """Of one column of one file; of a list, of its elements."""

    def __init__(self, column: dict[str, Any], kind: pa.DataType) -> None:
        """`column` of the plan's output."""
        import pyarrow as pa

        self._column = column
        self._is_list = pa.types.is_list(kind)
        self._is_float = pa.types.is_floating(kind)
        self._low: Any = None
        self._high: Any = None
        self._nulls = 0
        self._values = 0
        self._nan = False
        self._listed: set[str] = set()

    @property
    def name(self) -> str:
        """As the ledger knows it: a list's elements have a name of their own."""
        return f"{self._column['name']}.element" if self._is_list else str(self._column["name"])

    def add(self, values: pa.Array) -> None:
        """The next values."""
        import pyarrow.compute as pc

        if self._is_list:
            # As Parquet counts: a list that is NULL or empty has one place, which holds nothing.
            lengths = pc.fill_null(pc.list_value_length(values), 0)
            blank = pc.sum(pc.equal(lengths, 0)).as_py() or 0
            values = pc.list_flatten(values)
            self._nulls += blank
            self._values += blank
        self._values += len(values)
        self._nulls += values.null_count
        if self._is_float and not self._nan:
            self._nan = bool(pc.any(pc.is_nan(values)).as_py())
        if self._column.get("hidden"):
            return
        if self._column.get("listed"):
            self._listed.update(one for one in pc.unique(values).to_pylist() if one is not None)
        if values.null_count < len(values):
            self._bound(pc.min_max(values))

    def _bound(self, found: pa.Scalar) -> None:
        low, high = found["min"].as_py(), found["max"].as_py()
        self._low = low if self._low is None or low < self._low else self._low
        self._high = high if self._high is None or high > self._high else self._high

    def told(self, size: int) -> dict[str, Any]:
        """As a result has it. `size`: compressed bytes of the column."""
        own = self._column["elementId"] if self._is_list else self._column["id"]
        told: dict[str, Any] = {"id": own, "nulls": self._nulls, "values": self._values, "bytes": size}
        if self._is_float:
            told["hasNan"] = self._nan
        if not self._nan and self._low is not None:
            low, high = text_of(self._low), text_of(self._high)
            # Both zeros are equal and have two texts: each bounds the other.
            if self._is_float:
                low, high = ("-0.0" if low == "0.0" else low), ("0.0" if high == "-0.0" else high)
            if low is not None and high is not None:
                told |= {"min": low, "max": high}
        if self._column.get("listed") and not self._column.get("hidden"):
            told["listed"] = sorted(self._listed, key=str.encode)
        return told


def text_of(value: Any) -> str | None:
    """A value as DuckDB prints it, or as it reads it back; None: there is no text that is sure to be read as it."""
    text = _text(value)
    return None if len(text.encode(errors="surrogatepass")) > LONGEST else text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        whole = value.strftime("%H:%M:%S")
        fraction = f".{value.microsecond:06}".rstrip("0").rstrip(".")
        return f"{value.date().isoformat()} {whole}{fraction}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex().upper()
    return str(value)


def key_text(value: Any) -> str | None:
    """A value of a key, whole, for `CAST` in DuckDB; binary in lower-case hex; None is NULL."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.hex() if isinstance(value, bytes) else _text(value)
