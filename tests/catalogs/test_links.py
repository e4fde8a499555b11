"""Links to shops and catalogues."""

from catalogs.links import purchase_links


def test_amazon_is_asked_by_the_ten_digit_isbn():
    links = purchase_links("9780441013593", "Dune", "Frank Herbert")
    assert links["amazon"] == "https://www.amazon.com/dp/0441013597"
    assert links["googleBooks"] == "https://books.google.com/books?vid=ISBN9780441013593"
    assert links["openLibrary"] == "https://openlibrary.org/isbn/9780441013593"


def test_an_isbn_without_a_ten_digit_form_is_searched_for():
    assert purchase_links("9791032719343", "Astérix", "")["amazon"] == "https://www.amazon.com/s?k=9791032719343"


def test_a_book_without_isbn_is_searched_for_by_its_words():
    links = purchase_links("", "War & Peace", "Tolstoy")
    assert links["openLibrary"] == "https://openlibrary.org/search?q=War+%26+Peace+Tolstoy"
