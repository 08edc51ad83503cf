"""Which texts are cut into records, and which are refused."""

import pytest

from farelake_jobs.fault import Fault
from farelake_jobs.records import Records, header_and_blocks

COMMA = {"fieldDelimiter": ",", "quoteChar": '"', "escapeChar": "", "nullValue": ""}
ESCAPED = {**COMMA, "escapeChar": "\\"}
PLAIN = {**COMMA, "quoteChar": ""}


def blocks(text: bytes, csv=COMMA, fields=2, chunk=3, block=8):
    """Header and blocks of a text that comes in small chunks."""
    records = Records(csv, fields)
    source = [text[at : at + chunk] for at in range(0, len(text), chunk)]
    return list(header_and_blocks(iter(source), records, records, 7, block))


@pytest.mark.parametrize(
    ("text", "csv"),
    [
        (b"a,b\n1,2\n", COMMA),
        (b"a,b\n1,2", COMMA),
        (b"a,b\r\n1,2\r\n3,\r\n", COMMA),
        (b'a,b\n"x ""y"",\nz",2\n3,""\n', COMMA),
        (b'a,b\n"x \\"y\\"",2\n', ESCAPED),
        (b'a,b\n"x,2\n', PLAIN),
        (b"a,b\n\n1,2\n\n", COMMA),
        (b"a,b\n", COMMA),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 5, 1000])
def test_records_are_cut_between_lines_wherever_the_text_is_cut(text, csv, chunk):
    header, *rest = blocks(text, csv, chunk=chunk)
    assert header + b"".join(rest) == text
    for one in rest[:-1]:
        assert one.endswith(b"\n")


@pytest.mark.parametrize(
    ("text", "csv"),
    [
        (b"a,b\n1\n", COMMA),
        (b"a,b\n1,2,3\n", COMMA),
        (b'a,b\n"1,2\n', COMMA),
        (b'a,b\n"1"x,2\n', COMMA),
        (b'a,b\nx"1",2\n', COMMA),
        (b'a,b\n "1",2\n', COMMA),
        (b"a,b\n1\r2,3\n", COMMA),
        (b'a,b\n"x ""y""",2\n', ESCAPED),
    ],
)
def test_what_is_not_written_as_its_format_says_is_refused(text, csv):
    with pytest.raises(Fault) as found:
        blocks(text, csv)
    assert found.value.code == "bad-csv"
    assert found.value.load_id == 7


def test_a_byte_order_mark_is_no_part_of_the_header():
    assert blocks(b"\xef\xbb\xbfa,b\n1,2\n")[0] == b"a,b\n"


@pytest.mark.parametrize("text", [b"", b"\n", b"a\n", b"a,b,c\n"])
def test_a_header_of_another_number_of_names_is_none(text):
    with pytest.raises(Fault) as found:
        blocks(text)
    assert found.value.code == "broken-header"


def test_an_empty_line_of_one_column_is_left_to_duckdb():
    with pytest.raises(Fault):
        blocks(b"a\n1\n\n2\n", fields=1)


def test_a_delimiter_of_two_bytes_is_left_to_duckdb():
    with pytest.raises(Fault) as found:
        Records({**COMMA, "fieldDelimiter": "||"}, 2)
    assert found.value.code == "unsupported-format"
