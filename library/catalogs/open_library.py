"""Open Library: https://openlibrary.org/dev/docs/api/search"""

import httpx

from library import isbn
from library.catalogs import CatalogError, Record, ranking
from library.catalogs.languages import iso
from library.catalogs.queries import plan

WORK = "key title subtitle author_name first_publish_year isbn publisher language cover_i editions".split()
EDITION = "key title subtitle isbn publisher publish_date language cover_i".split()
FIELDS = ",".join([*WORK, *(f"editions.{name}" for name in EDITION)])
COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg"


class OpenLibrary:
    name = "open_library"
    title = "Open Library"

    def __init__(self, client: httpx.Client, base_url: str = "https://openlibrary.org"):
        self.client, self.base_url = client, base_url

    def by_isbn(self, isbn13: str) -> Record | None:
        found = self._ask(f"isbn:{isbn13}", 1)
        return _record(found[0], isbn13) if found else None

    def search(self, text: str, limit: int = 10) -> list[Record]:
        """Every word must be there for the service, so each further question has fewer of them, the last any of them."""
        records: dict[str, Record] = {}
        questions = plan(text)
        queries = [" ".join(words) for words in questions[:2]]
        if questions and len(questions[-1]) > 1:
            queries.append(" OR ".join(questions[-1]))
        for query in queries:
            records |= {doc["key"]: _record(doc) for doc in self._ask(query, limit * 2) if doc.get("title")}
            if ranking.explained(text, records.values()):
                break
        return ranking.best(text, records.values(), limit)

    def _ask(self, query: str, limit: int) -> list[dict]:
        try:
            reply = self.client.get(f"{self.base_url}/search.json", params={"q": query, "fields": FIELDS, "limit": limit})
            reply.raise_for_status()
            return reply.json()["docs"]
        except httpx.HTTPStatusError as error:
            raise CatalogError(f"Open Library refused the question ({error.response.status_code}).", permanent=True) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise CatalogError(f"Open Library did not answer: {error}.") from error


def _record(doc: dict, asked_isbn: str = "") -> Record:
    """One work as its likeliest edition: the service puts the one that fits the question first."""
    edition = next(iter((doc.get("editions") or {}).get("docs") or []), {})
    facts = {**doc, **edition}
    cover = facts.get("cover_i") or 0
    published = edition.get("publish_date") or doc.get("first_publish_year") or ""
    languages = facts.get("language") or []
    return Record(
        title=facts["title"],
        subtitle=facts.get("subtitle") or "",
        authors=tuple(doc.get("author_name") or ()),
        isbn=asked_isbn or next(filter(None, map(isbn.clean, facts.get("isbn") or [])), ""),
        publisher=next(iter(facts.get("publisher") or []), ""),
        published_date=_year(published),
        language=iso(languages[0]) if len(languages) == 1 or edition.get("language") else "",
        cover=COVER.format(cover) if cover and cover > 0 else "",
        links={"openLibrary": f"https://openlibrary.org{facts['key']}"},
        source="open_library",
        source_id=facts["key"].rsplit("/", 1)[-1],
    )


def _year(published) -> str:
    """Dates are as printed in the book (`March 2004`, `2004-03-01`, [1999]); the year is what they share."""
    text = str(published[0] if isinstance(published, list) and published else published or "")
    digits = "".join(c if c.isdigit() else " " for c in text).split()
    return next((part for part in digits if len(part) == 4), "")
