"""People, books, shelves, scans and whatever else a test begins with, made the way the product makes them.

The factories go through the product's own way in, so that what they make could have come from a page or a program.
The functions are short forms for what tests make most often."""

import functools
import io

import factory
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from accounts.forms import WebhookForm
from accounts.models import Delivery, Event, Webhook
from accounts.outbound import Sender
from catalogs import Record
from chat import conversations
from chat.models import Chat
from library.copies import identity, loans, readings, tagging
from library.copies.bulk_add import NewCopy, add_copies
from library.forms import ShelfForm
from library.models import Book, Loan, Reading, Shelf, Tag, UserBook
from scanning.models import Band, Candidate, Decision, Scan, Stage
from tests.scanning.photos import DUNE
from transfer import import_run
from transfer.models import Import

TITLE, AUTHOR = "The Left Hand of Darkness", "Ursula K. Le Guin"
CONFIDENCE = {Band.SURE: 0.98, Band.CHECK: 0.7, Band.UNREAD: 0.2}
PHOTO_SIZE = (400, 300)
FACTS_OF_AN_EDITION = frozenset(Record.__dataclass_fields__)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("reader{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.LazyAttribute(lambda user: f"shelf-of-{user.username}")

    @classmethod
    def _create(cls, model_class, **facts):
        return model_class.objects.create_user(**facts)


# ── Books and what their owner does with them ───────────────────────────────────────────────────────────────────────
class BookFactory(DjangoModelFactory):
    """An edition, as a catalogue or a person describes it; facts are named as in `Record`."""

    class Meta:
        model = Book

    title, author = TITLE, AUTHOR

    @classmethod
    def _create(cls, model_class, title, author, **facts):
        return identity.find_or_make_book(make_record(title, author, **facts))


class UserBookFactory(DjangoModelFactory):
    """A copy in somebody's library; facts named as in `Record` describe the edition, the others are the owner's own."""

    class Meta:
        model = UserBook

    user = factory.SubFactory(UserFactory)
    title, author = TITLE, AUTHOR

    @classmethod
    def _create(cls, model_class, user, title, author, **facts):
        edition, own = _divided(facts)
        return identity.add_copy(user, make_record(title, author, **edition), **own)


class ShelfFactory(DjangoModelFactory):
    class Meta:
        model = Shelf

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence("Shelf {}".format)

    @classmethod
    def _create(cls, model_class, user, position=None, **place):
        shelf = _saved(ShelfForm(place, instance=model_class(user=user)))
        if position is not None:
            shelf.position = position
            shelf.save(update_fields=["position"])
        return shelf


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence("tag {}".format)

    @classmethod
    def _create(cls, model_class, user, name):
        return tagging.find_or_make_tags(user, [name])[0]


class LoanFactory(DjangoModelFactory):
    """A book that is lent; with `returned`, one that has come back."""

    class Meta:
        model = Loan

    copy = factory.SubFactory(UserBookFactory)
    borrower = "Ana"

    @classmethod
    def _create(cls, model_class, returned=None, **facts):
        loan = loans.lend_copy(**facts)
        return loans.return_loan(loan, returned) if returned else loan


class ReadingFactory(DjangoModelFactory):
    """A book that is being read since today, unless its dates are given."""

    class Meta:
        model = Reading

    copy = factory.SubFactory(UserBookFactory)
    started = factory.Maybe("finished", None, factory.LazyFunction(timezone.localdate))
    finished = None

    @classmethod
    def _create(cls, model_class, copy, started, finished):
        return readings.add_reading(copy, started, finished)


# ── Scans ───────────────────────────────────────────────────────────────────────────────────────────────────────────
class ScanFactory(DjangoModelFactory):
    """A scan that waits for its first stage; `complete=True` makes one that is through. Its photo is white and stored."""

    class Meta:
        model = Scan

    class Params:
        complete = factory.Trait(status=Scan.Status.COMPLETE, stage=Stage.DONE)

    user = factory.SubFactory(UserFactory)
    job_id = factory.Sequence(lambda number: f"job-{number + 1}")
    filename = "shelf.jpg"
    sha256 = factory.SelfAttribute("job_id")
    width, height = PHOTO_SIZE

    @classmethod
    def _create(cls, model_class, created=None, **facts):
        scan = model_class(**facts)
        scan.photo = default_storage.save(scan.upload_key("shelf.jpg"), ContentFile(_white_photo()))
        scan.save()
        if created:
            model_class.objects.filter(pk=scan.pk).update(created=created)
            scan.created = created
        return scan


class CandidateFactory(DjangoModelFactory):
    """What was proposed for the next spine of a scan: `record`, or with `copy` the book that its owner accepted."""

    class Meta:
        model = Candidate

    class Params:
        left = factory.LazyAttribute(lambda candidate: 20 * candidate.number)

    copy = None
    scan = factory.LazyAttribute(lambda candidate: _scan_of(candidate.copy))
    number = factory.LazyAttribute(lambda candidate: candidate.scan.candidates.count() + 1)
    record = factory.LazyAttribute(lambda candidate: identity.record_of_book(candidate.copy.book) if candidate.copy else DUNE)
    decision = factory.LazyAttribute(lambda candidate: Decision.ACCEPTED if candidate.copy else Decision.PENDING)
    band = Band.SURE
    confidence = factory.LazyAttribute(lambda candidate: CONFIDENCE[candidate.band])
    validated = factory.LazyAttribute(lambda candidate: candidate.band != Band.UNREAD)
    alternatives = ()
    spine_text = factory.LazyAttribute(lambda candidate: [candidate.record.title.upper()])
    region = factory.LazyAttribute(lambda c: [[c.left + 15, 50], [c.left + 15, 250], [c.left, 250], [c.left, 50]])

    @classmethod
    def _create(cls, model_class, record, alternatives, **facts):
        others = [other.as_dict() for other in alternatives]
        return model_class.objects.create(record=record.as_dict(), alternatives=others, **facts)


def _scan_of(copy) -> Scan:
    return ScanFactory(complete=True, **({"user": copy.user} if copy else {}))


# ── Everything else that people have ────────────────────────────────────────────────────────────────────────────────
class ImportFactory(DjangoModelFactory):
    """A file that was sent and read, up to its preview. `content` is text or bytes; small files are read at once."""

    class Meta:
        model = Import

    user = factory.SubFactory(UserFactory)
    content = "Title,Author\nEmma,Jane Austen\n"
    name = "books.csv"

    @classmethod
    def _create(cls, model_class, user, content, name, **more):
        data = content.encode() if isinstance(content, str) else content
        return import_run.take(user, ContentFile(data, name), name, **more)


class WebhookFactory(DjangoModelFactory):
    """An address that is told everything, or the `events` given."""

    class Meta:
        model = Webhook

    user = factory.SubFactory(UserFactory)
    url = "https://hooks.example.org/"
    events = factory.LazyFunction(lambda: list(Event.values))

    @classmethod
    def _create(cls, model_class, user, **facts):
        somewhere = Sender(look_up=lambda host, port, **_: [(2, 1, 6, "", ("93.184.216.34", port))])
        return _saved(WebhookForm(somewhere, facts, instance=model_class(user=user)))


class DeliveryFactory(DjangoModelFactory):
    """A message that waits to be sent."""

    class Meta:
        model = Delivery

    webhook = factory.SubFactory(WebhookFactory)
    event = Event.BOOK_ADDED
    payload = factory.LazyAttribute(lambda delivery: {"event": delivery.event, "title": TITLE})


class ChatFactory(DjangoModelFactory):
    class Meta:
        model = Chat

    user = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class, user):
        return conversations.start_chat(user)


