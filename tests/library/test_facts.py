"""The facts of a copy: who says each, what it said before, and that two tabs do not overwrite each other."""

import pytest
from django.core import signing
from django.urls import reverse

from catalogs import Record
from library.copies import editions, facts, owner_edits, undoing
from library.models import Book, FactChange, UserBook
from tests.factories import make_copy


@pytest.fixture
def copy(owner):
    return make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593", publisher="Ace", pages=604, source="open_library")


def stored(copy) -> UserBook:
    return UserBook.objects.get(pk=copy.pk)


def page_of(client, copy) -> dict:
    """What a browser would send from the page as it is now: each field, and what stood in it."""
    form = client.get(reverse("book_edit", args=[copy.pk])).context["form"]
    sent = {"version": str(stored(copy).version)}
    for bound in form:
        value = bound.field.prepare_value(bound.initial)
        sent |= {bound.html_name: "" if value is None else value, bound.html_initial_name: "" if value is None else value}
    return sent


# ── Who says what ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_edit_is_the_owners_word_and_the_former_one_is_kept(owner, copy):
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Ace Books"})
    change = copy.fact_changes.get()
    assert (change.fact, change.before, change.after, change.source) == ("publisher", "Ace", "Ace Books", "you")
    assert stored(copy).origins["publisher"] == "you"
    assert stored(copy).origins["pages"] == "open_library"


def test_a_catalogue_does_not_overwrite_its_owner(owner, copy):
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Ace Books"})
    copy = stored(copy)
    assert facts.change_facts(copy, {"publisher": "Gollancz", "pages": 700, "binding": ""}, "google_books") == ["pages"]
    assert (copy.publisher, copy.pages, copy.origins["pages"]) == ("Ace Books", 700, "google_books")


def test_the_page_says_where_each_fact_comes_from_and_what_it_said(owner, copy, owner_client):
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Ace Books", "series": "Dune Chronicles"})
    rows = {row.label: row for row in owner_client.get(reverse("book_sources", args=[copy.pk])).context["facts"]}
    assert (rows["Pages"].source, rows["Publisher"].source) == ("Open Library", "you")
    assert [change.shown for change in rows["Publisher"].past] == ["Ace"]
    assert rows["Series"].value == "Dune Chronicles"


def test_a_fact_is_put_back(owner, copy, owner_client):
    owner_edits.edit_copy(owner, copy.pk, {"authors": ["F. Herbert", "B. Herbert"]})
    owner_client.post(reverse("fact_back", args=[copy.fact_changes.get().pk]))
    assert stored(copy).authors == ["Frank Herbert"]
    assert copy.fact_changes.count() == 2


def test_a_stranger_puts_nothing_back(owner, copy, stranger_client):
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Ace Books"})
    assert stranger_client.post(reverse("fact_back", args=[FactChange.objects.get().pk])).status_code == 404
    assert stored(copy).publisher == "Ace Books"


def test_all_facts_are_edited_by_the_form(copy, owner_client):
    sent = page_of(owner_client, copy) | {
        "series": "Dune Chronicles",
        "series_number": "1",
        "pages": "610",
        "binding": "Paperback",
    }
    sent |= {"description": "Sand.\r\nWorms.", "categories": "Science fiction, Deserts"}
    assert owner_client.post(reverse("book_edit", args=[copy.pk]), sent).status_code == 302
    copy = stored(copy)
    assert (copy.series, copy.series_number, copy.pages, copy.binding) == ("Dune Chronicles", "1", 610, "Paperback")
    assert (copy.description, copy.categories) == ("Sand.\nWorms.", ["Science fiction", "Deserts"])


def test_saving_a_page_on_which_nothing_was_changed_leaves_no_trace(copy, owner_client):
    owner_client.post(reverse("book_edit", args=[copy.pk]), page_of(owner_client, copy))
    assert copy.fact_changes.count() == 0
    assert stored(copy).origins == copy.origins


@pytest.mark.parametrize(
    "wrong", [{"pages": "0"}, {"pages": "-3"}, {"pages": "many"}, {"series_number": "x" * 21}, {"title": "a\0b"}]
)
def test_facts_that_cannot_be_are_refused(copy, owner_client, wrong):
    sent = page_of(owner_client, copy) | wrong
    assert "field-error" in owner_client.post(reverse("book_edit", args=[copy.pk]), sent).content.decode()
    assert copy.fact_changes.count() == 0


# ── Two tabs ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_two_tabs_that_change_different_facts_both_count(copy, owner_client):
    one, two = page_of(owner_client, copy), page_of(owner_client, copy)
    edit = reverse("book_edit", args=[copy.pk])
    assert owner_client.post(edit, one | {"publisher": "Gollancz"}).status_code == 302
    assert owner_client.post(edit, two | {"pages": "610"}).status_code == 302
    assert (stored(copy).publisher, stored(copy).pages) == ("Gollancz", 610)


def test_two_tabs_that_change_the_same_fact_are_asked_and_nothing_typed_is_lost(copy, owner_client):
    one, two = page_of(owner_client, copy), page_of(owner_client, copy)
    edit = reverse("book_edit", args=[copy.pk])
    owner_client.post(edit, one | {"publisher": "Gollancz"})
    two |= {"publisher": "Chilton", "pages": "610"}
    page = owner_client.post(edit, two).content.decode()
    assert "This was changed somewhere else" in page
    assert 'value="Chilton"' in page and 'value="610"' in page and "<q>Gollancz</q>" in page
    assert (stored(copy).publisher, stored(copy).pages) == ("Gollancz", 604)
    owner_client.post(edit, two | {"keep-publisher": "mine"})
    assert (stored(copy).publisher, stored(copy).pages) == ("Chilton", 610)


