"""From the file to the books: looked through, brought in, interrupted, brought in again, put right by hand."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from library.importing import NotReadable, adding, run
from library.models import Book, Import, ImportRow, Preferences, Status, SyncStatus, UserBook
from tests.factories import make_copy, make_shelf
from tests.work import queued, work_off

HEADER = "Book Id,Title,Author,Author l-f,ISBN13,My Rating,Date Read,Bookshelves,Exclusive Shelf,Private Notes\n"
FILE = (
    HEADER
    + '1,Dune,Frank Herbert,,"=""9780441013593""",5,2020/10/25,sci-fi,read,\n'
    + '2,Fruits Basket (Fruits Basket #1),Natsuki Takaya,,"=""""",0,,,to-read,\n'
    + '3,Fruits Basket (Fruits Basket #2),Natsuki Takaya,,"=""""",0,,,to-read,\n'
    + "4,,,,,0,,,to-read,a note alone\n"
)
State, Result = Import.State, ImportRow.Result


def taken(user, content: str | bytes = FILE, name: str = "goodreads.csv", **more) -> Import:
    data = content.encode() if isinstance(content, str) else content
    return run.take(user, ContentFile(data, name), name, **more)


def brought_in(user, content: str | bytes = FILE, **options) -> Import:
    file = taken(user, content)
    run.start(file, options, here=True)
    run.run(file.pk, queued=False)
    file.refresh_from_db()
    return file


def titles(user) -> list[str]:
    return sorted(UserBook.objects.of(user).values_list("title", flat=True))


# ── Looking through ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_small_file_is_looked_through_at_once_and_nothing_is_added(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593")
    file = taken(owner)
    assert (file.state, file.format, file.total) == (State.PREVIEW, "goodreads", 4)
    assert file.counts == {"new": 2, "owned": 1, "bad": 1, "without_isbn": 2, "noted": 0}
    assert titles(owner) == ["Dune"] and queued() == []


