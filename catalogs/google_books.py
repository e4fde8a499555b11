"""Google Books: https://developers.google.com/books/docs/v1/reference/volumes"""

import re
from html import unescape

import httpx

from catalogs import CatalogError, Record, isbn, ranking
from catalogs.languages import iso
from catalogs.spine_queries import spine_queries
from catalogs.statements import as_text, as_texts, pages, published_date

# A partial response is a fifth of the size: https://developers.google.com/books/docs/v1/performance
INFO = "title,subtitle,authors,publisher,publishedDate,industryIdentifiers,language,imageLinks,infoLink"
FIELDS = f"items(id,volumeInfo({INFO},pageCount,categories,description))"
MOST = 40  # results in one response


class GoogleBooks:
    name = "google_books"
    title = "Google Books"

    def __init__(self, client: httpx.Client, base_url: str = "https://www.googleapis.com", key: str = ""):
        self.client, self.base_url, self.key = client, base_url, key

    def by_isbn(self, isbn13: str) -> Record | None:
        records = _records(self._ask(f"isbn:{isbn13}", 5))
        return next((record for record in records if record.isbn == isbn13), None)

    def search(self, text: str, limit: int = 10) -> list[Record]:
        records: dict[str, Record] = {}
        for words in spine_queries(text):
            found = self._ask(" ".join(words), min(MOST, limit * 2))
            records |= {record.source_id: record for record in _records(found)}
            if ranking.explained(text, records.values()):
                break
        return ranking.best(text, records.values(), limit)

    def _ask(self, query: str, most: int) -> list[dict]:
        params = {"q": query, "maxResults": most, "printType": "books", "fields": FIELDS}
        if self.key:
            params["key"] = self.key
        try:
            reply = self.client.get(f"{self.base_url}/books/v1/volumes", params=params)
            reply.raise_for_status()
            items = reply.json().get("items") or []
            return items if isinstance(items, list) else []
        except httpx.HTTPStatusError as error:
            raise CatalogError(f"Google Books rejected the request ({error.response.status_code}).", permanent=True) from error
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise CatalogError(f"Google Books did not respond: {error}.") from error


def _records(items) -> list[Record]:
    """Records of the items that have a title. Malformed items are skipped."""
    items = [item for item in items if isinstance(item, dict) and isinstance(item.get("volumeInfo"), dict)]
    return [_record(item) for item in items if as_text(item["volumeInfo"].get("title"))]


def _record(item: dict) -> Record:
    info = item["volumeInfo"]
    numbers = _numbers(info.get("industryIdentifiers"))
    pictures = info.get("imageLinks") if isinstance(info.get("imageLinks"), dict) else {}
    cover = as_text(pictures.get("thumbnail")) or as_text(pictures.get("smallThumbnail"))
    link = as_text(info.get("infoLink"))
    return Record(
        title=as_text(info.get("title")),
        subtitle=as_text(info.get("subtitle")),
        authors=tuple(as_texts(info.get("authors"))),
        isbn=numbers.get("ISBN_13") or numbers.get("ISBN_10") or "",
        publisher=as_text(info.get("publisher")),
        published_date=published_date(as_text(info.get("publishedDate"))),
        language=iso(as_text(info.get("language"))),
        cover=_secure(cover),
        links={"googleBooks": _secure(link)} if link else {},
        pages=pages(as_text(info.get("pageCount"))),  # 0 if unknown
        description=_plain(as_text(info.get("description"))),
        categories=tuple(as_texts(info.get("categories"))),
        source="google_books",
        source_id=as_text(item.get("id")),
    )


def _numbers(entries) -> dict[str, str]:
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {as_text(entry.get("type")): isbn.clean(as_text(entry.get("identifier"))) for entry in entries}


def _plain(description: str) -> str:
    """The text without the simple tags it comes with, such as <b> and <br>."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?i)<br\s*/?>|</p>", "\n", description))).strip()


def _secure(address: str) -> str:
    """The address with https, and without the page corner that the service draws into its pictures."""
    return re.sub(r"^http://(books\.google\.|www\.google\.)", r"https://\1", address).replace("&edge=curl", "")
