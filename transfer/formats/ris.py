"""RIS and EndNote's own lines, as reference managers and library catalogues export them: a tag and a value on every line.

People are `Last, First`, one a line. The type says what an entry is, and only books are imported."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from catalogs.names import PersonName
from transfer.fields import DROP, TOGETHER
from transfer.fields.people import add_authors
from transfer.fields.texts import unmarked
from transfer.items import Hints, Item, Row
from transfer.source_files import Text
from transfer.tables import Table, text_pattern

BOOKS = frozenset(
    "book,ebook,edbook,clswk,dict,ency,encyc,edited book,electronic book,classical work,encyclopedia,dictionary,".split(",")
)
NO_BOOK = "This is not a book but “{}”."
DAYS, NOTES = ("PY", "Y1", "DA", "%D"), ("N1", "%Z")
LISTS = frozenset("AU A1 A2 A3 A4 ED KW N1 SN UR L1 %A %E %Y %K %Z %@ %U".split())


def _reader(tagged: str, first: str):
    """The rows of entries that begin with the tag `first`."""
    line_of = re.compile(tagged)

    def rows(stream: BinaryIO, encoding: str) -> Iterator[Row]:
        entry, tag, lines = Row(1, {}), "", Text(stream, encoding)
        for line in lines:
            lines.begin_row()
            match = line_of.match(line.strip("\ufeff\r\n"))
            tag, text = (match[1], (match[2] or "").strip()) if match else (tag, line.strip())
            if match and tag == first and entry.values:
                yield entry
                entry = Row(lines.number, {})
            if text and (entry.values or tag == first):
                tag = entry.put(tag, text, "\n" if tag in LISTS else "" if match else " ")
        if entry.values:
            yield entry

    return rows


def _clean(values: dict[str, str]) -> dict[str, str]:
    """Days are `2003/05/06/` and may end with words about them."""
    days = {name: "-".join(re.findall(r"\d+", text)[:3]) for name, text in values.items() if name in DAYS and "/" in text}
    return values | days | {name: unmarked(values[name]) for name in NOTES if name in values}


def _complete(item: Item, values: dict[str, str], hints: Hints):
    kind = values.get("TY", values.get("%0", ""))
    if kind.casefold() not in BOOKS:
        item.left_out, item.problem = NO_BOOK.format(kind[:40]), ""
    people = (name for tag in ("AU", "A1", "%A") for name in values.get(tag, "").splitlines())
    add_authors(item, [PersonName.surname_first(name).display for name in people])
    item.tags += [word for tag in ("KW", "%K") for part in values.get(tag, "").splitlines() if (word := part.strip())]
    if "EP" in values and item.facts.pop("pages", None):  # the pages of a part
        item.extra["SP"] = values["SP"]


COLUMNS = {
    "plain_title": "TI T1 BT %T", "series": "T2 T3 %S %B", "publisher": "PB %I", "published": "PY Y1 DA %D", "isbn": "SN %@",
    "language": "LA %G", "pages": "SP %P", "description": "AB N2 %X", "notes": "N1 %Z",
    DROP: "ST ID ER", TOGETHER: "TY %0 AU A1 %A KW %K EP",
}  # fmt: skip
RIS = {tag: target for target, tags in COLUMNS.items() for tag in tags.split()}

FORMAT = Table(
    "ris",
    "RIS",
    where="Zotero, Mendeley, Citavi and others: Export → RIS",
    signature=(),
    columns=RIS,
    clean=_clean,
    complete=_complete,
    rows=_reader(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)$", "TY"),
    starts=text_pattern(r"(?:.*\n){0,20}?TY {1,2}- "),
)
ENDNOTE = Table(
    "endnote",
    "EndNote",
    signature=(),
    columns=RIS,
    clean=_clean,
    complete=_complete,
    rows=_reader(r"(%[^\s%])(?:\s(.*))?$", "%0"),
    starts=text_pattern(r"%0 \w"),
)
