"""The text of a delivered `.csv.gz`, as a stream that proves the file whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from .fault import Fault

_OUT = 1 << 22


def unpacked(source: Iterable[bytes], limit: int, load_id: int) -> Iterator[bytes]:
    """Chunks of plain text. Several gzip members, one behind the other, are one text; zeros behind the last are padding."""
    size = 0
    for chunk in _members(source, load_id):
        size += len(chunk)
        if size > limit:
            raise Fault("unpacks-too-large", f"The file unpacks to more than {limit} bytes.", load_id=load_id)
        yield chunk


def _members(source: Iterable[bytes], load_id: int) -> Iterator[bytes]:
    member: zlib._Decompress | None = None
    ended = False
    for packed in source:
        rest = packed
        while rest:
            if member is None:
                if ended and not rest.strip(b"\0"):
                    break
                member = zlib.decompressobj(wbits=31)
            try:
                text = member.decompress(rest, _OUT)
            except zlib.error as error:
                raise Fault("broken-gzip", "The file is no gzip file or is damaged.", load_id=load_id) from error
            if text:
                yield text
            if member.eof:
                rest, member, ended = member.unused_data, None, True
            else:
                rest = member.unconsumed_tail
    if member is not None or not ended:
        raise Fault("broken-gzip", "The gzip file is cut off before its end.", load_id=load_id)
