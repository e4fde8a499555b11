"""Questions in one language about books in another."""

import pytest

from library.search import glossary
from library.search.hybrid import find_books
from tests.factories import make_copy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("der geheime garten", ["The Secret Garden"]),
        ("el jardín secreto", ["The Secret Garden"]),
        ("Geschichte des Krieges", ["A History of War"]),
        ("guerra historia", ["A History of War"]),
        ("Gaerten", ["The Secret Garden"]),
    ],
)
def test_words_of_other_languages_find_english_books(owner, settings, asked, found):
    settings.EMBEDDER = "hash"
    for title in ("The Secret Garden", "A History of War", "Emma"):
        make_copy(owner, title)
    titles = {copy.pk: copy.title for copy in owner.books.all()}
    results = find_books(owner, asked, "text")
    assert [titles[pk] for pk in results.ids[: max(1, results.exact)]] == found


def test_a_book_in_the_language_of_the_question_comes_first(owner):
    make_copy(owner, "The Secret Garden")
    own = make_copy(owner, "Der geheime Garten")
    assert find_books(owner, "der geheime garten", "text").ids == [own.pk]


@pytest.mark.parametrize("word", ["garden", "die", "gift", "war", "animals", "pain", "chat", "dune", ""])
def test_english_words_mean_themselves(word):
    assert glossary.english(word) == ()
