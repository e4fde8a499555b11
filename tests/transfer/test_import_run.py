"""From the file to the books: looked through, brought in, interrupted, brought in again, on the command line."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.leases import LeaseLost, take_lease
from jobs.runner import sweep_work
from library.models import Book, Status, SyncStatus, UserBook
from tests.factories import make_copy, make_shelf
from tests.transfer.importing import FILE, HEADER, import_books, long_file, preview, titles
from tests.work import queued, work_off
from transfer import import_run
from transfer.items import NotReadable
from transfer.models import Import, ImportRow

pytestmark = pytest.mark.slow

State, Result = Import.State, ImportRow.Result


def begun(file) -> import_run.Turn:
    """As a worker has it that has just taken the import."""
    return import_run.Turn(take_lease(Import.objects.filter(pk=file.pk)), 10, queued=False)


# ── Looking through ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_small_file_is_looked_through_at_once_and_nothing_is_added(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593")
    file = preview(owner)
    assert (file.state, file.format, file.total) == (State.PREVIEW, "goodreads", 4)
    counts = {name: n for name, n in file.counts.items() if not name.startswith("gains")}
    assert counts == {"new": 2, "updated": 1, "bad": 1, "without_isbn": 2, "noted": 0}
    assert titles(owner) == ["Dune"] and queued() == []


def test_a_long_file_is_looked_through_in_the_background(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = preview(owner, FILE + "".join(f"{n},Book {n},Somebody,,,0,,,read,{'x' * 100}\n" for n in range(10, 2500)))
    assert file.state == State.CHECKING
    assert queued() == ["import"]
    work_off()
    file.refresh_from_db()
    assert (file.state, file.total, file.counts["new"]) == (State.PREVIEW, 2494, 2493)


def test_what_is_refused_leaves_nothing_behind(owner, settings):
    with pytest.raises(NotReadable):
        preview(owner, b"no books here")
    settings.IMPORT_MAX_MB = 1
    with pytest.raises(NotReadable, match="larger than 1 MB"):
        preview(owner, "Title,Author\n" + "x" * (1 << 20) + "\n")
    assert not Import.objects.exists() and not default_storage.exists(f"imports/{owner.pk}")


# ── Bringing in ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_books_come_in_with_all_that_the_file_says(owner):
    shelf = make_shelf(owner)
    file = import_books(owner, shelf=shelf.pk, tags=["moved"])
    assert file.state == State.COMPLETE and file.counts == {"added": 3, "failed": 1, "noted": 0}
    dune = UserBook.objects.get(title="Dune")
    assert (dune.isbn13, dune.rating, dune.status, dune.shelf, dune.entry) == ("9780441013593", 10, "read", shelf, "import")
    assert str(dune.readings.get().finished) == "2020-10-25"
    assert {tag.name for tag in dune.tags.all()} == {"sci-fi", "moved"}
    assert (dune.origins["title"], dune.imported["ids"]) == ("import", {"goodreads": "1"})
    assert dune.sort_author == "herbert frank" and dune.author_rows.get().name == "Frank Herbert"
    assert UserBook.objects.of(owner).matching("dune herbert").count() == 1


def test_volumes_of_one_title_stay_apart(owner):
    import_books(owner)
    numbers = UserBook.objects.filter(title="Fruits Basket").values_list("series_number", "book__series_number")
    assert sorted(numbers) == [("1", "1"), ("2", "2")]
    assert Book.objects.filter(title="Fruits Basket").count() == 2


@pytest.mark.parametrize("on_duplicate", ["skip", "update", "copy"])
def test_the_same_file_again_adds_nothing(owner, on_duplicate):
    import_books(owner)
    again = import_books(owner, on_duplicate=on_duplicate)
    assert again.counts == {"owned": 3, "failed": 1, "noted": 0}
    assert UserBook.objects.count() == 3


@pytest.mark.parametrize("on_duplicate", ["skip", "update", "copy"])
def test_a_list_without_numbers_of_its_own_adds_nothing_the_second_time(owner, on_duplicate):
    content = "Title,Author,ISBN,Tags\nDune,Frank Herbert,9780441013593,x\nMomo,Michael Ende,,\n"
    import_books(owner, content)
    assert import_books(owner, content, on_duplicate=on_duplicate).counts == {"owned": 2, "noted": 0}


def test_a_changed_title_does_not_make_the_row_a_new_book(owner):
    import_books(owner)
    copy = UserBook.objects.get(series_number="2")
    copy.title, copy.authors = "Furuba", ["Somebody Else"]
    copy.save()
    assert import_books(owner, FILE + " ").counts["owned"] == 3


def test_a_book_with_another_isbn_is_another_edition(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780340960196")
    import_books(owner)
    assert sorted(UserBook.objects.filter(title="Dune").values_list("isbn13", flat=True)) == ["9780340960196", "9780441013593"]


def test_a_second_copy_is_added_where_that_is_wanted(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593")
    file = import_books(owner, on_duplicate="copy")
    assert file.counts["added"] == 3 and UserBook.objects.filter(title="Dune").count() == 2


def test_what_is_empty_is_filled_in_and_nothing_else_is_changed(owner):
    copy = make_copy(owner, "Dune Messiah?", "F. Herbert", isbn="9780441013593", rating=4)
    file = import_books(owner, on_duplicate="update")
    copy.refresh_from_db()
    assert file.counts["updated"] == 1
    assert (copy.title, copy.authors, copy.rating) == ("Dune Messiah?", ["F. Herbert"], 4)
    assert (copy.status, [tag.name for tag in copy.tags.all()]) == (Status.READ, ["sci-fi"])
    assert copy.readings.count() == 1
    assert "status" in file.rows.get(number=2).message


def test_a_removed_book_stays_removed_and_is_told(owner):
    import_books(owner)
    UserBook.objects.filter(title="Dune").update(removed=timezone.now())
    again = import_books(owner)
    assert again.counts == {"skipped": 1, "owned": 2, "failed": 1, "noted": 0}
    assert "removed books" in again.rows.get(result=Result.SKIPPED).message


def test_what_the_file_does_not_say_is_looked_up_where_that_is_wanted(owner):
    import_books(owner, look_up=True)
    statuses = dict(UserBook.objects.values_list("series_number", "sync_status"))
    assert statuses == {"": SyncStatus.PENDING, "1": "", "2": ""}


def test_an_isbn_alone_is_a_book_that_is_looked_up(owner):
    import_books(owner, "9780441013593 and 9780141439587 and 9780141439588")
    assert UserBook.objects.count() == 2
    assert not UserBook.objects.filter(sync_status=SyncStatus.NONE, title__startswith="ISBN").exists()


def test_a_chunk_takes_few_queries_however_many_rows_it_has(owner):
    def queries(rows: int) -> int:
        lines = "".join(f"{rows}{n},Book {rows} {n},Writer {n},,,3,2020/01/02,a b,read,\n" for n in range(rows))
        file = preview(owner, HEADER + lines)
        import_run.start(file, {}, here=True)
        with CaptureQueriesContext(connection) as context:
            import_run.run_import(file.pk, queued=False)
        return len(context)

    assert queries(20) < 35 and queries(190) < 45  # SQLite takes long inserts in several parts


def test_a_row_that_the_database_refuses_does_not_take_others_with_it(owner):
    file = preview(owner, "Title,Author,Pages\nDune,Frank Herbert,1\nEmma,Jane Austen,2\n")
    import_run.start(file, {}, here=True)
    turn = begun(file)
    with turn.rows(0) as rows:
        chunk = list(rows)
    chunk[0][1].facts["pages"] = 2**70
    turn.by_id = {}
    turn.bring_in(chunk)
    assert list(file.rows.values_list("result", flat=True)) == [Result.FAILED, Result.ADDED]
    assert titles(owner) == ["Emma"]


# ── Interrupted ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_work_goes_on_at_the_row_where_a_worker_died(owner):
    file = preview(owner, long_file())
    import_run.start(file, {}, here=True)
    turn = begun(file)
    turn.by_id = {}
    turn._prepare()
    with turn.rows(0) as rows:
        turn.bring_in([next(rows) for _ in range(150)])
    # The worker is dead; nobody may go on while its lease lasts, somebody must when it is over.
    import_run.run_import(file.pk, queued=False)
    file.refresh_from_db()
    assert (file.done, file.state) == (150, State.RUNNING)
    Import.objects.filter(pk=file.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    import_run.run_import(file.pk, queued=False)
    file.refresh_from_db()
    assert (file.done, file.state, file.counts["added"]) == (450, State.COMPLETE, 450)
    assert UserBook.objects.count() == 450 and file.rows.count() == 450


def test_whoever_has_lost_the_lease_writes_nothing(owner):
    file = preview(owner, long_file())
    import_run.start(file, {}, here=True)
    turn = begun(file)
    turn.by_id = {}
    turn._prepare()
    Import.objects.filter(pk=file.pk).update(lease="of another")
    with turn.rows(0) as rows, pytest.raises(LeaseLost):
        turn.bring_in([next(rows) for _ in range(50)])
    assert not UserBook.objects.exists() and not file.rows.exists()


def test_long_work_lets_others_in_between(owner, django_capture_on_commit_callbacks):
    file = preview(owner, long_file())
    import_run.start(file, {}, here=True)
    with django_capture_on_commit_callbacks(execute=True):
        import_run.run_import(file.pk, seconds=0)
    file.refresh_from_db()
    assert (file.done, file.state, file.lease_until) == (import_run.CHUNK, State.RUNNING, None)
    assert queued() == ["import"]


def test_an_import_whose_task_was_lost_is_found(owner, django_capture_on_commit_callbacks):
    file = preview(owner)
    import_run.start(file, {}, here=True)
    assert sweep_work() == 0  # it may still be in the queue
    Import.objects.filter(pk=file.pk).update(due=timezone.now() - timedelta(minutes=5))
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_work() == 1
        assert sweep_work() == 0
    work_off()
    assert UserBook.objects.count() == 3


def test_a_stopped_import_can_go_on(owner, owner_client):
    file = preview(owner, long_file())
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, seconds=0, queued=False)
    owner_client.post(reverse("import_cancel", args=[file.pk]))
    import_run.run_import(file.pk, queued=False)
    assert UserBook.objects.count() == import_run.CHUNK
    owner_client.post(reverse("import_go_on", args=[file.pk]))
    import_run.run_import(file.pk, queued=False)
    assert UserBook.objects.count() == 450


def test_a_file_that_is_gone_is_told_and_not_tried_for_ever(owner):
    file = preview(owner)
    default_storage.delete(file.key)
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, queued=False)
    file.refresh_from_db()
    assert (file.state, file.error) == (State.FAILED, "The file is no longer there. Please upload it again.")


def test_the_file_is_deleted_when_its_work_is_done(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = preview(owner)
        import_books(owner)
        import_run.forget(file)
    assert default_storage.listdir(f"imports/{owner.pk}")[1] == []


# ── On the command line ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_command_brings_in_as_the_browser_does(owner, tmp_path):
    path = tmp_path / "books.csv"
    path.write_text(FILE)
    out = io.StringIO()
    call_command("import_books", path, user="olive", stdout=out)
    assert "4 rows. 3 added, 1 needs attention." in out.getvalue() and "line 5" in out.getvalue()
    assert titles(owner) == ["Dune", "Fruits Basket", "Fruits Basket"]


def test_the_command_goes_on_where_it_was_stopped(owner, tmp_path):
    path = tmp_path / "books.csv"
    path.write_text(long_file())
    file = preview(owner, long_file())
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, seconds=0, queued=False)
    out = io.StringIO()
    call_command("import_books", path, user="olive", stdout=out)
    assert "Continuing after row 200" in out.getvalue() and UserBook.objects.count() == 450


@pytest.mark.parametrize(("name", "user", "sentence"), [("none.csv", "olive", "no file"), ("x.csv", "nobody", "no user called")])
def test_the_command_says_what_is_wrong(owner, tmp_path, name, user, sentence):
    (tmp_path / "x.csv").write_text(FILE)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_books", tmp_path / name, user=user)
