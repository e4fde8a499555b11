"""The pages of an import: sent, looked at, followed, put right by hand."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from library.models import Preferences, UserBook
from tests.transfer.importing import FILE, HEADER, import_books, long_file, preview
from tests.work import work_off
from transfer import import_run
from transfer.models import Import, ImportRow

State, Result = Import.State, ImportRow.Result


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
    assert "3 books were added to your library" in result and "1 row needs attention" in result
    assert Preferences.objects.get(user=owner).choices["import"]["tags"] == ["moved", "2024"]


def test_a_list_can_be_pasted(owner, owner_client):
    page = owner_client.post(reverse("import_new"), {"text": "978-0-441-01359-3\n9780141439588"}, follow=True).content.decode()
    assert "A list of ISBNs" in page and "check digit" in page


def test_what_is_no_list_keeps_the_page_and_says_why(owner_client):
    page = owner_client.post(reverse("import_new"), {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4")}).content.decode()
    assert "This is a PDF" in page
    assert "Choose a file, or paste a list." in owner_client.post(reverse("import_new"), {"text": " "}).content.decode()


def test_columns_can_be_said_to_be_something_else(owner, owner_client):
    file = preview(owner, "Title,Writer\nDune,Frank Herbert\n")
    assert "authors" not in file.hints["shown"][0]["authors"]
    columns = {"column0": "plain_title", "column1": "authors", "order": ""}
    owner_client.post(reverse("import_columns", args=[file.pk]), columns)
    file.refresh_from_db()
    assert file.hints["shown"][0]["authors"] == ["Frank Herbert"]
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, queued=False)
    assert UserBook.objects.get().authors == ["Frank Herbert"]


def test_progress_is_told_in_real_numbers_and_ends_by_itself(owner, owner_client):
    file = preview(owner, long_file())
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, seconds=0, queued=False)
    address = reverse("import_progress", args=[file.pk])
    assert "200 of 450 rows" in owner_client.get(address).content.decode()
    import_run.run_import(file.pk, queued=False)
    assert owner_client.get(address).headers["HX-Refresh"] == "true"


def test_a_row_can_be_put_right_and_tried_again(owner, owner_client):
    file = import_books(owner)
    row = file.rows.get(result=Result.FAILED)
    page = owner_client.get(file.get_absolute_url()).content.decode()
    assert "has neither a title nor an ISBN" in page and "a note alone" in page
    address = reverse("import_row", args=[file.pk, row.number])
    assert "not an ISBN" in owner_client.post(address, {"title": "", "authors": "", "isbn13": "12"}).content.decode()
    owner_client.post(address, {"title": "Emma", "authors": "Jane Austen", "isbn13": ""})
    row.refresh_from_db()
    assert row.result == Result.ADDED and row.copy.title == "Emma" and row.copy.notes == "a note alone"
    file.refresh_from_db()
    assert file.counts == {"added": 4, "noted": 0}


def test_a_row_that_was_there_can_be_added_as_another_copy_once(owner, owner_client):
    import_books(owner)
    file = import_books(owner)
    row = file.rows.filter(result=Result.OWNED).first()
    for _ in range(2):
        owner_client.post(reverse("import_row", args=[file.pk, row.number]), {"another": "1"})
    assert UserBook.objects.filter(title="Dune").count() == 2


def test_of_what_is_not_there_no_further_copy_is_added(owner, owner_client):
    file = import_books(owner)
    row, before = file.rows.get(result=Result.FAILED), UserBook.objects.count()
    ImportRow.objects.filter(pk=row.pk).update(data={})
    assert owner_client.post(reverse("import_row", args=[file.pk, row.number]), {"another": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.result, UserBook.objects.count()) == (Result.FAILED, before)


def test_failures_are_a_file_that_can_be_put_right_and_sent_again(owner, owner_client):
    file = import_books(owner, FILE.replace("a note alone", "=cmd|' /C calc'!A0"))
    response = owner_client.get(reverse("import_failures", args=[file.pk]))
    text = b"".join(response).decode("utf-8-sig")
    header, row = text.splitlines()
    assert header == HEADER.strip() + ",What went wrong"
    assert row.startswith("4,") and "'=cmd|" in row and "line 5" in row
    fixed = text.replace("4,,", "4,Emma,")
    assert import_books(owner, fixed).counts["added"] == 1
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
    file = preview(owner)
    method = stranger_client.get if name in ("import", "import_progress", "import_failures") else stranger_client.post
    assert method(reverse(name, args=[file.pk])).status_code == 404
    assert Import.objects.filter(pk=file.pk, state=State.PREVIEW).exists()


def test_a_stranger_changes_no_row(owner, stranger_client):
    file = import_books(owner)
    assert stranger_client.post(reverse("import_row", args=[file.pk, 5]), {"title": "X"}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    for name in ("imports", "import_new", "export", "export_csv", "export_json"):
        assert client.get(reverse(name)).url.startswith(reverse("account_login"))


def test_pages_take_a_constant_number_of_queries(owner, owner_client, django_assert_max_num_queries):
    file = import_books(owner, long_file(120))
    with django_assert_max_num_queries(8):
        owner_client.get(file.get_absolute_url())
    with django_assert_max_num_queries(8):
        owner_client.get(reverse("imports"))


# ── The quiet lines on the first page ───────────────────────────────────────────────────────────────────────────────
def lines_of(client) -> list[str]:
    return [strip.sentence for strip in client.get(reverse("library")).context["strips"]]


def test_the_first_page_tells_what_waits(owner, owner_client, stranger_client):
    file = preview(owner)
    assert lines_of(owner_client) == ["“goodreads.csv” is ready to import"] and lines_of(stranger_client) == []
    import_run.start(file, {}, here=True)
    assert lines_of(owner_client) == ["“goodreads.csv” is being imported"]
    import_run.run_import(file.pk, queued=False)
    assert lines_of(owner_client) == ["1 row of “goodreads.csv” needs attention"]
    preview(owner, FILE + " ")
    assert lines_of(owner_client) == ["2 imports need attention"]


def test_a_row_put_right_a_file_forgotten_and_old_news_are_no_lines(owner, owner_client):
    put_right, forgotten, old = (import_books(owner, FILE + " " * n) for n in range(3))
    owner_client.post(reverse("import_row", args=[put_right.pk, 5]), {"title": "Emma", "authors": "Jane Austen", "isbn13": ""})
    owner_client.post(reverse("import_forget", args=[forgotten.pk]))
    long_ago = timezone.now() - timedelta(days=15)
    Import.objects.filter(pk=old.pk).update(created=long_ago, finished=long_ago)
    assert lines_of(owner_client) == []
