"""A library written in the layout of every program comes back as it was, as far as the layout can hold it."""

import csv
import io
import random

import pytest

from library.models import Status
from tests.transfer.importing import read
from transfer import detect
from transfer.tables import Table

WORDS = "harbour lantern winter orchard Größe señal naïve C# 1984 & “quoted” coast".split()
PEOPLE = ["Ursula K. Le Guin", "Gabriel García Márquez", "Zadie Smith", "J. R. R. Tolkien", "Ngũgĩ wa Thiong'o"]
LAST_FIRST = {
    "Ursula K. Le Guin": "Le Guin, Ursula K.", "Gabriel García Márquez": "García Márquez, Gabriel", "Zadie Smith": "Smith, Zadie",
    "J. R. R. Tolkien": "Tolkien, J. R. R.", "Ngũgĩ wa Thiong'o": "wa Thiong'o, Ngũgĩ",
}  # fmt: skip
ISBNS = ["9780441478125", "9780141439587", "9780060883287", "9780316246620"]
DAYS = ["2019-03-04", "2020-11-25", "2021-02-28"]


def book(chance: random.Random) -> dict:
    """What somebody has, by the names of transfer/fields."""
    words = lambda n: " ".join(chance.sample(WORDS, n))  # noqa: E731
    person = chance.choice(PEOPLE)
    begun, finished, added = (chance.choice(DAYS) for _ in range(3))
    return {
        "title": words(3), "subtitle": words(2), "person": person, "isbn": chance.choice(ISBNS), "added": added, "bought": added,
        "publisher": "Little, Brown and Company", "published": chance.choice(["1999", "2004-05-06"]), "pages": "417",
        "first_published": str(chance.randrange(1700, 1990)), "language": "en", "series": "Long Coast", "series_number": "3",
        "binding": "Paperback", "description": words(6), "categories": "History", "tags": "signed", "notes": words(4),
        "review": words(5), "rating": chance.randrange(1, 6), "begun": begun, "finished": max(begun, finished), "shelf": "Hall",
        "copies": "1", "bought_from": "A shop", "price": "12.50", "condition_note": "worn spine", "lent_to": "Ana",
    }  # fmt: skip


def columns_used(layout: Table) -> dict[str, str]:
    """One column for what the layout has: the first that is called so."""
    used: dict[str, str] = {}
    for name, target in layout.columns.items():
        used.setdefault(target, name)
    return used


def written(layout: Table, own: dict) -> dict[str, str]:
    """The row that the program would write."""
    person, stars = own["person"], own["rating"] * (layout.stars or 5) / 5
    forms = {
        "title": own["title"], "plain_title": own["title"], "authors": person, "author_list": person, "one_author": person,
        "author_surname_first": LAST_FIRST[person], "rating": f"{stars:g}",
    }  # fmt: skip
    return {name: text for target, name in columns_used(layout).items() if (text := forms.get(target, own.get(target)))}


def expected(layout: Table, own: dict) -> tuple[dict, dict]:
    """(facts, the owner's) that the columns of the layout can hold"""
    held = columns_used(layout)
    facts = {"title": own["title"], "isbn13": own["isbn"], "authors": [own["person"]], "pages": 417, "categories": ["History"]}
    facts |= {
        name: own[name] for name in ("subtitle", "publisher", "language", "series", "series_number", "binding", "description")
    }
    facts |= {"published_date": own["published"], "first_published": int(own["first_published"])}
    own_values = {name: own[name] for name in ("notes", "review", "added", "bought", "bought_from", "price", "condition_note")}
    own_values["rating"] = own["rating"] * 2
    names = {"isbn": "isbn13", "published": "published_date", "plain_title": "title"}
    names |= dict.fromkeys(("authors", "author_list", "author_surname_first", "one_author"), "authors")
    there = {names.get(target, target) for target in held}
    return {k: v for k, v in facts.items() if k in there}, {k: v for k, v in own_values.items() if k in there}


@pytest.mark.parametrize("layout", detect.TABLES, ids=lambda layout: layout.name)
def test_what_a_layout_can_hold_comes_back_equal(layout):
    chance = random.Random(layout.name)
    books = [book(chance) for _ in range(12)]
    header = list(dict.fromkeys([*layout.columns, *layout.signature]))
    rows = [written(layout, own) | {"item_type": "book", "Item Type": "book", "Work Id": "OL1W"} for own in books]
    rows = [{name: text for name, text in row.items() if name in header} for row in rows]
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter="\t" if layout.name == "librarything" else ",")
    writer.writeheader()
    writer.writerows(rows)
    kind, items = read(out.getvalue(), layout.name)
    assert kind == layout.name and len(items) == len(books)
    for own, item in zip(books, items, strict=True):
        facts, own_values = expected(layout, own)
        assert {name: item.facts.get(name) for name in facts} == facts
        assert {name: item.own.get(name) for name in own_values} == own_values
        held = columns_used(layout)
        if "finished" in held and "begun" in held:
            assert item.readings == [[own["begun"], own["finished"]]] and item.own["status"] == Status.READ
        assert item.shelf == (["Hall"] if "shelf" in held else []) and ("signed" in item.tags) == ("tags" in held)
