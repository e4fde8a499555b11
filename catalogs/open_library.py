"""Open Library: https://openlibrary.org/dev/docs/api/search and, for one edition, https://openlibrary.org/dev/docs/api/books"""

import re
from dataclasses import replace

import httpx

from catalogs import CatalogError, Record, isbn, ranking
from catalogs.languages import iso
from catalogs.series import split_series
from catalogs.spine_queries import spine_queries
from catalogs.statements import LAST_YEAR, as_text, as_texts, pages, published_date

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
        record = _record(found[0], isbn13) if found else None
        return _with_details(record, self._edition(record.source_id), found[0].get("subject")) if record else None

    def search(self, text: str, limit: int = 10) -> list[Record]:
        """The service requires every word to match, so each further query has fewer words, and the last one matches any."""
        records: dict[str, Record] = {}
        questions = spine_queries(text)
        queries = [" ".join(words) for words in questions[:2]]
        if questions and len(questions[-1]) > 1:
            queries.append(" OR ".join(questions[-1]))
        for query in queries:
            found = filter(None, map(_record, self._ask(query, limit * 2)))
            records |= {record.links["openLibrary"]: record for record in found}
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
            found = reply.json()["docs"]
            return found if isinstance(found, list) else []
        except httpx.HTTPStatusError as error:
            raise CatalogError(f"Open Library rejected the request ({error.response.status_code}).", permanent=True) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise CatalogError(f"Open Library did not respond: {error}.") from error


def _record(doc, isbn_of_edition: str = "") -> Record | None:
    """One work as its likeliest edition, which the service puts first; None where neither has a title."""
    doc = doc if isinstance(doc, dict) else {}
    editions = doc.get("editions") if isinstance(doc.get("editions"), dict) else {}
    found = editions.get("docs") if isinstance(editions.get("docs"), list) else []
    edition = next((item for item in found if isinstance(item, dict)), {})
    facts = {**doc, **edition}
    title, key = as_text(edition.get("title")) or as_text(doc.get("title")), as_text(facts.get("key"))
    if not title or not key:
        return None
    cover = facts.get("cover_i")
    languages = as_texts(facts.get("language"))
    return Record(
        title=title,
        subtitle=as_text(facts.get("subtitle")),
        authors=tuple(as_texts(doc.get("author_name"))),
        isbn=isbn_of_edition or next(filter(None, map(isbn.clean, as_texts(facts.get("isbn")))), ""),
        publisher=as_text(facts.get("publisher")),
        published_date=published_date(as_text(edition.get("publish_date")))[:4],
        first_published=first_year(doc.get("first_publish_year")),
        language=iso(languages[0]) if languages and (len(languages) == 1 or edition.get("language")) else "",
        cover=COVER.format(cover) if isinstance(cover, int) and cover > 0 else "",
        links={"openLibrary": f"https://openlibrary.org{key}"},
        source="open_library",
        source_id=key.rsplit("/", 1)[-1],
    )


def first_year(value) -> int | None:
    """The year in which a work appeared, as the search gives it."""
    year = int(value) if isinstance(value, int | float | str) and re.fullmatch(r"-?\d{1,4}(\.0)?", str(value)) else 0
    return year if year and year <= LAST_YEAR else None


def _with_details(record: Record, edition: dict, subjects) -> Record:
    series, number = split_series(as_text(edition.get("series")))
    binding = " ".join(as_text(edition.get("physical_format")).split())
    return replace(
        record,
        series=series,
        series_number=number,
        pages=pages(as_text(edition.get("number_of_pages"))),
        binding=binding[:1].upper() + binding[1:],
        description=as_text(edition.get("description")),
        categories=tuple((as_texts(edition.get("subjects")) or as_texts(subjects))[:CATEGORIES]),
    )
