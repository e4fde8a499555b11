"""What is taken away comes back as it was: our JSON in all its columns, the table of Goodreads in those that it has."""

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from library.copies import facts, tagging
from library.models import Condition, Entry, Loan, Preferences, Reading, Shelf, Status, Tag, UserBook
from tests.factories import ReadingFactory, make_copy, make_shelf
from transfer import import_run
from transfer.exports import goodreads, own_json
from transfer.formats.own_json import COLUMNS, ROW_COLUMNS
from transfer.models import Import

pytestmark = pytest.mark.slow  # a library of everything there and back, again and again

AWKWARD = [
    "Plain", "Com,ma", 'Quo"te', "New\nline", "Win\r\ndows", "=1+1", "+cmd|' /C calc'!A0", "-5 Degrees", "@home",
    "'=quoted",
    "'tis",     "''-x", "Größe", "日本語の本", "🙂 emoji", "a < b & c > d", "<i>marked</i>", "&amp; &copy 2020", "tab\tin",
    "semi;colon",
    "(brackets)", "Back\\slash", "percent %s {x}", "ИНКВИЗИТОР", "عربى", "A: B: C", "#1", "null", "0", "x" * 300,
]  # fmt: skip


def exported(user) -> str:
    return "".join(own_json.document_lines(user))


def bring_in(user, content: str) -> Import:
    file = import_run.take(user, ContentFile(content.encode(), "x"), "x")
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, queued=False)
    file.refresh_from_db()
    assert file.state == Import.State.COMPLETE, file.error
    return file


def empty(user):
    UserBook.objects.filter(user=user).delete()
    for model in (Shelf, Tag, Preferences, Import):
        model.objects.filter(user=user).delete()


def everything(user) -> dict:
    """All that a person has, but for primary keys and versions."""
    copies = UserBook.objects.filter(user=user).order_by("added", "title", "isbn13")
    shelves = ("room", "bookcase", "name", "position", "created")
    preferences = Preferences.objects.filter(user=user).first()
    return {
        "copies": [of(copy) for copy in copies],
        "shelves": sorted(user.shelves.values_list(*shelves)),
        "tags": sorted(user.tags.values_list("name", "folded")),
        "preferences": preferences.choices if preferences else {},
    }


def of(copy: UserBook) -> dict:
    said = {name: getattr(copy, name) for name in COLUMNS}
    said |= {name: getattr(copy, name) for name in UserBook.FOLDED}
    for name, relation in (("readings", "readings"), ("loans", "loans"), ("changes", "fact_changes")):
        rows = getattr(copy, relation).all()
        said[name] = sorted(repr([getattr(row, column) for column in ROW_COLUMNS[name]]) for row in rows)
    said["tags"] = sorted(tag.name for tag in copy.tags.all())
    said["authors in rows"] = [row.name for row in copy.author_rows.all()]
    said["shelf"] = str(copy.shelf)
    said["edition"] = [
        getattr(copy.book, name) for name in ("isbn13", "title", "authors", "source", "source_id", "work_key", "links")
    ]
    return said


def a_library(user, seed: int, copies: int = 24):
    """Anything that a person can have, by chance."""
    chance = random.Random(seed)
    text = lambda: chance.choice(AWKWARD)  # noqa: E731
    day = lambda: date(1990, 1, 1) + timedelta(days=chance.randrange(12000))  # noqa: E731
    maybe = lambda value, share=0.5: value() if chance.random() < share else None  # noqa: E731
    shelves = [make_shelf(user, f"{text()[:40]} {n}", room=text()[:40], position=n) for n in range(4)]
    make_shelf(user, "Empty", position=9)
    Preferences.objects.create(user=user, choices={"import": {"tags": [text()]}, "columns": ["a", 1, None, 0.5]})
    tagging.find_or_make_tags(user, ["unused"])
    isbns = ["9780441013593", "9780141439587", "9780316332873", "9791034900916"]
    for number in range(copies):
        isbn = chance.choice(isbns) if chance.random() < 0.3 else ""
        title = f"{text()[:200]} {chance.randrange(6)}"
        copy = make_copy(user, title, text()[:100], isbn=isbn, source=chance.choice(["open_library", "typed", ""]))
        said = {"title": text()[:200] + "!", "subtitle": text(), "authors": [text()[:150], text()[:150]][: chance.randrange(3)]}
        facts.change_facts(copy, said | {"publisher": text()[:150], "pages": maybe(lambda: chance.randrange(1, 3000))}, facts.YOU)
        copy.published_date = chance.choice(["", "1999", "1999-02", "1999-02-03"])
        copy.series, copy.series_number = maybe(text, 0.3) and "Series", chance.choice(["", "2", "2.5", "1-3"])
        copy.series = copy.series or ""
        copy.categories, copy.description, copy.language = [text(), text()], text(), chance.choice(["", "en", "ja"])
        copy.isbn13 = copy.isbn13 if chance.random() < 0.8 else ""
        copy.shelf, copy.status, copy.entry = (
            maybe(lambda: chance.choice(shelves)),
            chance.choice(Status.values),
            chance.choice(Entry.values),
        )
        copy.rating, copy.favourite = maybe(lambda: chance.randrange(1, 11)), chance.random() < 0.2
        copy.review, copy.notes = text(), text()
        copy.bought, copy.bought_from, copy.condition = maybe(day), text()[:200], chance.choice(["", *Condition.values])
        copy.price, copy.currency = maybe(lambda: Decimal(chance.randrange(100000)) / 100), chance.choice(["", "EUR"])
        copy.imported = {"ids": {"goodreads": str(number)}, "columns": {"Average Rating": "3.9", text(): text()}}
        copy.entry_key = f"key-{number}" if chance.random() < 0.5 else ""
        copy.removed = maybe(lambda: datetime(2024, 1, 1, tzinfo=UTC), 0.2)
        copy.added = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=number, microseconds=chance.randrange(10**6))
        copy.sync_status, copy.sync_attempts, copy.sync_error = chance.choice(["", "failed"]), chance.randrange(3), text()[:300]
        copy.save()
        UserBook.objects.filter(pk=copy.pk).update(changed=datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=number))
        tagging.set_tags(copy, [text()[:90] for _ in range(chance.randrange(4))])
        for _ in range(chance.randrange(3)):
            Reading.objects.create(copy=copy, started=maybe(day), finished=maybe(day))
        if chance.random() < 0.3:
            Loan.objects.create(copy=copy, borrower=text()[:200], since=day(), returned=day(), note=text())
            Loan.objects.create(copy=copy, borrower=text()[:200], since=day(), due=maybe(day))
    for copy in UserBook.objects.filter(user=user):  # set_tags has moved them on
        UserBook.objects.filter(pk=copy.pk).update(changed=datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=copy.pk % 900))


