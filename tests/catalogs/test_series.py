import pytest

from catalogs.series import split_series


@pytest.mark.parametrize(
    ("printed", "name", "number"),
    [
        ("The Dark Is Rising sequence -- bk. 2", "The Dark Is Rising sequence", "2"),
        ("Discworld (3)", "Discworld", "3"),
        ("Discworld #3", "Discworld", "3"),
        ("SF masterworks, 12", "SF masterworks", "12"),
        ("The Expanse, Book 2.5", "The Expanse", "2.5"),
        ("A Song of Ice and Fire ; v. 1-3", "A Song of Ice and Fire", "1-3"),
        ("Edition Suhrkamp ; Bd. 100", "Edition Suhrkamp", "100"),
        ("Penguin classics", "Penguin classics", ""),
        ("The class of 1984", "The class of 1984", ""),
        ("(Penguin modern classics)", "Penguin modern classics", ""),
        ("7", "7", ""),
        ("", "", ""),
    ],
)
def test_name_and_number_are_told_apart(printed, name, number):
    assert split_series(printed) == (name, number)
