"""What was decided about a spine, through the pipeline: one photo, a decision, and the next photo of the same shelf."""

import io

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from catalogs import Record
from scanning import known_spines, pipeline, review, uploads
from scanning.models import Band, Candidate, KnownSpine
from scanning.ocr import Line
from tests import work
from tests.factories import make_copy, make_scan
from tests.fakes import box
from tests.work import work_off

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

READ = ("TheKlipfishCde Mary Casanva", "Walden Henry David Thoreau", "Emrna Austen")
READ_AGAIN = ("The KlipfishCde Mary Casanova", "WALDEN HENRY DAVID THOREAU", "Emma Austen")
KLIPFISH = {"title": "The Klipfish Code", "author": "Mary Casanova", "isbn_text": ""}


class Reader:
    name = "fake"
    texts = READ

    def read(self, image, progress, found):
        return [Line(text, 0.9, box(number)) for number, text in enumerate(self.texts)]


class SecondReader(Reader):
    texts = READ_AGAIN


class ReaderOfTwins(Reader):
    texts = ("Die schönsten Wanderungen in Tirol", "Die schönsten Wanderungen in Tirol")


class ReaderOfCommonplaces(Reader):
    texts = ("FICTION", "Vol. 1", "Mary Casanova", "Penguin Classics")


class Catalog:
    """Knows one book, and counts what it is asked."""

    name = "counting"
    asked: list[str] = []

    def by_isbn(self, isbn13):
        return None

    def search_many(self, texts, limit=10):
        return [self.search(text) for text in texts]

    def search(self, text, limit=10):
        self.asked.append(text)
        known = Record("Walden", ("Henry David Thoreau",), source="counting", source_id="1")
        return [known] if "walden" in text.lower() else []


class Nobody:
    """A catalogue that knows nothing of what is typed."""

    def by_isbn(self, isbn13):
        return None

    def search(self, texts, limit=10):
        return {}


@pytest.fixture(autouse=True)
def fake_world(settings):
    for name, value in work.FAKES.items():
        setattr(settings, name, value)
    settings.CATALOGS = [by("Catalog")]
    settings.OCR = by("Reader")
    Catalog.asked.clear()


def by(name: str) -> str:
    return f"{__name__}.{name}"


def scanned(user, picture: np.ndarray | None = None):
    """A scan that is through the pipeline; what the catalogue was asked is forgotten before it."""
    scan = make_scan(user)
    if picture is not None:
        default_storage.delete(scan.photo)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        default_storage.save(scan.photo, ContentFile(file.getvalue()))
    Catalog.asked.clear()
    pipeline.start(scan)
    work_off()
    scan.refresh_from_db()
    return scan


def spine(scan, number: int) -> Candidate:
    return scan.candidates.get(number=number)


def titles(scan) -> list[str]:
    return [row.record["title"] for row in scan.candidates.all()]


def klipfish_on_the_next_photo(user, settings) -> Candidate:
    settings.OCR = by("SecondReader")
    return spine(scanned(user), 1)


