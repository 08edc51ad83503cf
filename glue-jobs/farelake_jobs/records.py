"""Where records of a delivered text end, and whether they are written without fault.

Stricter than DuckDB's reader, never laxer: what is refused here is looked at again by DuckDB, which names line and reason.
- a quote stands at the start and the end of a field only, or doubled (or behind its escape) inside a quoted one;
- each record has as many fields as announced; records end with LF or CRLF; a lone CR is none;
- empty lines count for nothing, but of a text of one column they are refused: there an empty line is a row, or is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypedDict

from .fault import Fault

_BLOCK = 16 << 20
#: Bytes of one record; a longer one is an error of the file.
_LONGEST = 64 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class CsvFormat(TypedDict):
    """As a plan has it."""

    fieldDelimiter: str
    quoteChar: str
    escapeChar: str
    nullValue: str


class Records:
    """The grammar of one format, as patterns that take whole records at once."""

    def __init__(self, csv: CsvFormat, fields: int) -> None:
        """`fields` of every record."""
        field = _field(csv)
        delimiter = re.escape(csv["fieldDelimiter"].encode())
        record = field + (b"(?:" + delimiter + field + b"){%d}" % (fields - 1))
        # Of one column, an empty text before the end of a line is a record, and refused below.
        lines = record if fields == 1 else b"(?:" + record + b")?+"
        # More than one column: a line is a record or empty, never a field short.
        self._whole = re.compile(b"(?:" + lines + b"\r?+\n)*+", re.DOTALL)
        self._last = re.compile(b"(?:" + lines + b")\r?+\n?+", re.DOTALL)
        self._empty = re.compile(rb"(?:^|\n)\r?\n") if fields == 1 else None

    def end(self, text: bytes, start: int = 0) -> int:
        """Behind the last whole record that begins at `start` or later."""
        found = self._whole.match(text, start)
        return start if found is None else found.end()

    def is_last(self, text: bytes) -> bool:
        """Is this one record, with or without its end of line?"""
        return self._last.fullmatch(text) is not None

    def has_empty(self, text: bytes) -> bool:
        """Has a text of one column an empty line?"""
        return self._empty is not None and self._empty.search(text) is not None


def _field(csv: CsvFormat) -> bytes:
    delimiter, quote, escape = (csv[name].encode() for name in ("fieldDelimiter", "quoteChar", "escapeChar"))
    if len(delimiter) != 1 or len(quote) > 1 or len(escape) > 1:
        raise Fault("unsupported-format", "Delimiter, quote and escape of more than one byte are left to DuckDB.")
    if quote == b"":
        return b"[^" + re.escape(delimiter) + rb"\r\n]*+"
    q, d = re.escape(quote), re.escape(delimiter)
    if escape in (b"", quote):
        return b"(?:" + q + b"[^" + q + b"]*+(?:" + q + q + b"[^" + q + b"]*+)*+" + q + b"|[^" + d + q + rb"\r\n]*+)"
    e = re.escape(escape)
    inside = b"[^" + q + e + b"]*+"
    quoted = q + inside + b"(?:" + e + b"[" + q + e + b"]" + inside + b")*+" + q
    return b"(?:" + quoted + b"|[^" + d + q + e + rb"\r\n]*+)"


def header_and_blocks(
    text: Iterable[bytes], records: Records, header: Records, load_id: int, block: int = _BLOCK
) -> Iterator[bytes]:
    """First the header line, then blocks of whole records. Raises Fault `bad-csv`, `broken-header`."""
    held = b""
    waiting: list[bytes] = []
    size = 0
    is_first = True
    for chunk in text:
        waiting.append(chunk)
        size += len(chunk)
        if len(held) + size < block:
            continue
        held, waiting, size = held + b"".join(waiting), [], 0
        start = 0
        if is_first:
            line, start = _header_of(held, header, load_id)
            yield line
            is_first = False
        end = records.end(held, start)
        if end > start:
            yield _checked(held[start:end], records, load_id)
        held = held[end:]
        if len(held) > _LONGEST:
            raise bad(load_id)
    held += b"".join(waiting)
    start = 0
    if is_first:
        line, start = _header_of(held, header, load_id)
        yield line
    end = records.end(held, start)
    rest = held[end:]
    if rest and not records.is_last(rest):
        raise bad(load_id)
    if held[start:]:
        yield _checked(held[start:], records, load_id)


def _header_of(text: bytes, header: Records, load_id: int) -> tuple[bytes, int]:
    start = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    # A header may stand in several lines where a name holds a newline; the first whole record is it.
    end = text.find(b"\n", start)
    while end >= 0 and not header.is_last(text[start : end + 1]):
        end = text.find(b"\n", end + 1)
    line = text[start:] if end < 0 else text[start : end + 1]
    if not line.strip(b"\r\n") or not header.is_last(line):
        raise Fault("broken-header", "The header line cannot be read, or has another number of names.", load_id=load_id)
    return line, start + len(line)


def _checked(block: bytes, records: Records, load_id: int) -> bytes:
    if records.has_empty(block):
        raise bad(load_id)
    return block


def bad(load_id: int) -> Fault:
    """A record is not written as the format says."""
    return Fault("bad-csv", "A record is not written as its format says.", load_id=load_id)
