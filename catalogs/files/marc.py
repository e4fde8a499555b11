"""Library records in MARC 21, binary and XML: https://www.loc.gov/marc/bibliographic/"""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from pymarc import MARCReader

from catalogs import Record, isbn
from catalogs.files import FileEntry
from catalogs.languages import iso
from catalogs.names import SUFFIX, PersonName
from catalogs.statements import published_date, repaired, without_isbd

SLIM = "{http://www.loc.gov/MARC21/slim}"
TEXT = "at"  # language material, printed or manuscript; the rest are maps, music, films …
WRITERS = re.compile(r"(?i)^(?:aut|cre|author|creator|joint author)\b|^$")
INDICATOR = "indicator"  # stands among the subfields: for a person 0 is a forename, 1 a surname first
Fields = list[tuple[str, list[tuple[str, str]]]]  # tag, its subfields


def read_marc(stream: BinaryIO) -> Iterator[FileEntry]:
    reader = MARCReader(stream, to_unicode=True, permissive=True, utf8_handling="replace")
    for number, marc in enumerate(reader, start=1):
        if marc is None:
            yield FileEntry(number, problem=f"cannot be read: {reader.current_exception}")
            continue
        control = {field.tag: field.data or "" for field in marc.fields if field.is_control_field()}
        fields = [
            (f.tag, [(INDICATOR, f.indicators[0] if f.indicators else " "), *((s.code, s.value) for s in f.subfields)])
            for f in marc.fields
            if not f.is_control_field()
        ]
        yield _row(number, str(marc.leader), control.get("008", ""), fields)


def read_marc_xml(stream: BinaryIO) -> Iterator[FileEntry]:
    number = 0
    root = None
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        root = element if root is None else root
        if event == "start" or element.tag != f"{SLIM}record":
            continue
        number += 1
        control = {field.get("tag"): field.text or "" for field in element.iter(f"{SLIM}controlfield")}
        fields = [
            (field.get("tag", ""), [(INDICATOR, field.get("ind1", "")), *_subfields(field)])
            for field in element.iter(f"{SLIM}datafield")
        ]
        leader = element.findtext(f"{SLIM}leader") or ""
        yield _row(number, leader, control.get("008", ""), fields)
        root.clear()  # otherwise the whole file would stay in memory


def _subfields(field: ElementTree.Element) -> Iterator[tuple[str, str]]:
    return ((sub.get("code", ""), sub.text or "") for sub in field.iter(f"{SLIM}subfield"))


def _row(number: int, leader: str, fixed: str, fields: Fields) -> FileEntry:
    if leader[6:7] not in TEXT:
        return FileEntry(number)
    title = _tidy(" ".join(_values(fields, ("245",), "abnp")))
    if not title:
        return FileEntry(number, problem="has no title")
    printed = " ".join(_values(fields, ("264", "260"), "c"))
    record = Record(
        title=re.sub(r"\s+([:;,.])", r"\1", title),
        authors=_authors(fields),
        isbn=next(filter(None, map(isbn.clean, _values(fields, ("020",), "a"))), ""),
        publisher=_tidy(next(iter(_values(fields, ("264", "260"), "b")), "")),
        published_date=published_date(printed, coded=fixed[7:11])[:4],
        language=iso(fixed[35:38]) or iso(next(iter(_values(fields, ("041",), "a")), "")),
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
