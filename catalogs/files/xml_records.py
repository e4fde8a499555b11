"""The records of an XML file as a stream: nothing else is kept, nothing is deeper than records are, and no text is endless."""

from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

PIECE = 64 * 1024
LONGEST = 2 * 1024 * 1024  # bytes of one text, or of what stands between two elements
MOST_DEPTH, MOST_PARTS = 40, 20_000  # of a record


class XMLError(ValueError):
    """A sentence about what is wrong with the file from here on."""


def read_records(stream: BinaryIO, tag: str) -> Iterator[ElementTree.Element]:
    """Every element called `tag`. Raises XMLError."""
    parser = ElementTree.XMLPullParser(("start", "end"))
    walk, prolog = _Walk(tag), expat.ParserCreate()
    prolog.StartDoctypeDeclHandler = _refuse_doctype
    try:
        while piece := stream.read(PIECE):
            if not walk.begun:
                prolog.Parse(piece)
            parser.feed(piece)
            walk.silent += len(piece)
            events: Any = parser.read_events()  # of the two kinds named above alone
            for event, element in events:
                if record := walk.step(event, element):
                    yield record
            if walk.silent > LONGEST:
                raise XMLError("a text in it is too long")
        parser.close()
    except (ElementTree.ParseError, expat.ExpatError, LookupError) as error:
        raise XMLError(str(error)) from error


def _refuse_doctype(*_):
    """A few bytes can declare entities that stand for gigabytes, and records have none."""
    raise XMLError("it declares a document type")


class _Walk:
    """The path to where the file is read, with the records taken out as they end."""

    def __init__(self, tag: str):
        self.tag, self.silent = tag, 0
        self.path: list[ElementTree.Element] = []
        self.inside = self.parts = 0
        self.begun = False  # before the first element, the file may declare what it likes

    def step(self, event: str, element: ElementTree.Element) -> ElementTree.Element | None:
        self.silent, self.begun = 0, True
        self.parts = self.parts + 1 if self.inside else 0
        if event == "start":
            self.path.append(element)
            self.inside += element.tag == self.tag
        if len(self.path) > MOST_DEPTH or self.parts > 2 * MOST_PARTS:
            raise XMLError("it is nested too deeply or has a record that is too large")
        if event == "start":
            return None
        self.path.pop()
        self.inside -= element.tag == self.tag
        if self.inside:
            return None
        if self.path:
            self.path[-1].remove(element)
        return element if element.tag == self.tag else None
