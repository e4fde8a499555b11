"""What people do in the browser, done by a program."""

import inspect

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from accounts import jwts
from catalogs import Record
from library.copies import facts
from library.copies.editions import offer_key
from library.copies.tagging import names_of, set_tags
from library.models import FactChange, UserBook
from tests.api.conftest import Program
from tests.api.openapi import CALLS
from tests.api.test_manners import code_of
from tests.factories import make_candidate, make_copy, make_scan, make_shelf
from tests.scanning.photos import photo
from transfer.models import ImportRow

EMMA = Record("Emma", ("Jane Austen",), isbn="9780141439587", publisher="Penguin", published_date="2003", source="open_library")


@pytest.fixture
def signed_in(owner):
    """By name and password: no personal token may make another."""
    return Program(jwts.begin_token_family(owner)["access"])


# ── Many at once ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_many_books_are_changed_and_taken_back_as_a_whole(program, owner):
    shelf, copies = make_shelf(owner), [make_copy(owner, f"Volume {n}") for n in range(3)]
    keys = [copy.pk for copy in copies[:2]]
    done = program.post("/books/bulk", {"ids": keys, "shelf": shelf.pk, "status": "read", "addTags": ["attic"]}).json()
    assert done["sentence"].startswith("2 books are now on “Living room”")
    assert UserBook.objects.filter(shelf=shelf, status="read", tags__name="attic").count() == 2
    assert [row["id"] for row in program.get("/undos").json()["items"]] == [done["undo"]]
    assert program.post(f"/undos/{done['undo']}").status_code == 200
    assert not UserBook.objects.filter(shelf=shelf).exists() and names_of(copies[0]) == []
    assert code_of(program.post(f"/undos/{done['undo']}")) == (409, "undone")


def test_all_that_a_filter_lets_through_are_changed_and_no_others(program, owner, stranger):
    wanted, other = make_copy(owner, status="wishlist"), make_copy(owner, "Emma")
    theirs = make_copy(stranger, status="wishlist")
    program.post("/books/bulk", {"matching": "status=wishlist", "remove": True})
    assert [UserBook.objects.get(pk=copy.pk).removed is None for copy in (wanted, other, theirs)] == [False, True, True]
    assert program.post("/books/bulk", {"ids": [theirs.pk], "status": "read"}).json()["undo"] is None


@pytest.mark.parametrize("body", [{}, {"ids": [1]}, {"status": "read"}, {"ids": [1], "matching": "", "status": "read"}])
def test_half_a_wish_for_many_books_is_422(program, owner, body):
    assert code_of(program.post("/books/bulk", body)) == (422, "invalid")


def test_the_trash_is_emptied_or_brought_back(program, owner):
    copies = [make_copy(owner, name) for name in ("Emma", "Dune", "Ulysses")]
    for copy in copies:
        program.delete(f"/books/{copy.pk}")
    assert program.delete(f"/trash/{copies[0].pk}").status_code == 204
    assert program.post("/trash/restore").json() == {"count": 2}
    assert code_of(program.delete(f"/trash/{copies[1].pk}")) == (404, "not-found"), "it is in the library again"
    program.delete(f"/books/{copies[1].pk}")
    assert program.delete("/trash").json() == {"count": 1}
    assert [copy.title for copy in UserBook.objects.all()] == ["Ulysses"]


# ── One book ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_another_edition_is_chosen_and_taken_back(program, owner):
    copy = make_copy(owner, "Emma", "Jane Austen", publisher="Dent", source="local")
    done = program.post(f"/books/{copy.pk}/edition", {"key": offer_key(EMMA)}).json()
    assert (done["book"]["isbn"], done["book"]["publisher"]) == ("9780141439587", "Penguin")
    program.post(f"/undos/{done['undo']}")
    assert program.get(f"/books/{copy.pk}").json()["publisher"] == "Dent"
    assert code_of(program.post(f"/books/{copy.pk}/edition", {"key": "made up"})) == (409, "not-offered")
    assert program.get(f"/books/{copy.pk}/editions").json()["items"][0]["publisher"] == "Penguin"


