"""The pages on which books are entered: by plain post, by script, each person's own."""

import re

import pytest
from django.core import signing
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from catalogs import CatalogError, Record, isbn
from library import metadata_lookup
from library.copies.editions import offer_key
from library.forms.entries import numbers_of
from library.models import Entry, Preferences, Status, SyncStatus, Undo, UserBook
from tests.factories import make_copy, make_record, make_shelf
from tests.properties import quick

pytestmark = pytest.mark.django_db
DUNE, EMMA, WALDEN = "9780441172719", "9780141439587", "9780306406157"
JSON = {"Accept": "application/json"}
TEXT = f"From my sister:\n1. {DUNE} (have it)\n2. 978-0-14-143958-8\n3. ISBN 0306406152"


class Shop:
    """A catalogue with two editions of one book, one of them by its ISBN too."""

    name = "shop"
    records = (
        Record("Emma", ("Jane Austen",), isbn=EMMA, publisher="Penguin", published_date="2003", source="shop"),
        Record("Emma", ("Jane Austen",), isbn="9780199535521", publisher="Oxford", published_date="2008", source="shop"),
    )

    def by_isbn(self, isbn13):
        return next((record for record in self.records if record.isbn == isbn13), None)

    def search(self, text, limit=10):
        return list(self.records) if "emma" in text.lower() else []


class Broken(Shop):
    name = "broken"

    def search(self, text, limit=10):
        raise CatalogError("Broken is out of order.")


def batch(**changes):
    return {"status": "to-read", "shelf": "", "tags": "", "on_duplicate": "skip", **changes}


def send(client, texts, keys=(), headers=JSON, **changes):
    data = {**batch(**changes), "isbn": list(texts), "key": list(keys)}
    return client.post(reverse("entry_send"), data, headers=headers)


def fail(copy, sentence="No catalogue has this ISBN."):
    UserBook.objects.filter(pk=copy.pk).update(sync_status=SyncStatus.FAILED, sync_error=sentence)
    return copy


def nameless(owner, number=DUNE):
    return fail(make_copy(owner, f"ISBN {number}", "", isbn=number))


# ── Whose ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["entry_isbn", "entry_search", "book_add", "entries_unknown", "entry_states"])
def test_a_visitor_is_asked_to_sign_in(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["entry_undo", "entry_back", "entry_name", "entry_retry"])
def test_a_stranger_finds_nothing(owner, stranger_client, name):
    copy = nameless(owner)
    assert stranger_client.post(reverse(name, args=[copy.pk]), {"title": "Mine"}).status_code == 404
    copy.refresh_from_db()
    assert (copy.removed, copy.title, copy.sync_status) == (None, f"ISBN {DUNE}", SyncStatus.FAILED)


def test_a_stranger_is_told_nothing_about_states(owner, stranger_client):
    copy = nameless(owner)
    assert stranger_client.get(reverse("entry_states"), {"id": copy.pk}).json() == {"entries": [], "unknown": 0}
    assert stranger_client.get(reverse("entry_syncing", args=[copy.pk])).status_code == 404


# ── The scanner ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("old", "new"), [("scanner", ""), ("camera", "?camera")])
def test_the_pages_for_scanner_and_camera_are_one_page_now(owner_client, old, new):
    assert owner_client.get(f"/books/add/{old}/").url == reverse("entry_isbn") + new


def test_the_page_opens_the_camera_where_that_was_chosen(owner_client):
    page = owner_client.get(reverse("entry_isbn"), {"camera": ""})
    assert " data-camera>" in page.content.decode() and "wasm-unsafe-eval" in page["Content-Security-Policy"]
    assert " data-camera>" not in owner_client.get(reverse("entry_isbn")).content.decode()


def test_a_list_in_the_queue_is_as_many_books_and_once_however_often_it_is_sent(owner, owner_client):
    for outcome in ("added", "again"):
        rows = send(owner_client, [TEXT, EMMA], ["a", "b"]).json()["entries"]
        assert [(row["key"], row["outcome"]) for row in rows] == [
            ("a-0", outcome), ("a-1", "refused"), ("a-2", outcome), ("b", outcome)
        ]  # fmt: skip
    assert list(owner.books.order_by("pk").values_list("isbn13", flat=True)) == [DUNE, WALDEN, EMMA]


