"""How tests read a list of books: as the product does, without a database row of a file."""

import csv
import io

from library.importing import Item, detect


def read(content: str | bytes, wanted: str = "auto") -> tuple[str, list[Item]]:
    """(name of the format, the rows as Items)."""
    data = content.encode() if isinstance(content, str) else content
    found = detect.detect(io.BytesIO(data), wanted)
    kind = detect.FORMATS[found.format]
    mapping = kind.mapping(found.header)
    hints = kind.hints(io.BytesIO(data), found.encoding, mapping)
    return found.format, [item for _, item in kind.items(io.BytesIO(data), found.encoding, mapping, hints)]


def table(header: str, *rows: dict, delimiter: str = ",") -> str:
    """A file with this header line and these rows, quoted where it must be."""
    names = header.split(delimiter)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\r\n")
    out.write(header + "\r\n")
    for row in rows:
        writer.writerow(row)
    return out.getvalue()
