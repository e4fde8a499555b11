"""A library that somebody has lived with, small enough to know what is true of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from library.copies.bulk_add import NewCopy, add_copies
from library.models import Status, UserBook
from tests.factories import make_copy, make_shelf

TODAY = date(2024, 6, 15)
LE_GUIN = "Ursula K. Le Guin"
READ, TO_READ, READING = Status.READ, Status.TO_READ, Status.READING
SF, CRIME, HISTORY, FANTASY = ["Fiction", "Science Fiction"], ["Crime"], ["History"], ["Fantasy"]
# title, author, year, pages, categories, language, series, number, status, rating in half stars, shelf, tags
BOOKS = (
    ("Dune", "Frank Herbert", 1965, 412, SF, "en", "Dune", "1", READ, 10, "study", ["desert"]),
    ("Dune Messiah", "Frank Herbert", 1969, 256, SF, "en", "Dune", "2", TO_READ, None, "study", []),
    ("God Emperor of Dune", "Frank Herbert", 1981, 496, SF, "en", "Dune", "4", TO_READ, None, "study", []),
    ("The Left Hand of Darkness", LE_GUIN, 1969, 304, SF, "en", "Hainish Cycle", "4", READ, 9, "study", ["classic"]),
    ("The Dispossessed", "Ursula K. Le Guin", 1974, 387, SF, "en", "Hainish Cycle", "5", TO_READ, None, "study", []),
    ("A Wizard of Earthsea", "Ursula K. Le Guin", 1968, 183, FANTASY, "en", "Earthsea", "1", READ, 8, "living", []),
    ("The Tombs of Atuan", "Ursula K. Le Guin", 1971, 163, FANTASY, "en", "Earthsea", "2", TO_READ, None, "living", []),
    ("The Farthest Shore", "Ursula K. Le Guin", 1972, 197, FANTASY, "en", "Earthsea", "3", TO_READ, None, "living", []),
    ("Flowers for Algernon", "Daniel Keyes", 1966, 216, SF, "en", "", "", TO_READ, None, "study", []),
    ("Foundation", "Isaac Asimov", 1951, 255, SF, "en", "Foundation", "1", READ, 7, "study", []),
    ("Second Foundation", "Isaac Asimov", 1953, 240, SF, "en", "Foundation", "3", TO_READ, None, "study", []),
    ("Guards! Guards!", "Terry Pratchett", 1989, 376, FANTASY, "en", "Discworld", "8", READ, 9, "living", ["funny"]),
    ("Mort", "Terry Pratchett", 1987, 272, FANTASY, "en", "Discworld", "4", READ, 10, "living", ["funny"]),
    ("Small Gods", "Terry Pratchett", 1992, 384, FANTASY, "en", "Discworld", "13", TO_READ, None, "living", ["funny"]),
    ("Good Omens", "Terry Pratchett", 1990, 400, FANTASY, "en", "", "", READ, 8, "living", ["funny"]),
    ("Murder on the Orient Express", "Agatha Christie", 1934, 256, CRIME, "en", "Hercule Poirot", "10", READ, 8, "bed", []),
    ("Death on the Nile", "Agatha Christie", 1937, 288, CRIME, "en", "Hercule Poirot", "17", TO_READ, None, "bed", []),
    ("The Name of the Rose", "Umberto Eco", 1980, 512, CRIME, "en", "", "", READ, 9, "bed", ["monks"]),
    ("Der Prozess", "Franz Kafka", 1925, 280, ["Fiction"], "de", "", "", READ, 7, "living", []),
    ("Die Verwandlung", "Franz Kafka", 1915, 120, ["Fiction"], "de", "", "", TO_READ, None, "living", []),
    ("Momo", "Michael Ende", 1973, 304, ["Children"], "de", "", "", READING, None, "bed", []),
    ("L'Étranger", "Albert Camus", 1942, 185, ["Fiction"], "fr", "", "", READ, 8, "living", []),
    ("Sapiens", "Yuval Noah Harari", 2011, 443, HISTORY, "en", "", "", READ, 6, "study", []),
    ("SPQR", "Mary Beard", 2015, 608, HISTORY, "en", "", "", READING, None, "study", ["rome"]),
    ("The Guns of August", "Barbara Tuchman", 1962, 511, HISTORY, "en", "", "", TO_READ, None, "study", []),
    ("Salt, Fat, Acid, Heat", "Samin Nosrat", 2017, 480, ["Cooking"], "en", "", "", READ, 10, "kitchen", []),
    ("Plenty", "Yotam Ottolenghi", 2010, 288, ["Cooking"], "en", "", "", TO_READ, None, "kitchen", ["vegetarian"]),
    ("Jerusalem", "Yotam Ottolenghi", 2012, 320, ["Cooking"], "en", "", "", TO_READ, None, "kitchen", []),
    ("The Waste Land", "T. S. Eliot", 1922, 64, ["Poetry"], "en", "", "", READ, None, "living", []),
    ("Ariel", "Sylvia Plath", 1965, 96, ["Poetry"], "en", "", "", TO_READ, None, "living", []),
    ("Ulysses", "James Joyce", 1922, 730, ["Fiction"], "en", "", "", Status.DID_NOT_FINISH, 4, "living", []),
    ("Emma", "Jane Austen", 1815, 474, ["Fiction", "Romance"], "en", "", "", READ, 9, "living", ["classic"]),
    ("Piranesi", "Susanna Clarke", 2020, 272, FANTASY, "en", "", "", Status.WISHLIST, None, None, []),
    ("The Name of the Wind", "Patrick Rothfuss", 2007, 662, FANTASY, "en", "Kingkiller Chronicle", "1", TO_READ, None, "bed", []),
)  # fmt: skip

READ_ON = {
    "Dune": [date(2020, 3, 1), date(2023, 7, 9)], "Mort": [date(2023, 2, 2)], "Emma": [date(2024, 5, 20)],
    "Sapiens": [date(2022, 8, 8)], "The Left Hand of Darkness": [date(2024, 1, 5)], "Foundation": [date(2023, 11, 30)],
}  # fmt: skip
LENT = {
    "Good Omens": {"borrower": "Ana", "since": date(2024, 4, 1), "due": date(2024, 5, 1)},
    "Sapiens": {"borrower": "Ana", "since": date(2024, 6, 1), "due": date(2099, 1, 1)},
    "Plenty": {"borrower": "Ben", "since": date(2024, 3, 3)},
    "Mort": {"borrower": "Chiara", "since": date(2023, 3, 3), "returned": date(2023, 4, 4)},
}
OWN = {
    "Mort": {"favourite": True},
    "Emma": {"favourite": True, "review": "Handsome, clever and rich."},
    "Jerusalem": {"price": "24.90", "currency": "EUR", "notes": "From the market."},
}


def copy_of(number: int, row: tuple, places: dict) -> NewCopy:
    title, author, year, pages, categories, language, series, volume, status, rating, shelf, tags = row
    facts = {"title": title, "authors": [author], "published_date": str(year), "pages": pages, "categories": categories}
    facts |= {"language": language, "series": series, "series_number": volume}
    added = datetime(2022, 1, 1, 12, tzinfo=UTC) + timedelta(days=20 * number)
    own = {"status": status, "rating": rating, "shelf": places.get(shelf), "added": added, **OWN.get(title, {})}
    readings = [{"finished": day} for day in READ_ON.get(title, [])]
    return NewCopy(facts, own, tags, readings, [LENT[title]] if title in LENT else [])


@pytest.fixture
def books(owner) -> dict[str, UserBook]:
    places = {
        "study": make_shelf(owner, "Study", room="Office"), "living": make_shelf(owner, "Living room"),
        "bed": make_shelf(owner, "Bedside"), "kitchen": make_shelf(owner, "Kitchen"),
    }  # fmt: skip
    copies = add_copies(owner, [copy_of(number, row, places) for number, row in enumerate(BOOKS)])
    make_copy(owner, "Dune", "Frank Herbert", published_date="1965", pages=412, status=READ, shelf=places["living"])
    return {copy.title: copy for copy in copies}
