"""The index follows every change at once, whoever makes it and however many books it is."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations import Migration

from library.copies import bulk_changes, tagging
from library.models import Embedding, Shelf, Tag, UserBook
from library.search.fulltext import following
from library.search.hybrid import find_books
from library.search.text import Asking
from scanning.models import Candidate
from tests.factories import make_copy, make_shelf

pytestmark = pytest.mark.django_db


def found(user, q):
    return {pk for pk, _ in find_books(user, q, "text").ranked}


def differences():
    with connection.cursor() as cursor:
        return following.index_differences(cursor, connection)


def test_a_change_is_found_at_once(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    copy.title = "Persuasion"
    copy.save()
    assert found(owner, "persuasion") == {copy.pk}
    assert found(owner, "emma") == set()


def test_bulk_changes_are_found_at_once(owner):
    copies = [make_copy(owner, f"Volume {number}", "A. Author") for number in range(5)]
    owner.books.filter(pk__in=[copy.pk for copy in copies[:2]]).update(notes="sandalwood")
    for copy in copies[2:]:
        copy.review = "cedarwood"
    UserBook.objects.bulk_update(copies[2:], ["review"])
    assert found(owner, "sandalwood") == {copy.pk for copy in copies[:2]}
    assert found(owner, "cedarwood") == {copy.pk for copy in copies[2:]}
    assert differences() == []


def test_tags_and_shelves_are_followed_through_every_change(owner):
    shelf = make_shelf(owner, "Attic")
    copy = make_copy(owner, "Emma", "Jane Austen", shelf=shelf)
    tagging.set_tags(copy, ["winter"])
    assert found(owner, "winter attic") == {copy.pk}
    bulk_changes.rename_tag(owner.tags.get(), "summer")
    shelf.name = "Cellar"
    shelf.save()
    assert found(owner, "summer cellar") == {copy.pk}
    owner.tags.get().delete()
    shelf.delete()
    assert found(owner, "summer") == found(owner, "cellar") == set()
    assert differences() == []


def test_what_was_read_on_the_spine_is_found(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    scan = owner.scans.create(job_id="job-1", filename="a.jpg", photo="a.jpg", sha256="0" * 64)
    seen = {"band": "sure", "confidence": 1, "validated": True, "record": {"title": "Emma", "authors": []}}
    candidate = scan.candidates.create(number=1, copy=copy, spine_text=["EMMA", "Everymans Libary"], **seen)
    assert found(owner, "everymans") == {copy.pk}
    candidate.delete()
    assert found(owner, "everymans") == set()


def test_the_trash_is_not_searched_and_comes_back(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    owner.books.update(removed="2024-01-01T00:00:00Z")
    assert found(owner, "emma") == set()
    owner.books.update(removed=None)
    assert found(owner, "emma") == {copy.pk}
    UserBook.objects.all().delete()
    assert differences() == []


def test_a_change_that_is_taken_back_leaves_no_trace(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        owner.books.update(title="Persuasion")
        assert found(owner, "persuasion") == {copy.pk}
        raise ZeroDivisionError
    assert found(owner, "emma") == {copy.pk}


def test_a_vector_is_ordered_with_the_book_and_again_when_its_text_changes(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    assert Embedding.objects.due().filter(pk=copy.pk).exists()
    Embedding.objects.update(stale=False)
    owner.books.update(status="read", rating=8)
    assert not Embedding.objects.due().exists()
    owner.books.update(description="Matchmaking")
    assert Embedding.objects.due().get().pk == copy.pk


WAYS = {
    "save": lambda copy: copy.save(),
    "save of a column": lambda copy: copy.save(update_fields=["title"]),
    "bulk_update": lambda copy: UserBook.objects.bulk_update([copy], ["title"]),
    "update": lambda copy: UserBook.objects.filter(pk=copy.pk).update(title=copy.title),
    "update of a person's books": lambda copy: copy.user.books.update(title=copy.title),
    "change": lambda copy: UserBook.objects.filter(pk=copy.pk).change(title=copy.title),
    "update_or_create": lambda copy: UserBook.objects.update_or_create(pk=copy.pk, defaults={"title": copy.title}),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_writing_forgets_the_folded_words(owner, way):
    copy = make_copy(owner, "Emma", "Jane Austen")
    copy.title = "Łódź"
    WAYS[way](copy)
    copy.refresh_from_db()
    assert (copy.sort_title, copy.title_words, copy.search_text) == ("lodz", "lodz", "lodz jane austen")
    assert found(owner, "LÓDZ") == {copy.pk} and not found(owner, "emma")


def test_new_copies_shelves_tags_and_spines_have_their_words_however_they_are_made(owner):
    one = make_copy(owner, "Emma", "Jane Austen")
    shelf, *_ = Shelf.objects.bulk_create([Shelf(user=owner, name="Łazienka")])
    tag, *_ = Tag.objects.bulk_create([Tag(user=owner, name="Żółty")])
    (copy,) = UserBook.objects.bulk_create([UserBook(user=owner, book=one.book, title="Straße", shelf=shelf)])
    copy.tags.add(tag)
    scan = owner.scans.create(job_id="job-1", filename="a.jpg", photo="a.jpg", sha256="0" * 64)
    seen = {"band": "sure", "confidence": 1, "validated": True, "record": {"title": "Emma", "authors": []}}
    Candidate.objects.bulk_create([Candidate(scan=scan, number=1, copy=copy, spine_text=["Łuk"], **seen)])
    assert found(owner, "strasse lazienka zolty luk") == {copy.pk}
    Shelf.objects.update(name="Źródło")
    Tag.objects.update(name="Œuvre")
    Candidate.objects.update(spine_text=["Århus"])
    assert found(owner, "strasse zrodlo oeuvre arhus") == {copy.pk}
    assert differences() == [] and following.refold() == 0


def test_check_index_repairs_words_that_were_changed_past_the_product(owner, capsys):
    copy = make_copy(owner, "Emma", "Jane Austen", shelf=make_shelf(owner, "Attic"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE library_userbook SET title = 'Łódź'")
        cursor.execute("UPDATE library_shelf SET name = 'Cellar'")
    with pytest.raises(CommandError, match="--repair"):
        call_command("check_index")
    assert "2 differences in the index" in capsys.readouterr().out
    call_command("check_index", repair=True)
    call_command("check_index")
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 differences in the index")
    assert found(owner, "lodz cellar") == {copy.pk}


def test_a_tag_of_signs_alone_disturbs_no_search(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    tagging.set_tags(copy, ["'", "\\", "★", "++"])
    assert found(owner, "emma") == {copy.pk}
    assert "" not in Asking(owner.pk).vocabulary()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the trigger is dropped in SQLite's words")
def test_check_index_finds_and_repairs_what_is_wrong(owner, capsys):
    make_copy(owner, "Emma", "Jane Austen")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE library_searchindex SET title = 'u0xwrong'")
    with pytest.raises(Exception, match="--repair"):
        call_command("check_index")
    call_command("check_index", repair=True)
    call_command("check_index")
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 differences in the index, 0 in the vectors")


def test_a_lost_trigger_is_put_back_with_what_it_missed(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    with connection.cursor() as cursor:
        following.engine_of(connection).remove(cursor)
    owner.books.update(title="Persuasion")
    assert found(owner, "persuasion") == set()
    following.install_triggers()
    assert found(owner, "persuasion") == {copy.pk}


def test_it_steps_aside_for_changes_of_its_own_tables_alone(owner):
    """A million books take minutes to index; what another app changes does not touch them."""

    def in_place():
        with connection.cursor() as cursor:
            return following.engine_of(connection).in_place(cursor, set(connection.introspection.table_names(cursor)))

    following.remove_triggers(plan=[(Migration("0002", "socialaccount"), False)])
    assert in_place()
    following.remove_triggers(plan=[(Migration("0099", "scanning"), False)])
    assert not in_place()
