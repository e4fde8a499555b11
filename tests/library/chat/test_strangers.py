"""More questions, as strangers ask them: in other words, comparing, and in German. conftest.py has what is true."""

import pytest

from tests.library.chat.test_planner import DISCWORLD, EARTHSEA, asked

pytestmark = pytest.mark.django_db
UNREAD = {
    "Dune Messiah", "God Emperor of Dune", "The Dispossessed", "The Tombs of Atuan", "The Farthest Shore", "Flowers for Algernon",
    "Second Foundation", "Small Gods", "Death on the Nile", "Die Verwandlung", "The Guns of August", "Plenty", "Jerusalem",
    "Ariel", "The Name of the Wind",
}  # fmt: skip
QUESTIONS = (
    ("How many of my books are still waiting to be read?", ["15"], None),
    ("count my fantasy novels", ["9"], None),
    ("What percentage of my books have I read?", ["46"], None),
    ("how many different authors do i have", ["21"], None),
    ("How many books did I finish in 2022?", ["1"], {"Sapiens"}),
    ("How many of my books are unrated?", ["20"], None),
    ("books I have read but not rated", [], {"The Waste Land", "Dune"}),
    ("what is the oldest book I haven't read yet", [], {"Die Verwandlung"}),
    ("What's the thickest book on my shelves?", ["730"], {"Ulysses"}),
    ("What was the last book I finished?", [], {"Emma"}),
    ("What was the first book I read in 2024?", [], {"The Left Hand of Darkness"}),
    ("books from the eighties", [], {"Mort", "Guards! Guards!", "God Emperor of Dune", "The Name of the Rose"}),
    ("Anything from the nineteenth century?", [], {"Emma"}),
    ("How many books per decade?", ["1960s: 8"], None),
    ("On which shelf do I keep Momo?", ["Bedside"], {"Momo"}),
    ("What's in the Office?", ["11"], None),
    ("Which books stand in the living room and are unread?", [], {
        "The Tombs of Atuan", "The Farthest Shore", "Small Gods", "Die Verwandlung", "Ariel"}),
    ("Which books have I not put on a shelf?", [], {"Piranesi"}),
    ("Who borrowed Sapiens?", ["Ana"], {"Sapiens"}),
    ("Has Ben returned Plenty?", ["Ben"], {"Plenty"}),
    ("how long has Ben had Plenty", ["3 March 2024"], {"Plenty"}),
    ("Does Chiara still have any of my books?", ["no", "Chiara"], None),
    ("Which Foundation book am I missing?", ["2"], None),
    ("Do I have the whole Discworld series?", ["Discworld"], None),
    ("What should I read after Foundation?", ["Number 2"], None),
    ("Recommend a short unread fantasy", ["How about"], None),
    ("I feel like reading a mystery, any ideas?", [], {"Death on the Nile"}),
    ("Cookbooks I haven't read", [], {"Plenty", "Jerusalem"}),
    ("Books with more than 600 pages", [], {"Ulysses", "SPQR", "The Name of the Wind"}),
    ("Do I own any book shorter than 100 pages?", [], {"The Waste Land", "Ariel"}),
    ("books between 100 and 200 pages", [], {
        "A Wizard of Earthsea", "The Tombs of Atuan", "The Farthest Shore", "Die Verwandlung", "L'Étranger"}),
    ("what did I give two stars", [], {"Ulysses"}),
    ("Which authors do I have at least three books by?", ["Ursula K. Le Guin", "Frank Herbert", "Terry Pratchett"], None),
    ("Which books do I own twice?", ["Dune"], {"Dune"}),
    ("What did I pay for Jerusalem?", ["24.90"], {"Jerusalem"}),
    ("When did I last read Dune?", ["9 July 2023"], {"Dune"}),
    ("Which books am I in the middle of?", [], {"Momo", "SPQR"}),
    ("books I gave up on", [], {"Ulysses"}),
    ("Which languages are my books in?", ["German"], None),
    ("Have I read anything by Umberto Eco?", ["Yes"], {"The Name of the Rose"}),
    ("Are there any books by Stephen King in my library?", ["No"], set()),
    ("Tell me about SPQR", ["Mary Beard"], {"SPQR"}),
    ("Show books about Rome", [], {"SPQR"}),
    ("List everything by Le Guin in order of publication", [], EARTHSEA | {"The Left Hand of Darkness", "The Dispossessed"}),
    ("Is Dune longer than Ulysses?", ["No", "412", "730"], {"Dune", "Ulysses"}),
    ("Which is older, Emma or Ulysses?", ["Emma", "1815", "1922"], {"Emma", "Ulysses"}),
    ("Which is longer: Mort or Small Gods?", ["Small Gods", "384", "272"], {"Mort", "Small Gods"}),
    ("Do I have more fantasy or more science fiction?", ["9", "science fiction"], None),
    ("Do I own more books by Pratchett or by Asimov?", ["Terry Pratchett", "4", "2"], None),
    ("did I like Mort better than Emma", ["Mort", "5", "4.5"], {"Mort", "Emma"}),
    ("Which of my unread books has the most pages?", ["662"], {"The Name of the Wind"}),
    ("what have I not read by Herbert", [], {"Dune Messiah", "God Emperor of Dune"}),
    ("any unread sci-fi below 260 pages?", [], {"Dune Messiah", "Flowers for Algernon", "Second Foundation"}),
    ("books rated four stars or higher that stand on the bedside shelf", [], {
        "Murder on the Orient Express", "The Name of the Rose"}),
    ("Who do I lend books to most often?", ["Ana"], None),
    ("What did I read last month?", [], {"Emma"}),
    # In German; answered in English.
    ("Wie viele Bücher habe ich?", ["35"], None),
    ("Wie viele Bücher habe ich 2023 gelesen?", ["3"], {"Dune", "Mort", "Foundation"}),
    ("Welche Bücher habe ich noch nicht gelesen?", [], UNREAD),
    ("Wo steht Momo?", ["Bedside"], {"Momo"}),
    ("Wo ist Die Verwandlung?", ["Living room"], {"Die Verwandlung"}),
    ("Habe ich Der Prozess?", ["Yes"], {"Der Prozess"}),
    ("Besitze ich etwas von Kafka?", ["Yes", "2"], {"Der Prozess", "Die Verwandlung"}),
    ("Was habe ich Ana geliehen?", [], {"Good Omens", "Sapiens"}),
    ("Wer hat Plenty?", ["Ben"], {"Plenty"}),
    ("Welche Bücher sind verliehen?", ["3"], {"Good Omens", "Sapiens", "Plenty"}),
    ("Was ist überfällig?", [], {"Good Omens"}),
    ("Welche Bücher auf Deutsch habe ich?", [], {"Der Prozess", "Die Verwandlung", "Momo"}),
    ("Welche Bände fehlen mir?", ["Dune: 3"], None),
    ("Ungelesene Krimis", [], {"Death on the Nile"}),
    ("Zeig mir ungelesene Science-Fiction unter 300 Seiten", [], {"Dune Messiah", "Flowers for Algernon", "Second Foundation"}),
    ("Was soll ich als Nächstes lesen?", ["How about"], None),
    ("Überrasch mich", ["How about"], None),
    ("Was ist mein längstes Buch?", ["Ulysses"], {"Ulysses"}),
    ("Bücher von Terry Pratchett", [], DISCWORLD | {"Good Omens"}),
    ("Wer hat Small Gods geschrieben?", ["Terry Pratchett"], {"Small Gods"}),
    ("Wann habe ich Emma gelesen?", ["20 May 2024"], {"Emma"}),
    ("Was lese ich gerade?", [], {"Momo", "SPQR"}),
    ("Welche Bücher stehen in der Kitchen?", [], {"Salt, Fat, Acid, Heat", "Plenty", "Jerusalem"}),
    ("Bücher aus den 80er Jahren", [], {"Mort", "Guards! Guards!", "God Emperor of Dune", "The Name of the Rose"}),
    ("Wie viele Seiten hat SPQR?", ["608"], {"SPQR"}),
    ("Welcher Autor kommt am häufigsten vor?", ["Ursula K. Le Guin"], None),
    ("Was kommt nach Dune Messiah?", ["Number 3"], None),
    ("Bücher mit fünf Sternen", [], {"Dune", "Mort", "Salt, Fat, Acid, Heat"}),
)  # fmt: skip


def test_a_strangers_questions_are_answered_rightly(owner, books, subtests):
    for question, says, titles in QUESTIONS:
        with subtests.test(question):
            reply, found = asked(owner, question)
            for words in says:
                assert words in reply.text, reply.text
            assert titles is None or found == titles, reply.text
