"""BibTeX and BibLaTeX, as Zotero, JabRef and Calibre write them: `@book{key, title = {…}, author = {Last, First and …}}`.

Braces keep letters and names as they are; accents may be commands of TeX."""

import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from catalogs.names import PersonName
from transfer.fields import DROP, TOGETHER
from transfer.fields.people import add_authors
from transfer.formats.ris import NO_BOOK
from transfer.items import LONGEST_VALUE, Hints, Item, Row
from transfer.source_files import Text
from transfer.tables import Table

BEGINS = re.compile(r"\s*@\s*(\w+)\s*[{(]\s*([^\s,=]*)\s*,?")
NO_ENTRY, MACRO, MOST_MACROS = ("comment", "preamble"), "string", 1000
NAME = re.compile(r"[\s,]*([\w:.+-]+)\s*=\s*")
BARE = re.compile(r'[^\s,{}"#()]+')
SIGNS = re.compile(r'\\.|[{}"]', re.DOTALL)
WORDS = re.compile(r"\s+and\s+|[{}]|[^{}\s]+|\s+", re.IGNORECASE)
KIND, BOOKS = "Entry type", ("book", "mvbook", "collection", "mvcollection", "reference", "mvreference", "booklet", "ebook")
UNCLOSED = "This entry has a bracket that is never closed, so it cannot be read."
CUT = "The end of this entry could not be read: “{}”."
MARKS = "\u0300 \u0301 \u0302 \u0308 \u0303 \u0304 \u0307 \u0306 \u030c \u030b \u0327 \u0323 \u0331 \u030a \u0328"
ACCENTS = dict(zip("`'^\"~=.uvHcdbrk", MARKS.split(), strict=True))
ACCENT = re.compile(r"\\(?:([`'^\"~=.])\s*|([uvHcdbrk])(?=[\s{])\s*)(?:\{\s*\\?([^\W\d_])\s*\}|\\?([^\W\d_]))")
LETTERS = """ss ß ae æ AE Æ oe œ OE Œ o ø O Ø aa å AA Å l ł L Ł i i j j TeX TeX LaTeX LaTeX textendash – textemdash — ldots …
dots … textquoteright ’ textquoteleft ‘""".split()
LETTERS = dict(zip(LETTERS[::2], LETTERS[1::2], strict=True))
SWITCHES = frozenset("em it bf sc tt rm sl itshape bfseries".split())


def _rows(stream: BinaryIO, encoding: str) -> Iterator[Row]:
    macros: dict[str, str] = {}
    begun, text, depth, lines = 0, "", 0, Text(stream, encoding)
    for line in lines:
        lines.begin_row()
        if BEGINS.match(line):
            if begun:
                yield Row(begun, {}, UNCLOSED)
            begun, text, depth = lines.number, "", 0
        if not begun:
            continue
        text += line if len(text) < LONGEST_VALUE else ""
        depth += line.count("{") - line.count("}") - line.count("\\{") + line.count("\\}")
        if depth <= 0 and text.rstrip().endswith(("}", ")")):
            yield from _entry(begun, text, macros)
            begun = 0
    if begun:
        yield Row(begun, {}, UNCLOSED)


def _entry(line: int, text: str, macros: dict[str, str]) -> Iterator[Row]:
    """One row, or none: `@string{aw = "Addison-Wesley"}` is a word for the entries behind it."""
    match = BEGINS.match(text)
    kind = match[1].casefold() if match else ""
    if match is None or kind in NO_ENTRY:
        return
    if kind == MACRO:
        name = NAME.match(text, match.start(2))
        if name and len(macros) < MOST_MACROS:
            macros[name[1].casefold()] = _value(text, name.end(), macros)[0]
        return
    row, place = Row(line, {KIND: kind, "Key": match[2]}), match.end()
    while name := NAME.match(text, place):
        value, place = _value(text, name.end(), macros)
        key = name[1].casefold()
        row.values.setdefault(key, _people(value) if key == "author" else plain_text(value))
    if left := text[place:].strip(" \t\r\n,})"):
        row.notes.append(CUT.format(left[:60]))
    yield row


def _value(text: str, place: int, macros: dict[str, str]) -> tuple[str, int]:
    """(the value that begins at `place`, where it ends): in braces or quotes, a number, or several of them joined by `#`."""
    if place < len(text) and text[place] in '{"':
        end = _closing(text, place)
        value, place = text[place + 1 : end], end + 1
    else:
        match = BARE.match(text, place)
        value, place = (macros.get(match[0].casefold(), match[0]), match.end()) if match else ("", place)
    if further := re.compile(r"\s*#\s*").match(text, place):
        more, place = _value(text, further.end(), macros) if value else ("", place)
        value += more
    return value, place


def _closing(text: str, place: int) -> int:
    """Where the brace or the quote that stands at `place` is closed."""
    closing, depth = '"' if text[place] == '"' else "}", 0
    for match in SIGNS.finditer(text, place + 1):
        if match[0] == closing and not depth:
            return match.start()
        depth += (match[0] == "{") - (match[0] == "}")
    return len(text)


def _people(value: str) -> str:
    """One a line: what is in braces is one name, whatever words it has."""
    depth, names = 0, [""]
    for word in WORDS.findall(value):
        depth += (word == "{") - (word == "}")
        if word.strip().casefold() == "and" and not depth:
            names.append("")
        else:
            names[-1] += word
    return "\n".join(name for name in map(plain_text, names) if name and name != "others")


def plain_text(value: str) -> str:
    """Without the commands and braces of TeX."""
    value = ACCENT.sub(lambda m: unicodedata.normalize("NFC", (m[3] or m[4]) + ACCENTS[m[1] or m[2]]), value)
    value = re.sub(r"\\([A-Za-z]+)\s*(\{?)", lambda m: LETTERS.get(m[1], "" if m[2] or m[1] in SWITCHES else m[1]) + m[2], value)
    value = re.sub(r"\\(.)", r"\1", value).replace("---", "—").replace("--", "–")
    return " ".join(re.sub(r"[{}]", "", re.sub(r"(?<!/)~", " ", value)).split())


def _complete(item: Item, values: dict[str, str], hints: Hints):
    kind = values.get(KIND, "")
    if kind not in BOOKS:
        item.left_out, item.problem = NO_BOOK.format(kind[:40]), ""
    add_authors(item, [PersonName.surname_first(name).display for name in values.get("author", "").splitlines()])
    if volume := values.get("number") or values.get("volume"):
        if item.facts.get("series"):
            item.facts["series_number"] = volume
        else:
            item.extra["Volume"] = volume


COLUMNS = {
    "plain_title": "title", "subtitle": "subtitle", "publisher": "publisher", "published": "date year", "isbn": "isbn",
    "language": "language langid", "series": "series", "pages": "pagetotal numpages pages", "description": "abstract",
    "notes": "note annote annotation", "tags": "keywords tags", "first_published": "origdate", "rating": "rating",
    DROP: "Key month shorttitle", TOGETHER: "author number volume",
}  # fmt: skip

FORMAT = Table(
    "bibtex",
    "BibTeX",
    where="Zotero, JabRef, Calibre and others: Export → BibTeX",
    signature=(),
    columns={name: target for target, names in COLUMNS.items() for name in names.split()} | {KIND: TOGETHER},
    complete=_complete,
    rows=_rows,
    starts=re.compile(r"(?m)^\s*@\s*\w+\s*\{[^{}=]{0,200},\s*[\w-]+\s*=").search,
)
