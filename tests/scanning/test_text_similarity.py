import pytest

from catalogs import Record
from catalogs.folding import fold
from scanning import text_similarity

MISERY = Record("Misery", ("Stephen King",), publisher="Hodder & Stoughton")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("THEKLIPFISHCODE Mary Casanova", "THE KLIPFISH CODE MARY CASANOVA"),  # spaces lost
        ("Der Zauberberg Thomas Mann S. FISCHER", "Der Zauberberg Thornas Mann S. FISCHER"),  # m read as rn
        ("A Brief History of Time Stephen Hawking", "A BRlEF HIST0RY OF TIME STEPHEN HAWKING"),  # look-alike letters
        ("La plaça del Diamant Mercè Rodoreda", "La placa del Diamant Merce Rodoreda"),
        ("Asimov Foundation vol. II", "ASIMOV FOUNDATION VOL 2"),
    ],
)
def test_the_same_spine_read_twice_is_one_text(one, other):
    assert text_similarity.same_text(fold(one), fold(other))


SERIES = [
    ("Oxford World's Classics Charles Dickens Hard Times", "Oxford World's Classics Charles Dickens Bleak House"),
    ("Penguin Classics Jane Austen Emma", "Penguin Classics Jane Austen Persuasion"),
    ("Gesammelte Werke Thomas Mann Band 3", "Gesammelte Werke Thomas Mann Band 2"),
    ("The Complete Peanuts 1959 to 1960", "The Complete Peanuts 1961 to 1962"),
    ("A History of Rome Theodor Mommsen III", "A History of Rome Theodor Mommsen II"),
    ("STEPHEN KING MISERY", "STEPHEN KING"),  # the title of another one was not read
]


@pytest.mark.parametrize(("one", "other"), SERIES)
def test_books_of_one_design_are_not_one_text_however_alike_they_look(one, other):
    assert not text_similarity.same_text(fold(one), fold(other))
    assert not text_similarity.same_words(fold(one), fold(other), by_look=True)


def test_a_title_of_two_letters_that_was_not_read_is_missed():
    assert not text_similarity.same_text(fold("STEPHEN KING IT"), fold("STEPHEN KING"))


def test_a_worse_reading_is_enough_beside_a_picture_that_is_alike():
    good, bad = fold("The Left Hand of Darkness Ursula K. Le Guin"), fold("TheLftHandof Darknss Ursula Le Guin")
    assert not text_similarity.same_text(good, bad)
    assert text_similarity.same_words(good, bad, by_look=True)


@pytest.mark.parametrize(
    "text",
    ["Fiction", "Vol. 1", "Hodder Stoughton", "Penguin Classics", "Stephen King", "STEPHN KING", "Collected Short Stories"],
)
def test_what_stands_on_many_spines_tells_nothing_of_its_own(text):
    own, _ = text_similarity.telling_bits(fold(text), MISERY)
    assert own < text_similarity.LEAST_OWN


def test_an_authors_name_tells_beside_a_title_only():
    own, together = text_similarity.telling_bits(fold("Misery Stephen King"), MISERY)
    assert text_similarity.LEAST_OWN < own < text_similarity.BY_TEXT < together