def test_of_a_long_list_only_the_latest_rows_are_drawn(owner, owner_client):
    numbers = [isbn10to13(number) for number in range(120)]
    rows = send(owner_client, ["\n".join(numbers)], ["a"]).json()["entries"]
    assert [("html" in row, "id" in row) for row in rows] == [(False, True)] * 20 + [(True, True)] * 100
    assert owner.books.count() == 120


def isbn10to13(number: int) -> str:
    digits = f"9780{number:08}"
    return digits + ean.calc_check_digit(digits)


def test_a_list_that_was_just_added_is_removed_at_once_and_can_be_restored(owner, stranger, owner_client):
    theirs = make_copy(stranger, isbn=DUNE)
    rows = send(owner_client, [f"{DUNE}\n{EMMA}"], ["a"]).json()["entries"]
    ids = ",".join([*(str(row["id"]) for row in rows), str(theirs.pk), "x"])
    assert owner_client.post(reverse("entries_undo"), {"ids": ids}).json()["sentence"].startswith("2 books")
    assert (UserBook.objects.of(owner).count(), UserBook.objects.of(stranger).count()) == (0, 1)
    owner_client.post(reverse("undo", args=[Undo.objects.get().pk]))
    assert UserBook.objects.of(owner).count() == 2
    assert owner_client.post(reverse("entries_undo"), {"ids": ""}).json() == {"sentence": "There was nothing to remove."}


@pytest.mark.slow
@quick
@given(text=st.text(max_size=80) | st.lists(st.sampled_from([TEXT, DUNE, EMMA, "\n", "and", "0306406151"])).map(" ".join))
def test_whatever_is_typed_has_at_least_one_result_and_every_result_a_key_of_its_own(text):
    pairs = numbers_of(text, "k")
    keys = [key for _, key in pairs]
    assert keys == ["k"] or keys == [f"k-{place}" for place in range(len(pairs))]
    assert {found.isbn for found in isbn.find(text)} - {""} <= {isbn.read(number).isbn for number, _ in pairs}


def test_a_script_is_told_what_became_of_each(owner, owner_client):
    make_copy(owner, "Emma", "Jane Austen", isbn=EMMA)
    said = send(owner_client, [DUNE, "978044117", EMMA], ["a", "b", "c"]).json()["entries"]
    assert [(each["key"], each["outcome"]) for each in said] == [("a", "added"), ("b", "refused"), ("c", "owned")]
    assert said[0]["sync"] == "pending" and 'data-sync="pending"' in said[0]["html"]
    assert "10 or 13 digits" in said[1]["sentence"] and "Add another copy" in said[2]["html"]


def test_a_queue_that_is_sent_again_adds_nothing(owner, owner_client):
    send(owner_client, [DUNE, EMMA], ["a", "b"])
    said = send(owner_client, [DUNE, EMMA, WALDEN], ["a", "b", "c"]).json()["entries"]
    assert [each["outcome"] for each in said] == ["again", "again", "added"]
    assert list(owner.books.order_by("pk").values_list("isbn13", flat=True)) == [DUNE, EMMA, WALDEN]


def test_shelf_status_and_tags_hold_for_the_batch_and_are_remembered(owner, owner_client):
    shelf = make_shelf(owner, "Attic")
    send(owner_client, [DUNE], shelf=shelf.pk, status="read", tags="sf, Lyon", on_duplicate="copy")
    copy = owner.books.get()
    assert (copy.shelf, copy.status, sorted(tag.name for tag in copy.tags.all())) == (shelf, Status.READ, ["Lyon", "sf"])
    assert Preferences.objects.get(user=owner).choices["batch"]["shelf"] == shelf.pk
    page = owner_client.get(reverse("entry_isbn")).content.decode()
    assert re.search(rf'<option value="{shelf.pk}" selected', page) and 'value="sf, Lyon"' in page


