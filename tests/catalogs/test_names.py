import pytest

from catalogs.languages import iso
from catalogs.names import PersonName, as_written, authors_of, listed, listed_as
from catalogs.spine_queries import spine_queries


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("", ()),
        ("Jane Austen", ("Jane Austen",)),
        ("Austen, Jane", ("Jane Austen",)),
        ("Johnson, Kevin Orlin", ("Kevin Orlin Johnson",)),
        ("Le Guin, Ursula K.", ("Ursula K. Le Guin",)),
        ("Van Gogh, Vincent", ("Vincent Van Gogh",)),
        ("Samper Gómez, Juan J.", ("Juan J. Samper Gómez",)),
        ("Douglas Preston, Lincoln Child", ("Douglas Preston", "Lincoln Child")),
        ("Vincent van Gogh, Irving Stone, Jean   Stone", ("Vincent van Gogh", "Irving Stone", "Jean Stone")),
        ("Fontes, Justine, Fontes, Ron", ("Justine Fontes", "Ron Fontes")),
        ("Siddons, Anne Rivers, Siddons, Anne Rivers", ("Anne Rivers Siddons",)),
        ("Bunge, Mario, 1919-2020", ("Mario Bunge",)),
        ("Christopher D. Manning; Schütze, Hinrich", ("Christopher D. Manning", "Hinrich Schütze")),
        ("Calvo, Javier (Novel·lista)", ("Javier Calvo",)),
        # Two surnames, or two people? It stays as it was written.
        ("Casares Domingo, Susana", ("Casares Domingo, Susana",)),
        ("Buckley, Christopher, Random House Inc.", ("Buckley, Christopher, Random House Inc.",)),
    ],
)
def test_people_are_told_apart_and_named_given_name_first(text, people):
    assert authors_of(text) == people


@pytest.mark.parametrize(
    ("code", "two"),
    [("eng", "en"), ("en-US", "en"), ("/languages/ger", "de"), ("deu", "de"), ("FR", "fr"), ("mul", ""), ("", ""), ("e1", "")],
)
def test_languages_are_two_letters_or_nothing(code, two):
    assert iso(code) == two


def test_questions_get_shorter_and_leave_out_what_is_not_of_the_book():
    first, *others = spine_queries("PENGUIN CLASSICS The Mill on the Floss GEORGE ELIOT")
    assert "penguin" not in first
    assert {"mill", "floss", "eliot"} <= set(first)
    assert all(len(question) < len(first) for question in others)
    assert spine_queries("?!") == []


def test_words_are_asked_for_as_they_were_meant():
    assert spine_queries("ThirdMan GREENE G0ne")[0] == ["man", "greene", "gone"]
    assert "gone" in spine_queries("G0ne GIRL")[0]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Jane Austen", "austen jane"),
        ("Ursula K. Le Guin", "le guin ursula k"),
        ("Johann Wolfgang von Goethe", "von goethe johann wolfgang"),
        ("Austen, Jane", "austen jane"),
        ("Homer", "homer"),
        ("Thomas M. Disch Jr.", "disch thomas m jr"),
        ("Ford, Gerald R., Jr.", "ford gerald r jr"),
        ("Royal Geographical Society", "royal geographical society"),
        ("夏目 漱石", "夏目 漱石"),
        ("Чехов Антон Павлович", "чехов антон павлович"),
        ("Various", "various"),
        ("!!!", "!!!"),
    ],
)
def test_names_sort_by_surname(name, key):
    assert PersonName(name).sort == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thomas M. Disch Jr.", "Thomas M. Disch"),
        ("Disch, Thomas M., Jr.", "Thomas M. Disch"),
        ("Sir Walter Scott", "Scott, Walter"),
        ("Oliver Sacks, M.D.", "Oliver Sacks"),
        ("LE GUIN, Ursula K.", "Ursula K. Le Guin"),
    ],
)
def test_one_person_has_one_key_however_the_name_is_written(one, other):
    assert PersonName(one).key == PersonName(other).key


def test_works_are_compared_by_the_last_word_of_a_surname():
    assert PersonName("Vargas Llosa, Mario").surname_key == PersonName("Mario Vargas Llosa").surname_key == "llosa"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vargas Llosa, Mario", "Mario Vargas Llosa"),
        ("Scott, Sir Walter", "Walter Scott"),
        ("Disch, Thomas M., Jr.", "Thomas M. Disch Jr."),
        ("Voltaire", "Voltaire"),
        ("Sacks, Oliver, 1933-2015", "Oliver Sacks"),
        ("Victoria, Queen of Great Britain", "Victoria, Queen of Great Britain"),
        ("Chatto and Windus, Ltd.", "Chatto and Windus, Ltd."),
        ("Dumas, Alexandre, fils", "Dumas, Alexandre, fils"),
        ("", ""),
        (", ,", ""),
    ],
)
def test_a_source_that_writes_the_surname_first_is_turned_round(text, name):
    assert PersonName.surname_first(text).display == name


def test_a_list_of_people_keeps_its_suffixes_and_companies():
    assert listed("Sammy Davis, Jr., Jane Boyar; Burt Boyar") == ["Sammy Davis Jr.", "Jane Boyar", "Burt Boyar"]
    assert listed("Acme, Inc., Jane Roe") == ["Acme, Inc.", "Jane Roe"]
    assert listed("") == []


def test_the_sorted_names_beside_a_list_say_where_each_name_ends():
    names = listed_as("Chatto, Windus and Sons, Jane Roe", ["Chatto, Windus and Sons", "Roe, Jane"])
    assert names == ["Chatto, Windus and Sons", "Jane Roe"]


@pytest.mark.parametrize(
    ("text", "people", "unclear"),
    [
        ("Momo Kapor", ["Momo Kapor"], False),
        ("Kästner, Erich", ["Erich Kästner"], False),
        ("Tolkien, J. R. R.", ["J. R. R. Tolkien"], False),
        ("Sammy Davis, Jr.", ["Sammy Davis Jr."], False),
        ("Iain Banks, Ken MacLeod", ["Iain Banks", "Ken MacLeod"], False),
        ("Virgil, Robert Fitzgerald", ["Virgil, Robert Fitzgerald"], True),
        ("Sophocles, Euripides", ["Sophocles, Euripides"], True),
        ("Beauvoir, Simone Lucie", ["Beauvoir, Simone Lucie"], True),
        ("Iain Banks; MacLeod, Ken & Alasdair Gray", ["Iain Banks", "Ken MacLeod", "Alasdair Gray"], False),
        ("", [], False),
    ],
)
def test_what_a_person_typed_is_turned_round_only_where_it_is_certain(text, people, unclear):
    assert as_written(text) == (people, unclear)
