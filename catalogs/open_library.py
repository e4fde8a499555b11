"""Open Library: https://openlibrary.org/dev/docs/api/search and, for one edition, https://openlibrary.org/dev/docs/api/books"""

from dataclasses import replace

import httpx

from catalogs import CatalogError, Record, isbn, ranking
from catalogs.languages import iso
from catalogs.series import split_series
from catalogs.spine_queries import plan

WORK = "key title subtitle author_name first_publish_year isbn publisher language cover_i editions".split()
EDITION = "key title subtitle isbn publisher publish_date language cover_i".split()
FIELDS = ",".join([*WORK, *(f"editions.{name}" for name in EDITION)])
CATEGORIES = 8  # of often several hundred
COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg"


class OpenLibrary:
    name = "open_library"
    title = "Open Library"

    def __init__(self, client: httpx.Client, base_url: str = "https://openlibrary.org"):
        self.client, self.base_url = client, base_url

    def by_isbn(self, isbn13: str) -> Record | None:
        """Combines the search, which has the names of authors, with the edition's page, which has pages, series and binding."""
        found = self._ask(f"isbn:{isbn13}", 1, FIELDS + ",subject")
        if not found:
            return None
        record = _record(found[0], isbn13)
        return _with_details(record, self._edition(record.source_id), found[0].get("subject") or [])

    def search(self, text: str, limit: int = 10) -> list[Record]:
        """The service requires every word to match, so each further query has fewer words, and the last one matches any."""
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

    def _edition(self, key: str) -> dict:
        """The edition's page, or nothing if it is unavailable: the search result is enough for a book."""
        try:
            reply = self.client.get(f"{self.base_url}/books/{key}.json") if key.endswith("M") else None
            details = reply.json() if reply and reply.status_code == 200 else {}
            return details if isinstance(details, dict) else {}
        except (httpx.HTTPError, ValueError):
            return {}

    def _ask(self, query: str, limit: int, fields: str = FIELDS) -> list[dict]:
        try:
            reply = self.client.get(f"{self.base_url}/search.json", params={"q": query, "fields": fields, "limit": limit})
            reply.raise_for_status()
            return reply.json()["docs"]
        except httpx.HTTPStatusError as error:
            raise CatalogError(f"Open Library rejected the request ({error.response.status_code}).", permanent=True) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise CatalogError(f"Open Library did not respond: {error}.") from error


def _record(doc: dict, asked_isbn: str = "") -> Record:
    """A work as its most likely edition: the service puts the one that fits the query first."""
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


def _with_details(record: Record, edition: dict, subjects: list) -> Record:
    series, number = split_series(next(iter(_texts(edition.get("series"))), ""))
    pages = edition.get("number_of_pages")
    binding = " ".join(_text(edition.get("physical_format")).split())
    return replace(
        record,
        series=series,
        series_number=number,
        pages=pages if isinstance(pages, int) and 0 < pages < 100_000 else None,
        binding=binding[:1].upper() + binding[1:],
        description=_text(edition.get("description")).strip(),
        categories=tuple((_texts(edition.get("subjects")) or _texts(subjects))[:CATEGORIES]),
    )


def _text(value) -> str:
    """Long texts are strings or {"type": "/type/text", "value": …}."""
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _texts(values) -> list[str]:
    return [text for value in (values if isinstance(values, list) else [values]) if (text := _text(value))]


def _year(published) -> str:
    """Dates are as printed in the book (`March 2004`, `2004-03-01`, [1999]); only the year is common to all."""
    text = str(published[0] if isinstance(published, list) and published else published or "")
    digits = "".join(c if c.isdigit() else " " for c in text).split()
    return next((part for part in digits if len(part) == 4), "")