def test_two_records_become_one_and_one_becomes_two(program, owner):
    keep, other = make_copy(owner, "Emma", "Jane Austen"), make_copy(owner, "Emma", "Jane Austen", notes="from Nora")
    assert [book["id"] for book in program.get(f"/books/{keep.pk}/alike").json()["items"]] == [other.pk]
    assert program.post(f"/books/{keep.pk}/merge/{other.pk}", {}).json()["book"]["notes"] == "from Nora"
    assert code_of(program.post(f"/books/{keep.pk}/merge/{other.pk}", {})) == (404, "not-found")
    assert code_of(program.post(f"/books/{keep.pk}/merge/{keep.pk}", {})) == (409, "two-books")
    reading = program.post(f"/books/{keep.pk}/readings", {"finished": "2026-01-02"}).json()["id"]
    split = program.post(f"/books/{keep.pk}/split", {"readings": [reading]})
    second = split.json()["book"]["id"]
    assert split["Location"] == f"/api/v1/books/{second}"
    assert program.get(f"/books/{second}/readings").json()["count"] == 1
    assert program.get(f"/books/{keep.pk}/readings").json()["count"] == 0


def test_a_fact_says_again_what_it_said_before(program, owner):
    copy = make_copy(owner, "Emma", publisher="Dent")
    program.patch(f"/books/{copy.pk}", {"publisher": "Everyman"})
    (change,) = program.get(f"/books/{copy.pk}/history").json()["items"]
    assert (change["fact"], change["before"], change["source"]) == ("publisher", "Dent", "you")
    assert program.post(f"/books/{copy.pk}/history/{change['id']}/back").json()["publisher"] == "Dent"
    other = FactChange.objects.create(copy=make_copy(owner, "Dune"), fact="publisher", source=facts.YOU)
    assert code_of(program.post(f"/books/{copy.pk}/history/{other.pk}/back")) == (404, "not-found")


def test_a_cover_is_uploaded_seen_by_its_owner_alone_and_drawn_again(program, strange_program, owner):
    path = f"/books/{make_copy(owner).pk}"
    assert code_of(program.get(f"{path}/cover")) == (404, "not-found")
    assert program.send(f"{path}/cover/picture", picture=photo(size=(300, 400))).status_code == 200
    picture = program.get(f"{path}/cover")
    assert picture["Content-Type"] == "image/webp" and picture.content[:4] == b"RIFF"
    assert strange_program.get(f"{path}/cover").status_code == 404
    broken = program.send(f"{path}/cover/picture", picture=SimpleUploadedFile("cover.jpg", b"no picture"))
    assert code_of(broken) == (422, "invalid")
    program.post(f"{path}/cover", {"choice": "drawn"})
    assert program.get(f"{path}/cover").status_code == 404


