"""Google Books: https://developers.google.com/books/docs/v1/reference/volumes"""

import html
import re

import httpx

from catalogs import CatalogError, Record, isbn, ranking
from catalogs.languages import iso
from catalogs.spine_queries import plan

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
        records = [_record(item) for item in self._ask(f"isbn:{isbn13}", 5)]
        return next((record for record in records if record.isbn == isbn13), None)

    def search(self, text: str, limit: int = 10) -> list[Record]:
        records: dict[str, Record] = {}
        for words in plan(text):
            found = self._ask(" ".join(words), min(MOST, limit * 2))
            records |= {item["id"]: _record(item) for item in found if item["volumeInfo"].get("title")}
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
            return reply.json().get("items") or []
        except httpx.HTTPStatusError as error:
            raise CatalogError(f"Google Books rejected the request ({error.response.status_code}).", permanent=True) from error
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise CatalogError(f"Google Books did not respond: {error}.") from error


def _record(item: dict) -> Record:
    info = item["volumeInfo"]
    numbers = {entry.get("type"): entry.get("identifier", "") for entry in info.get("industryIdentifiers") or []}
    pictures = info.get("imageLinks") or {}
    cover = pictures.get("thumbnail") or pictures.get("smallThumbnail") or ""
    return Record(
        title=info.get("title", ""),
        subtitle=info.get("subtitle", ""),
        authors=tuple(info.get("authors") or ()),
        isbn=isbn.clean(numbers.get("ISBN_13", "")) or isbn.clean(numbers.get("ISBN_10", "")),
        publisher=info.get("publisher", ""),
        published_date=info.get("publishedDate", "")[:10],
        language=iso(info.get("language", "")),
        cover=_secure(cover),
        links={"googleBooks": _secure(info["infoLink"])} if info.get("infoLink") else {},
        pages=info.get("pageCount") or None,  # 0 if unknown
        description=_plain(info.get("description", "")),
        categories=tuple(info.get("categories") or ()),
        source="google_books",
        source_id=item["id"],
    )


def _plain(description: str) -> str:
    """The text without the simple tags it comes with, such as <b> and <br>."""
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?i)<br\s*/?>|</p>", "\n", description))).strip()


def _secure(address: str) -> str:
    """The address with https, and without the page corner that the service draws into its pictures."""
    return re.sub(r"^http://(books\.google\.|www\.google\.)", r"https://\1", address).replace("&edge=curl", "")
