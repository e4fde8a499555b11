"""A book's page: seen and changed by its owner alone, in every way it can be changed."""

import re

import pytest
from django.urls import reverse

from catalogs.models import CatalogRecord
from library.copies import loans, readings, tagging
from library.models import Book, Status, UserBook
from library.views.copies import PARTS
from tests.factories import CandidateFactory, make_copy, make_shelf

BY_SCRIPT = {"X-Parts": "open"}


@pytest.fixture
def copy(owner):
    return make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593", source="open_library")


def own_fields(**changes):
    return {"status": "to-read", "shelf": "", "rating": "", "notes": "", **changes}


def facts(**changes):
    return {"title": "Dune", "authors": "Frank Herbert", "isbn13": "9780441013593", **changes}


@pytest.mark.parametrize("name", ["book", "book_edit", "book_remove", "book_restore"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(copy, stranger_client, name, method):
    response = getattr(stranger_client, method)(reverse(name, args=[copy.pk]))
    assert response.status_code == (405 if method == "get" and name in ("book_remove", "book_restore") else 404)
    copy.refresh_from_db()
    assert copy.removed is None


@pytest.mark.parametrize("name", ["book", "book_edit"])
def test_a_visitor_is_asked_to_sign_in(copy, client, name):
    assert client.get(reverse(name, args=[copy.pk])).url.startswith(reverse("account_login"))


def test_the_page_tells_what_is_known_and_where_from(copy, owner_client):
    page = owner_client.get(copy.get_absolute_url()).content.decode()
    for words in ("Dune", "Frank Herbert", "978-0-441-01359-3", "Open Library", "https://www.amazon.com/dp/0441013597"):
        assert words in page


def test_the_page_links_to_the_photo_the_book_was_seen_on(owner, copy, owner_client):
    scan = CandidateFactory(copy=copy).scan
    assert scan.get_absolute_url() in owner_client.get(copy.get_absolute_url()).content.decode()


def test_status_shelf_rating_and_notes_are_saved_by_a_plain_form(owner, copy, owner_client):
    shelf = make_shelf(owner)
    data = own_fields(status="read", shelf=shelf.pk, rating="7", notes="Sand.")
    assert owner_client.post(copy.get_absolute_url(), data).status_code == 302
    copy.refresh_from_db()
    assert (copy.status, copy.shelf, copy.rating, copy.notes) == (Status.READ, shelf, 7, "Sand.")


def test_they_are_saved_without_a_new_page_where_scripts_run(copy, owner_client):
    response = owner_client.post(copy.get_absolute_url(), own_fields(rating="10"), headers=BY_SCRIPT)
    assert "Saved" in response.content.decode()
    assert "<html" not in response.content.decode()
    copy.refresh_from_db()
    assert copy.rating == 10


@pytest.mark.parametrize("wrong", [{"rating": "11"}, {"status": "burnt"}])
def test_what_is_not_on_offer_is_not_saved(copy, owner_client, wrong):
    response = owner_client.post(copy.get_absolute_url(), own_fields(**wrong), headers=BY_SCRIPT)
    assert "field-error" in response.content.decode()
    copy.refresh_from_db()
    assert (copy.rating, copy.status) == (None, Status.TO_READ)


def test_a_book_cannot_be_put_on_a_strangers_shelf(stranger, copy, owner_client):
    theirs = make_shelf(stranger)
    owner_client.post(copy.get_absolute_url(), own_fields(shelf=theirs.pk))
    copy.refresh_from_db()
    assert copy.shelf is None


def test_editing_changes_the_owners_copy_and_not_the_shared_edition(copy, owner_client):
    data = facts(title="Der Wüstenplanet", authors="Frank Herbert; Jakob Schmidt", isbn13="3-453-31717-3")
    assert owner_client.post(reverse("book_edit", args=[copy.pk]), data).status_code == 302
    copy.refresh_from_db()
    assert (copy.title, copy.isbn13) == ("Der Wüstenplanet", "9783453317178")
    assert copy.authors == ["Frank Herbert", "Jakob Schmidt"]
    assert "schmidt" in copy.search_text
    assert Book.objects.get(isbn13="9780441013593").title == "Dune"
    assert owner_client.get(copy.get_absolute_url()).context["source"] == "you"


def test_another_isbn_is_another_edition_and_can_be_put_back(owner, stranger, copy, owner_client):
    theirs = make_copy(stranger, "Der Wüstenplanet", "Frank Herbert", isbn="9783453317178", publisher="Heyne")
    ours = copy.book
    owner_client.post(reverse("book_edit", args=[copy.pk]), facts(isbn13="3-453-31717-3"))
    copy.refresh_from_db()
    assert (copy.book, copy.title, copy.publisher) == (theirs.book, "Dune", "")
    owner_client.post(reverse("fact_back", args=[copy.fact_changes.get(fact="isbn13").pk]))
    copy.refresh_from_db()
    assert (copy.book, copy.isbn13) == (ours, "9780441013593")
    assert theirs.book.copies.get() == theirs


def test_without_its_isbn_a_copy_is_told_by_title_and_author(owner, copy, owner_client):
    owner_client.post(reverse("book_edit", args=[copy.pk]), facts(isbn13=""))
    copy.refresh_from_db()
    assert (copy.book.isbn13, copy.book.title) == (None, "Dune")
    owner_client.post(reverse("book_edit", args=[copy.pk]), facts(isbn13="9780141439587"))
    copy.refresh_from_db()
    assert (copy.book.isbn13, copy.book.title, copy.book.source) == ("9780141439587", "Dune", "you")


def test_a_wrong_isbn_is_explained_and_what_was_typed_stays(copy, owner_client):
    data = facts(title="Dune, revised", isbn13="978-0-441-01359-4")
    page = owner_client.post(reverse("book_edit", args=[copy.pk]), data).content.decode()
    assert "check digit" in page
    assert 'value="978-0-441-01359-4"' in page
    assert 'value="Dune, revised"' in page
    assert UserBook.objects.get(pk=copy.pk).title == "Dune"


@pytest.mark.parametrize("wrong", [{"published_date": "last year"}, {"cover": "http://example.org/a.jpg"}, {"title": " "}])
def test_other_facts_that_cannot_be_are_refused(copy, owner_client, wrong):
    response = owner_client.post(reverse("book_edit", args=[copy.pk]), facts(**wrong))
    assert "field-error" in response.content.decode()


def test_removing_offers_undo_and_undo_brings_the_book_back(copy, owner_client):
    page = owner_client.post(reverse("book_remove", args=[copy.pk]), follow=True).content.decode()
    undo = reverse("book_restore", args=[copy.pk])
    assert f'action="{undo}"' in page
    copy.refresh_from_db()
    assert copy.removed is not None
    owner_client.post(undo)
    copy.refresh_from_db()
    assert copy.removed is None


def test_the_page_of_a_removed_book_offers_to_put_it_back(copy, owner_client):
    owner_client.post(reverse("book_remove", args=[copy.pk]))
    assert "Restore" in owner_client.get(copy.get_absolute_url()).content.decode()


def test_what_was_removed_waits_in_its_owners_trash(copy, owner_client, stranger_client):
    assert "Dune" not in owner_client.get(reverse("books_removed")).content.decode()
    owner_client.post(reverse("book_remove", args=[copy.pk]), follow=True)
    assert "Dune" in owner_client.get(reverse("books_removed")).content.decode()
    assert "Dune" not in stranger_client.get(reverse("books_removed")).content.decode()


def test_a_book_is_added_by_hand(owner, owner_client):
    shelf = make_shelf(owner)
    data = {"title": "Emma", "authors": "Jane Austen", "isbn13": "", "status": "read", "shelf": shelf.pk}
    response = owner_client.post(reverse("book_add"), data)
    copy = owner.books.get()
    assert response.url == copy.get_absolute_url()
    assert (copy.title, copy.authors, copy.status, copy.shelf) == ("Emma", ["Jane Austen"], Status.READ, shelf)


def test_one_book_after_the_other_can_be_added(owner, owner_client):
    data = {"title": "Emma", "status": "read", "another": ""}
    assert owner_client.post(reverse("book_add"), data).url == reverse("book_add")
    assert owner.books.count() == 1


def test_a_book_that_is_owned_is_asked_about_once_and_then_added(owner, copy, owner_client):
    data = {"title": "Dune", "authors": "Frank Herbert", "isbn13": "0-441-01359-7", "status": "read"}
    assert "You already have this book" in owner_client.post(reverse("book_add"), data).content.decode()
    assert owner.books.count() == 1
    owner_client.post(reverse("book_add"), {**data, "again": ""})
    assert owner.books.count() == 2
    assert Book.objects.count() == 1


def test_the_typed_title_wins_over_that_of_a_known_edition(owner, stranger, owner_client):
    make_copy(stranger, "Dune (Penguin)", "F. Herbert", isbn="9780441013593")
    data = {"title": "Dune", "authors": "Frank Herbert", "isbn13": "9780441013593", "status": "read"}
    owner_client.post(reverse("book_add"), data)
    assert (owner.books.get().title, Book.objects.get().title) == ("Dune", "Dune (Penguin)")


def test_an_isbn_alone_is_enough_where_a_catalogue_knows_the_book(owner, owner_client):
    CatalogRecord.objects.create(isbn13="9780141439587", title="Emma", author="Austen, Jane; Fiona Stafford", year="2003")
    owner_client.post(reverse("book_add"), {"isbn13": "0-14-143958-0", "status": "read"})
    copy = owner.books.get()
    assert (copy.title, copy.isbn13, copy.year, copy.book.source) == ("Emma", "9780141439587", "2003", "local")


def test_an_isbn_nobody_knows_asks_for_the_title(owner, owner_client):
    page = owner_client.post(reverse("book_add"), {"isbn13": "9780141439587", "status": "read"}).content.decode()
    assert "No catalogue has 978-0-14-143958-7. Please enter the title." in page
    assert owner.books.count() == 0


def test_nothing_at_all_is_not_a_book(owner, owner_client):
    assert "Enter the title of the book" in owner_client.post(reverse("book_add"), {"status": "read"}).content.decode()
    assert owner.books.count() == 0


def test_a_wrong_isbn_adds_nothing(owner, owner_client):
    data = {"title": "Emma", "isbn13": "12345", "status": "read"}
    assert "it needs 10 or 13 digits" in owner_client.post(reverse("book_add"), data).content.decode()
    assert owner.books.count() == 0


def test_a_book_number_no_database_can_hold_is_not_found(owner_client):
    assert owner_client.get("/books/99999999999999999999/").status_code == 404


# ── What is the owner's own ─────────────────────────────────────────────────────────────────────────────────────────
def test_everything_that_is_ones_own_is_saved(copy, owner_client):
    data = own_fields(favourite="on", tags="desert, signed", review="Sand.\r\nMuch.", bought="2020-02-03", bought_from="Ana")
    data |= {"price": "12.50", "currency": "eur", "condition": "good", "condition_note": "a stain"}
    assert owner_client.post(copy.get_absolute_url(), data).status_code == 302
    copy.refresh_from_db()
    assert (copy.favourite, copy.review, copy.bought.isoformat(), copy.bought_from) == (True, "Sand.\nMuch.", "2020-02-03", "Ana")
    assert (str(copy.price), copy.currency, copy.condition, copy.condition_note) == ("12.50", "EUR", "good", "a stain")
    assert tagging.names_of(copy) == ["desert", "signed"]


@pytest.mark.parametrize(("typed", "price"), [("12,99", "12.99"), (" 7,5 ", "7.50"), ("1234.50", "1234.50")])
def test_a_price_is_typed_with_a_comma_or_a_point(copy, owner_client, typed, price):
    owner_client.post(copy.get_absolute_url(), {"price": typed}, headers=BY_SCRIPT)
    copy.refresh_from_db()
    assert str(copy.price) == price


TOO_MANY = ",".join(map(str, range(60)))


@pytest.mark.parametrize(
    "wrong",
    [{"price": "-1"}, {"price": "1,234"}, {"price": "12345678901"}, {"currency": "E1"}, {"bought": "soon"}, {"tags": TOO_MANY}],
)
def test_what_cannot_be_is_explained(copy, owner_client, wrong):
    assert "field-error" in owner_client.post(copy.get_absolute_url(), wrong, headers=BY_SCRIPT).content.decode()
    assert "field-error" in owner_client.post(copy.get_absolute_url(), wrong).content.decode()
    copy.refresh_from_db()
    assert (copy.price, copy.currency, copy.bought, tagging.names_of(copy)) == (None, "", None, [])


def test_one_field_alone_can_be_saved(copy, owner_client):
    copy.notes = "Sand."
    copy.save()
    owner_client.post(copy.get_absolute_url(), {"favourite": "on", "initial-favourite": "False"}, headers=BY_SCRIPT)
    copy.refresh_from_db()
    assert (copy.favourite, copy.notes) == (True, "Sand.")


def test_two_tabs_do_not_overwrite_each_others_fields(copy, owner_client):
    shown = {"initial-status": "to-read", "initial-notes": "", "initial-rating": "", "initial-favourite": "False"}
    owner_client.post(
        copy.get_absolute_url(), shown | {"status": "to-read", "notes": "From the phone.", "rating": ""}, headers=BY_SCRIPT
    )
    owner_client.post(copy.get_absolute_url(), shown | {"status": "to-read", "notes": "", "rating": "9"}, headers=BY_SCRIPT)
    copy.refresh_from_db()
    assert (copy.notes, copy.rating) == ("From the phone.", 9)


def test_the_same_field_in_two_tabs_is_asked_about(copy, owner_client):
    shown = {"initial-notes": ""}
    owner_client.post(copy.get_absolute_url(), shown | {"notes": "From the phone."}, headers=BY_SCRIPT)
    answer = owner_client.post(copy.get_absolute_url(), shown | {"notes": "From the desk."}, headers=BY_SCRIPT).content.decode()
    assert "<q>From the phone.</q>" in answer and "<q>From the desk.</q>" in answer
    assert 'name="initial-notes" id="initial-id_notes" value=""' in answer  # still to be asked
    copy.refresh_from_db()
    assert copy.notes == "From the phone."
    page = owner_client.post(copy.get_absolute_url(), shown | {"notes": "From the desk."}).content.decode()
    assert "This was changed somewhere else" in page and "From the desk.</textarea>" in page  # without a script too
    owner_client.post(copy.get_absolute_url(), shown | {"notes": "From the desk.", "keep-notes": "mine"}, headers=BY_SCRIPT)
    copy.refresh_from_db()
    assert copy.notes == "From the desk."


def test_after_a_save_the_page_knows_what_stands_there_now(copy, owner_client):
    answer = owner_client.post(copy.get_absolute_url(), {"rating": "7", "initial-rating": ""}, headers=BY_SCRIPT).content.decode()
    assert '<input type="hidden" name="initial-rating" id="initial-id_rating" value="7" data-part>' in answer


def test_taking_the_other_tabs_word_shows_it(copy, owner_client):
    copy.notes = "From the phone."
    copy.save()
    data = {"initial-notes": "", "notes": "From the desk.", "keep-notes": "theirs"}
    assert owner_client.post(copy.get_absolute_url(), data, headers=BY_SCRIPT)["HX-Refresh"] == "true"
    copy.refresh_from_db()
    assert copy.notes == "From the phone."


def test_a_question_opens_the_form_of_a_line_that_was_closed_in_the_meantime(copy, owner_client):
    copy.notes = "From the phone."
    copy.save()
    data = {"initial-notes": "", "notes": "From the train."}
    page = owner_client.post(copy.get_absolute_url(), data, headers={"X-Parts": "closed"}).content.decode()
    assert '<form class="part part-form stack" id="notes"' in page and "From the train.</textarea>" in page


# ── Lines that open as forms ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [part.name for part in PARTS])
def test_a_line_opens_as_a_form_with_its_own_fields_in_the_page_or_on_one_of_its_own(copy, owner_client, stranger_client, name):
    address = reverse("book_part", args=[copy.pk, name])
    fragment = owner_client.get(address, headers={"HX-Request": "true"}).content.decode()
    part = next(part for part in PARTS if part.name == name)
    assert all(f'name="{field}"' in fragment for field in part.fields) and 'name="status"' not in fragment
    assert "<html" not in fragment and "<html" in owner_client.get(address).content.decode()
    assert stranger_client.get(address).status_code == 404


def test_a_line_that_does_not_exist_is_not_found(copy, owner_client):
    assert owner_client.get(reverse("book_part", args=[copy.pk, "rating"])).status_code == 404


def test_done_closes_the_line_with_what_it_holds(copy, owner_client):
    data = {"review": "Sand.\r\n\r\nMuch <b>sand</b>.", "initial-review": "", "done": ""}
    answer = owner_client.post(copy.get_absolute_url(), data, headers=BY_SCRIPT).content.decode()
    assert "<p>Sand.</p>" in answer and "Much &lt;b&gt;sand&lt;/b&gt;." in answer
    assert 'id="review"' in answer and "<form" not in answer


def test_a_line_that_holds_nothing_is_a_link(owner, copy, owner_client):
    page = owner_client.get(copy.get_absolute_url()).content.decode()
    for part in PARTS:
        assert part.invitation in page and f">{part.label}</h2>" not in page
    assert "<textarea" not in page and "<select" not in page and 'type="file"' not in page


def test_the_shelf_appears_in_the_line_of_facts_at_once(owner, copy, owner_client):
    data = {"shelf": make_shelf(owner, "Attic").pk, "initial-shelf": "", "done": ""}
    answer = owner_client.post(copy.get_absolute_url(), data, headers=BY_SCRIPT).content.decode()
    assert re.search(r'id="book-line".*>Attic</a>', answer) and re.search(r'id="shelf".*Attic', answer, re.DOTALL)


def test_every_detail_is_shown_with_its_source(copy, owner_client, stranger_client):
    owner_client.post(reverse("book_edit", args=[copy.pk]), facts(publisher="Ace"))
    address = reverse("book_sources", args=[copy.pk])
    page = owner_client.get(address).content.decode()
    assert "Open Library" in page and "Ace" in page and "You</td>" in page
    assert stranger_client.get(address).status_code == 404


def test_the_cover_is_chosen_on_a_page_of_its_own(copy, owner_client, stranger_client):
    address = reverse("book_cover", args=[copy.pk])
    assert 'name="picture"' in owner_client.get(address).content.decode()
    assert stranger_client.get(address).status_code == stranger_client.post(address).status_code == 404


def test_a_loan_and_reading_dates_that_are_sent_twice_are_recorded_once(copy, owner_client):
    for _ in range(2):
        owner_client.post(reverse("lend", args=[copy.pk]), {"borrower": "Ana"}, headers=BY_SCRIPT)
        owner_client.post(reverse("reading_add", args=[copy.pk]), {"finished": "2026-03-06"}, headers=BY_SCRIPT)
    assert (copy.loans.count(), copy.readings.count()) == (1, 1)


def test_a_loan_that_is_refused_stays_as_it_was_typed(copy, owner_client):
    page = owner_client.post(reverse("lend", args=[copy.pk]), {"borrower": "", "note": "Careful"}, headers=BY_SCRIPT)
    assert "field-error" in page.content.decode() and 'value="Careful"' in page.content.decode()
    loans.lend_copy(copy, "Ana")
    page = owner_client.post(reverse("lend", args=[copy.pk]), {"borrower": "Bob"}).content.decode()
    assert "Ana already has this book" in page and 'value="Bob"' in page


def test_the_page_asks_as_much_for_a_rich_book_as_for_a_bare_one(owner, copy, owner_client, django_assert_max_num_queries):
    def queries_of(shown) -> int:
        with django_assert_max_num_queries(11) as queries:
            owner_client.get(shown.get_absolute_url())
        return len(queries)

    bare = make_copy(owner, "Walden", "Henry David Thoreau", isbn="9780140390445")
    for number in range(6):
        make_copy(owner, "Dune", "Frank Herbert", shelf=make_shelf(owner, f"Shelf {number}"))
        loans.return_loan(loans.lend_copy(copy, f"Friend {number}"))
        readings.finished_today(copy)
        CandidateFactory(copy=copy)
    tagging.set_tags(copy, [f"tag {n}" for n in range(9)])
    owner_client.post(reverse("book_edit", args=[copy.pk]), facts(publisher="Ace", language="en", series="Dune", pages="600"))
    owner_client.get("/")  # the message of that edit is shown and gone
    assert queries_of(copy) == queries_of(bare)


@pytest.mark.parametrize(
    "kept", [{"columns": {"Illustrator": "P. Baynes"}}, {"columns": "Illustrator"}, {"photo": 3, "columns": []}]
)
def test_imported_columns_without_a_field_are_shown_whatever_a_file_held(owner, owner_client, kept):
    copy = make_copy(owner, "Dune", imported=kept)
    page = owner_client.get(copy.get_absolute_url()).content.decode()
    assert ("Illustrator: P. Baynes" in page) == (kept["columns"] == {"Illustrator": "P. Baynes"})
    assert owner_client.get(f"/api/v1/books/{copy.pk}").json()["specifications"] == {}