def test_a_long_file_is_looked_through_in_the_background(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = taken(owner, FILE + "".join(f"{n},Book {n},Somebody,,,0,,,read,{'x' * 100}\n" for n in range(10, 2500)))
    assert file.state == State.CHECKING
    assert queued() == ["library.importing.run.run"]
    work_off()
    file.refresh_from_db()
    assert (file.state, file.total, file.counts["new"]) == (State.PREVIEW, 2494, 2493)


def test_what_is_refused_leaves_nothing_behind(owner, settings):
    with pytest.raises(NotReadable):
        taken(owner, b"no books here")
    settings.IMPORT_MAX_MB = 1
    with pytest.raises(NotReadable, match="at most 1"):
        taken(owner, "Title,Author\n" + "x" * (1 << 20) + "\n")
    assert not Import.objects.exists() and not default_storage.exists(f"imports/{owner.pk}")


# ── Bringing in ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_books_come_in_with_all_that_the_file_says(owner):
    shelf = make_shelf(owner)
    file = brought_in(owner, shelf=shelf.pk, tags=["moved"])
    assert file.state == State.COMPLETE and file.counts == {"added": 3, "failed": 1, "noted": 0}
    dune = UserBook.objects.get(title="Dune")
    assert (dune.isbn13, dune.rating, dune.status, dune.shelf, dune.entry) == ("9780441013593", 10, "read", shelf, "import")
    assert str(dune.readings.get().finished) == "2020-10-25"
    assert {tag.name for tag in dune.tags.all()} == {"sci-fi", "moved"}
    assert (dune.origins["title"], dune.imported["ids"]) == ("import", {"goodreads": "1"})
    assert dune.sort_author == "herbert frank" and dune.author_rows.get().name == "Frank Herbert"
    assert UserBook.objects.of(owner).matching("dune herbert").count() == 1


def test_volumes_of_one_title_stay_apart(owner):
    brought_in(owner)
    numbers = UserBook.objects.filter(title="Fruits Basket").values_list("series_number", "book__series_number")
    assert sorted(numbers) == [("1", "1"), ("2", "2")]
    assert Book.objects.filter(title="Fruits Basket").count() == 2


@pytest.mark.parametrize("on_duplicate", ["skip", "update", "copy"])
def test_the_same_file_again_adds_nothing(owner, on_duplicate):
    brought_in(owner)
    again = brought_in(owner, on_duplicate=on_duplicate)
    assert again.counts == {"owned": 3, "failed": 1, "noted": 0}
    assert UserBook.objects.count() == 3


@pytest.mark.parametrize("on_duplicate", ["skip", "update", "copy"])
def test_a_list_without_numbers_of_its_own_adds_nothing_the_second_time(owner, on_duplicate):
    content = "Title,Author,ISBN,Tags\nDune,Frank Herbert,9780441013593,x\nMomo,Michael Ende,,\n"
    brought_in(owner, content)
    assert brought_in(owner, content, on_duplicate=on_duplicate).counts == {"owned": 2, "noted": 0}


def test_a_changed_title_does_not_make_the_row_a_new_book(owner):
    brought_in(owner)
    copy = UserBook.objects.get(series_number="2")
    copy.title, copy.authors = "Furuba", ["Somebody Else"]
    copy.save()
    assert brought_in(owner, FILE + " ").counts["owned"] == 3


def test_a_book_with_another_isbn_is_another_edition(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780340960196")
    brought_in(owner)
    assert sorted(UserBook.objects.filter(title="Dune").values_list("isbn13", flat=True)) == ["9780340960196", "9780441013593"]


def test_a_second_copy_is_added_where_that_is_wanted(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593")
    file = brought_in(owner, on_duplicate="copy")
    assert file.counts["added"] == 3 and UserBook.objects.filter(title="Dune").count() == 2


def test_what_is_empty_is_filled_in_and_nothing_else_is_changed(owner):
    copy = make_copy(owner, "Dune Messiah?", "F. Herbert", isbn="9780441013593", rating=4)
    file = brought_in(owner, on_duplicate="update")
    copy.refresh_from_db()
    assert file.counts["updated"] == 1
    assert (copy.title, copy.authors, copy.rating) == ("Dune Messiah?", ["F. Herbert"], 4)
    assert (copy.status, [tag.name for tag in copy.tags.all()]) == (Status.READ, ["sci-fi"])
    assert copy.readings.count() == 1
    assert "status" in file.rows.get(number=2).message


def test_a_removed_book_stays_removed_and_is_told(owner):
    brought_in(owner)
    UserBook.objects.filter(title="Dune").update(removed=timezone.now())
    again = brought_in(owner)
    assert again.counts == {"skipped": 1, "owned": 2, "failed": 1, "noted": 0}
    assert "removed books" in again.rows.get(result=Result.SKIPPED).message


def test_what_the_file_does_not_say_is_looked_up_where_that_is_wanted(owner):
    brought_in(owner, look_up=True)
    statuses = dict(UserBook.objects.values_list("series_number", "sync_status"))
    assert statuses == {"": SyncStatus.FAILED, "1": "", "2": ""} or statuses[""] in (SyncStatus.SYNCED, SyncStatus.PENDING)


def test_an_isbn_alone_is_a_book_that_is_looked_up(owner):
    brought_in(owner, "9780441013593 and 9780141439587 and 9780141439588")
    assert UserBook.objects.count() == 2
    assert not UserBook.objects.filter(sync_status=SyncStatus.NONE, title__startswith="ISBN").exists()


def test_a_chunk_takes_few_queries_however_many_rows_it_has(owner):
    def queries(rows: int) -> int:
        lines = "".join(f"{rows}{n},Book {rows} {n},Writer {n},,,3,2020/01/02,a b,read,\n" for n in range(rows))
        file = taken(owner, HEADER + lines)
        run.start(file, {}, here=True)
        with CaptureQueriesContext(connection) as context:
            run.run(file.pk, queued=False)
        return len(context)

    assert queries(20) < 35 and queries(190) < 45  # SQLite takes long inserts in several parts


def test_a_row_that_the_database_refuses_does_not_take_others_with_it(owner):
    file = taken(owner, "Title,Author,Pages\nDune,Frank Herbert,1\nEmma,Jane Austen,2\n")
    run.start(file, {}, here=True)
    turn = run.Turn(Import.objects.get(pk=file.pk), 10, queued=False)
    with turn.rows(0) as rows:
        chunk = list(rows)
    chunk[0][1].facts["pages"] = 2**70
    Import.objects.filter(pk=file.pk).update(leased_until=timezone.now())
    turn.file.refresh_from_db()
    turn.by_id = {}
    turn.bring_in(chunk)
    assert list(file.rows.values_list("result", flat=True)) == [Result.FAILED, Result.ADDED]
    assert titles(owner) == ["Emma"]


# ── Interrupted ─────────────────────────────────────────────────────────────────────────────────────────────────────
def long_file(rows: int = 450) -> str:
    return HEADER + "".join(f"{n},Book {n},Writer,,,0,,,read,\n" for n in range(rows))


def test_work_goes_on_at_the_row_where_a_worker_died(owner):
    file = taken(owner, long_file())
    run.start(file, {}, here=True)
    Import.objects.filter(pk=file.pk).update(leased_until=timezone.now())
    turn = run.Turn(Import.objects.get(pk=file.pk), 10, queued=False)
    turn.by_id = {}
    turn._prepare()
    with turn.rows(0) as rows:
        turn.bring_in([next(rows) for _ in range(150)])
    # The worker is dead; nobody may go on while its lease lasts, somebody must when it is over.
    run.run(file.pk, queued=False)
    file.refresh_from_db()
    assert (file.done, file.state) == (150, State.RUNNING)
    Import.objects.filter(pk=file.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    run.run(file.pk, queued=False)
    file.refresh_from_db()
    assert (file.done, file.state, file.counts["added"]) == (450, State.COMPLETE, 450)
    assert UserBook.objects.count() == 450 and file.rows.count() == 450


def test_whoever_has_lost_the_lease_writes_nothing(owner):
    file = taken(owner, long_file())
    run.start(file, {}, here=True)
    Import.objects.filter(pk=file.pk).update(leased_until=timezone.now())
    turn = run.Turn(Import.objects.get(pk=file.pk), 10, queued=False)
    turn.by_id = {}
    turn._prepare()
    Import.objects.filter(pk=file.pk).update(leased_until=timezone.now() + timedelta(seconds=30))
    with turn.rows(0) as rows, pytest.raises(run.Lost):
        turn.bring_in([next(rows) for _ in range(50)])
    assert not UserBook.objects.exists() and not file.rows.exists()


def test_long_work_lets_others_in_between(owner, django_capture_on_commit_callbacks):
    file = taken(owner, long_file())
    run.start(file, {}, here=True)
    with django_capture_on_commit_callbacks(execute=True):
        run.run(file.pk, seconds=0)
    file.refresh_from_db()
    assert (file.done, file.state, file.leased_until) == (run.CHUNK, State.RUNNING, None)
    assert queued() == ["library.importing.run.run"]


def test_an_import_whose_task_was_lost_is_found(owner, django_capture_on_commit_callbacks):
    file = taken(owner)
    run.start(file, {}, here=True)
    assert run.sweep() == 0  # it may still be in the queue
    Import.objects.filter(pk=file.pk).update(touched=timezone.now() - timedelta(minutes=5))
    with django_capture_on_commit_callbacks(execute=True):
        assert run.sweep() == 1
        assert run.sweep() == 0
    work_off()
    assert UserBook.objects.count() == 3


def test_a_stopped_import_can_go_on(owner, owner_client):
    file = taken(owner, long_file())
    run.start(file, {}, here=True)
    run.run(file.pk, seconds=0, queued=False)
    owner_client.post(reverse("import_cancel", args=[file.pk]))
    run.run(file.pk, queued=False)
    assert UserBook.objects.count() == run.CHUNK
    owner_client.post(reverse("import_go_on", args=[file.pk]))
    run.run(file.pk, queued=False)
    assert UserBook.objects.count() == 450


def test_a_file_that_is_gone_is_told_and_not_tried_for_ever(owner):
    file = taken(owner)
    default_storage.delete(file.key)
    run.start(file, {}, here=True)
    run.run(file.pk, queued=False)
    file.refresh_from_db()
    assert (file.state, file.error) == (State.FAILED, "The file is not there any more. Please send it again.")


def test_the_file_is_deleted_when_its_work_is_done(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = taken(owner)
        brought_in(owner)
        run.forget(file)
    assert default_storage.listdir(f"imports/{owner.pk}")[1] == []


# ── The pages ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_whole_way_by_plain_forms(owner, owner_client, django_capture_on_commit_callbacks):
    upload = SimpleUploadedFile("my books.csv", FILE.encode())
    with django_capture_on_commit_callbacks(execute=True):
        preview = owner_client.post(reverse("import_new"), {"file": upload}, follow=True)
        page = preview.content.decode()
        assert "my books.csv" in page and "Goodreads" in page and "Dune" in page
        file = Import.objects.get()
        options = {"on_duplicate": "skip", "status": "to-read", "shelf": "", "tags": "moved, 2024"}
        waiting = owner_client.post(reverse("import_start", args=[file.pk]), options, follow=True).content.decode()
    assert "0 of 4 rows" in waiting
    work_off()
    result = owner_client.get(file.get_absolute_url()).content.decode()
    assert "3 books are in your library now" in result and "1 row needs a look" in result
    assert Preferences.objects.get(user=owner).choices["import"]["tags"] == ["moved", "2024"]


def test_a_list_can_be_pasted(owner, owner_client):
    page = owner_client.post(reverse("import_new"), {"text": "978-0-441-01359-3\n9780141439588"}, follow=True).content.decode()
    assert "A list of ISBNs" in page and "check digit" in page


def test_what_is_no_list_keeps_the_page_and_says_why(owner_client):
    page = owner_client.post(reverse("import_new"), {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4")}).content.decode()
    assert "This is a PDF" in page
    assert "Choose a file, or paste a list." in owner_client.post(reverse("import_new"), {"text": " "}).content.decode()


def test_columns_can_be_said_to_be_something_else(owner, owner_client):
    file = taken(owner, "Title,Writer\nDune,Frank Herbert\n")
    assert "authors" not in file.hints["shown"][0]["authors"]
    columns = {"column0": "plain_title", "column1": "authors", "order": ""}
    owner_client.post(reverse("import_columns", args=[file.pk]), columns)
    file.refresh_from_db()
    assert file.hints["shown"][0]["authors"] == ["Frank Herbert"]
    run.start(file, {}, here=True)
    run.run(file.pk, queued=False)
    assert UserBook.objects.get().authors == ["Frank Herbert"]


def test_progress_is_told_in_real_numbers_and_ends_by_itself(owner, owner_client):
    file = taken(owner, long_file())
    run.start(file, {}, here=True)
    run.run(file.pk, seconds=0, queued=False)
    address = reverse("import_progress", args=[file.pk])
    assert "200 of 450 rows" in owner_client.get(address).content.decode()
    run.run(file.pk, queued=False)
    assert owner_client.get(address).headers["HX-Refresh"] == "true"


def test_a_row_can_be_put_right_and_tried_again(owner, owner_client):
    file = brought_in(owner)
    row = file.rows.get(result=Result.FAILED)
    page = owner_client.get(file.get_absolute_url()).content.decode()
    assert "There is neither a title nor an ISBN" in page and "a note alone" in page
    address = reverse("import_row", args=[file.pk, row.number])
    assert "not an ISBN" in owner_client.post(address, {"title": "", "authors": "", "isbn13": "12"}).content.decode()
    owner_client.post(address, {"title": "Emma", "authors": "Jane Austen", "isbn13": ""})
    row.refresh_from_db()
    assert row.result == Result.ADDED and row.copy.title == "Emma" and row.copy.notes == "a note alone"
    file.refresh_from_db()
    assert file.counts == {"added": 4, "noted": 0}


def test_a_row_that_was_there_can_be_added_as_another_copy_once(owner, owner_client):
    brought_in(owner)
    file = brought_in(owner)
    row = file.rows.filter(result=Result.OWNED).first()
    for _ in range(2):
        owner_client.post(reverse("import_row", args=[file.pk, row.number]), {"another": "1"})
    assert UserBook.objects.filter(title="Dune").count() == 2


def test_failures_are_a_file_that_can_be_put_right_and_sent_again(owner, owner_client):
    file = brought_in(owner, FILE.replace("a note alone", "=cmd|' /C calc'!A0"))
    response = owner_client.get(reverse("import_failures", args=[file.pk]))
    text = b"".join(response).decode("utf-8-sig")
    header, row = text.splitlines()
    assert header == HEADER.strip() + ",What went wrong"
    assert row.startswith("4,") and "'=cmd|" in row and "line 5" in row
    fixed = text.replace("4,,", "4,Emma,")
    assert brought_in(owner, fixed).counts["added"] == 1
    assert UserBook.objects.get(title="Emma").notes == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "name",
    [
        "import",
        "import_progress",
        "import_columns",
        "import_start",
        "import_cancel",
        "import_go_on",
        "import_forget",
        "import_failures",
    ],
)
def test_a_stranger_finds_nothing(owner, stranger_client, name):
    file = taken(owner)
    method = stranger_client.get if name in ("import", "import_progress", "import_failures") else stranger_client.post
    assert method(reverse(name, args=[file.pk])).status_code == 404
    assert Import.objects.filter(pk=file.pk, state=State.PREVIEW).exists()


def test_a_stranger_changes_no_row(owner, stranger_client):
    file = brought_in(owner)
    assert stranger_client.post(reverse("import_row", args=[file.pk, 5]), {"title": "X"}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    for name in ("imports", "import_new", "export", "export_csv", "export_json"):
        assert client.get(reverse(name)).url.startswith(reverse("account_login"))


def test_pages_take_a_constant_number_of_queries(owner, owner_client, django_assert_max_num_queries):
    file = brought_in(owner, long_file(120))
    with django_assert_max_num_queries(8):
        owner_client.get(file.get_absolute_url())
    with django_assert_max_num_queries(8):
        owner_client.get(reverse("imports"))


# ── On the command line ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_command_brings_in_as_the_browser_does(owner, tmp_path):
    path = tmp_path / "books.csv"
    path.write_text(FILE)
    out = io.StringIO()
    call_command("import_books", path, user="olive", stdout=out)
    assert "4 rows. 3 added, 1 needs a look." in out.getvalue() and "line 5" in out.getvalue()
    assert titles(owner) == ["Dune", "Fruits Basket", "Fruits Basket"]


def test_the_command_goes_on_where_it_was_stopped(owner, tmp_path):
    path = tmp_path / "books.csv"
    path.write_text(long_file())
    file = taken(owner, long_file())
    run.start(file, {}, here=True)
    run.run(file.pk, seconds=0, queued=False)
    out = io.StringIO()
    call_command("import_books", path, user="olive", stdout=out)
    assert "Going on after row 200" in out.getvalue() and UserBook.objects.count() == 450


@pytest.mark.parametrize(("name", "user", "sentence"), [("none.csv", "olive", "no file"), ("x.csv", "nobody", "nobody called")])
def test_the_command_says_what_is_wrong(owner, tmp_path, name, user, sentence):
    (tmp_path / "x.csv").write_text(FILE)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_books", tmp_path / name, user=user)


def test_every_choice_for_duplicates_has_its_words():
    assert list(adding.ON_DUPLICATE) == ["skip", "update", "copy"]