# ── Short forms ─────────────────────────────────────────────────────────────────────────────────────────────────────
def make_record(title: str = TITLE, author: str = AUTHOR, **facts) -> Record:
    return Record(title=title, authors=(author,) if author else (), **facts)


def make_copy(user, title: str = TITLE, author: str = AUTHOR, **facts) -> UserBook:
    return UserBookFactory(user=user, title=title, author=author, **facts)


def make_copies(user, titles, author: str = "Anon", *, tags=(), loans=(), **facts) -> list[UserBook]:
    """A copy for each of `titles`, many times quicker than one by one; facts as in `make_copy`."""
    edition, own = _divided(facts)
    facts = {"authors": [author], **edition}
    return add_copies(user, [NewCopy(facts | {"title": title}, own, list(tags), loans=list(loans)) for title in titles])


def make_shelf(user, name: str = "Living room", **place) -> Shelf:
    return ShelfFactory(user=user, name=name, **place)


def make_scan(user, **facts) -> Scan:
    return ScanFactory(user=user, **facts)


def make_candidate(scan, record: Record = DUNE, band: str = Band.SURE, **facts) -> Candidate:
    return CandidateFactory(scan=scan, record=record, band=band, **facts)


def make_import(user, content: str | bytes, name: str = "books.csv", **more) -> Import:
    return ImportFactory(user=user, content=content, name=name, **more)


def run_import(file: Import, **options) -> Import:
    """Adds the books of an import here and now, as a worker would."""
    import_run.start(file, options, here=True)
    import_run.run_import(file.pk, queued=False)
    file.refresh_from_db()
    return file


def reset_sequences():
    """The first scan of every test is job-1."""
    for factory_class in DjangoModelFactory.__subclasses__():
        factory_class.reset_sequence(0, force=True)


# ── What only this module uses ──────────────────────────────────────────────────────────────────────────────────────
def _divided(facts: dict) -> tuple[dict, dict]:
    """(what describes the edition, what is its owner's own)"""
    edition = {name: value for name, value in facts.items() if name in FACTS_OF_AN_EDITION}
    return edition, {name: value for name, value in facts.items() if name not in edition}


def _saved(form):
    assert form.is_valid(), form.errors
    return form.save()


@functools.cache
def _white_photo() -> bytes:
    photo = io.BytesIO()
    Image.new("RGB", PHOTO_SIZE, "white").save(photo, "JPEG")
    return photo.getvalue()
