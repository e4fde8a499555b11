"""Words: folded, in phrases, with slips of the pen, under filters; and never from another library."""

from datetime import date

import pytest
from django.utils.safestring import SafeString

from library.copies import tagging
from library.models import Status
from library.search.hybrid import find_books
from tests.factories import LoanFactory, make_copy, make_shelf

pytestmark = pytest.mark.django_db


def titles(user, q, mode="text", **more):
    return [hit.copy.title for hit in find_books(user, q, mode, **more).hits]


@pytest.mark.parametrize("typed", ["muller", "Müller", "mueller", "MUELLER", "müll"])
def test_an_umlaut_is_found_however_it_is_typed(owner, typed):
    make_copy(owner, "Herztier", "Herta Müller")
    make_copy(owner, "The Robber Bride", "Otto Mueller")
    make_copy(owner, "Emma", "Jane Austen")
    assert set(titles(owner, typed)) == {"Herztier", "The Robber Bride"}


@pytest.mark.parametrize(
    ("title", "typed"),
    [("Die Straße", "strasse"), ("Łódź", "lodz"), ("L’Étranger", "letranger"), ("Smørrebrød", "smorrebrod"),
     ("Œuvres", "oeuvres"),
     ("¿Qué pasa?", "que"), ("Foo/Bar_Baz", "bar"), ("Война и мир", "мир"), ("100 % Wolle_n", "wolle")],
)  # fmt: skip
def test_letters_and_signs_are_folded(owner, title, typed):
    make_copy(owner, title, "")
    assert titles(owner, typed) == [title]


@pytest.mark.parametrize(("typed", "title"), [("c++", "C++ Primer"), ("C#", "C# in Depth"), (".net", "Inside .NET")])
def test_signs_that_carry_meaning_are_looked_for(owner, typed, title):
    for name in ("C++ Primer", "C# in Depth", "Inside .NET", "The C Programming Language", "Net Gains"):
        make_copy(owner, name, "")
    assert titles(owner, typed) == [title]


def test_all_words_must_be_there_and_the_last_may_be_unfinished(owner):
    make_copy(owner, "The Left Hand of Darkness")
    make_copy(owner, "The Left Bank", "Kate Muir")
    assert titles(owner, "left dark") == ["The Left Hand of Darkness"]
    assert set(titles(owner, "left")) == {"The Left Hand of Darkness", "The Left Bank"}


def test_a_phrase_does_not_reach_from_the_title_into_the_author(owner):
    make_copy(owner, "Emma", "Jane Austen")
    assert titles(owner, '"emma jane"') == []
    assert titles(owner, '"jane austen"') == ["Emma"]


def test_a_phrase_is_words_side_by_side(owner):
    make_copy(owner, "The Left Hand of Darkness")
    make_copy(owner, "Hand to the Left", "A. Nobody")
    assert titles(owner, '"left hand"') == ["The Left Hand of Darkness"]


@pytest.mark.parametrize("typed", ["tolkein", "tolkin", "silmarilion", "silmarillon tolkien", "silmarilliom"])
def test_a_slip_is_put_right(owner, typed):
    make_copy(owner, "The Silmarillion", "J. R. R. Tolkien")
    make_copy(owner, "Emma", "Jane Austen")
    assert titles(owner, typed)[0] == "The Silmarillion"


def test_words_are_left_out_with_a_minus(owner):
    make_copy(owner, "War and Peace", "Leo Tolstoy")
    make_copy(owner, "The Art of War", "Sun Tzu")
    assert titles(owner, "war -peace") == ["The Art of War"]
    assert titles(owner, "-peace") == ["The Art of War"]


def test_everything_that_is_said_about_a_book_is_found(owner):
    shelf = make_shelf(owner, "Bedside", room="Attic")
    copy = make_copy(owner, "Emma", "Jane Austen", shelf=shelf, subtitle="A Novel of Highbury", publisher="Murray",
         series="Classics",
                     description="Matchmaking goes wrong.", categories=("Romance",), notes="From Granny",
        review="Clueless!")  # fmt: skip
    tagging.set_tags(copy, ["re-read"])
    for word in (
        "emma",
        "austen",
        "highbury",
        "murray",
        "classics",
        "matchmaking",
        "romance",
        "granny",
        "clueless",
        "bedside",
        "attic",
        "reread",
    ):
        wanted = "re-read" if word == "reread" else word
        assert titles(owner, wanted) == ["Emma"], word


