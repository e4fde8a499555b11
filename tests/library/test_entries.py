"""Books by their ISBN: there at once, in order, once each however often they are sent."""

import pytest

from catalogs import local
from library.copies import identity, isbn_entry
from library.copies.isbn_entry import Batch, EntryOutcome, OnDuplicate, add_isbns, last_batch, remember_batch
from library.models import Book, Entry, MetadataLookup, Status, SyncStatus, UserBook
from tests.factories import make_copy, make_record, make_shelf

pytestmark = pytest.mark.django_db
DUNE, EMMA, WALDEN = "9780441172719", "9780141439587", "9780306406157"


def outcomes(entered):
    return [each.outcome for each in entered]


def test_each_isbn_is_a_book_in_the_order_it_was_given(owner):
    entered = add_isbns(owner, ["0-441-17271-7", EMMA, "ISBN 978-0-306-40615-7 51299"])
    assert outcomes(entered) == [EntryOutcome.ADDED] * 3
    assert [copy.isbn13 for copy in UserBook.objects.order_by("added", "pk")] == [DUNE, EMMA, WALDEN]


def test_a_book_nobody_knows_yet_is_there_at_once_and_waits_to_be_looked_up(owner):
    (entered,) = add_isbns(owner, [DUNE])
    copy = entered.copy
    assert (copy.title, copy.sync_status, copy.origins) == ("ISBN 978-0-441-17271-9", SyncStatus.PENDING, {"isbn13": "you"})
    assert MetadataLookup.objects.unfinished().filter(user=owner).exists()


def test_a_book_that_is_known_here_has_its_title_at_once(owner):
    local.add_records([make_record("Dune", "Frank Herbert", isbn=DUNE)])
    (entered,) = add_isbns(owner, [DUNE])
    assert (entered.copy.title, entered.copy.authors, entered.copy.origins["title"]) == ("Dune", ["Frank Herbert"], "local")
    assert entered.copy.sync_status == SyncStatus.SYNCED  # no catalogue outside to ask


def test_where_others_can_be_asked_a_book_without_a_cover_is_looked_up_all_the_same(owner, settings):
    settings.CATALOGS = ["local", "open_library"]
    local.add_records([make_record("Dune", "Frank Herbert", isbn=DUNE)])
    assert add_isbns(owner, [DUNE])[0].copy.sync_status == SyncStatus.PENDING


def test_what_others_typed_about_an_isbn_is_not_shown(owner, stranger):
    make_copy(stranger, "My secret title", "Stan", isbn=DUNE, source="typed")
    (entered,) = add_isbns(owner, [DUNE])
    assert (entered.copy.title, entered.copy.authors) == ("ISBN 978-0-441-17271-9", [])
    assert (entered.copy.sync_status, Book.objects.count()) == (SyncStatus.PENDING, 1)


def test_what_is_none_is_refused_with_a_sentence_and_the_rest_comes_in(owner):
    entered = add_isbns(owner, ["9780441172718", "a book", "4006381333931", DUNE])
    assert outcomes(entered) == [EntryOutcome.REFUSED] * 3 + [EntryOutcome.ADDED]
    assert "check digit" in entered[0].sentence and "10 or 13 digits" in entered[1].sentence
    assert UserBook.objects.count() == 1


def test_the_same_entry_sent_again_adds_nothing_even_from_the_trash(owner):
    first = add_isbns(owner, [DUNE, EMMA], keys=["a", "b"])
    again = add_isbns(owner, [DUNE, EMMA, WALDEN], keys=["a", "b", "c"])
    assert outcomes(again) == [EntryOutcome.AGAIN, EntryOutcome.AGAIN, EntryOutcome.ADDED]
    assert [each.copy.pk for each in again[:2]] == [each.copy.pk for each in first]
    first[0].copy.removed = first[0].copy.added
    first[0].copy.save()
    assert outcomes(add_isbns(owner, [DUNE], keys=["a"])) == [EntryOutcome.AGAIN]


def test_the_same_key_twice_in_one_go_is_one_book(owner):
    assert outcomes(add_isbns(owner, [DUNE, DUNE], keys=["a", "a"])) == [EntryOutcome.ADDED, EntryOutcome.AGAIN]


