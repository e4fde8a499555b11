"""Books, shelves, tags, loans and readings for programs."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from library.models import FactChange, Shelf, UserBook
from tests.factories import make_copies, make_copy, make_shelf
from tests.work import work_off


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def add_books(owner, titles):
    shelf = Shelf.objects.get_or_create(user=owner, name="Attic")[0]
    make_copies(owner, titles, "Jane Austen", shelf=shelf, tags=["Regency", "novel"], isbn13="9780141439587")


# ── Books ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_book_is_added_with_all_that_is_said(program, owner):
    shelf = make_shelf(owner, "Attic")
    said = {
        "title": " The  Left Hand of Darkness ", "authors": ["Ursula K. Le Guin"], "isbn": "0-441-47812-3", "pages": 304,
        "publishedDate": "1969", "series": "Hainish Cycle", "seriesNumber": "4", "status": "read", "rating": 4.5,
        "coverImage": "https://covers.example.org/1.jpg", "favourite": True, "notes": "signed",
        "tags": ["science fiction", "Poetry"], "shelf": shelf.pk, "price": "7.50", "currency": "EUR", "bought": "2026-01-02",
    }  # fmt: skip
    answer = program.post("/books", said)
    assert answer.status_code == 201, answer.content
    book = program.get(answer["Location"].removeprefix("/api/v1")).json()
    told = {**said, "title": "The Left Hand of Darkness", "isbn": "9780441478125", "shelf": {"id": shelf.pk, "name": "Attic"}}
    told["tags"] = ["Poetry", "science fiction"]
    assert {name: book[name] for name in told} == told
    assert (book["entry"], book["author"], book["sources"]["title"]) == ("api", "Ursula K. Le Guin", "you")


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"isbn": "9780441478126"}, "isbn"), ({"publishedDate": "1969-13"}, "publishedDate"), ({"rating": 4.3}, "rating"),
        ({"shelf": 999}, "shelf"), ({"coverImage": "javascript:alert(1)"}, "coverImage"), ({"status": "eaten"}, "status"),
        ({"price": "-1"}, "price"), ({"pages": 2**31}, "pages"), ({"title": "x" * 501}, "title"), ({"tags": ["x" * 101]}, "tags"),
        ({"currency": "euro"}, "currency"), ({"bought": "yesterday"}, "bought"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_and_nothing_is_made(program, owner, wrong, place):
    answer = program.post("/books", {"title": "Emma", **wrong})
    assert code_of(answer) == (422, "invalid") and place in answer.json()["detail"]
    assert not UserBook.objects.exists()


@pytest.mark.parametrize("path", ["/books?limit=200", "/search?q=emma&mode=text&limit=100"])
def test_a_list_takes_as_many_queries_for_sixty_as_for_one(program, owner, connection_kept, path, django_assert_num_queries):
    add_books(owner, ["Emma 0"])
    program.get(path)
    with CaptureQueriesContext(connection) as one:
        assert program.get(path).json()["count"] == 1
    add_books(owner, [f"Emma {number}" for number in range(1, 60)])
    with django_assert_num_queries(len(one)):
        found = program.get(path).json()["items"]
    assert len(found) == 60
    assert {tuple(item.get("book", item)["tags"]) for item in found} == {("novel", "Regency")}


def test_a_page_far_into_the_list_goes_on_where_the_one_before_ended(program, owner):
    add_books(owner, [f"Emma {number:02}" for number in range(25)])
    whole = [book["title"] for book in program.get("/books?sort=title&limit=200").json()["items"]]
    pages = [program.get(f"/books?sort=title&limit=10&offset={offset}").json() for offset in (0, 10, 20, 30)]
    assert [book["title"] for page in pages for book in page["items"]] == whole == sorted(whole)
    assert {page["count"] for page in pages} == {25}


def test_another_persons_shelf_is_no_shelf(program, stranger):
    answer = program.post("/books", {"title": "Emma", "shelf": make_shelf(stranger).pk})
    assert code_of(answer) == (422, "invalid")
    assert not UserBook.objects.exists()


def test_a_book_that_is_there_is_copied_or_left_out(program, owner):
    first = make_copy(owner, "Emma", "Jane Austen")
    again = {"title": "Emma", "authors": ["Jane Austen"]}
    left = program.post("/books", {**again, "onDuplicate": "skip"})
    assert (left.status_code, left.json()["id"]) == (200, first.pk)
    assert program.post("/books", again).status_code == 201
    assert UserBook.objects.count() == 2


def test_a_change_touches_what_is_sent_alone_and_is_its_owners_word(program, owner):
    copy = make_copy(owner, "Emma", "Jane Austen", notes="keep", rating=7)
    book = program.patch(f"/books/{copy.pk}", {"title": "Emma!", "tags": ["classic"], "shelf": None}).json()
    assert (book["title"], book["notes"], book["rating"], book["tags"]) == ("Emma!", "keep", 3.5, ["classic"])
    assert FactChange.objects.get(fact="title").before == "Emma"
    assert program.patch(f"/books/{copy.pk}", {"rating": None}).json()["rating"] is None


def test_a_status_begins_and_ends_readings_as_on_the_page(program, owner):
    path = f"/books/{make_copy(owner).pk}"
    program.patch(path, {"status": "reading"})
    program.patch(path, {"status": "read"})
    (reading,) = program.get(f"{path}/readings").json()["items"]
    assert reading["started"] and reading["finished"]


def test_a_removed_book_waits_in_the_trash(program, owner):
    copy = make_copy(owner, "Emma")
    assert program.delete(f"/books/{copy.pk}").status_code == 204
    assert code_of(program.get(f"/books/{copy.pk}")) == (404, "not-found")
    assert program.get("/books").json()["count"] == 0
    assert [book["title"] for book in program.get("/books?removed=true").json()["items"]] == ["Emma"]
    assert program.post(f"/books/{copy.pk}/restore").json()["removed"] is None
    assert program.get("/books").json()["count"] == 1


def test_lists_are_filtered_and_sorted_as_on_the_library_page(program, owner):
    shelf = make_shelf(owner)
    make_copy(owner, "Emma", "Jane Austen", status="read", shelf=shelf)
    make_copy(owner, "Dune", "Frank Herbert")
    titles = lambda query: [book["title"] for book in program.get(f"/books?{query}").json()["items"]]  # noqa: E731
    assert titles("sort=title") == ["Dune", "Emma"]
    assert titles("status=read") == titles(f"shelf={shelf.pk}") == titles("q=austen") == ["Emma"]
    assert titles("shelf=nonsense&sort=title") == ["Dune", "Emma"], "what makes no sense is passed over, as there"


# ── By ISBN ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("text", ["9780441478125", "978-0-441-47812-5", "0441478123", "0-441-47812-3", "978044147812551495"])
def test_an_isbn_in_any_spelling_is_the_same_book(program, text):
    answer = program.post("/books/isbn", {"isbn": text})
    assert answer.status_code == 201, answer.content
    assert answer.json()["items"][0]["isbn"] == "9780441478125"


def test_a_wrong_check_digit_is_422_and_none_of_many_is_added(program, owner):
    assert code_of(program.post("/books/isbn", {"isbn": "9780441478126"})) == (422, "invalid")
    answer = program.post("/books/isbn", {"isbns": ["9780141439587", "9780441478126"]})
    assert code_of(answer) == (422, "invalid") and "isbns.1" in answer.json()["detail"]
    assert code_of(program.post("/books/isbn", {})) == (422, "invalid")
    assert not UserBook.objects.exists()


def test_many_isbns_go_to_a_shelf_by_name_and_what_is_there_is_left_out(program, owner):
    first = program.post("/books/isbn", {"isbns": ["9780141439587", "9780441478125"], "shelf": "Attic", "tags": ["new"]})
    assert (first.status_code, first.json()["added"]) == (201, 2)
    book = first.json()["items"][0]["book"]
    assert (book["shelf"]["name"], book["tags"]) == ("Attic", ["new"])
    again = program.post("/books/isbn", {"isbn": "9780141439587", "shelf": "attic", "onDuplicate": "skip"})
    assert (again.status_code, again.json()["items"][0]["outcome"]) == (200, "owned")
    assert Shelf.objects.count() == 1


# ── Shelves and tags ────────────────────────────────────────────────────────────────────────────────────────────────
def test_shelves_are_made_named_and_deleted_and_their_books_stay(program, owner):
    made = program.post("/shelves", {"name": "Attic", "room": "Upstairs"})
    path = made["Location"].removeprefix("/api/v1")
    make_copy(owner, shelf=Shelf.objects.get())
    assert program.get(path).json()["count"] == 1
    assert program.patch(path, {"name": "Loft"}).json()["room"] == "Upstairs"
    assert code_of(program.post("/shelves", {"name": "loft", "room": "upstairs"})) == (422, "invalid")
    assert program.delete(path).status_code == 204
    assert UserBook.objects.of(owner).get().shelf is None


def test_tags_are_renamed_made_one_and_deleted(program, owner):
    path = f"/books/{make_copy(owner).pk}"
    program.patch(path, {"tags": ["poems", "poetry"]})
    poems, poetry = program.get("/tags").json()["items"]
    assert program.patch(f"/tags/{poems['id']}", {"name": "Poetry"}).json()["id"] == poetry["id"]
    assert program.get(path).json()["tags"] == ["poetry"]
    assert code_of(program.patch(f"/tags/{poetry['id']}", {"name": ","})) == (422, "invalid")
    assert program.delete(f"/tags/{poetry['id']}").status_code == 204
    assert program.get(path).json()["tags"] == []


# ── Loans and readings ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_book_is_lent_once_and_comes_back(program, owner):
    path = f"/books/{make_copy(owner, 'Emma').pk}/loans"
    loan = program.post(path, {"borrower": "Nora", "since": "2026-01-01", "due": "2026-02-01"}).json()
    assert (loan["book"]["title"], loan["overdue"]) == ("Emma", True)
    assert code_of(program.post(path, {"borrower": "Paul"})) == (409, "lent")
    assert program.get("/loans").json()["count"] == 1
    assert code_of(program.post(f"/loans/{loan['id']}/return", {"returned": "2025-12-31"})) == (422, "invalid")
    assert program.post(f"/loans/{loan['id']}/return", {"returned": "2026-01-31"}).json()["returned"] == "2026-01-31"
    assert program.get("/loans?state=back").json()["count"] == 1


def test_a_reading_has_dates_that_can_be(program, owner):
    path = f"/books/{make_copy(owner).pk}/readings"
    assert code_of(program.post(path, {"started": "2026-02-01", "finished": "2026-01-01"})) == (422, "invalid")
    reading = program.post(path, {"started": "2026-01-01"}).json()
    assert program.patch(f"/readings/{reading['id']}", {"finished": "2026-01-09"}).json()["started"] == "2026-01-01"
    assert program.delete(f"/readings/{reading['id']}").status_code == 204
    assert program.get(path).json()["count"] == 0


# ── In, out and found ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_is_brought_in_row_by_row(program, owner, django_capture_on_commit_callbacks):
    table = SimpleUploadedFile("books.csv", b"title,author\nEmma,Jane Austen\n,nobody\n")
    with django_capture_on_commit_callbacks(execute=True):
        answer = program.send("/import", file=table, tags="old, dusty", status="read")
    assert answer.status_code == 202, answer.content
    path = f"/import/{answer.json()['id']}"
    work_off()
    done = program.get(path).json()
    assert (done["state"], done["counts"]["added"]) == ("complete", 1)
    assert program.get(f"{path}/rows?result=added").json()["count"] == 1
    copy = UserBook.objects.of(owner).get()
    assert (copy.status, sorted(tag.name for tag in copy.tags.all())) == ("read", ["dusty", "old"])


def test_a_file_that_is_only_looked_at_changes_nothing_until_it_is_started(program, owner, django_capture_on_commit_callbacks):
    table = SimpleUploadedFile("books.csv", b"title,author\nEmma,Jane Austen\n")
    looked = program.send("/import", file=table, preview="true").json()
    assert looked["state"] == "preview"
    work_off()
    assert not UserBook.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        program.post(f"/import/{looked['id']}/start")
    work_off()
    assert UserBook.objects.count() == 1
    assert code_of(program.post(f"/import/{looked['id']}/start")) == (409, "not-waiting")


def test_a_file_that_is_no_list_of_books_is_422(program):
    picture = SimpleUploadedFile("cat.gif", b"GIF89a" + bytes(100))
    assert code_of(program.send("/import", file=picture)) == (422, "invalid")


def test_everything_is_taken_away_as_a_table_and_as_json(program, owner):
    make_copy(owner, "Emma", "Jane Austen")
    table = b"".join(program.get("/export.csv").streaming_content).decode()
    assert "Emma" in table and table.startswith("Book Id")
    whole = json.loads(b"".join(program.get("/export.json").streaming_content))
    assert whole["books"][0]["title"] == "Emma"


def test_books_are_found_by_words(program, owner, stranger):
    make_copy(owner, "Emma", "Jane Austen")
    make_copy(owner, "Dune", "Frank Herbert")
    make_copy(stranger, "Dune Messiah", "Frank Herbert")
    found = program.get("/search?q=dune&mode=text").json()
    assert [item["book"]["title"] for item in found["items"]] == ["Dune"]
    assert code_of(program.get("/search?q=")) == (422, "invalid")


def test_an_sbn_has_a_note_about_its_zero(program):
    (item,) = program.post("/books/isbn", {"isbn": "SBN 425-03407-0"}).json()["items"]
    assert item["isbn"] == "9780425034071" and "with a 0 in front" in item["note"]


@pytest.mark.slow
def test_a_search_can_answer_a_question_and_name_its_books(program, owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    found = program.get("/search?q=Who wrote Emma?&answer=1").json()
    assert "Jane Austen" in found["answer"] and found["citations"] == [copy.pk]
    without = program.get("/search?q=emma&answer=0").json()
    assert (without["answer"], without["citations"]) == ("", [])
