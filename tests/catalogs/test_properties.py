"""Whatever a catalogue sends: no exception but CatalogError, and no value that is not in its answer."""

import csv
import io
import json
import re
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogs import CatalogError, Record, isbn
from catalogs.files import csv_table, marc, open_library_dump
from catalogs.google_books import GoogleBooks
from catalogs.open_library import OpenLibrary
from catalogs.statements import repaired
from tests.properties import quick

WORDS = ["", "19??", "c1998", "1867 [i.e. 1876]", "5759 [1998 or 1999]", "Doe, Jane, 1901-1980", "AÃ±os", "iw", "9780441013593"]
TEXT = st.sampled_from(WORDS) | st.text(max_size=20) | st.dates().map(str)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
ANYTHING = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "key", "docs", "title"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def objects(*names: str, **nested):
    """JSON objects with some of these keys, and whatever there may be under them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, TEXT | ANYTHING) | nested)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def check_record(record, answer: str) -> bool:
    """True; an assertion says what else would be wrong."""
    known = letters(answer)
    assert all(word in known for author in record.authors for word in map(letters, re.findall(r"\w+", author)))
    for value in (record.title, record.subtitle, record.publisher, record.series, record.binding):
        assert all(word in known for word in map(letters, re.findall(r"\w+", value)))
    assert re.fullmatch(r"(\d{4}(-\d{2}){0,2})?", record.published_date) and record.published_date[:4] in known
    assert re.fullmatch(r"(97[89]\d{10})?", record.isbn) and re.fullmatch(r"([a-z]{2})?", record.language)
    assert record.pages is None or str(record.pages) in re.sub(r"[.,]", "", answer)
    assert record.first_published is None or str(abs(record.first_published)) in answer
    return True


@pytest.mark.parametrize(
    "facts", [{"title": "Emma"}, {"authors": ("Jane Austen",)}, {"published_date": "1815"}, {"isbn": "978"}, {"pages": 474}]
)
def test_an_invented_value_is_noticed(facts):
    with pytest.raises(AssertionError):
        check_record(Record(**{"title": "Dune", **facts}), "Dune")


def shown(value) -> str:
    """All texts and numbers in it, also as they are where they were encoded twice."""
    if isinstance(value, dict):
        return " ".join(shown(part) for part in (*value.keys(), *value.values()))
    return " ".join(map(shown, value)) if isinstance(value, list | tuple) else f"{value} {repaired(str(value))}"


def answering(value) -> httpx.Client:
    content = json.dumps(value)
    return httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=content)))


def found_by(catalog) -> list:
    records = []
    for question in (lambda: [catalog.by_isbn("9780441013593")], lambda: catalog.search("Dune Herbert")):
        try:
            records += filter(None, question())
        except CatalogError:
            continue
    return records


INFO = "title subtitle authors publisher publishedDate language pageCount categories description infoLink imageLinks".split()
NUMBERS = st.lists(objects("type", "identifier") | LEAF, max_size=2) | ANYTHING
VOLUME = objects("id", volumeInfo=objects(*INFO, industryIdentifiers=NUMBERS) | ANYTHING)


@quick
@given(st.fixed_dictionaries({"items": st.lists(VOLUME | LEAF, max_size=3) | ANYTHING}) | ANYTHING)
def test_nothing_that_google_books_sends_is_too_odd(answer):
    assert all(check_record(record, shown(answer)) for record in found_by(GoogleBooks(answering(answer))))


EDITION = objects(*"key title subtitle isbn publisher publish_date language cover_i".split())
WORK = objects(
    *"key title subtitle author_name first_publish_year isbn publisher language cover_i subject".split(),
    editions=st.fixed_dictionaries({"docs": st.lists(EDITION | LEAF, max_size=2) | ANYTHING}) | ANYTHING,
)


@quick
@given(st.fixed_dictionaries({"docs": st.lists(WORK | LEAF, max_size=3) | ANYTHING}) | ANYTHING)
def test_nothing_that_open_library_sends_is_too_odd(answer):
    known = shown(answer) + " 9780441013593"
    assert all(check_record(record, known) for record in found_by(OpenLibrary(answering(answer))))


PARTS = st.lists(st.tuples(st.sampled_from("abcehnp"), TEXT), max_size=4)
FIELDS = st.lists(st.tuples(st.sampled_from("020 041 100 245 260 264 700".split()), PARTS), max_size=6)


@quick
@given(FIELDS, st.text(max_size=40), st.sampled_from(["", "00000nam a22", "00000cat", "x"]))
def test_nothing_in_a_library_record_is_too_odd(fields, fixed, leader):
    entry = marc._row(1, leader, fixed, [(tag, list(parts)) for tag, parts in fields])
    known = shown([value for _, parts in fields for _, value in parts]) + fixed
    assert entry.record is None or check_record(entry.record, known)


@quick
@given(objects(*"title title_prefix subtitle authors works isbn_13 isbn_10 languages publishers publish_date key name".split()))
def test_nothing_in_a_dump_is_too_odd(data):
    names = SimpleNamespace(of_edition=lambda edition: (), flush=lambda: None, keep=lambda *_: None)
    for kind in ("edition", "work", "author"):
        line = "\t".join([f"/type/{kind}", "k", "1", "x", json.dumps(data)]).encode()
        for entry in open_library_dump.read_dump(io.BytesIO(line), names):
            assert entry.record is None or check_record(entry.record, shown(data))


@quick
@given(st.lists(st.lists(TEXT, min_size=1, max_size=7), max_size=4))
def test_nothing_in_a_table_of_a_catalogue_is_too_odd(rows):
    out = io.StringIO()
    csv.writer(out).writerows([["isbn13", "title", "author", "year", "publisher", "language"], *rows])
    for entry in csv_table.read_table(io.BytesIO(out.getvalue().encode(errors="replace"))):
        assert entry.record is None or check_record(entry.record, shown(rows))


@quick
@given(
    st.text(max_size=120)
    | st.lists(st.sampled_from([*"0123456789X-– .]E\u200e\u00ad", "ISBN", "SBN", "urn:isbn:", "978"]), max_size=30).map("".join)
)
def test_an_isbn_is_never_made_up(text):
    for found in [isbn.read(text), isbn.read(text, spreadsheet=True), *isbn.find(text)]:
        digits = "".join(str(int(c)) for c in text if c.isdecimal())
        assert bool(found.isbn) != bool(found.problem)
        assert not found.isbn or found.isbn[3:12].lstrip("0") in digits
