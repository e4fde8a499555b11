"""Rows that are a number alone: what is known here is looked up here, those of Open Library are looked up there."""

import httpx
from django.conf import settings

from catalogs import isbn, lookup
from catalogs.open_library import first_year
from library.copies import facts, identity, isbn_entry
from library.models import FACTS
from transfer.items import Item

AT_ONCE = 50
SEARCH = "key,title,subtitle,author_name,first_publish_year"
NOT_ASKED = "Only Open Library can identify this book, and it is not one of the catalogues used here."
NO_ANSWER = "Open Library did not respond, so the title is not known yet. Try this row again later."
NOT_THERE = "Open Library no longer has this number."


def complete_by_number(items: list[Item]):
    """Fills in what a number says: in two queries for ISBNs, in one question for each fifty numbers of Open Library."""
    nameless = [item for item in items if not item.title and not item.problem and not item.left_out]
    by_isbn = [item for item in nameless if item.isbn13]
    if by_isbn:
        _from_here(by_isbn)
    others = [item for item in nameless if not item.isbn13 and "open_library" in item.ids]
    for start in range(0, len(others), AT_ONCE):
        _from_open_library(others[start : start + AT_ONCE])


def _from_here(items: list[Item]):
    """An ISBN that nobody here knows is its own title until it is looked up."""
    known = isbn_entry.known_here(item.isbn13 for item in items)
    for item in items:
        record = known.get(item.isbn13) or identity.placeholder(item.isbn13)
        values = facts.facts_of_record(record)
        item.facts |= {name: values[name] for name in FACTS if values.get(name)}
        if item.isbn13 not in known:
            item.notes.append("This ISBN is not known here yet. It is being looked up in the catalogues.")


def _from_open_library(items: list[Item]):
    catalog = next((one for one in lookup.lookup_from_settings().catalogs if one.name == "open_library"), None)
    if catalog is None or "open_library" not in settings.CATALOGS:
        return _give_up(items, NOT_ASKED)
    try:
        found = _works(catalog, [number for item in items if (number := item.ids["open_library"]).endswith("W")])
        found |= _editions(catalog, [number for item in items if (number := item.ids["open_library"]).endswith("M")])
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        return _give_up(items, NO_ANSWER)
    for item in items:
        if values := found.get(item.ids["open_library"]):
            item.facts |= values
        else:
            item.problem = NOT_THERE


def _give_up(items: list[Item], sentence: str):
    for item in items:
        item.problem = sentence


def _works(catalog, numbers: list[str]) -> dict[str, dict]:
    if not numbers:
        return {}
    wanted = " OR ".join(f"/works/{number}" for number in numbers if number.isalnum())
    query = {"q": f"key:({wanted})", "fields": SEARCH, "limit": len(numbers)}
    docs = _ask(catalog, "/search.json", query)["docs"]
    return {doc["key"].rsplit("/", 1)[-1]: _facts(doc, doc.get("author_name") or []) for doc in docs if doc.get("title")}


def _editions(catalog, numbers: list[str]) -> dict[str, dict]:
    """https://openlibrary.org/dev/docs/api/books"""
    if not numbers:
        return {}
    query = {"bibkeys": ",".join(f"OLID:{number}" for number in numbers), "format": "json", "jscmd": "data"}
    found = {}
    for key, doc in _ask(catalog, "/api/books", query).items():
        if doc.get("title"):
            found[key.removeprefix("OLID:")] = _facts(doc, [author["name"] for author in doc.get("authors") or []])
            numbers = doc.get("identifiers") or {}
            known = next(filter(None, map(isbn.clean, [*numbers.get("isbn_13", []), *numbers.get("isbn_10", [])])), "")
            found[key.removeprefix("OLID:")] |= {"isbn13": known} if known else {}
    return found


def _ask(catalog, path: str, query: dict) -> dict:
    reply = catalog.client.get(f"{catalog.base_url}{path}", params=query)
    reply.raise_for_status()
    return reply.json()


def _facts(doc: dict, authors: list[str]) -> dict:
    more = {"subtitle": (doc.get("subtitle") or "")[:500], "first_published": first_year(doc.get("first_publish_year"))}
    return {"title": doc["title"][:500], "authors": authors} | {name: value for name, value in more.items() if value}
