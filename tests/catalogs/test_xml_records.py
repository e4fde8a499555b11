"""XML from strangers: records are read one by one, and nothing stands for more than it says."""

import io

import pytest

from catalogs.files.xml_records import PIECE, XMLError, read_records

BOMB = b"""<!DOCTYPE books [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<books><book><title>&b;</title></book></books>"""
EXTERNAL = b'<!DOCTYPE books [<!ENTITY a SYSTEM "file:///etc/passwd">]><books><book><title>&a;</title></book></books>'


def titles(data: bytes) -> list[str]:
    return [record.findtext("title", "") for record in read_records(io.BytesIO(data), "book")]


def test_records_are_read_across_pieces():
    book = b"<book><title>Emma</title></book>"
    many = PIECE * 3 // len(book)
    assert titles(b"<?xml version='1.0'?><books>" + book * many + b"</books>" + b" " * PIECE) == ["Emma"] * many


@pytest.mark.parametrize("data", [BOMB, EXTERNAL, b" " * 3 * PIECE + BOMB, BOMB.decode().encode("utf-16")])
def test_a_file_that_declares_entities_is_refused(data):
    with pytest.raises(XMLError, match="document type"):
        titles(data)


@pytest.mark.parametrize("data", [b"", b"<books>", b"<a>" * 50_000, b"<books>" + b"a" * 5_000_000])
def test_what_is_no_whole_file_is_refused(data):
    with pytest.raises(XMLError):
        titles(data)
