"""Who wrote the books of a library: the rows that author pages, filters and suggestions look in."""

from django.utils import timezone

from library.models import CopyAuthor, UserBook, author_key
from tests.factories import make_copy


def rows(copy) -> list[tuple[str, str]]:
    return [(row.name, row.folded) for row in copy.author_rows.all()]


def test_a_name_is_the_same_however_it_is_written():
    names = ["J. R. R. Tolkien", "TOLKIEN, J.R.R.", "j.r.r. tolkien"]
    assert {author_key(name) for name in names} == {"tolkien j r r"}
    assert author_key("★") == "★"


def test_the_authors_of_a_copy_are_kept_when_it_is_saved(owner):
    copy = make_copy(owner, "Good Omens", "Terry Pratchett")
    copy.authors = ["Terry Pratchett", "Neil Gaiman", " "]
    copy.save()
    assert rows(copy) == [("Terry Pratchett", "pratchett terry"), ("Neil Gaiman", "gaiman neil")]
    copy.authors = ["Neil Gaiman"]
    copy.save(update_fields=["authors"])
    assert rows(copy) == [("Neil Gaiman", "gaiman neil")]


def test_a_change_of_something_else_does_not_look_at_the_authors(owner, django_assert_num_queries):
    copy = make_copy(owner)
    with django_assert_num_queries(1):
        copy.save(update_fields=["rating"])


def test_copies_written_at_once_are_kept_in_three_queries(owner, django_assert_num_queries):
    copies = [make_copy(owner, f"Volume {n}", "Anon") for n in range(20)]
    for copy in copies[:10]:
        copy.authors = ["Somebody Else"]
    UserBook.objects.bulk_update(copies, ["authors"])
    with django_assert_num_queries(3):
        CopyAuthor.objects.keep(copies)
    assert CopyAuthor.objects.of(owner).filter(folded="else somebody").count() == 10
    assert CopyAuthor.objects.of(owner).filter(folded="anon").count() == 10


def test_the_trash_has_no_authors(owner, stranger):
    make_copy(owner, removed=timezone.now())
    make_copy(stranger)
    assert not CopyAuthor.objects.of(owner).exists()
