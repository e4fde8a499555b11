"""Links to sites where a book can be bought or looked up, by its ISBN if it has one, otherwise by title and author."""

from urllib.parse import quote, urlencode

from catalogs import isbn

SITE_NAMES = {"amazon": "Amazon", "googleBooks": "Google Books", "openLibrary": "Open Library"}


def purchase_links(isbn13: str, title: str, author: str) -> dict[str, str]:
    """Name of the site (as in SITE_NAMES) -> address."""
    words = " ".join(filter(None, [title, author]))
    # Amazon's product numbers for books are ISBN-10s; books in the 979 range have none, so the link is a search.
    ten = isbn.to_isbn10(isbn13)
    return {
        "amazon": f"https://www.amazon.com/dp/{ten}" if ten else f"https://www.amazon.com/s?{urlencode({'k': isbn13 or words})}",
        "googleBooks": f"https://books.google.com/books?{urlencode({'vid': f'ISBN{isbn13}'} if isbn13 else {'q': words})}",
        "openLibrary": f"https://openlibrary.org/isbn/{quote(isbn13)}"
        if isbn13
        else f"https://openlibrary.org/search?{urlencode({'q': words})}",
    }
