import pytest

from catalogs.folding import fold, sort_name, sort_title


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Müller’s Büro", "mullers buro"),
        ("STRAẞE & Weiß", "strasse and weiss"),
        ("L'Étranger", "letranger"),
        ("snake_case -- dash", "snake case dash"),
        ("Мёртвые души", "мертвые души"),
        ("三体", "三体"),
        (None, ""),
    ],
)
def test_text_is_compared_without_case_accents_and_signs(text, folded):
    assert fold(text) == folded


def test_titles_sort_without_their_article():
    assert sort_title("The Hobbit") == "hobbit"
    assert sort_title("Die Verwandlung") == "verwandlung"
    assert sort_title("It") == "it"


def test_volumes_sort_one_two_ten():
    volumes = ["Vol. 10", "Vol. 2", "Vol. 1"]
    assert sorted(volumes, key=sort_title) == ["Vol. 1", "Vol. 2", "Vol. 10"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Jane Austen", "austen jane"),
        ("Ursula K. Le Guin", "le guin ursula k"),
        ("Johann Wolfgang von Goethe", "von goethe johann wolfgang"),
        ("Austen, Jane", "austen jane"),
        ("Homer", "homer"),
    ],
)
def test_names_sort_by_surname(name, key):
    assert sort_name(name) == key