@pytest.mark.parametrize("seed", range(4))
def test_json_brings_everything_back(owner, seed):
    a_library(owner, seed)
    before, content = everything(owner), exported(owner)
    assert len(before["copies"]) == 24
    empty(owner)
    file = bring_in(owner, content)
    assert file.counts == {"added": 24, "noted": 0}
    after = everything(owner)
    for one, other in zip(before["copies"], after["copies"], strict=True):
        assert one == other
    assert before == after
    assert comparable(exported(owner)) == comparable(content)


def comparable(content: str) -> list[str]:
    return [line for line in content.splitlines() if not line.startswith(('{"bookimg"', '"exported"'))]


def test_json_brings_everything_to_an_installation_that_has_never_seen_these_books(owner, stranger):
    """Another person, for whom everything is new; what is shared, the editions, are the same."""
    a_library(owner, 7)
    bring_in(stranger, exported(owner))
    mine, theirs = everything(owner), everything(stranger)
    assert mine["shelves"] == theirs["shelves"] and mine["tags"] == theirs["tags"]
    assert [copy["title"] for copy in mine["copies"]] == [copy["title"] for copy in theirs["copies"]]


def test_the_same_json_again_adds_nothing_and_changes_nothing(owner):
    a_library(owner, 3)
    before, content = everything(owner), exported(owner)
    file = bring_in(owner, content)
    assert file.counts == {"owned": 24, "noted": 0}
    assert everything(owner) == before
    assert bring_in(owner, content).counts == {"owned": 24, "noted": 0}


def test_a_copy_that_was_deleted_comes_back_beside_its_twin(owner):
    first = make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593", notes="first")
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593", notes="second")
    content = exported(owner)
    first.delete()
    assert bring_in(owner, content).counts == {"added": 1, "owned": 1, "noted": 0}
    assert sorted(UserBook.objects.values_list("notes", flat=True)) == ["first", "second"]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda text: text.replace('"status": "to-read"', '"status": "burnt"', 1), "status"),
        (lambda text: text.replace('"rating": 7', '"rating": 99999', 1), "rating"),
        (lambda text: text.replace('"rating": 7', '"rating": [1]', 1), "rating"),
        (lambda text: text.replace('"title": "Dune", "subtitle"', '"title": "", "subtitle"', 1), "title"),
        (lambda text: text.replace('"authors": ["Frank Herbert"]', '"authors": {"a": 1}', 1), "authors"),
        (lambda text: text.replace('"pages": null', '"pages": 99999999999', 1), "pages"),
        (lambda text: text.replace('"added": "', '"added": "x', 1), "added"),
        (lambda text: text.replace('"imported": {}', '"imported": ' + "[" * 3000 + "]" * 3000, 1), ""),
        (lambda text: text.replace('"books": [\n', '"books": [\n7,\n', 1), "not a book"),
        (lambda text: text[: text.index('"scans"') - 30], "ends too early"),
    ],
)
def test_a_damaged_entry_says_what_is_wrong_and_the_rest_comes_in(owner, damage, sentence):
    make_copy(owner, "Dune", "Frank Herbert", rating=7)
    make_copy(owner, "Emma", "Jane Austen")
    content = damage(exported(owner))
    empty(owner)
    file = bring_in(owner, content)
    failed = file.rows.filter(result="failed").first()
    assert failed is not None and sentence in failed.message
    assert "ends" in sentence or UserBook.objects.filter(title="Emma").exists()


