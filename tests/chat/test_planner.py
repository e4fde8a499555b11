"""Fifty questions that people ask, and what is true."""

from datetime import date

import pytest

from chat import planner
from library.models import Status
from tests.chat.conftest import TODAY
from tests.factories import ReadingFactory, make_copy

pytestmark = pytest.mark.django_db
SHORT_SF = {"Dune Messiah", "Flowers for Algernon", "Second Foundation"}
DISCWORLD = {"Guards! Guards!", "Mort", "Small Gods"}
EARTHSEA = {"A Wizard of Earthsea", "The Tombs of Atuan", "The Farthest Shore"}
# The question, what the answer must say, and (where it is about books) exactly which ones it comes from.
QUESTIONS = (
    ("How many books do I have?", ["34"], None),
    ("How many books have I read?", ["16"], None),
    ("How many unread books do I have?", ["15"], None),
    ("Which unread science fiction books are under 300 pages?", [], SHORT_SF),
    ("unread science fiction under 300 pages", [], SHORT_SF),
    ("Do I own The Dispossessed?", ["Yes", "Study"], {"The Dispossessed"}),
    ("Do I have The Hobbit?", ["No"], set()),
    ("Do I have anything by Kafka?", ["Yes", "2"], {"Der Prozess", "Die Verwandlung"}),
    ("Have I got Ulysses?", ["Yes"], {"Ulysses"}),
    ("Where is Momo?", ["Bedside"], {"Momo"}),
    ("where's good omens", ["Ana"], {"Good Omens"}),
    ("Where are my cookbooks?", ["Kitchen", "3"], {"Salt, Fat, Acid, Heat", "Plenty", "Jerusalem"}),
    ("What did I lend to Ana?", ["Good Omens", "Sapiens"], {"Good Omens", "Sapiens"}),
    ("Who has Plenty?", ["Ben"], {"Plenty"}),
    ("Which books are lent out?", ["3"], {"Good Omens", "Sapiens", "Plenty"}),
    ("What is overdue?", ["Good Omens"], {"Good Omens"}),
    ("Which volumes am I missing?", ["Dune: 3", "Foundation: 2"], None),
    ("Which Dune volumes am I missing?", ["3"], None),
    ("Is my Earthsea series complete?", ["1–3", "without a gap"], EARTHSEA),
    ("Surprise me", ["How about"], None),
    ("How many books by Terry Pratchett do I have?", ["4"], DISCWORLD | {"Good Omens"}),
    ("List my Discworld books", [], DISCWORLD),
    ("What is my longest book?", ["Ulysses", "730"], {"Ulysses"}),
    ("Which is the shortest unread book?", ["Ariel", "96"], {"Ariel"}),
    ("Show me my five star books", [], {"Dune", "Mort", "Salt, Fat, Acid, Heat"}),
    ("Which books did I rate at least 4.5 stars?", [], {
        "Dune", "Mort", "Salt, Fat, Acid, Heat", "The Left Hand of Darkness", "Guards! Guards!", "The Name of the Rose", "Emma"}),
    ("Which books do I have in German?", [], {"Der Prozess", "Die Verwandlung", "Momo"}),
    ("How many French books do I own?", ["1"], {"L'Étranger"}),
    ("What am I currently reading?", [], {"Momo", "SPQR"}),
    ("Which books did I not finish?", [], {"Ulysses"}),
    ("What is on my wishlist?", [], {"Piranesi"}),
    ("Which books did I read in 2023?", [], {"Dune", "Mort", "Foundation"}),
    ("How many books did I read this year?", ["2"], {"Emma", "The Left Hand of Darkness"}),
    ("When did I finish Emma?", ["20 May 2024"], {"Emma"}),
    ("How often have I read Dune?", ["twice"], {"Dune"}),
    ("Who wrote Small Gods?", ["Terry Pratchett"], {"Small Gods"}),
    ("How many pages does SPQR have?", ["608"], {"SPQR"}),
    ("When was Foundation published?", ["1951"], {"Foundation"}),
    ("What did I rate Ulysses?", ["2 of 5"], {"Ulysses"}),
    ("Which author do I have the most books by?", ["Ursula K. Le Guin", "5"], None),
    ("How many pages have I read in 2024?", ["778"], None),
    ("Which books are tagged funny?", [], DISCWORLD | {"Good Omens"}),
    ("What do I have on the kitchen shelf?", [], {"Salt, Fat, Acid, Heat", "Plenty", "Jerusalem"}),
    ("Books published before 1930", [], {"Der Prozess", "Die Verwandlung", "The Waste Land", "Ulysses", "Emma"}),
    ("Which novels from the 1960s have I not read?", [], {"Dune Messiah", "Flowers for Algernon", "The Guns of August", "Ariel"}),
    ("Do I have any duplicates?", ["Dune", "2 copies"], {"Dune"}),
    ("What comes after Dune Messiah?", ["Number 3"], None),
    ("What are my favourite books?", [], {"Mort", "Emma"}),
    ("How many books are on each shelf?", ["Office · Study: 11"], None),
    ("Unread poetry", [], {"Ariel"}),
)  # fmt: skip


def reply_to(owner, question, memory=None):
    reply, _ = planner.plan_answer(owner, question, memory, today=TODAY)
    return reply, set(owner.books.filter(pk__in=reply.books).values_list("title", flat=True))


def assert_answers(owner, questions, subtests):
    """Each question with words that its answer must have, and the titles of its books (None: whichever)."""
    for question, says, titles in questions:
        with subtests.test(question):
            reply, found = reply_to(owner, question)
            for words in says:
                assert words in reply.text, reply.text
            assert titles is None or found == titles, reply.text


def test_questions_are_answered_rightly(owner, books, subtests):
    assert_answers(owner, QUESTIONS, subtests)


def test_of_two_copies_the_one_that_was_read_answers_whether_it_was_read(owner):
    make_copy(owner, "Solaris", "Stanisław Lem", status=Status.TO_READ)
    read = make_copy(owner, "Solaris", "Stanisław Lem", status=Status.READ)
    ReadingFactory(copy=read, finished=date(2024, 2, 3))
    assert reply_to(owner, "Have I read Solaris?")[0].text == "Yes, you finished “Solaris” by Stanisław Lem on 3 February 2024."
    assert "once, on 3 February 2024" in reply_to(owner, "How often have I read Solaris?")[0].text
