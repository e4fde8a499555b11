import pytest

from catalogs import lookup
from library.models import UserBook
from library.own_catalog import OwnBooks
from tests.factories import make_copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(owner):
    make_copy(owner, "The Left Hand of Darkness", isbn="9780441478125", source="open_library", source_id="OL1M", links={"a": "b"})
    make_copy(owner, "The Dispossessed", source="open_library", source_id="OL2M")
    make_copy(owner, "Die Wand", "Marlen Haushofer", source="typed")
    return OwnBooks(owner.pk)


def titles(found) -> list[list[str]]:
    return [[record.title for record in records] for records in found]


def test_what_ocr_made_of_ones_own_books_is_found(books):
    asked = ["TheLeftHandofDarkness LE GUIN", "DISPOSSESED", "Dle Wand", "xxxx", ""]
    first = [records[:1] for records in titles(books.search_many(asked))]
    assert first == [["The Left Hand of Darkness"], ["The Dispossessed"], ["Die Wand"], [], []]


def test_a_record_is_the_edition_as_its_catalogue_gave_it(books):
    (record, *_) = books.search("left hand of darkness")
    assert (record.source, record.source_id, record.isbn) == ("open_library", "OL1M", "9780441478125")
    assert record.authors == ("Ursula K. Le Guin",) and record.links == {"a": "b"}
    assert books.by_isbn("9780441478125") == record
    assert books.by_isbn("9780000000000") is None and books.by_isbn("") is None


def test_two_copies_are_one_edition(owner, books):
    make_copy(owner, "The Left Hand of Darkness", isbn="9780441478125", source="open_library", source_id="OL1M")
    assert titles([books.search("left hand of darkness")])[0].count("The Left Hand of Darkness") == 1


def test_what_was_only_read_on_a_spine_is_no_record(owner, books):
    make_copy(owner, "Darknes hand lft", "", source="")
    assert "Darknes hand lft" not in titles([books.search("darknes hand lft")])[0]


def test_what_is_in_the_trash_or_a_strangers_is_not_ones_own(books, owner, stranger):
    UserBook.objects.filter(title="Die Wand").update(removed="2026-01-01T00:00Z")
    assert books.search("Die Wand") == []
    assert OwnBooks(stranger.pk).search("left hand of darkness") == []


def test_a_whole_photo_costs_one_query(books, owner, django_assert_num_queries):
    for number in range(30):
        make_copy(owner, f"Volume {number} of the Darkness", source="local", source_id=f"{number}")
    with django_assert_num_queries(1):
        found = books.search_many([f"volume {number} darkness" for number in range(50)])
    assert all(found)


def test_it_is_at_hand_and_asked_before_those_outside(books):
    assert not lookup.is_outside_catalog(books)
    assert lookup.Lookup([books]).search(["die wand haushofer"])["die wand haushofer"][0].source == "typed"
