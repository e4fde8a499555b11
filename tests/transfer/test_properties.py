"""Whatever stands in a cell: no exception, no value that is not in the file, and every row is there."""

import csv
import io
import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalogs.statements import repaired
from tests.properties import quick
from tests.transfer.importing import read
from transfer import detect
from transfer.formats import librarything_json, other_table, own_json

pytestmark = pytest.mark.slow

WORDS = """nan inf -inf 1e400 9.78E+12 441478123.0 0000-00-00 2020-13-45 99/99/9999 03/04/20 20201025 44129 ,,,, ;;; | & () (#)
[] {} ="" ★★★½ 4/0 7/5 100% -3 0 1 true ] " ' <br/> #5 C# \u202e 9780441013593 1,024"""
PHRASES = ["Last, First", "A, B, C", "x (Y, #1; Z, #2)", "(", "\x1f", "2 v. (1, 2 p.)", "1|2;3|4", "AÃ±os", "Jr., Jr.", ", ,"]
ODD = st.sampled_from([*WORDS.split(), *PHRASES])
CELL = ODD | st.text(max_size=30) | st.integers().map(str) | st.floats().map(str) | st.dates().map(str)
TABLES = [*detect.TABLES, other_table.FORMAT]
NAMES = {table.name: list(dict.fromkeys([*table.signature, *table.columns]))[:120] for table in TABLES}


def file_of(names: list[str], rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([names, *rows])
    return out.getvalue()


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_cell_is_too_odd_for_a_format(table):
    names = NAMES[table.name]

    @quick
    @given(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=3))
    def no_cell_is_too_odd(rows):
        assume(sum(char < " " for row in rows for cell in row for char in cell) < 40)  # more is refused: it is no text file
        kind, items = read(file_of(names, rows, "\t" if table.name == "librarything" else ","), table.name)
        assert kind == table.name
        for item in items:
            check_item(item, given_letters(cell for row in rows for cell in row))

    assert no_cell_is_too_odd() is None


def given_letters(texts) -> str:
    """The letters of some texts as they stand and with damaged accents repaired, in the whole text and in one of its words."""
    return " ".join(letters(form) for text in texts for form in (text, repaired(text), *map(repaired, text.split())))


def check_item(item, given: str) -> bool:
    """True: what was read is plain, within bounds, and made of what the file says. Otherwise an assertion says what is wrong."""
    assert 1 <= item.own.get("rating", 1) <= 10
    assert 0 < item.facts.get("pages", 1) < 100_000
    assert re.fullmatch(r"(97[89]\d{10})?", item.isbn13)
    assert item.isbn13[3:12].lstrip("0") in re.sub(r"\D", "", given)
    assert all(re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", day) for reading in item.readings for day in reading)
    assert re.fullmatch(r"(\d{4}(-\d{2}){0,2})?", item.facts.get("published_date", ""))
    assert str(abs(item.facts.get("first_published", 0) or 0)).lstrip("0") in given
    for name in ("title", "publisher", "series", "subtitle"):
        assert letters(item.facts.get(name, "")) in given
    for author in item.facts.get("authors", []):
        assert author.strip() and all(word in given for word in map(letters, author.split()))
    return True


KEYS = [*librarything_json.TEXTS.values(), *librarything_json.LISTS.values(), "authors"]
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | CELL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "lf", "0"]), inner, max_size=3),
    max_leaves=5,
)


@quick
@given(st.dictionaries(st.sampled_from(KEYS), VALUE))
def test_no_value_is_too_odd_for_the_json_of_librarything(book):
    (item,) = read(json.dumps({"1": book}), "librarything_json")[1]
    assert check_item(item, given_letters([*texts_of(book), *texts_of(librarything_json.values_of(book))]))


def texts_of(value) -> list[str]:
    """Every key and value of nested JSON as text. Its repr would show a control character as letters that nobody wrote."""
    if isinstance(value, dict):
        return [text for pair in value.items() for inner in pair for text in texts_of(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in texts_of(inner)]
    return [str(value)]


OURS = [*own_json.COLUMNS, *own_json.ROW_COLUMNS, "tags", "shelf", "edition"]


@quick
@given(st.dictionaries(st.sampled_from(OURS), VALUE | st.floats()) | VALUE)
def test_no_value_is_too_odd_for_our_own_json(book):
    item = own_json.item_of(book)
    assert item.problem or item.whole["title"] == str(book["title"])
    assert item.problem or all(isinstance(name, str) for name in (*item.tags, *item.shelf, *item.facts["authors"]))
    assert json.dumps(item.as_dict(), allow_nan=False)


@pytest.mark.parametrize("name", ["shelf", "tags", "readings", "loans"])
def test_a_number_where_a_list_should_stand_costs_that_list(name):
    item = own_json.item_of({"title": "Emma", name: 1.0})
    assert (item.title, item.problem, item.whole[name]) == ("Emma", "", [])


LINE = st.text(max_size=60) | st.lists(st.sampled_from([*"0123456789X- ,;:", "978", "ISBN "]), max_size=25).map("".join)


@quick
@given(st.lists(LINE, max_size=4))
def test_no_line_is_too_odd_for_a_list_of_isbns(lines):
    for item in read("9780441013593\n" + "\n".join(lines), "isbn_list")[1]:
        assert bool(item.isbn13) != bool(item.problem)
        check_item(item, letters(" ".join(["9780441013593", *lines])))