def test_another_persons_shelf_is_no_shelf(owner, stranger, owner_client):
    response = send(owner_client, [DUNE], shelf=make_shelf(stranger).pk)
    assert (response.status_code, owner.books.count()) == (422, 0)
    assert response.json()["code"] == "not-accepted"


@pytest.mark.parametrize("keys", [["a b"], ["x" * 65], ["<b>"]])
def test_a_key_that_is_none_is_refused(owner, owner_client, keys):
    assert send(owner_client, [DUNE], keys).status_code == 422
    assert owner.books.count() == 0


def test_too_many_in_one_request_are_refused_as_a_whole(owner, owner_client):
    assert send(owner_client, [DUNE] * 201).status_code == 422
    assert owner.books.count() == 0


def test_bytes_that_are_no_text_are_refused_with_a_sentence(owner, owner_client):
    (said,) = send(owner_client, ["\0\ud83d".encode("utf-8", "replace").decode()], ["a"]).json()["entries"]
    assert said["outcome"] == "refused" and "10 or 13 digits" in said["sentence"]


def test_the_page_takes_as_many_queries_for_thirty_books_as_for_one(owner, owner_client, django_assert_max_num_queries):
    make_copy(owner, isbn=DUNE, entry=Entry.BARCODE)
    owner_client.get(reverse("entry_isbn"))
    with django_assert_max_num_queries(7) as few:
        owner_client.get(reverse("entry_isbn"))
    for number in range(30):
        make_copy(owner, f"Book {number}", isbn="", entry=Entry.BARCODE, shelf=None)
    with django_assert_max_num_queries(len(few)):
        owner_client.get(reverse("entry_isbn"))


def test_how_books_stand_is_asked_in_a_constant_number_of_queries(owner, owner_client, django_assert_max_num_queries):
    copies = [make_copy(owner, f"Book {number}", isbn="") for number in range(20)]
    with django_assert_max_num_queries(6):
        said = owner_client.get(reverse("entry_states"), {"id": [copy.pk for copy in copies]}).json()
    assert len(said["entries"]) == 20


@pytest.mark.parametrize("ids", [["x"], ["99999999999999999999"], [""], []])
def test_states_of_nothing_are_none(owner_client, ids):
    assert owner_client.get(reverse("entry_states"), {"id": ids}).json()["entries"] == []


def test_undo_puts_a_book_into_the_trash_and_back(owner, owner_client):
    copy = make_copy(owner, isbn=DUNE)
    said = owner_client.post(reverse("entry_undo", args=[copy.pk]), headers=JSON).json()
    assert "Restore" in said["entries"][0]["html"]
    copy.refresh_from_db()
    assert copy.removed
    owner_client.post(reverse("entry_back", args=[copy.pk]))
    copy.refresh_from_db()
    assert copy.removed is None


# ── Those that nobody knows ─────────────────────────────────────────────────────────────────────────────────────────
def test_what_nobody_knows_is_listed_with_the_reason(owner, owner_client):
    nameless(owner)
    make_copy(owner, "Emma", isbn=EMMA)
    page = owner_client.get(reverse("entries_unknown")).content.decode()
    assert "No catalogue has this ISBN." in page and "Emma" not in page
    assert "1 book not found in any catalogue" in owner_client.get(reverse("entry_isbn")).content.decode()


def test_a_typed_title_is_the_owners_word(owner, owner_client):
    copy = nameless(owner)
    owner_client.post(reverse("entry_name", args=[copy.pk]), {"title": "Dune", "authors": "Frank Herbert"})
    copy.refresh_from_db()
    assert (copy.title, copy.authors, copy.sync_status) == ("Dune", ["Frank Herbert"], SyncStatus.NONE)
    assert copy.origins["title"] == "you"