def test_keys_are_each_persons_own(owner, stranger):
    add_isbns(owner, [DUNE], keys=["a"])
    assert outcomes(add_isbns(stranger, [DUNE], keys=["a"])) == [EntryOutcome.ADDED]


def test_a_second_copy_is_added_or_left_out_as_the_batch_says(owner):
    first = add_isbns(owner, [DUNE])[0].copy
    (skipped,) = add_isbns(owner, ["0441172717"], on_duplicate=OnDuplicate.SKIP)
    assert (skipped.outcome, skipped.copy) == (EntryOutcome.OWNED, first)
    assert outcomes(add_isbns(owner, [DUNE, EMMA, EMMA], on_duplicate="skip")) == ["owned", "added", "owned"]
    assert outcomes(add_isbns(owner, [DUNE], on_duplicate=OnDuplicate.COPY)) == [EntryOutcome.ADDED]
    assert UserBook.objects.of(owner).filter(isbn13=DUNE).count() == 2


def test_what_lies_in_the_trash_is_not_owned(owner):
    make_copy(owner, isbn=DUNE, removed="2026-01-01T00:00Z")
    assert outcomes(add_isbns(owner, [DUNE], on_duplicate="skip")) == [EntryOutcome.ADDED]


def test_two_isbns_of_one_work_are_two_books(owner):
    local.add_records([make_record("Emma", "Jane Austen", isbn=EMMA), make_record("Emma", "Jane Austen", isbn="9780141199528")])
    entered = add_isbns(owner, [EMMA, "9780141199528"], on_duplicate="skip")
    assert outcomes(entered) == ["added", "added"]
    assert Book.objects.count() == 2


def test_shelf_status_and_tags_hold_for_the_whole_batch(owner):
    shelf = make_shelf(owner)
    entered = add_isbns(owner, [DUNE, EMMA], status=Status.READ, shelf=shelf, tags=["sf", "Lyon"], entry=Entry.BARCODE)
    for each in entered:
        copy = UserBook.objects.get(pk=each.copy.pk)
        assert (copy.status, copy.shelf, copy.entry) == (Status.READ, shelf, Entry.BARCODE)
        assert [tag.name for tag in copy.tags.all()] == ["Lyon", "sf"]


def test_asking_what_is_known_takes_as_many_queries_for_forty_as_for_one(django_assert_num_queries):
    numbers = [f"978{n:09}" for n in range(40)]
    with django_assert_num_queries(2):
        isbn_entry.known_here(numbers)


def test_a_record_is_added_once_with_the_owners_words_on_top(owner):
    record = make_record("Dune", "Frank Herbert", isbn=DUNE, cover="https://c.example/1.jpg", source="open_library")
    given = {"title": "Dune, signed"}
    one = isbn_entry.add_record(owner, record, given=given, key="k", tags=["sf"], status="read", entry=Entry.SEARCH)
    two = isbn_entry.add_record(owner, record, given=given, key="k")
    copy = UserBook.objects.get()
    assert (one.outcome, two.outcome, two.copy.pk) == ("added", "again", one.copy.pk)
    assert (copy.title, copy.origins["title"], copy.origins["cover"]) == ("Dune, signed", "you", "open_library")
    assert (copy.book.title, copy.sync_status, [tag.name for tag in copy.tags.all()]) == ("Dune", SyncStatus.SYNCED, ["sf"])


def test_the_edition_learns_from_the_first_catalogue_that_knows_it(owner):
    add_isbns(owner, [DUNE])
    book = Book.objects.get()
    assert identity.complete_edition(book, make_record("Dune", "Frank Herbert", isbn=DUNE, source="local"))
    assert identity.complete_edition(book, make_record("DUNE!", "F. H.", isbn=DUNE, pages=604, source="google_books"))
    assert not identity.complete_edition(book, make_record("Mine", isbn=DUNE, language="en", source="typed"))
    book.refresh_from_db()
    assert (book.title, book.pages, book.language, book.source, book.work_key) == ("Dune", 604, "", "local", "dune|herbert")


def test_the_batch_is_remembered(owner):
    assert last_batch(owner) == Batch(on_duplicate=OnDuplicate.SKIP)
    batch = Batch(Status.READ, make_shelf(owner), ("sf", "Lyon"), OnDuplicate.COPY)
    remember_batch(owner, batch)
    assert last_batch(owner) == batch
    batch.shelf.delete()
    assert last_batch(owner).shelf is None