def test_the_other_tabs_word_can_stay(copy, owner_client):
    one, two = page_of(owner_client, copy), page_of(owner_client, copy)
    edit = reverse("book_edit", args=[copy.pk])
    owner_client.post(edit, one | {"publisher": "Gollancz"})
    owner_client.post(edit, two | {"publisher": "Chilton", "pages": "610", "keep-publisher": "theirs"})
    assert (stored(copy).publisher, stored(copy).pages) == ("Gollancz", 610)


def test_a_form_that_knows_the_version_alone_is_asked_too(owner, copy, owner_client):
    sent = {"version": copy.version, "publisher": "Chilton"}
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Gollancz"})
    assert "This was changed somewhere else" in owner_client.post(reverse("book_edit", args=[copy.pk]), sent).content.decode()
    assert stored(copy).publisher == "Gollancz"


def test_an_edit_of_an_older_version_is_refused(owner, copy):
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Gollancz"}, version=copy.version)
    with pytest.raises(owner_edits.Stale) as stale:
        owner_edits.edit_copy(owner, copy.pk, {"publisher": "Chilton"}, version=copy.version)
    assert stale.value.copy.publisher == "Gollancz"


# ── Another edition ─────────────────────────────────────────────────────────────────────────────────────────────────
ANOTHER = Record("Dune", ("Frank Herbert",), isbn="9780575081505", publisher="Gollancz", language="en", source="google_books")


def test_another_edition_replaces_what_was_true_of_the_former_one_only(owner, copy):
    owner_edits.edit_copy(owner, copy.pk, {"binding": "Falling apart", "series": "Dune Chronicles"})
    editions.choose_edition(owner, copy, ANOTHER)
    copy = stored(copy)
    assert (copy.isbn13, copy.publisher, copy.pages) == ("9780575081505", "Gollancz", None)
    assert (copy.binding, copy.series) == ("Falling apart", "Dune Chronicles")  # the owner's words
    assert copy.book.isbn13 == "9780575081505"
    assert copy.fact_changes.filter(fact="isbn13").get().before == "9780441013593"


def test_choosing_an_edition_is_undone_as_a_whole(owner, copy):
    owner_edits.edit_copy(owner, copy.pk, {"binding": "Falling apart"})
    columns = [field.name for field in UserBook._meta.concrete_fields if field.name not in ("version", "changed")]
    before = UserBook.objects.values(*columns).get(pk=copy.pk)
    undo = editions.choose_edition(owner, copy, ANOTHER, over_mine=True)
    assert UserBook.objects.values(*columns).get(pk=copy.pk) != before
    undoing.undo_changes(owner, undo.pk)
    assert UserBook.objects.values(*columns).get(pk=copy.pk) == before


def test_the_owners_words_go_too_where_that_is_said(owner, copy):
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "My own"})
    editions.choose_edition(owner, copy, ANOTHER, over_mine=True)
    assert stored(copy).publisher == "Gollancz"


def test_the_page_offers_editions_known_here_and_one_tap_chooses(copy, stranger, owner_client):
    make_copy(stranger, "Dune", "Frank Herbert", isbn="9780575081505", source="google_books")
    page = owner_client.get(reverse("book_editions", args=[copy.pk]))
    offered = {edition["record"].isbn for edition in page.context["editions"]}
    assert "9780575081505" in offered
    assert "9780441013593" not in offered
    key = next(edition["key"] for edition in page.context["editions"] if edition["record"].isbn == "9780575081505")
    assert owner_client.post(reverse("book_editions", args=[copy.pk]), {"edition": key}).url == copy.get_absolute_url()
    assert stored(copy).isbn13 == "9780575081505"


class Catalogs:
    """Answers any question with the same records."""

    def __init__(self, *records: Record):
        self.records = list(records)

    def search(self, texts, limit=10):
        return dict.fromkeys(texts, self.records)


def test_catalogues_are_asked_for_more_and_other_works_are_left_out(copy):
    mine = Record("Dune", ("Frank Herbert",), isbn="9780441013593", source="google_books")
    other_work = Record("Dune Messiah", ("Frank Herbert",), isbn="9780593098233", source="google_books")
    found = editions.other_editions(copy, Catalogs(mine, ANOTHER, ANOTHER, other_work))
    assert found == [ANOTHER]


@pytest.mark.parametrize(
    "key", ["", "nonsense", signing.dumps({"title": "Dune"}, salt="other")], ids=["none", "nonsense", "forged"]
)
def test_an_edition_that_was_not_offered_is_not_taken(copy, owner_client, key):
    owner_client.post(reverse("book_editions", args=[copy.pk]), {"edition": key})
    assert stored(copy).isbn13 == "9780441013593"
    assert Book.objects.count() == 1


def test_a_stranger_chooses_no_edition(copy, stranger_client):
    for method in (stranger_client.get, stranger_client.post):
        assert method(reverse("book_editions", args=[copy.pk])).status_code == 404


class ParishLibrary:
    name, title = "parish", "the parish library"


@pytest.mark.parametrize(
    ("source", "words"),
    [("", "you"), ("import", "an import"), ("local", "the local catalogue"), ("google_books", "Google Books"),
     ("parish", "the parish library"), ("a_catalogue_of_last_year", "a_catalogue_of_last_year")],
)  # fmt: skip
def test_every_source_has_a_name_for_people(settings, source, words):
    settings.CATALOGS = [f"{__name__}.ParishLibrary", "local"]
    assert facts.source_in_words(source) == words