def test_the_cover_of_another_edition_is_offered_and_chosen(program, owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    make_copy(owner, "Emma", "Jane Austen", isbn="9780141439587", cover="https://covers.example.org/emma.jpg")
    (offer,) = program.get(f"/books/{copy.pk}/covers").json()["items"]
    chosen = program.post(f"/books/{copy.pk}/cover", {"choice": "edition", "edition": offer["edition"]}).json()
    assert chosen["coverImage"] == "https://covers.example.org/emma.jpg"
    assert code_of(program.post(f"/books/{copy.pk}/cover", {"choice": "edition", "edition": 10**9})) == (422, "invalid")


def test_a_book_of_the_catalogues_is_found_and_added_on_a_new_shelf(program, owner):
    make_copy(owner, "Emma", "Jane Austen", isbn="9780141439587", source="open_library")
    found = program.get("/books/catalog?q=9780141439587").json()
    assert all(item["owned"] for item in found["items"])
    made = program.post("/books/catalog", {"key": offer_key(EMMA), "shelf": "Attic", "tags": ["gift"]})
    assert (made.status_code, made.json()["shelf"]["name"], made.json()["tags"]) == (201, "Attic", ["gift"])
    assert code_of(program.post("/books/catalog", {"key": "made up"})) == (409, "not-offered")


def test_books_that_nobody_knew_are_looked_up_once_more(program, owner):
    copies = [make_copy(owner, f"ISBN {n}", "", isbn=n, sync_status="failed") for n in ("9780141439587", "9780441478125")]
    assert program.post(f"/books/{copies[0].pk}/look-up").json()["lookUp"] == "pending"
    assert [book["lookUp"] for book in program.get("/books?lookup=on").json()["items"]] == ["failed", "pending"]
    assert program.post("/books/look-up").json() == {"count": 1}


# ── Around the books ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_loan_is_put_right_and_taken_up_again(program, owner):
    path = f"/books/{make_copy(owner).pk}/loans"
    loan = f"/loans/{program.post(path, {'borrower': 'Nora', 'since': '2026-01-02'}).json()['id']}"
    changed = program.patch(loan, {"borrower": "Nora B.", "due": "2026-02-01"}).json()
    assert (changed["borrower"], changed["since"], changed["due"]) == ("Nora B.", "2026-01-02", "2026-02-01")
    assert code_of(program.patch(loan, {"due": "2025-12-31"})) == (422, "invalid")
    program.post(f"{loan}/return", {})
    assert program.post(f"{loan}/reopen").json()["returned"] is None
    program.post(f"{loan}/return", {})
    program.post(path, {"borrower": "Ana"})
    assert code_of(program.post(f"{loan}/reopen")) == (409, "lent")
    assert program.get("/borrowers").json()["items"] == ["Ana", "Nora B."]


def test_shelves_change_their_order_and_come_back_after_they_were_deleted(program, owner):
    keys = {name: program.post("/shelves", {"name": name}).json()["id"] for name in "abc"}

    def order() -> str:
        return "".join(shelf["name"] for shelf in program.get("/shelves").json()["items"])

    program.post(f"/shelves/{keys['c']}/move", {"beside": keys["a"]})
    assert order() == "cab"
    program.post(f"/shelves/{keys['c']}/move", {"step": 1})
    assert order() == "acb"
    copy = make_copy(owner, shelf=owner.shelves.get(name="c"))
    program.delete(f"/shelves/{keys['c']}")
    program.post(f"/undos/{program.get('/undos').json()['items'][0]['id']}")
    assert program.get(f"/books/{copy.pk}").json()["shelf"]["name"] == "c"


def test_tags_that_became_one_are_two_again(program, owner):
    set_tags(make_copy(owner), ["poems"])
    set_tags(make_copy(owner, "Emma"), ["poetry"])
    tag = program.get("/tags").json()["items"][0]
    assert program.patch(f"/tags/{tag['id']}", {"name": "poetry"}).json()["count"] == 2
    program.post(f"/undos/{program.get('/undos').json()['items'][0]['id']}")
    assert [tag["name"] for tag in program.get("/tags").json()["items"]] == ["poems", "poetry"]


def test_columns_of_a_file_are_chosen_and_a_row_is_tried_again(program, owner):
    file = SimpleUploadedFile("books.csv", b"title,who,ISBN\nEmma,Jane Austen,\nDune,,123\n")
    path = f"/import/{program.send('/import', file=file, preview='true').json()['id']}"
    looked = program.call("PUT", f"{path}/columns", {"columns": {"who": "authors"}}).json()
    assert (looked["state"], looked["mapping"]["who"]) == ("preview", "authors")
    assert code_of(program.call("PUT", f"{path}/columns", {"columns": {"whose": "authors"}})) == (422, "invalid")
    program.post(f"{path}/start")
    assert code_of(program.call("PUT", f"{path}/columns", {})) == (409, "not-waiting")
    assert code_of(program.post(f"{path}/rows/9", {})) == (404, "not-found")


def test_a_row_that_failed_is_put_right(program, owner):
    file = SimpleUploadedFile("books.csv", b"title,author\nEmma,Jane Austen\n")
    key = program.send("/import", file=file, preview="true").json()["id"]
    ImportRow.objects.create(file_id=key, number=5, data={"facts": {"title": "Dun"}, "problem": "odd"}, result="failed")
    row = program.post(f"/import/{key}/rows/5", {"title": "Dune", "authors": ["Frank Herbert"]}).json()
    assert row["result"] == "added" and UserBook.objects.get(pk=row["bookId"]).title == "Dune"
    assert code_of(program.post(f"/import/{key}/rows/5", {"title": "Dune"})) == (409, "no-retry")
    assert program.get(f"/import/{key}/failures.csv")["Content-Type"] == "text/csv; charset=utf-8"


def test_authors_series_and_numbers_are_there_for_programs(program, owner):
    for number in "134":
        make_copy(owner, f"Book {number}", "Ann Leckie", series="Radch", series_number=number, status="read")
    assert program.get("/authors?q=leck").json()["items"] == [{"name": "Ann Leckie", "count": 3}]
    (series,) = program.get("/series?gaps=true").json()["items"]
    assert (series["name"], series["missing"]) == ("Radch", [2])
    assert program.get("/statistics").json()["byStatus"] == [{"label": "Read", "count": 3}]


# ── Scans ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_another_edition_of_a_proposal_is_chosen(program, owner):
    row = make_candidate(make_scan(owner, complete=True), alternatives=[EMMA])
    path = f"/scans/job-1/candidates/{row.pk}"
    (other,) = program.get(f"{path}/editions").json()["items"]
    assert program.post(f"{path}/choose", {"key": other["key"]}).json()["title"] == "Emma"
    assert code_of(program.post(f"{path}/choose", {"key": "made up"})) == (409, "not-offered")


def test_a_scan_gets_its_shelf_afterwards(program, owner):
    make_candidate(make_scan(owner, complete=True))
    book = program.post("/scans/job-1/accept", {}).json()
    assert book["added"] == 1
    scan = program.patch("/scans/job-1", {"shelf": "Attic", "withBooks": True}).json()
    assert scan["shelf"]["name"] == "Attic"
    assert program.get("/books").json()["items"][0]["shelf"]["name"] == "Attic"


# ── The account ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_token_is_made_shown_once_used_and_ended(signed_in, program):
    made = signed_in.post("/tokens", {"name": "Scanner", "scopes": ["scan"], "days": None})
    key = made.json()["token"]
    assert made.status_code == 201 and key.startswith("bimg_")
    rows = signed_in.get("/tokens").json()["items"]
    assert "Scanner" in [row["name"] for row in rows] and not any("token" in row for row in rows)
    scanner = Program(key)
    assert scanner.get("/scans").status_code == 200 and code_of(scanner.get("/books")) == (403, "scope")
    assert code_of(program.post("/tokens", {"name": "x", "scopes": ["write"]})) == (403, "sign-in-first")
    assert signed_in.delete(f"/tokens/{made.json()['id']}").status_code == 204
    assert code_of(scanner.get("/scans")) == (401, "bad-token")


def test_a_browser_that_was_left_open_makes_no_token(owner_client):
    answer = owner_client.post("/api/v1/tokens", {"name": "x", "scopes": ["read"]}, content_type="application/json")
    assert code_of(answer) == (403, "confirm-first")


def test_a_program_is_signed_out(signed_in, owner):
    other = Program(jwts.begin_token_family(owner, "a phone")["access"])
    (row,) = [row for row in signed_in.get("/programs").json()["items"] if row["agent"] == "a phone"]
    assert signed_in.delete(f"/programs/{row['id']}").status_code == 204
    assert other.get("/me").status_code == 401


def test_feeds_get_addresses_and_lose_them(signed_in):
    assert signed_in.get("/feeds").json()["loans"] == ""
    address = signed_in.post("/feeds/renew").json()["loans"]
    path = address.partition("testserver")[2]
    assert signed_in.client.get(path).status_code == 200
    assert signed_in.delete("/feeds").status_code == 204
    assert signed_in.client.get(path).status_code == 404


def test_an_account_is_deleted_by_whoever_knows_its_name_and_password(signed_in, program, owner):
    body = {"username": "olive", "password": "shelf-of-olive"}
    assert code_of(program.post("/me/delete", body)) == (403, "sign-in-first")
    assert code_of(signed_in.post("/me/delete", body | {"password": "guess"})) == (403, "not-confirmed")
    assert signed_in.post("/me/delete", body).status_code == 204
    assert not type(owner).objects.filter(pk=owner.pk).exists()
    assert signed_in.get("/me").status_code == 401


# ── Nothing forgotten ───────────────────────────────────────────────────────────────────────────────────────────────
# What a page changes -> the call that does the same. A new page that changes something belongs in here.
SAME = {
    "book_add": "addBook", "entry_isbn": "enterIsbns", "entry_search_add": "addFromCatalog", "entry_send": "enterIsbns",
    "entries_undo": "changeManyBooks",
    "entries_retry": "lookUpBooks", "entry_undo": "removeBook", "entry_back": "restoreBook", "entry_name": "changeBook",
    "entry_retry": "lookUpBook", "books_restore_all": "restoreAllBooks", "books_delete": "emptyTrash", "bulk": "changeManyBooks",
    "book": "changeBook", "book_edit": "changeBook", "book_remove": "removeBook", "book_restore": "restoreBook",
    "book_editions": "chooseEdition", "book_merge": "mergeBooks", "book_split": "splitBook", "reading_add": "addReading",
    "lend": "lendBook", "reading_change": "changeReading", "fact_back": "restoreEarlierFact", "loan_change": "changeLoan",
    "loan_return": "returnBook", "loan_reopen": "reopenLoan", "tag_rename": "renameTag", "tag_delete": "deleteTag",
    "undo": "undoChange", "shelves": "addShelf", "shelf_rename": "changeShelf", "shelf_move": "moveShelf",
    "shelf_delete": "deleteShelf", "book_cover": "chooseCover", "import_new": "startImport", "import_columns": "setImportColumns",
    "import_start": "startPreviewedImport", "import_cancel": "cancelImport", "import_go_on": "startPreviewedImport",
    "import_forget": "deleteImport", "import_row": "retryImportRow", "chat_ask": "askInChat", "chat_pin": "changeChatSession",
    "chat_delete": "deleteChatSession", "chat_stop": "stopInChat", "chat_decide": "decideInChat", "scan_new": "startScan",
    "scan_retry": "retryScan",
    "scan_look_again": "lookAgain", "scan_cancel": "cancelScan", "scan_delete": "deleteScan", "scan_again": "scanAgain",
    "scan_place": "changeScan", "scan_name_shelf": "changeScan", "scan_accept": "acceptAll", "scan_undo": "undoBatch",
    "scan_reject_unread": "rejectUnread",
    "scan_missed": "addCandidate", "candidate_accept": "acceptCandidate", "candidate_reject": "rejectCandidate",
    "candidate_undo": "undoCandidate", "candidate_choose": "chooseCandidate", "candidate_edit": "editCandidate",
    "api_tokens": "addToken", "api_token_end": "revokeApiToken", "family_end": "signProgramOut", "webhooks": "addWebhook",
    "webhook": "changeWebhook", "webhook_switch": "changeWebhook", "webhook_delete": "deleteWebhook",
    "redeliver": "deliverAgain", "feeds_renew": "renewFeeds", "feeds_revoke": "revokeFeedAddresses",
    "delete_account": "deleteAccount", "set_goal": "setGoal",
    "upload": "askForUpload",
}  # fmt: skip
OF_THE_BROWSER = {"appearance", "library_columns"}  # how pages look in it


def patterns(resolver):
    for each in resolver.url_patterns:
        yield from patterns(each) if hasattr(each, "url_patterns") else [each]


def takes_a_post(view) -> bool:
    """One of our own pages whose source, with its decorators, speaks of POST."""
    inner = inspect.unwrap(view)
    ours = inner.__module__.partition(".")[0] in ("accounts", "library", "scanning") and ".views." in f"{inner.__module__}."
    return ours and "POST" in inspect.getsource(inner)


def test_for_every_page_that_changes_something_there_is_a_call():
    pages = {pattern.name for pattern in patterns(get_resolver()) if pattern.name and takes_a_post(pattern.callback)}
    assert len(pages) > 50, "the pages are found"
    assert pages - set(SAME) - OF_THE_BROWSER == set()


def test_the_calls_that_stand_for_pages_are_there():
    assert set(SAME.values()) - {call.name for call in CALLS} == set()