def patterned(seed: int) -> np.ndarray:
    """A photo on which the three spines can be told from each other, and from those of another seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (10, 20, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((200, 100)))


# ── Known again ──
def test_a_spine_that_was_corrected_is_known_on_the_next_photo_without_a_question(owner, settings):
    first = scanned(owner)
    assert spine(first, 1).band == Band.UNREAD
    review.edit_candidate(spine(first, 1).pk, owner, Nobody(), **KLIPFISH)
    again = klipfish_on_the_next_photo(owner, settings)
    assert (again.band, again.confidence, again.remembered) == (Band.SURE, 0.99, True)
    assert again.edition.title == "The Klipfish Code" and again.edition.authors == ("Mary Casanova",)
    assert again.spine_text == ["The KlipfishCde Mary Casanova"]
    assert not again.validated  # its owner says so, no catalogue does
    assert not [text for text in Catalog.asked if "klip" in text] and [text for text in Catalog.asked if "walden" in text]


def test_all_sure_ones_that_were_added_are_known_as_what_the_catalogue_said(owner, settings):
    review.accept_all_open(scanned(owner))
    settings.OCR = by("SecondReader")
    again = spine(scanned(owner), 2)
    assert (again.remembered, again.validated, again.record["source"]) == (True, True, "counting")
    assert not [text for text in Catalog.asked if "walden" in text]


def test_a_short_text_needs_a_picture_that_is_alike(owner, settings):
    first = scanned(owner, patterned(1))
    review.edit_candidate(spine(first, 3).pk, owner, Nobody(), title="Emma", author="Jane Austen")
    settings.OCR = by("SecondReader")
    assert not spine(scanned(owner, patterned(2)), 3).remembered
    bright = np.clip(patterned(1) * 0.9 + 12, 0, 255).astype(np.uint8)
    assert spine(scanned(owner, bright), 3).edition.title == "Emma"


def test_a_stranger_learns_nothing_from_it(owner, stranger, settings):
    review.edit_candidate(spine(scanned(owner), 1).pk, owner, Nobody(), **KLIPFISH)
    assert klipfish_on_the_next_photo(stranger, settings).band == Band.UNREAD


def test_what_stands_on_many_spines_is_not_kept_in_mind(owner, settings):
    settings.OCR = by("ReaderOfCommonplaces")
    scan = scanned(owner)
    for row in scan.candidates.all():
        review.edit_candidate(row.pk, owner, Nobody(), **KLIPFISH)
    assert scan.candidates.count() and not KnownSpine.objects.exists()


def test_two_books_with_the_same_text_are_looked_up(owner, settings):
    settings.OCR = by("ReaderOfTwins")
    first = scanned(owner)
    review.edit_candidate(spine(first, 1).pk, owner, Nobody(), title="Die schönsten Wanderungen in Tirol", author="Anna Berger")
    assert spine(scanned(owner), 1).remembered
    review.edit_candidate(spine(first, 2).pk, owner, Nobody(), title="Im Süden unterwegs", author="Karl Huber")
    assert not scanned(owner).candidates.filter(remembered=True).exists()


# ── Not this one ──
def test_what_was_set_aside_is_not_proposed_for_that_spine_again(owner, settings):
    first = scanned(owner)
    assert spine(first, 2).validated
    review.reject_candidate(spine(first, 2).pk, owner)
    settings.OCR = by("SecondReader")
    again = spine(scanned(owner), 2)
    assert (again.band, again.validated, again.record["title"]) == (Band.UNREAD, False, "WALDEN HENRY DAVID THOREAU")


def test_setting_aside_what_one_owns_does_not_say_that_it_is_another_book(owner):
    make_copy(owner, "Walden", "Henry David Thoreau")
    review.reject_candidate(spine(scanned(owner), 2).pk, owner)
    assert spine(scanned(owner), 2).validated


def test_the_latest_word_counts(owner):
    first = spine(scanned(owner), 2)
    review.reject_candidate(first.pk, owner)
    review.undo_decision(first.pk, owner)
    review.accept_candidate(first.pk, owner)
    second = spine(scanned(owner), 2)
    assert second.remembered
    review.edit_candidate(second.pk, owner, Nobody(), title="Walden and Civil Disobedience", author="H. D. Thoreau")
    third = spine(scanned(owner), 2)
    assert third.remembered and third.edition.title == "Walden and Civil Disobedience"


# ── Forgotten, and kept ──
def test_undo_forgets(owner, settings):
    review.accept_all_open(first := scanned(owner))
    review.undo_decisions(first, spine(first, 2).decided)
    assert not KnownSpine.objects.exists()
    review.accept_candidate(spine(first, 2).pk, owner)
    review.undo_decision(spine(first, 2).pk, owner)
    assert not KnownSpine.objects.exists()


def test_deleting_the_scan_keeps_what_was_learnt_and_deleting_the_person_does_not(owner, settings):
    review.edit_candidate(spine(first := scanned(owner), 1).pk, owner, Nobody(), **KLIPFISH)
    uploads.delete_scan(first)
    assert klipfish_on_the_next_photo(owner, settings).remembered
    owner.delete()
    assert not KnownSpine.objects.exists()


def test_only_the_newest_are_kept(owner):
    row = {"user": owner, "text": "any text at all", "record": {"title": "Any"}}
    KnownSpine.objects.bulk_create((KnownSpine(**row) for _ in range(known_spines.KEPT)), batch_size=5000)
    oldest = KnownSpine.objects.last()
    review.accept_candidate(spine(scanned(owner), 2).pk, owner)
    assert KnownSpine.objects.count() == known_spines.KEPT
    assert not KnownSpine.objects.filter(pk=oldest.pk).exists()


def test_a_memory_costs_two_queries_however_long_it_is(owner, django_assert_num_queries):
    texts = [f"walden henry david thoreau {n}th impression" for n in range(40)]
    record = Record("Walden", ("Henry David Thoreau",)).as_dict()
    KnownSpine.objects.bulk_create(KnownSpine(user=owner, text=text, record=record) for text in texts)
    with django_assert_num_queries(2):
        known_spines.KnownSpines(owner.pk).pairs([texts[3], "the sea the sea iris murdoch", texts[7]])
