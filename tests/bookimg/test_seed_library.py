"""`manage.py seed_library`: made-up libraries, the same for the same seed."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from catalogs import isbn
from library.models import CopyAuthor, Loan, Reading, UserBook

pytestmark = pytest.mark.slow

TOLD = ("title", "authors", "isbn13", "series", "series_number", "status", "rating", "shelf__name", "added")


def seed(*arguments):
    call_command("seed_library", *arguments, verbosity=0)


@pytest.mark.django_db
def test_a_library_is_what_a_person_would_have(capsys):
    seed("--user", "ida", "--books", "600")
    books = UserBook.objects.of(get_user_model().objects.get(username="ida"))
    assert 560 < books.count() <= 600
    assert not get_user_model().objects.get(username="ida").has_usable_password()
    assert 400 < books.exclude(isbn13="").count() < books.count()
    assert all(isbn.parse(number) == number for number in books.exclude(isbn13="").values_list("isbn13", flat=True)[:50])
    assert books.exclude(series="").count() > 30
    assert books.filter(shelf__isnull=False).count() > 400
    assert books.filter(tags__isnull=False).exists() and Reading.objects.exists() and Loan.objects.exists()
    assert CopyAuthor.objects.count() >= 600
    for copy in books[:20]:
        kept = (copy.sort_title, copy.search_text, copy.series_key)
        assert not copy.refold()
        assert kept == (copy.sort_title, copy.search_text, copy.series_key)


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_library_and_another_one_another(capsys):
    libraries = []
    for number in ("1", "1", "2"):
        get_user_model().objects.filter(username="ida").delete()
        UserBook.objects.all().delete()
        seed("--user", "ida", "--books", "40", "--seed", number)
        libraries.append(list(UserBook.objects.order_by("pk").values_list(*TOLD)))
    first, again, other = libraries
    without_isbn = [row[:2] + row[3:] for row in first]  # the editions of the first round still have theirs
    assert without_isbn == [row[:2] + row[3:] for row in again]
    assert without_isbn != [row[:2] + row[3:] for row in other]


def test_others_have_books_of_their_own_and_can_be_added_to(owner, capsys):
    seed("--user", owner.username, "--books", "50", "--others", "3", "--entries", "200")
    assert UserBook.objects.count() == 200
    others = get_user_model().objects.exclude(pk=owner.pk)
    assert sorted(person.books.count() for person in others) == [50, 50, 50]
    assert not any(person.has_usable_password() for person in others)
    assert owner.has_usable_password()
    copy = others[0].books.exclude(authors=[]).first()
    assert [row.name for row in copy.author_rows.all()] == copy.authors
    copy.pk = None
    copy.save(force_insert=True)  # keys go on behind those that were given past the ORM
    assert UserBook.objects.count() == 201


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [("--books", "0"), ("--others", "-1"), ("--seed", "0"), ("--others", "5", "--entries", "10", "--books", "10")]
)
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(CommandError):
        seed("--user", "ida", *wrong)
    assert not get_user_model().objects.exists()
