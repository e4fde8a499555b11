"""Files as others make them: any encoding, broken lines, lines without an end. Each is gone through as a stream, once."""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from transfer.items import LONGEST_VALUE, NotReadable, Row

SAMPLE = 256 * 1024
LONGEST_LINE = 1 << 20
MOST_COLUMNS = 500
LONGEST_SHOWN = 2000  # of a line that cannot be read
WESTERN = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1257",
    "mac_roman",
    "koi8_r",
    "cp932",
    "gb18030",
    "big5",
    "euc_kr",
]
TABLE_NAMES = (".csv", ".tsv", ".txt", ".json", ".xml", ".bib", ".ris", ".enw", ".mrc")
UNPACKED_AT_MOST = 2 << 30
# Signs and capital letters where no word has them: `JosŽ` and `†ber` were written in another encoding.
NO_WORDS = re.compile(r"[\ufffd\x80-\x9f]|[a-z][†‡‰ƒ¤¦§¨¬¯±¶¸ŽŠŒŸÀ-ÖØ-Þ](?![A-Z])|(?<!\S)[†‡‰ƒ¤¦¨¬¯±¶¸][a-z]")
MOST_ABOVE = 20  # lines that may stand above the names of the columns
IN_APOSTROPHES = re.compile(r"\s*'[^']*'(?:([\t,;|])'[^']*')+\s*")
SEP_LINE = re.compile(r'(?i)\ufeff?"?sep=(\\t|[,;|\t])"?\s*')
csv.field_size_limit(LONGEST_VALUE)


def as_windows(error: UnicodeDecodeError):
    """The odd line of a UTF-8 file that was pasted from elsewhere."""
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("as_windows", as_windows)


def encoding_of(start: bytes) -> str:
    """The encoding of a file that begins with `start`: by its mark, else UTF-8 where it can be that, else the likeliest."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if start.startswith(mark):
            return name
    if len(start) > 3 and start[1:4:2].count(0) == 2 and 0 not in start[0:4:2]:
        return "utf-16-le"
    if len(start) > 3 and start[0:4:2].count(0) == 2 and 0 not in start[1:4:2]:
        return "utf-16-be"
    telling = [line for line in start.split(b"\n") if not line.isascii()]
    if sum(map(_is_utf8, telling[:-1])) * 2 >= len(telling) - 1 and (len(telling) != 1 or _is_utf8(telling[0])):
        return "utf-8"  # the odd line of another encoding is read as that
    joined = b"\n".join(telling)
    # A few accents say little; of those who write so, most have a Western Windows or a Latin-1, which reads the same.
    if len(joined) <= 2000 and _looks_western(joined):
        return "cp1252"
    found = from_bytes(joined[: SAMPLE // 4], cp_isolation=WESTERN)
    likely = (match.encoding for match in found if not NO_WORDS.search(joined.decode(match.encoding, "replace")))
    return next(likely, found[0].encoding if found else "cp1252")


def _looks_western(data: bytes) -> bool:
    """Whether accents stand in words as they do in Western languages, and do not make up whole words of their own."""
    text = data.decode("cp1252", "replace")
    runs = re.findall(r"[^\x00-\x7f]+", text)
    return not NO_WORDS.search(text) and 2 * sum(len(run) for run in runs if len(run) > 2) <= sum(map(len, runs))


def _is_utf8(line: bytes) -> bool:
    """Whether it can be that; the sample may have cut the last letter."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


