"""What a file adds to books that are there: counted in the preview, and then exactly that is done."""

import pytest
from django.core.management import call_command

from library.models import UserBook
from tests.factories import make_copy, run_import
from tests.transfer.importing import import_books, preview
from transfer.gains import gains_in_words

HEADER = "Title,Author,ISBN,Rating,Date Read,Tags,Review,Mood\n"


@pytest.fixture
def owned(owner):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593", rating=6, status="read")
    make_copy(owner, "Momo", "Michael Ende")


def gains(file) -> dict[str, int]:
    return {name: n for name, n in file.counts.items() if name.startswith("gains") or name in ("updated", "owned")}


CONTENT = (
    HEADER
    + "Dune,Frank Herbert,9780441013593,5,2020-01-02,sf,,dark\n"
    + "Momo,Michael Ende,,4,,,Good,\n"
    + "Momo,Michael Ende,,3,2021-02-03,,,\n"
    + "Emma,Jane Austen,,,,,,\n"
    + "Emma,Jane Austen,,2,,classic,,\n"
    + "Emma,Jane Austen,,2,,Classic,,\n"
)


def test_what_the_preview_counts_is_what_happens(owner, owned):
    file = preview(owner, CONTENT)
    expected = gains(file)
    assert (
        expected["gains_rating"] == 2 and expected["gains_readings"] == 2 and (expected["updated"], expected["owned"]) == (4, 1)
    )
    words = "1 gain a reading status, 2 a rating, 2 a read date, 1 a review, 2 tags, 1 other details"
    assert gains_in_words(file.counts) == words
    done = run_import(file)
    assert gains(done) == expected and done.counts["added"] == 1
    momo, emma, dune = (UserBook.objects.get(title=title) for title in ("Momo", "Emma", "Dune"))
    assert (momo.rating, momo.review, momo.readings.count()) == (8, "Good", 1)
    assert (emma.rating, [tag.name for tag in emma.tags.all()]) == (4, ["classic"])
    assert (dune.rating, dune.readings.count(), dune.imported["columns"]) == (6, 1, {"Mood": "dark"})


def test_a_later_chunk_fills_in_what_an_earlier_one_left_empty(owner):
    rows = "".join(f"Book {n},Writer,,,,,,\n" for n in range(300))
    file = preview(owner, HEADER + rows + "Book 3,Writer,,4,,,,\nBook 299,Writer,,5,,,,\n")
    assert gains(file) == {"updated": 2, "gains_rating": 2}
    assert gains(run_import(file)) == {"updated": 2, "gains_rating": 2}


def test_a_number_in_another_series_and_another_currency_are_not_filled_in(owner):
    make_copy(owner, "Small Gods", "Terry Pratchett", series="Discworld", price="5.00")
    import_books(owner, "Title,Author,Series,Volume,Price\nSmall Gods,Terry Pratchett,Gods,2,$7.99\n")
    copy = UserBook.objects.get()
    assert (copy.series, copy.series_number, str(copy.price), copy.currency) == ("Discworld", "", "5.00", "")


def test_the_page_the_call_and_the_command_name_columns_left_aside(owner, owner_client, owned, tmp_path, capsys):
    file = preview(owner, CONTENT)
    page = owner_client.get(file.get_absolute_url()).content.decode()
    assert "kept with the book as imported: Mood." in page and "2 a rating, 2 a read date" in page
    answer = owner_client.get(f"/api/v1/import/{file.pk}").json()
    assert (answer["keptColumns"], answer["skippedColumns"], answer["counts"]["gains_rating"]) == (["Mood"], [], 2)
    path = tmp_path / "list.csv"
    path.write_text(CONTENT)
    call_command("import_books", str(path), user=owner.username)
    printed = capsys.readouterr().out
    assert "kept with the book as imported: Mood." in printed and "2 a read date" in printed
