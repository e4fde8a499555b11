"""Library records in MARC 21, binary and XML: https://www.loc.gov/marc/bibliographic/"""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from pymarc import MARCReader

from catalogs import Record, isbn
from catalogs.files import FileEntry
from catalogs.files.xml_records import read_records
from catalogs.languages import iso
from catalogs.names import SUFFIX, PersonName
from catalogs.series import split_series
from catalogs.statements import pages, published_date, repaired, without_isbd

SLIM = "{http://www.loc.gov/MARC21/slim}"
TEXT = "at"  # language material, printed or manuscript; the rest are maps, music, films …
WRITERS = re.compile(r"(?i)^(?:aut|cre|author|creator|joint author)\b|^$")
INDICATOR = "indicator"  # stands among the subfields: for a person 0 is a forename, 1 a surname first
END, PIECE, LONGEST_RECORD = b"\x1d", 64 * 1024, 99_999
Fields = list[tuple[str, list[tuple[str, str]]]]  # tag, its subfields


def read_marc(stream: BinaryIO) -> Iterator[FileEntry]:
    for number, piece in enumerate(_pieces(stream), start=1):
        reader = MARCReader(piece, to_unicode=True, permissive=True, utf8_handling="replace")
        if (marc := next(reader, None)) is None:
            yield FileEntry(number, problem=f"cannot be read: {reader.current_exception}")
            continue
        control = {field.tag: field.data or "" for field in marc.fields if field.is_control_field()}
        fields = [
            (f.tag, [(INDICATOR, f.indicators[0] if f.indicators else " "), *((s.code, s.value) for s in f.subfields)])
            for f in marc.fields
            if not f.is_control_field()
        ]
        yield _row(number, str(marc.leader), control.get("008", ""), fields)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """What stands before each end of a record, so that a record with a wrong length costs itself alone."""
    rest = b""
    while data := stream.read(PIECE):
        *whole, rest = (rest + data).split(END)
        if len(rest) > 2 * LONGEST_RECORD:
            whole, rest = [*whole, rest[:LONGEST_RECORD]], b""
        yield from (piece.lstrip() + END for piece in whole)
    if rest.strip():
        yield rest


def read_marc_xml(stream: BinaryIO) -> Iterator[FileEntry]:
    for number, element in enumerate(read_records(stream, f"{SLIM}record"), start=1):
        control = {field.get("tag"): field.text or "" for field in element.iter(f"{SLIM}controlfield")}
        fields = [
            (field.get("tag", ""), [(INDICATOR, field.get("ind1", "")), *_subfields(field)])
            for field in element.iter(f"{SLIM}datafield")
        ]
        yield _row(number, element.findtext(f"{SLIM}leader") or "", control.get("008", ""), fields)


def _subfields(field: ElementTree.Element) -> Iterator[tuple[str, str]]:
    return ((sub.get("code", ""), sub.text or "") for sub in field.iter(f"{SLIM}subfield"))


def _row(number: int, leader: str, fixed: str, fields: Fields) -> FileEntry:
    if leader[6:7] not in TEXT:
        return FileEntry(number)
    title = _tidy(" ".join(_values(fields, ("245",), "abnp")))
    if not title:
        return FileEntry(number, problem="has no title")
    printed = " ".join(_values(fields, ("264", "260"), "c"))
    series, volume = split_series(_tidy(next(iter(_values(fields, ("490",), "a")), "")))
    record = Record(
        title=re.sub(r"\s+([:;,.])", r"\1", title),
        authors=_authors(fields),
        isbn=next(filter(None, map(isbn.clean, _values(fields, ("020",), "a"))), ""),
        publisher=_tidy(next(iter(_values(fields, ("264", "260"), "b")), "")),
        published_date=published_date(printed, coded=fixed[7:11])[:4],
        language=iso(fixed[35:38]) or iso(next(iter(_values(fields, ("041",), "a")), "")),
        pages=pages(" ".join(_values(fields, ("300",), "a"))),
        series=series,
        series_number=volume or split_series("x " + " ".join(_values(fields, ("490",), "v"))[:40])[1],
    )
    return FileEntry(number, record)


def _values(fields: Fields, tags: tuple[str, ...], codes: str) -> list[str]:
    found = [value for tag, subs in fields if tag in tags for code, value in subs if code in codes]
    return [text for value in found if (text := repaired(value).strip())]


def _authors(fields: Fields) -> tuple[str, ...]:
    """The people in the main and added entries; an added entry counts if its role is author, not translator or printer."""
    names: list[str] = []
    for tag, subs in fields:
        roles = [value for code, value in subs if code in "e4"]
        if tag == "100" or (tag == "700" and any(WRITERS.match(role) for role in roles or [""])):
            names.append(_name(subs))
    return tuple(dict.fromkeys(filter(None, names)))


def _name(subs: list[tuple[str, str]]) -> str:
    """Libraries write the surname first, and say so; a suffix such as Jr. stands in a part of its own."""
    name = _tidy(" ".join(repaired(value) for code, value in subs if code == "a"))
    suffixes = [_tidy(value) for code, value in subs if code == "c" and SUFFIX.fullmatch(_tidy(value))]
    if (INDICATOR, "0") in subs:
        return name
    return PersonName.surname_first(", ".join([part for part in (name, *suffixes) if part])).display


def _tidy(text: str) -> str:
    """Without the ISBD punctuation at the end of each part, but with the dot of an initial."""
    return re.sub(r"(?<=\w{3})\.$", "", without_isbd(text)).strip()
