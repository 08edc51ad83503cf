"""Gzip streams that are whole, and those that are not."""

import gzip

import pytest

from farelake_jobs.fault import Fault
from farelake_jobs.gzip_text import unpacked

WHOLE = gzip.compress(b"some text, and more of it" * 1000)


def read(content: bytes, limit: int = 1 << 20) -> bytes:
    return b"".join(unpacked((content[at : at + 100] for at in range(0, len(content), 100)), limit, 7))


def test_members_one_behind_the_other_are_one_text():
    assert read(gzip.compress(b"a") + gzip.compress(b"b")) == b"ab"


def test_zeros_behind_the_last_member_are_padding():
    assert read(WHOLE + b"\0" * 300) == gzip.decompress(WHOLE)


@pytest.mark.parametrize("content", [WHOLE[:-1], WHOLE[: len(WHOLE) // 2], b"", b"no gzip", WHOLE + b"rest"])
def test_anything_else_is_broken(content):
    with pytest.raises(Fault) as found:
        read(content)
    assert found.value.code == "broken-gzip"


def test_what_unpacks_to_more_than_it_may_is_refused():
    with pytest.raises(Fault) as found:
        read(WHOLE, limit=1000)
    assert found.value.code == "unpacks-too-large"
