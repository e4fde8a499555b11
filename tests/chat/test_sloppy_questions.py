"""Questions as people type them: periods beside each other, either of two names, what a "not" takes away, slips of the pen,
titles that are common words or years, and what this library cannot answer."""

from datetime import date

import pytest

from chat import planner
from library.models import Status
from library.search.embedders import multilingual
from tests.chat.conftest import TODAY
from tests.factories import LoanFactory, ReadingFactory, TagFactory, make_copy, make_shelf

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,  # loads the models of the search
    pytest.mark.skipif(not multilingual.is_installed(), reason="the model for questions is not installed"),
]
WATCH = {"Guards! Guards!", "Men at Arms"}
# A question, what the answer must say, and the titles it must be about (None: whichever).
QUESTIONS = (
    ("did I finish more books in 2021 than in 2022", ["2 books read in 2021", "1 book read in 2022"], None),
    ("ai-je lu plus en 2022 qu'en 2021", ["2 books read in 2021", "1 book read in 2022"], None),
    ("books in the attic or in the study", ["3"], {"Guards! Guards!", "Men at Arms", "Dracula"}),
    ("Bücher auf Deutsch oder auf Spanisch", ["2"], {"Der Zauberberg", "Rayuela"}),
    ("books that arent fantasy and not in the study", [], {"1984", "Der Zauberberg", "It", "Rayuela", "You"}),
    ("weder auf Deutsch noch auf Englisch", [], {"Rayuela"}),
    ("hav i got anything by prattchet", ["I took “prattchet” for"], WATCH),
    ("how long is 1984", ["328"], {"1984"}),
    ("books from 1984", ["no books published in 1984"], set()),
    ("you got a copy of It?", ["Yes"], {"It"}),
    ("anything by a writer called bram", [], {"Dracula"}),
    ("ein buch von jemandem namens bram", [], {"Dracula"}),
    ("whats my oldest book", ["1897"], {"Dracula"}),
    ("do I have City Watch 2", ["Yes"], {"Men at Arms"}),
    ("which series am I reading", ["City Watch"], None),
    ("kürzestes ungelesenes Buch", ["shortest", "280"], {"You"}),
    ("libros bien valorados", [], {"Guards! Guards!"}),
    ("how much did I pay for books in 2021", ["12.50"], None),
    ("was liegt im Arbeitszimmer", [], {"Dracula"}),
    ("libros en el desván", [], WATCH),
    ("qu'est-ce qu'il y a dans le bureau", [], {"Dracula"}),
    ("German classics", [], {"Der Zauberberg"}),
    ("ciencia ficcion sin leer", [], {"Rayuela"}),
    ("how many copies of Dracula do i have", ["you have “Dracula”"], {"Dracula"}),
    ("which series have holes", ["I cannot see any gaps in your series"], None),
    ("how many books did I read in 2021 and how many in 2022", ["2 books read in 2021", "1 book read in 2022"], None),
    ("give me the isbn of Dracula", ["no ISBN"], {"Dracula"}),
    ("when did i buy der zauberberg", ["bought it on 1 March 2021"], {"Der Zauberberg"}),
    ("is you by caroline kepnes somewhere", ["not on a shelf"], {"You"}),
    ("what should I discard", [], {"Men at Arms"}),
)  # fmt: skip
NOT_ANSWERED = (
    "what did I borrow from Petra", "a quién prestó Petra", "zufälliges Buch aus dem Keller", "books in the hall", "sell Dracula",
    "is it lent", "can you order Dracula for me", "does You die at the end", "how heavy is Dracula",
    "lend Dracula to Petra", "who gave me Dracula", "are all City Watch books read",
    "which books did I not read in 2021",
)  # fmt: skip


@pytest.fixture
def library(owner):
    attic, study = make_shelf(owner, "Attic"), make_shelf(owner, "Study")
    read = {"status": Status.READ}
    fantasy = {"author": "Terry Pratchett", "series": "City Watch", "categories": ("Fantasy",), "language": "en", "shelf": attic}
    first = make_copy(owner, "Guards! Guards!", series_number="1", rating=9, pages=376, **fantasy, **read)
    second_volume = make_copy(owner, "Men at Arms", series_number="2", status=Status.READING, pages=390, **fantasy)
    old = {"language": "en", "published_date": "2003", "first_published": 1897, "categories": ("Horror",)}
    second = make_copy(owner, "Dracula", "Bram Stoker", shelf=study, pages=418, **old, **read)
    third = make_copy(owner, "1984", "George Orwell", pages=328, language="en", published_date="1949", rating=7, **read)
    bought = {"price": "12.50", "currency": "EUR", "bought": date(2021, 3, 1)}
    make_copy(
        owner,
        "Der Zauberberg",
        "Thomas Mann",
        language="de",
        pages=1000,
        published_date="1924",
        categories=("Klassiker",),
        **bought,
    )
    lent = make_copy(owner, "It", "Stephen King", language="en", pages=1138)
    make_copy(owner, "Rayuela", "Julio Cortázar", language="es", pages=600, categories=("Ciencia ficción",))
    make_copy(owner, "You", "Caroline Kepnes", language="en", pages=280)
    make_copy(owner, "Hope", "Somebody Else", status=Status.WISHLIST, language="de", pages=100)
    for copy, day in ((first, date(2021, 2, 1)), (second, date(2021, 5, 1)), (third, date(2022, 6, 1))):
        ReadingFactory(copy=copy, finished=day)
    LoanFactory(copy=lent, borrower="Petra")
    second_volume.tags.add(TagFactory(user=owner, name="to discard"))
    third.tags.add(TagFactory(user=owner, name="classic"))


def reply_to(owner, question, memory=None):
    reply, _ = planner.plan_answer(owner, question, memory, today=TODAY)
    return reply, set(owner.books.filter(pk__in=reply.books).values_list("title", flat=True))


def test_sloppy_questions_are_answered_rightly(owner, library, subtests):
    for question, says, titles in QUESTIONS:
        with subtests.test(question):
            reply, found = reply_to(owner, question)
            assert all(words in reply.text for words in says), reply.text
            assert titles is None or found == titles, reply.text


def test_what_the_library_cannot_tell_is_not_answered(owner, library, subtests):
    for question in NOT_ANSWERED:
        with subtests.test(question):
            reply, _ = reply_to(owner, question)
            assert not reply.understood, reply.text
            assert not reply.action


def test_more_than_last_year_compares_with_the_period_before(owner, library):
    first, _ = reply_to(owner, "how many books did I read in 2021?")
    reply, _ = reply_to(owner, "more than in 2022?", first.memory)
    assert reply.text == "You have 2 books read in 2021, and 1 book read in 2022."


def test_an_and_goes_on_from_the_last_answer(owner, library):
    first, _ = reply_to(owner, "books by Pratchett")
    reply, found = reply_to(owner, "and which ones am I reading?", first.memory)
    assert found == {"Men at Arms"}, reply.text
