import threading
import time

import pytest

from catalogs import CatalogError, Record
from catalogs.lookup import Lookup, lookup_from_settings


class Shop:
    """A catalogue outside that knows a few titles, and counts what it is asked."""

    def __init__(self, name, *records, error=None, wakes=None):
        """`wakes`: an event that each answer waits for."""
        self.name, self.records, self.error, self.wakes = name, records, error, wakes
        self.asked = []

    def _answer(self, what):
        self.asked.append(what)
        if self.wakes:
            self.wakes.wait()
        if self.error:
            raise self.error

    def by_isbn(self, isbn13):
        self._answer(isbn13)
        return next((record for record in self.records if record.isbn == isbn13), None)

    def search(self, text, limit=10):
        self._answer(text)
        return [record for record in self.records if record.title.lower() in text.lower()][:limit]


DUNE = Record("Dune", ("Frank Herbert",), isbn="9780441172719", source="one")
DUNE_WITH_COVER = Record("DUNE", (), isbn="9780441172719", publisher="Ace", cover="https://c.example/1.jpg", source="two")
EMMA = Record("Emma", ("Jane Austen",), source="two")


def test_each_text_has_the_records_of_all_catalogues_in_their_order():
    lookup = Lookup([Shop("two", DUNE_WITH_COVER, EMMA), Shop("one", DUNE)])
    found = lookup.search(["HERBERT DUNE", "EMMA", "nothing of that kind"])
    assert [record.source for record in found["HERBERT DUNE"]] == ["two", "one"]
    assert found["EMMA"] == [EMMA]
    assert found["nothing of that kind"] == []
    assert lookup.problems == []


def test_the_same_question_is_asked_once_in_a_week():
    shop = Shop("one", DUNE)
    assert Lookup([shop]).search(["DUNE", "DUNE"]) == Lookup([shop]).search(["DUNE"])
    assert shop.asked == ["DUNE"]


def test_what_was_not_found_is_remembered_too_but_a_failure_is_not():
    empty, broken = Shop("empty"), Shop("broken", error=CatalogError("Broken is broken."))
    for _ in range(2):
        Lookup([empty, broken]).search(["DUNE"])
    assert len(empty.asked) == 1
    assert len(broken.asked) == 2


def test_one_that_fails_holds_up_nobody_and_is_named_in_one_sentence():
    lookup = Lookup([Shop("broken", error=CatalogError("Broken did not answer.")), Shop("one", DUNE, EMMA)])
    found = lookup.search(["DUNE", "EMMA"])
    assert found["DUNE"] == [DUNE]
    assert lookup.problems == ["Broken did not answer. (2 requests failed.)"]


@pytest.fixture
def asleep():
    """It answers nothing before the test is over: whoever waited for it would wait for ever."""
    shop = Shop("asleep", wakes=threading.Event())
    yield shop
    shop.wakes.set()


def test_one_that_hangs_is_not_waited_for(asleep):
    lookup = Lookup([asleep, Shop("one", DUNE)], seconds=0.3)
    assert lookup.search(["DUNE"])["DUNE"] == [DUNE]
    assert lookup.problems == ["asleep did not respond in time."]


def test_questions_go_out_together_but_not_too_many():
    under_way, most, lock = 0, 0, threading.Lock()

    class Counting(Shop):
        def search(self, text, limit=10):
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.02)
            with lock:
                under_way -= 1
            return []

    Lookup([Counting("busy")]).search([f"text {n}" for n in range(30)])
    assert 2 <= most <= 8


def test_an_isbn_is_taken_from_the_first_and_completed_by_the_next():
    record = Lookup([Shop("one", DUNE), Shop("two", DUNE_WITH_COVER)]).by_isbn("9780441172719")
    assert (record.title, record.source, record.authors) == ("Dune", "one", ("Frank Herbert",))
    assert (record.cover, record.publisher) == ("https://c.example/1.jpg", "Ace")


def test_an_isbn_that_nobody_knows_is_none_and_not_asked_again():
    shop = Shop("one")
    assert Lookup([shop]).by_isbn("9780441172719") is None
    assert Lookup([shop]).by_isbn("9780441172719") is None
    assert len(shop.asked) == 1


def test_the_settings_name_the_catalogues_also_by_dotted_path(settings):
    settings.CATALOGS = ["google_books", "local", "open_library", "tests.fakes.Catalog"]
    assert [catalog.name for catalog in lookup_from_settings().catalogs] == ["google_books", "local", "open_library", "fake"]


@pytest.mark.parametrize("contact", ["", "books@example.org"])
def test_outside_catalogues_are_told_who_asks(settings, contact):
    settings.CATALOGS, settings.CONTACT = ["open_library"], contact
    agent = lookup_from_settings().catalogs[0].client.headers["User-Agent"]
    assert agent.startswith("BookImg/")
    assert ("(+books@example.org)" in agent) is bool(contact)


PAGES = Record("Dune", ("Frank Herbert",), isbn="9780441172719", pages=604, series="Dune", series_number="1", source="two")


def test_cover_from_one_pages_from_another_and_the_series_with_its_own_number():
    with_cover = Record("Dune", ("F. Herbert",), isbn="9780441172719", cover="https://c.example/1.jpg", source="one")
    record = Lookup([Shop("one", with_cover), Shop("two", PAGES)]).by_isbn("9780441172719")
    assert (record.authors, record.cover, record.pages) == (("F. Herbert",), "https://c.example/1.jpg", 604)
    assert (record.series, record.series_number) == ("Dune", "1")
    elsewhere = Record("Dune", ("F. Herbert",), isbn="9780441172719", series="SF Masterworks", source="one")
    record = Lookup([Shop("three", elsewhere), Shop("two", PAGES)]).by_isbn("9780441172719")
    assert (record.series, record.series_number) == ("SF Masterworks", "")


def test_many_isbns_come_as_they_are_answered_and_the_healthy_one_waits_for_nobody(asleep):
    numbers = ["9780441172719", "9780441478125", "9780306406157"]
    known = [Record(f"Book {n}", ("A",), isbn=n, cover="https://c.example/1.jpg") for n in numbers]
    lookup = Lookup([asleep, Shop("quick", *known)], seconds=0.3)
    answers = dict(lookup.by_isbns(numbers))
    assert [answers[n].record.title for n in numbers] == [record.title for record in known]
    assert all(answer.problems == ["asleep did not respond in time."] for answer in answers.values())


def test_what_is_all_known_here_is_asked_of_nobody_outside():
    class Own(Shop):
        def search_many(self, texts, limit=10):
            return [[] for _ in texts]

    outside = Shop("outside", PAGES)
    assert Lookup([Own("own", DUNE_WITH_COVER), outside]).by_isbn("9780441172719").publisher == "Ace"
    assert len(outside.asked) == 1  # that one has no author
    outside.asked.clear()
    complete = Record("Dune", ("Frank Herbert",), isbn="9780441172719", cover="https://c.example/1.jpg")
    assert Lookup([outside, Own("own", complete)]).by_isbn("9780441172719") == complete
    assert outside.asked == []


def test_an_isbn_that_is_forgotten_is_asked_for_again():
    shop = Shop("one")
    Lookup([shop]).by_isbn("9780441172719")
    Lookup([shop]).forget("9780441172719")
    Lookup([shop]).by_isbn("9780441172719")
    assert len(shop.asked) == 2
