"""Looking up in the background: what nobody said is filled, what its owner said stays, and nothing is lost on the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogs import CatalogError, Record
from catalogs.lookup import Answer
from catalogs.synthetic import isbn13
from jobs import draining, runner
from jobs.leases import take_lease
from library import metadata_lookup
from library.copies import owner_edits
from library.copies.isbn_entry import add_isbns
from library.models import Book, FactChange, MetadataLookup, SyncStatus, UserBook

pytestmark = pytest.mark.django_db
DUNE, EMMA = "9780441172719", "9780141439587"
COVER = "https://c.example/1.jpg"
RECORD = Record("Dune", ("Frank Herbert",), isbn=DUNE, publisher="Ace", cover=COVER, source="kind")


class Kind:
    """Knows what a test puts into it."""

    name, known, asked = "kind", {}, []

    def by_isbn(self, isbn13):
        self.asked.append(isbn13)
        return self.known.get(isbn13)

    def search(self, text, limit=10):
        return []


class Pages(Kind):
    name, known, asked = "pages", {}, []


class Sick(Kind):
    """Does not answer until it is well."""

    name, well = "sick", False

    def by_isbn(self, isbn13):
        if not Sick.well:
            raise CatalogError("Sick is out of order.")
        return self.known.get(isbn13)


@pytest.fixture(autouse=True)
def world(settings):
    Kind.known, Kind.asked, Pages.known, Pages.asked, Sick.well, Sick.known = {}, [], {}, [], False, {}
    settings.CATALOGS = [f"{__name__}.Kind"]
    return settings


def with_catalogs(settings, *classes):
    settings.CATALOGS = [f"{__name__}.{each.__name__}" for each in classes]


def entered(owner, number=DUNE) -> UserBook:
    return add_isbns(owner, [number])[0].copy


def fresh(copy) -> UserBook:
    return UserBook.objects.select_related("book").get(pk=copy.pk)


def fill(owner):
    """As the process for outgoing work."""
    runner.attempt_work(metadata_lookup.LOOKUPS, owner.pk)


def later(copy):
    """The pause or the lease is over."""
    past = timezone.now() - timedelta(seconds=1)
    UserBook.objects.filter(pk=copy.pk).update(sync_after=past)
    MetadataLookup.objects.filter(lease_until__isnull=False).update(lease_until=past, due=past)


def die_with(owner):
    assert take_lease(MetadataLookup.objects.unfinished().filter(pk=owner.pk))


def test_a_book_is_filled_and_so_is_the_edition_that_all_share(owner):
    Kind.known = {DUNE: RECORD}
    copy = entered(owner)
    fill(owner)
    copy = fresh(copy)
    assert (copy.title, copy.authors, copy.publisher, copy.sync_status) == ("Dune", ["Frank Herbert"], "Ace", SyncStatus.SYNCED)
    assert (copy.origins["title"], copy.origins["isbn13"]) == ("kind", "you")
    assert (copy.book.title, copy.book.cover, copy.book.source, copy.book.work_key) == ("Dune", COVER, "kind", "dune|herbert")
    assert copy.sort_title == "dune" and "herbert" in copy.search_text


def test_each_fact_says_which_catalogue_it_is_from(owner, settings):
    with_catalogs(settings, Kind, Pages)
    Kind.known = {DUNE: Record("Dune", ("F. Herbert",), isbn=DUNE, source="kind", series="Dune")}
    Pages.known = {DUNE: Record("DUNE", isbn=DUNE, pages=604, cover=COVER, series="Classics", series_number="7", source="pages")}
    copy = entered(owner)
    fill(owner)
    copy = fresh(copy)
    assert (copy.title, copy.pages, copy.series, copy.series_number) == ("Dune", 604, "Dune", "")
    assert (copy.origins["title"], copy.origins["pages"]) == ("kind", "pages")


def test_what_its_owner_said_stays(owner):
    Kind.known = {DUNE: RECORD}
    copy = entered(owner)
    owner_edits.edit_copy(owner, copy.pk, {"title": "Dune (my copy)", "publisher": "", "language": "fr"}, {"status": "read"})
    UserBook.objects.filter(pk=copy.pk).update(origins={**fresh(copy).origins, "publisher": "you"})
    fill(owner)
    copy = fresh(copy)
    assert (copy.title, copy.publisher, copy.language, copy.status) == ("Dune (my copy)", "", "fr", "read")
    assert (copy.authors, copy.book.title, copy.sync_status) == (["Frank Herbert"], "Dune", SyncStatus.SYNCED)
    assert set(FactChange.objects.values_list("source", flat=True)) == {"you"}


def test_a_book_that_nobody_knows_is_named_as_such_at_once(owner):
    copy = entered(owner)
    fill(owner)
    copy = fresh(copy)
    assert (copy.sync_status, copy.sync_error, copy.sync_attempts) == (SyncStatus.FAILED, "No catalogue has this ISBN.", 1)


def test_a_sick_catalogue_is_asked_three_times_with_growing_pauses(owner, settings):
    with_catalogs(settings, Sick)
    copy = entered(owner)
    pauses = []
    for _ in range(5):
        fill(owner)
        fill(owner)  # at once: it is not due yet
        copy = fresh(copy)
        if copy.sync_after:
            pauses.append((copy.sync_after - timezone.now()).total_seconds())
            later(copy)
    assert (copy.sync_status, copy.sync_attempts, copy.sync_error) == (SyncStatus.FAILED, 3, "Sick is out of order.")
    assert len(pauses) == 2 and 15 < pauses[0] < 21 and 110 < pauses[1] < 121


def test_one_that_is_sick_takes_nothing_from_what_the_other_knows(owner, settings):
    with_catalogs(settings, Sick, Kind)
    Kind.known = {DUNE: RECORD}
    copy = entered(owner)
    fill(owner)
    assert (fresh(copy).title, fresh(copy).sync_status) == ("Dune", SyncStatus.SYNCED)


def test_a_title_without_a_cover_is_asked_for_again_while_somebody_is_sick(owner, settings):
    with_catalogs(settings, Kind, Sick)
    Kind.known, Sick.known = {DUNE: Record("Dune", ("Frank Herbert",), isbn=DUNE, source="kind")}, {DUNE: RECORD}
    copy = entered(owner)
    fill(owner)
    assert (fresh(copy).title, fresh(copy).sync_status) == ("Dune", SyncStatus.PENDING)
    Sick.well = True
    later(copy)
    fill(owner)
    assert (fresh(copy).cover, fresh(copy).sync_status) == (COVER, SyncStatus.SYNCED)


def test_a_worker_that_dies_loses_nothing(owner):
    Kind.known = {DUNE: RECORD}
    copy = entered(owner)
    die_with(owner)
    fill(owner)
    assert (fresh(copy).sync_status, Kind.asked) == (SyncStatus.PENDING, [])  # somebody may be at it
    later(copy)
    fill(owner)
    assert fresh(copy).sync_status == SyncStatus.SYNCED


def test_a_book_that_kills_every_worker_is_given_up(owner):
    copy = entered(owner)
    for _ in range(runner.MAX_DEATHS):
        die_with(owner)
        later(copy)
    fill(owner)
    assert (fresh(copy).sync_status, fresh(copy).sync_error) == (SyncStatus.FAILED, metadata_lookup.GAVE_UP)


def test_a_death_is_no_try_of_a_catalogue(owner, settings):
    with_catalogs(settings, Sick)
    copy = entered(owner)
    die_with(owner)
    later(copy)
    fill(owner)
    assert (fresh(copy).sync_status, fresh(copy).sync_attempts) == (SyncStatus.PENDING, 1)


def test_a_retry_asks_anew_with_all_tries_before_it(owner):
    copy = entered(owner)
    fill(owner)
    assert fresh(copy).sync_status == SyncStatus.FAILED
    Kind.known = {DUNE: RECORD}
    assert metadata_lookup.retry_lookups(UserBook.objects.filter(user=owner)) == 1
    assert metadata_lookup.retry_lookups(UserBook.objects.filter(user=owner)) == 0
    fill(owner)
    assert (fresh(copy).title, fresh(copy).sync_status, fresh(copy).sync_error) == ("Dune", SyncStatus.SYNCED, "")


def test_a_number_put_right_in_the_meantime_is_looked_up_instead(owner):
    Kind.known = {EMMA: Record("Emma", ("Jane Austen",), isbn=EMMA, cover=COVER, source="kind")}
    copy = entered(owner)
    owner_edits.edit_copy(owner, copy.pk, {"isbn13": EMMA})
    metadata_lookup.settle_lookup(copy.pk, DUNE, Answer([RECORD]))
    assert fresh(copy).title != "Dune"
    fill(owner)
    assert (fresh(copy).title, fresh(copy).sync_status) == ("Emma", SyncStatus.SYNCED)
    assert Book.objects.get(isbn13=DUNE).source == ""  # the other edition learned nothing from it


def test_a_removed_book_is_not_looked_up_until_it_is_back(owner):
    Kind.known = {DUNE: RECORD}
    copy = entered(owner)
    UserBook.objects.filter(pk=copy.pk).update(removed=timezone.now())
    fill(owner)
    assert (fresh(copy).sync_status, Kind.asked) == (SyncStatus.PENDING, [])
    UserBook.objects.filter(pk=copy.pk).update(removed=None)
    fill(owner)
    assert fresh(copy).sync_status == SyncStatus.SYNCED


def test_many_books_are_all_filled_and_each_isbn_is_asked_for_once(owner):
    Kind.known = {n: Record(f"Book {n}", ("A",), isbn=n, cover=COVER, source="kind") for n in (DUNE, EMMA)}
    add_isbns(owner, [DUNE, EMMA] * 20)
    fill(owner)
    assert UserBook.objects.filter(sync_status=SyncStatus.SYNCED).count() == 40
    assert len(Kind.asked) <= 3 and set(Kind.asked) == {DUNE, EMMA}


def test_a_worker_that_is_to_stop_finishes_its_portion(owner):
    add_isbns(owner, [isbn13(number) for number in range(metadata_lookup.TOGETHER + 2)])
    draining.start_draining()
    try:
        fill(owner)
    finally:
        draining.stop_draining()
    assert UserBook.objects.filter(sync_status=SyncStatus.PENDING).count() == 2
