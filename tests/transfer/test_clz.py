"""CLZ Books as XML: the names of the elements are those of the columns."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import sampled_from

from tests.properties import quick
from tests.transfer.importing import read
from tests.transfer.test_properties import check_item, given_letters

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<collectorz><data><bookinfo><booklist>'
TAIL = "</booklist></bookinfo></data></collectorz>"
BOOK = """<book><id>7</id><collectionstatus listid="1">In Collection</collectionstatus><isbn>9780140447934</isbn>
<mainsection><title>War and Peace</title><pagecount>1392</pagecount>
<credits><credit><role id="dfAuthor">Author</role><person><displayname>Leo Tolstoy</displayname></person></credit>
<credit><role>Translator</role><person><displayname>Anthony Briggs</displayname></person></credit></credits>
<genres><genre><displayname>History</displayname></genre><genre><displayname>War</displayname></genre></genres></mainsection>
<publisher><displayname>Penguin</displayname></publisher>
<publicationdate><year><displayname>2007</displayname></year><month>5</month><day>31</day></publicationdate>
<myrating>9</myrating><readit>Yes</readit><location><displayname>Hall</displayname></location></book>"""


def test_a_book_of_clz_is_read_with_its_people_and_dates():
    kind, (item,) = read(HEAD + BOOK + TAIL)
    assert kind == "clz_xml"
    assert item.facts == {
        "title": "War and Peace",
        "authors": ["Leo Tolstoy"],
        "isbn13": "9780140447934",
        "pages": 1392,
        "publisher": "Penguin",
        "published_date": "2007-05-31",
        "categories": ["History", "War"],
    }
    assert (item.own, item.shelf, item.extra["translator"]) == ({"rating": 9, "status": "read"}, ["Hall"], "Anthony Briggs")


def test_a_damaged_file_keeps_what_stands_before_the_damage():
    _, (book, end) = read(HEAD + BOOK + "<book><mainsection><title>Cut")
    assert book.title == "War and Peace" and "damaged from here on" in end.problem


@pytest.mark.parametrize("flood", ["<a>" * 300_000, "<a/>" * 300_000, "x" * 5_000_000, f"<book>{'<a>1</a>' * 100_000}</book>"])
def test_a_flood_of_elements_does_not_fill_the_memory(flood):
    tracemalloc.start()
    try:
        _, items = read(HEAD + BOOK + flood, "clz_xml")
        assert items[0].title == "War and Peace" and items[-1].problem
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


LEAF = st.text(st.characters(exclude_characters="<&>\r", exclude_categories=["Cs", "Cc"]), max_size=20)
PART = st.tuples(sampled_from("title isbn genre series year publisher myrating readingdate displayname credit tag".split()), LEAF)
TREE = st.recursive(
    PART,
    lambda inner: st.tuples(sampled_from(["credits", "date"]), st.lists(inner, max_size=3)),
    max_leaves=6,
)


def markup(part) -> str:
    name, inner = part
    return f"<{name}>{inner if isinstance(inner, str) else ''.join(map(markup, inner))}</{name}>"


@quick
@given(st.lists(TREE, max_size=4))
def test_no_element_is_too_odd(parts):
    text = "".join(map(markup, parts))
    items = read(f"{HEAD}<book>{text}</book>{TAIL}", "clz_xml")[1]
    assert len(items) <= 1, "one book never becomes two"
    for item in items:
        check_item(item, given_letters([text]))
