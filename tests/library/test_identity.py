import pytest

from library.copies import identity
from library.models import Book
from tests.factories import make_copy, make_record

pytestmark = pytest.mark.django_db


def test_the_same_isbn_is_the_same_book():
    one = identity.find_or_make_book(make_record(isbn="9780306406157"))
    assert identity.find_or_make_book(make_record("Another spelling", "", isbn="9780306406157")) == one
    assert Book.objects.count() == 1


def test_another_isbn_is_another_edition():
    one = identity.find_or_make_book(make_record(isbn="9780306406157"))
    assert identity.find_or_make_book(make_record(isbn="9780804429573")) != one


def test_without_isbn_title_and_surname_decide():
    one = identity.find_or_make_book(make_record("The Left Hand of Darkness", "Ursula K. Le Guin"))
    assert identity.find_or_make_book(make_record("the left hand of DARKNESS", "Le Guin, Ursula")) == one
    assert identity.find_or_make_book(make_record("The Left Hand of Darkness", "Someone Else")) != one


def test_what_is_owned_is_found_in_any_edition(owner):
    copy = make_copy(owner, isbn="9780306406157")
    assert list(identity.owned_copies(owner, make_record(isbn="9780804429573"))) == [copy]
    assert not identity.owned_copies(owner, make_record("Another book", isbn="9780804429573"))


def test_a_strangers_books_are_not_mine(owner, stranger):
    make_copy(stranger, isbn="9780306406157")
    assert not identity.owned_copies(owner, make_record(isbn="9780306406157"))
    assert identity.owned_flags(owner, [make_record(isbn="9780306406157")]) == [False]


def test_a_list_is_flagged_in_two_queries(owner, django_assert_num_queries):
    make_copy(owner, "Walden", "Henry David Thoreau", isbn="9780306406157")
    records = [make_record("Walden", "Thoreau, Henry"), make_record(), make_record("x", isbn="9780306406157")]
    with django_assert_num_queries(2):
        assert identity.owned_flags(owner, records) == [True, False, True]


def test_a_copy_starts_with_the_facts_of_its_edition(owner):
    copy = identity.add_copy(owner, make_record(isbn="9780306406157", publisher="Ace", published_date="1969"))
    assert (copy.isbn13, copy.publisher, copy.published_date) == ("9780306406157", "Ace", "1969")
    assert copy.book.isbn13 == "9780306406157"
