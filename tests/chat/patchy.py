"""A library as people have them: half of the details were never filled in."""

from datetime import date

from library.copies.bulk_add import NewCopy, add_copies
from library.models import Status
from tests.factories import make_shelf

READ, TO_READ, READING, WISHLIST, DNF = Status.READ, Status.TO_READ, Status.READING, Status.WISHLIST, Status.DID_NOT_FINISH
HESSE, MARQUEZ, TOLKIEN = "Hermann Hesse", "Gabriel García Márquez", "J. R. R. Tolkien"
RINGS, EARTH = "The Lord of the Rings", "Remembrance of Earth's Past"
SF, CRIME, SCIENCE, COOKING, LIFE = ["Science Fiction"], ["Crime"], ["Science"], ["Cooking"], ["Biography"]
# title, author, year, pages, categories, language, series, number, status, rating in half stars, shelf, tags
BOOKS = (
    ("Wuthering Heights", "Emily Brontë", 1847, 416, ["Fiction", "Classics"], "", "", "", READ, 9, "Bedroom", []),
    ("Jane Eyre", "Charlotte Brontë", 1847, 532, ["Fiction"], "", "", "", TO_READ, None, "Bedroom", []),
    ("Villette", "Charlotte Brontë", 1853, None, [], "", "", "", TO_READ, None, "Attic", []),
    ("Steppenwolf", HESSE, 1927, 237, ["Fiction"], "de", "", "", READ, 8, "Living room", []),
    ("Siddhartha", HESSE, 1922, 152, ["Fiction"], "", "", "", READ, 10, "Living room", []),
    ("Demian", HESSE, "", None, [], "", "", "", TO_READ, None, "", []),
    ("Das Glasperlenspiel", HESSE, 1943, 600, ["Fiction"], "de", "", "", DNF, 4, "Living room", []),
    ("La Peste", "Albert Camus", 1947, 279, ["Fiction"], "fr", "", "", READ, 8, "Living room", []),
    ("L'Étranger", "Albert Camus", 1942, 185, [], "", "", "", TO_READ, None, "Living room", []),
    ("Le Petit Prince", "Antoine de Saint-Exupéry", 1943, 96, ["Children"], "fr", "", "", READ, 10, "Nursery", []),
    ("Cien años de soledad", MARQUEZ, 1967, 471, ["Fiction"], "es", "", "", READ, 9, "", []),
    ("El amor en los tiempos del cólera", MARQUEZ, 1985, 348, [], "", "", "", TO_READ, None, "", []),
    ("La casa de los espíritus", "Isabel Allende", 1982, 433, ["Fiction"], "", "", "", READING, None, "Bedroom", []),
    ("Ficciones", "Jorge Luis Borges", 1944, 174, ["Short stories"], "", "", "", TO_READ, None, "", []),
    ("The Fellowship of the Ring", TOLKIEN, 1954, 423, ["Fantasy"], "en", RINGS, "1", READ, 10, "Living room", []),
    ("The Two Towers", TOLKIEN, 1954, 352, ["Fantasy"], "", RINGS, "2", READ, 9, "Living room", []),
    ("The Return of the King", TOLKIEN, 1955, 416, ["Fantasy"], "", RINGS, "3", WISHLIST, None, "", []),
    ("The Hobbit", TOLKIEN, 1937, 310, ["Fantasy"], "en", "", "", READ, 9, "Nursery", []),
    ("The Three-Body Problem", "Cixin Liu", 2008, 302, SF, "", EARTH, "1", READ, 8, "Study", []),
    ("Death's End", "Cixin Liu", 2010, 604, SF, "", EARTH, "3", TO_READ, None, "Study", []),
    ("Neuromancer", "William Gibson", 1984, 271, SF, "en", "", "", TO_READ, None, "Study", []),
    ("Snow Crash", "Neal Stephenson", 1992, 440, SF, "", "", "", TO_READ, None, "Study", []),
    ("A Brief History of Time", "Stephen Hawking", 1988, 256, SCIENCE, "", "", "", READ, 7, "Study", []),
    ("Cosmos", "Carl Sagan", 1980, None, SCIENCE, "", "", "", TO_READ, None, "Study", []),
    ("The Selfish Gene", "Richard Dawkins", 1976, 360, SCIENCE, "", "", "", TO_READ, None, "", ["biology"]),
    ("Mastering the Art of French Cooking", "Julia Child", 1961, 684, COOKING, "", "", "", TO_READ, None, "Kitchen", []),
    ("The Bread Baker's Apprentice", "Peter Reinhart", 2001, 304, COOKING, "", "", "", READ, 8, "Kitchen", []),
    ("Gone Girl", "Gillian Flynn", 2012, 415, ["Crime", "Thriller"], "", "", "", READ, 6, "Bedroom", []),
    ("The Big Sleep", "Raymond Chandler", 1939, 231, CRIME, "", "", "", TO_READ, None, "", ["noir"]),
    ("And Then There Were None", "Agatha Christie", 1939, 272, CRIME, "", "", "", READ, 8, "Bedroom", []),
    ("Emma", "Jane Austen", 1815, 474, ["Fiction"], "", "", "", READ, 7, "Bedroom", ["gift"]),
    ("Persuasion", "Jane Austen", 1817, 249, [], "", "", "", TO_READ, None, "Bedroom", []),
    ("Meditations", "Marcus Aurelius", "", None, ["Philosophy"], "", "", "", TO_READ, None, "Attic", []),
    ("Sophie's World", "Jostein Gaarder", 1991, 518, ["Philosophy"], "", "", "", READING, None, "Bedroom", []),
    ("The Diary of a Young Girl", "Anne Frank", 1947, 283, LIFE, "", "", "", READ, 9, "Attic", []),
    ("Long Walk to Freedom", "Nelson Mandela", 1994, 656, LIFE, "", "", "", TO_READ, None, "Attic", []),
    ("Sapiens", "Yuval Noah Harari", 2011, 443, ["History"], "", "", "", READ, 6, "Study", ["gift"]),
    ("Klara and the Sun", "Kazuo Ishiguro", 2021, 307, SF, "", "", "", WISHLIST, None, "", []),
)  # fmt: skip
READ_ON = {
    "Wuthering Heights": date(2022, 11, 3), "Steppenwolf": date(2023, 3, 9), "Siddhartha": date(2023, 8, 1),
    "La Peste": date(2024, 2, 11), "The Hobbit": date(2024, 5, 4), "Emma": date(2021, 1, 30),
    "Sapiens": date(2023, 12, 24), "Gone Girl": date(2024, 5, 25),
}  # fmt: skip
LENT = {
    "A Brief History of Time": {"borrower": "Marie", "since": date(2024, 5, 20)},
    "Gone Girl": {"borrower": "Thomas", "since": date(2024, 4, 2), "due": date(2024, 5, 2)},
    "The Hobbit": {"borrower": "Lucía", "since": date(2023, 1, 5), "returned": date(2023, 2, 5)},
}
OWN = {
    "The Hobbit": {"favourite": True}, "Le Petit Prince": {"favourite": True},
    "The Diary of a Young Girl": {"notes": "Read at school, and again twenty years later."},
    "Long Walk to Freedom": {"price": "12.50", "currency": "EUR"},
    "Sapiens": {"review": "Bold, quick, and a little too sure of itself."},
}  # fmt: skip


def _copy_of(row: tuple, places: dict) -> NewCopy:
    title, author, year, pages, categories, language, series, volume, status, rating, shelf, tags = row
    facts = {"title": title, "authors": [author], "published_date": str(year), "pages": pages, "categories": categories}
    facts |= {"language": language, "series": series, "series_number": volume}
    own = {"status": status, "rating": rating, "shelf": places.get(shelf), **OWN.get(title, {})}
    readings = [{"finished": READ_ON[title]}] if title in READ_ON else []
    return NewCopy(facts, own, tags, readings, [LENT[title]] if title in LENT else [])


def fill_patchy(owner):
    """36 books of one's own, of which eight say what language they are in, and two that are only wished for."""
    places = {name: make_shelf(owner, name) for name in ("Bedroom", "Attic", "Living room", "Nursery", "Study", "Kitchen")}
    add_copies(owner, [_copy_of(row, places) for row in BOOKS])