def test_a_hit_shows_where_the_words_stand(owner):
    make_copy(owner, "The <b>Wolf</b>", "Ann Other", notes="Somewhere in here a wolverine is spoken of.")
    (hit,) = find_books(owner, "wolf", "text").hits
    assert hit.title == "The &lt;b&gt;<mark>Wolf</mark>&lt;/b&gt;"
    (hit,) = find_books(owner, "wolverine", "text").hits
    assert "<mark>wolverine</mark>" in hit.snippet
    assert isinstance(hit.snippet, SafeString)


@pytest.mark.slow
def test_filters_narrow_before_anything_is_ranked(owner):
    shelf = make_shelf(owner, "Kitchen")
    one = make_copy(
        owner,
        "Plenty",
        "Yotam Ottolenghi",
        published_date="2010",
        status=Status.READ,
        rating=9,
        shelf=shelf,
        language="en",
        pages=288,
    )
    two = make_copy(
        owner, "Emma", "Jane Austen", published_date="1815", language="de", isbn="9780141439587", series="Penguin Classics"
    )
    tagging.set_tags(one, ["Sci-Fi", "green"])
    LoanFactory(copy=two, borrower="Ana Gram", since=date(2024, 1, 1), due=date(2024, 2, 1))
    only = {
        "Plenty": ["author:ottolenghi", "tag:sci-fi", "tag:SCI", "shelf:kitchen", "status:read", "is:read",
        "year:2000..2020", "year:>2000",
                   "year:2010s", "rating:4..5", "rating:>=4.5", "language:english", "pages:<300", "-is:lent", "has:tags",
                   "title:plenty",
                   "plenty author:yotam", "-author:austen", "added:1990.. pages:288"],
        "Emma": ["author:austen", "is:lent", "is:overdue", "lent:ana", "isbn:978-0-14-143958-7", "isbn:0141439580",
        "year:1815", "year:<1900",
                 "status:unread", "language:de", "series:penguin", "shelf:none", "rating:none", "-tag:green",
                 "has:isbn emma", '"emma" is:lent'],
    }  # fmt: skip
    for title, questions in only.items():
        for question in questions:
            for mode in ("text", "hybrid"):
                assert titles(owner, question, mode) == [title], (question, mode)


@pytest.mark.parametrize(
    "typed",
    ["", " ", '"', '""', "-", ":", "author:", "year:abc", "year:99999999999999999999..", "rating:9e9",
         "pages:>9999999999999999999",
     "AND OR NOT", "NEAR(a b)", "a* OR b", "x" * 3000, "\0", "title:\0", "('", "') OR 1=1 --", "u1xdune", "{title}: x",
     "^a", "isbn:", "🐉",
     "added:0", "added:99999", "year:0..0", "a " * 400, "%", "_", "\\", "lent:%", "category:%", "紅樓夢", "author:\"", "shelf:'"],
)  # fmt: skip
def test_anything_can_be_typed(owner, typed):
    make_copy(owner, "Dune", "Frank Herbert")
    for mode in ("text", "vector", "hybrid"):
        assert len(find_books(owner, typed, mode).hits) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["text", "vector", "hybrid"])
@pytest.mark.parametrize(
    "typed", ["dune", "secret", "diary", "stan", "tag:private", "shelf:cellar", "lent:ana", "author:stan", "u{0}xsecret",
    '"secret diary"',
              "secert", "-olive", "is:lent", "has:notes", "isbn:9780441013593", "year:1900..2100", "status:unread",
              "notes:secret"]
)  # fmt: skip
def test_no_answer_ever_holds_a_book_of_somebody_else(owner, stranger, mode, typed):
    make_copy(owner, "Dune", "Frank Herbert")
    secret = make_copy(
        stranger,
        "Secret Diary of Stan",
        "Stan Stranger",
        isbn="9780441013593",
        notes="secret",
        shelf=make_shelf(stranger, "Cellar"),
    )
    tagging.set_tags(secret, ["private"])
    LoanFactory(copy=secret, borrower="Ana")
    from_search = find_books(owner, typed.format(stranger.pk), mode, limit=50)
    assert secret.pk not in dict(from_search.ranked)
    assert all(hit.copy.user_id == owner.pk for hit in from_search.hits)


def test_a_search_asks_the_same_number_of_questions_however_many_books_there_are(owner, django_assert_num_queries):
    for number in range(12):
        make_copy(owner, f"Garden {number}", "A. Gardener", notes="roses")
    with django_assert_num_queries(2):
        assert len(find_books(owner, "garden", "text").hits) == 12