class Text:
    """The lines of a file, none longer than LONGEST_LINE, without what no database takes."""

    def __init__(self, stream: BinaryIO, encoding: str):
        errors = "as_windows" if encoding.startswith("utf-8") else "replace"
        self.wrapped = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
        self.number = 0  # of the line that was read last
        self.cut = self.had_nul = False
        self.again: deque[str] = deque()
        self.since: list[str] = []  # the lines of the row that is being read

    def __iter__(self):
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.since.append(line)
        return line

    def _read(self) -> str:
        line = self.wrapped.readline(LONGEST_LINE)
        if len(line) >= LONGEST_LINE:
            self.cut = True
            while (rest := self.wrapped.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
        if "\0" in line:
            self.had_nul = True
            line = line.replace("\0", "") or "\n"
        return line

    def back_to_second_line(self):
        """A quote that is never closed has swallowed what follows: only its own line is lost."""
        self.back_to(1)

    def back_to(self, place: int):
        """Reads the lines of this row once more, from the one at `place`."""
        self.number -= len(self.since) - place
        self.again.extendleft(reversed(self.since[place:]))
        del self.since[place:]

    def begin_row(self):
        self.since, self.cut, self.had_nul = [], False, False


@contextmanager
def unpacked(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The file itself, or the one in it where it is a ZIP archive."""
    start = stream.read(4)
    stream.seek(0)
    if start != b"PK\x03\x04":
        yield stream
        return
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(_table_in(archive)) as member:
            yield member
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise NotReadable(f"The archive cannot be opened: {error}.") from error


def _is_table(path: str) -> bool:
    """Not what a system puts into an archive beside the files themselves: `__MACOSX/._books.csv`."""
    folder, _, name = path.rpartition("/")
    hidden = name.startswith(".") or "__MACOSX" in folder.split("/")
    return not hidden and name.lower().endswith(TABLE_NAMES)


def _table_in(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    if any(one.filename.startswith(("xl/", "word/")) or one.filename == "content.xml" for one in archive.infolist()):
        raise NotReadable("This is a spreadsheet or a document. Save the list as CSV and import that.")
    tables = [one for one in archive.infolist() if _is_table(one.filename)]
    own = [one for one in tables if one.filename == "library.json"]
    if len(own or tables) != 1:
        raise NotReadable(f"The archive holds {len(tables)} tables. Unpack it and import one of them.")
    (table,) = own or tables
    if table.file_size > UNPACKED_AT_MOST:
        raise NotReadable("The file in the archive is too large.")
    return table


@dataclass(frozen=True)
class _Header:
    """The line that names the columns, and the sign between two of them."""

    line: str
    delimiter: str
    names: list[str]
    quote: str = '"'

    @property
    def is_padding(self) -> bool:
        """The title of a sheet, or an empty row: of three or more cells one at most has text."""
        return len(self.names) > 2 and sum(map(bool, self.names)) < 2


def header_of(start: bytes, encoding: str) -> list[str]:
    """The names of the columns, as the first line of a file has them that begins with `start`."""
    header = _header(Text(io.BytesIO(start), encoding), may_be_cut=len(start) >= SAMPLE)
    if not header.line:
        raise NotReadable("This file is empty.")
    return header.names


def _header(lines: Text, may_be_cut: bool = False) -> _Header:
    """Above it may stand `sep=;`, which tells a spreadsheet the sign between two columns, and the title of a sheet."""
    delimiter, above = "", 0
    for line in lines:
        if match := SEP_LINE.fullmatch(line):
            delimiter = match[1].replace("\\t", "\t")
        elif line.strip():
            if may_be_cut and not line.endswith(("\n", "\r")):
                raise NotReadable("The first line is longer than any list of columns. Is this the right file?")
            header = _header_in(line, delimiter)
            if not header.is_padding and not (above and any(map(str.isdigit, header.names))):
                return header
            above = above or len(lines.since)
            if not header.is_padding or len(lines.since) > MOST_ABOVE:
                break
    if not above:
        return _Header("", ",", [""])
    lines.back_to(above)
    return _header_in(lines.since[-1], delimiter)


def _header_in(line: str, delimiter: str) -> _Header:
    delimiter = delimiter or max("\t,;|", key=line.count)
    quote = "'" if IN_APOSTROPHES.fullmatch(line) else '"'
    return _Header(line, delimiter, _names(line, delimiter, quote), quote)


def _names(line: str, delimiter: str, quote: str) -> list[str]:
    """Two columns of one name are told apart by a number: Author, Author (2)."""
    try:
        names = next(csv.reader([line], delimiter=delimiter, quotechar=quote))
        if len(names) == 1 and delimiter in names[0]:  # a line that is quoted as a whole
            names = next(csv.reader(names, delimiter=delimiter))
    except csv.Error as error:
        raise NotReadable(f"The first line cannot be read as the names of columns: {error}.") from error
    if len(names) > MOST_COLUMNS:
        raise NotReadable(f"This file has {len(names):,} columns; the limit is {MOST_COLUMNS}.")
    seen: Counter[str] = Counter()
    unique = []
    for name in (" ".join(name.replace("\ufeff", "").split()) for name in names):
        seen[name] += 1
        unique.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return unique


def table(stream: BinaryIO, encoding: str) -> Iterator[Row]:
    """The rows of a table, by the names in its first line. A row that cannot be read is told, and the next one read."""
    lines = Text(stream, encoding)
    header = _header(lines)
    names, delimiter = header.names, header.delimiter
    # Tables between tabs leave quotes as they were typed, unless the header shows otherwise.
    quoting = csv.QUOTE_NONE if delimiter == "\t" and '"' not in header.line else csv.QUOTE_MINIMAL
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, quotechar=header.quote)
    while True:
        lines.begin_row()
        line = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            values = None
        if values is None or _swallowed(lines.since, values, names):
            lines.back_to_second_line()
            broken = {names[0]: lines.since[0].strip()[:LONGEST_SHOWN]}
            yield Row(line, broken, "This line has a quotation mark that is never closed, so it cannot be read.")
            continue
        values = [_unquoted(value) for value in values] if quoting == csv.QUOTE_NONE else values
        if row := _row(line, names, _opened(values, names, delimiter), lines):
            yield row


def _unquoted(value: str) -> str:
    """Spreadsheets quote what holds a comma or a quotation mark, also between tabs: `"Dune, part 1"`."""
    inner = value[1:-1]
    quoted = len(value) > 2 and value[0] == value[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted and ("," in inner or '""' in inner) else value


def _opened(values: list[str], names: list[str], delimiter: str) -> list[str]:
    """The values of a row that is quoted as a whole, as some spreadsheets save what they did not take apart."""
    if len(values) != 1 or len(names) < 2 or delimiter not in values[0]:
        return values
    try:
        inner = next(csv.reader([values[0]], delimiter=delimiter))
    except csv.Error:
        return values
    return inner if len(inner) > 1 else values


def _swallowed(lines: list[str], values: list[str], names: list[str]) -> bool:
    """Whether a row of several lines is one because a quotation mark is missing."""
    return len(lines) > 1 and (len(values) > len(names) or sum(line.count('"') for line in lines) % 2 == 1)


def _row(line: int, names: list[str], values: list[str], lines: Text) -> Row | None:
    if not any(value.strip() for value in values):
        return None
    if lines.cut:
        return Row(line, {names[0]: values[0][:LONGEST_SHOWN]}, "This line is too long to be a book.")
    if len(values) > len(names) and any(value.strip() for value in values[len(names) :]):
        named = dict(zip(names, values, strict=False))
        return Row(
            line, named, f"This line has {len(values):,} columns but the header has {len(names)}. Is there an extra comma?"
        )
    if all(re.fullmatch(r":?-{2,}:?|", value.strip()) for value in values):
        return None  # the line below the header of a table in Markdown
    notes = ["Unreadable characters were removed."] if lines.had_nul else []
    return Row(line, {name: value.strip() for name, value in zip(names, values, strict=False) if name}, notes=notes)