def test_no_title_is_no_title(owner, owner_client):
    copy = nameless(owner)
    response = owner_client.post(reverse("entry_name", args=[copy.pk]), {"title": " "}, headers=JSON)
    assert (response.status_code, response.json()["detail"]) == (422, "Enter the title of the book.")


def test_one_and_all_are_looked_up_again(owner, owner_client):
    one, two = nameless(owner), nameless(owner, EMMA)
    assert owner_client.post(reverse("entry_retry", args=[one.pk]), headers=JSON).json()["entries"][0]["sync"] == "pending"
    assert owner_client.post(reverse("entries_retry")).url == reverse("entries_unknown")
    two.refresh_from_db()
    assert (two.sync_status, two.sync_attempts) == (SyncStatus.PENDING, 0)


def test_a_page_that_waits_for_the_catalogues_shows_itself_anew_when_they_have_answered(owner, owner_client):
    copy = make_copy(owner, isbn=DUNE, sync_status=SyncStatus.PENDING)
    assert "HX-Refresh" not in owner_client.get(reverse("entry_syncing", args=[copy.pk])).headers
    assert "1</span> book being looked up" in owner_client.get(reverse("entries_pending")).content.decode()
    metadata_lookup.settle_lookup(copy.pk, DUNE, metadata_lookup.Answer([make_record("Dune", isbn=DUNE, source="shop")]))
    assert owner_client.get(reverse("entry_syncing", args=[copy.pk])).headers["HX-Refresh"] == "true"
    assert "show the results" in owner_client.get(reverse("entries_pending"), {"was": "1"}).content.decode()
    assert owner_client.get(reverse("entries_pending")).content.decode().strip() == ""


# ── ISBNs in a text ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_adds_its_books_in_order_once_however_often_it_is_sent(owner, owner_client):
    make_copy(owner, "Dune", isbn=DUNE)
    for _ in range(2):
        page = owner_client.post(
            reverse("entry_isbn"), {**batch(), "text": TEXT + f"\n{EMMA}", "entry_key": "abc"}
        ).content.decode()
        assert "2 books added" in page and "Not recognised as ISBNs" in page and "Skipped" in page
    assert list(owner.books.order_by("pk").values_list("isbn13", flat=True)) == [DUNE, WALDEN, EMMA]


@pytest.mark.parametrize("text", ["", "nothing here", "\0"])
def test_a_text_without_an_isbn_stays_and_is_explained(owner, owner_client, text):
    response = owner_client.post(reverse("entry_isbn"), {**batch(), "text": text})
    assert (response.status_code, owner.books.count()) == (200, 0)
    assert 'role="alert"' in response.content.decode() or "field-error" in response.content.decode()


# ── Title search ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def shop(settings):
    settings.CATALOGS = [f"{__name__}.Shop", f"{__name__}.Broken"]


def record_on(page: str, place: int) -> str:
    return re.findall(r'name="record" value="([^"]+)"', page)[place]


def test_a_search_shows_the_editions_and_which_are_owned_though_one_catalogue_is_out_of_order(shop, owner, owner_client):
    make_copy(owner, "Emma", "Jane Austen", isbn=EMMA)
    page = owner_client.get(reverse("entry_search"), {"q": "emma austen"}).content.decode()
    for words in ("Penguin", "Oxford", "2008", "You have this", "Broken is out of order."):
        assert words in page


def test_one_tap_adds_the_edition_that_was_shown(shop, owner, owner_client):
    page = owner_client.get(reverse("entry_search"), {"q": "emma"}).content.decode()
    answer = owner_client.post(
        reverse("entry_search_add"), {**batch(status="read"), "record": record_on(page, 1)}, headers={"HX-Request": "true"}
    )
    copy = owner.books.get()
    assert (copy.isbn13, copy.publisher, copy.entry, copy.status) == ("9780199535521", "Oxford", Entry.SEARCH, Status.READ)
    assert "In your library" in answer.content.decode()


@pytest.mark.parametrize(
    "record", ["", "x", signing.dumps({"title": "Made up"}, salt="another")], ids=["none", "nonsense", "forged"]
)
def test_what_no_catalogue_said_is_not_added(owner, owner_client, record):
    assert owner_client.post(reverse("entry_search_add"), {**batch(), "record": record}).url == reverse("entry_search")
    assert owner.books.count() == 0