def test_nul_and_half_characters_are_no_trouble(owner):
    make_copy(owner, "Dune", "Frank Herbert")
    content = exported(owner).replace('"notes": ""', '"notes": "a\\u0000b\\ud800c"')
    empty(owner)
    bring_in(owner, content)
    assert UserBook.objects.get().notes in ("ab?c", "ab\ufffdc")


def test_a_cover_of_somebody_else_is_not_taken_over(owner, stranger):
    make_copy(owner, "Dune", "Frank Herbert")
    UserBook.objects.update(cover_key=f"covers/own/{stranger.pk}/{'a' * 32}.webp")
    content = exported(owner)
    empty(owner)
    bring_in(owner, content)
    assert UserBook.objects.get().cover_key == ""


# ── Goodreads ───────────────────────────────────────────────────────────────────────────────────────────────────────
def rows_of(user) -> list[dict]:
    return list(csv.DictReader(io.StringIO("".join(goodreads.table_lines(user)), newline="")))


def simple(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", AWKWARD)
def test_goodreads_brings_awkward_texts_back(owner, text):
    line = simple(text)
    copy = make_copy(owner, line, line, publisher=line[:200])
    copy.authors = [line, f"{line} II", "Third, Person"]
    copy.review = copy.notes = text
    copy.bought_from, copy.condition_note, copy.binding = line[:200], line[:200], line[:50]
    copy.save()
    tagging.set_tags(copy, [line[:90], "two words", "a, b"])
    before = rows_of(owner)
    empty(owner)
    bring_in(owner, "".join([",".join(before[0]) + "\r\n", *as_lines(before)]))
    after = UserBook.objects.get()
    assert (after.title, after.authors, after.publisher) == (copy.title, copy.authors, copy.publisher)
    assert (after.review, after.notes) == (copy.review, copy.notes)
    assert (after.bought_from, after.condition_note, after.binding) == (copy.bought_from, copy.condition_note, copy.binding)
    assert rows_of(owner) == before


def as_lines(rows: list[dict]):
    out = io.StringIO()
    csv.writer(out).writerows(row.values() for row in rows)
    return [out.getvalue()]


def test_goodreads_brings_back_what_it_has_columns_for(owner):
    for number, status in enumerate(Status.values):
        copy = make_copy(owner, f"Volume {number}", "Ann Other", isbn="9780441013593" if number < 2 else "", status=status)
        copy.rating, copy.published_date, copy.pages = (
            2 * number or None,
            ["", "1999", "1999-02", "1999-02-03", "0800"][number],
            100,
        )
        copy.series, copy.series_number = "The (Odd) Set", f"{number}.5"
        copy.added = datetime(2020, 1, 1 + number, 12, tzinfo=UTC)
        copy.bought, copy.condition = date(2001, 2, 3), "fine"
        copy.imported = {"ids": {"goodreads": "77"}, "columns": {"Average Rating": "4.01"}} if number == 3 else {}
        copy.save()
        for year in range(number):
            ReadingFactory(copy=copy, finished=date(2010 + year, 5, 6))
    tagging.set_tags(copy, ["read", copy.status])
    before, content = rows_of(owner), "".join(goodreads.table_lines(owner))
    empty(owner)
    bring_in(owner, content)
    assert rows_of(owner) == before and len(before) == 5
    assert bring_in(owner, content).counts == {"owned": 5, "noted": 0}


def test_half_stars_are_rounded_up_for_goodreads_and_come_back_from_a_column_of_their_own(owner):
    for rating in range(1, 11):
        make_copy(owner, f"Volume {rating}", rating=rating)
    make_copy(owner, "Volume 11")
    before, content = rows_of(owner), "".join(goodreads.table_lines(owner))
    assert [row["My Rating"] for row in before] == ["1", "1", "2", "2", "3", "3", "4", "4", "5", "5", "0"]
    assert [row["Half Stars"] for row in before] == ["0.5", "", "1.5", "", "2.5", "", "3.5", "", "4.5", "", ""]
    empty(owner)
    file = bring_in(owner, content)
    assert [copy.rating for copy in UserBook.objects.filter(user=owner).order_by("pk")] == [*range(1, 11), None]
    assert rows_of(owner) == before and not file.rows.exclude(message="").exists()


def test_stars_that_were_changed_in_the_table_overrule_the_half_ones(owner):
    make_copy(owner, "Emma", rating=7)
    (row,) = rows_of(owner)
    empty(owner)
    bring_in(owner, "".join([",".join(row) + "\r\n", *as_lines([row | {"My Rating": "2"}])]))
    assert UserBook.objects.get().rating == 4