def test_a_record_that_was_signed_here_is_added_by_a_plain_post(owner, owner_client):
    record = offer_key(make_record("Emma", "Jane Austen", isbn=EMMA, source="shop"))
    owner_client.post(reverse("entry_search_add"), {**batch(), "record": record})
    assert owner.books.get().title == "Emma"


def test_an_isbn_in_the_search_box_is_looked_up(shop, owner_client):
    page = owner_client.get(reverse("entry_search"), {"q": "978-0-14-143958-7"}).content.decode()
    assert "Penguin" in page and "Oxford" not in page


def test_what_nobody_has_can_be_typed_in_by_hand(shop, owner_client):
    page = owner_client.get(reverse("entry_search"), {"q": "No such book & co"}).content.decode()
    assert f"{reverse('book_add')}?title=No%20such%20book%20%26%20co" in page


# ── By hand ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_book_without_an_isbn_has_all_that_is_typed(owner, owner_client):
    data = {
        "title": "Family Recipes", "authors": "Grandmother; Aunt Rosa", "series": "Kitchen", "series_number": "2", "pages": "120",
        "published_date": "1962", "language": "de", "tags": "kitchen", "status": "read", "entry_key": "k1",
    }  # fmt: skip
    for _ in range(2):
        owner_client.post(reverse("book_add"), data)
    copy = owner.books.get()
    assert (copy.authors, copy.series, copy.series_number, copy.pages) == (["Grandmother", "Aunt Rosa"], "Kitchen", "2", 120)
    assert (copy.isbn13, copy.sync_status, copy.entry, copy.origins["series"]) == ("", SyncStatus.NONE, Entry.HAND, "you")
    assert [tag.name for tag in copy.tags.all()] == ["kitchen"]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("published_date", "last year", "2017-02"), ("language", "klingon", "two letters"), ("pages", "-1", "greater than")],
)
def test_what_cannot_be_is_explained_and_stays(owner, owner_client, field, value, why):
    page = owner_client.post(reverse("book_add"), {"title": "Emma", "status": "read", field: value}).content.decode()
    assert why in page and f'value="{value}"' in page
    assert owner.books.count() == 0


def test_an_isbn_alone_waits_for_the_catalogues_outside(shop, owner, owner_client):
    owner_client.post(reverse("book_add"), {"isbn13": EMMA, "status": "read"})
    assert (owner.books.get().title, owner.books.get().sync_status) == ("ISBN 978-0-14-143958-7", SyncStatus.PENDING)


# ── On the other pages ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_library_tells_what_is_looked_up_and_what_nobody_knows(owner, stranger, owner_client):
    nameless(owner)
    make_copy(owner, "Emma", isbn=EMMA, sync_status=SyncStatus.PENDING)
    make_copy(stranger, "Walden", isbn=WALDEN, sync_status=SyncStatus.PENDING)
    page = owner_client.get(reverse("library")).content.decode()
    assert "1 book being looked up" in page and "1 book not found in any catalogue" in page
    assert reverse("entries_unknown") in page and f'hx-get="{reverse("entries_pending")}' in page


def test_a_books_page_waits_for_the_catalogues_or_says_that_nobody_knows_it(owner, owner_client):
    waiting = make_copy(owner, "Emma", isbn=EMMA, sync_status=SyncStatus.PENDING)
    assert reverse("entry_syncing", args=[waiting.pk]) in owner_client.get(waiting.get_absolute_url()).content.decode()
    assert "No catalogue has this ISBN." in owner_client.get(nameless(owner).get_absolute_url()).content.decode()


def test_all_ways_to_add_books_are_in_the_menu(owner_client):
    page = owner_client.get(reverse("library")).content.decode()
    for name in ("scan_new", "entry_isbn", "entry_search", "book_add"):
        assert f'href="{reverse(name)}"' in page
