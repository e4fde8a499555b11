"""Search filters such as `author:`, `year:1990..2000` and `is:lent`, applied as conditions on the person's own books."""

import re
from collections.abc import Callable
from datetime import date

from django.conf.locale import LANG_INFO

from catalogs import folding
from library.models import Status
from library.models.copy_queries import FIELDS, UserBookQuerySet
from library.search import terms
from library.search.query import Filter
from library.sightings import is_on_a_photo

STATUSES = {
    "unread": Status.TO_READ, "toread": Status.TO_READ, "read": Status.READ, "finished": Status.READ, "reading": Status.READING,
    "current": Status.READING, "didnotfinish": Status.DID_NOT_FINISH, "dnf": Status.DID_NOT_FINISH,
    "abandoned": Status.DID_NOT_FINISH, "wishlist": Status.WISHLIST, "wanted": Status.WISHLIST,
}  # fmt: skip
PARTS = {"tag": "tags", "scan": "photo", "picture": "cover", "authors": "author", "note": "notes"}  # other names of FIELDS
LANGUAGES = {info["name"].casefold(): code for code, info in LANG_INFO.items() if "name" in info and len(code) == 2}
RANGE = re.compile(r"^(?P<low>\d+(?:\.\d+)?)?\s*(?P<to>\.\.\.?|-|–|to)\s*(?P<high>\d+(?:\.\d+)?)?$")
BOUND = re.compile(r"^(?P<sign>>=|<=|>|<|≥|≤)?(?P<number>\d+(?:\.\d+)?)(?P<plus>\+|s)?$")


def narrow(books: UserBookQuerySet, query: Filter) -> UserBookQuerySet:
    """The books that match a filter. An invalid filter matches nothing, its negation everything."""
    meaning = MEANINGS[query.name]
    return books.but_not(lambda all_books: meaning(all_books, query.value)) if query.no else meaning(books, query.value)


def _bounds(text: str, step: float = 1) -> tuple[float | None, float | None] | None:
    """The inclusive bounds of `3..5`, `>300`, `1990s` or `7`; None if the text is not a number."""
    text = text.strip()
    if (range_ := RANGE.match(text)) and (range_["low"] or range_["high"]):
        return tuple(float(range_[end]) if range_[end] else None for end in ("low", "high"))
    one = BOUND.match(text)
    if not one:
        return None
    number = float(one["number"])
    sign = {"≥": ">=", "≤": "<="}.get(one["sign"], one["sign"])
    if sign:
        low = number if sign == ">=" else number + step if sign == ">" else None
        high = number if sign == "<=" else number - step if sign == "<" else None
        return low, high
    if one["plus"] == "+":
        return number, None
    return (number, number + 9) if one["plus"] == "s" else (number, number)


def _number_filter(field: str, between: Callable, times: int = 1, step: float = 1):
    def meaning(books, value: str):
        if value.casefold() in ("none", "no"):
            return books.missing(field)
        found = _bounds(value, step)
        return between(books, *(end and end * times for end in found)) if found else books.none()

    return meaning


def year(books, value: str):
    if found := _bounds(value):
        return books.published(*(None if end is None else int(end) for end in found))
    return books.missing("year") if value.casefold() in ("none", "unknown") else books.none()


def _added_filter(books, value: str):
    found = _bounds(value)
    if found is None or any(end is not None and not 1 <= end <= 9998 for end in found):
        return books.none()
    first, last = (None if end is None else int(end) for end in found)
    return books.added_between(first and date(first, 1, 1), last and date(last, 12, 31))


def _groups(words: list[str]) -> list[tuple[str, ...]]:
    """Every word with its spelling variants of umlauts."""
    return [(word, *terms.umlauts(word)) for word in words]


def _author_filter(books, value: str):
    return books.with_words("author_rows__folded", _groups(terms.search_words(value)))


def _tag_filter(books, value: str):
    """Books with exactly this tag; if there is no such tag, books whose tags contain its words."""
    named = books.tagged(value)
    return named if named.exists() else books.with_words("tags__folded", _groups(terms.search_words(value)))


def series(books, value: str):
    """Books in exactly this series; if there is no such series, books in a series that contains its words."""
    named = books.in_series(value)
    return named if named.exists() else books.with_words("series_key", _groups(folding.sort_title(value).split()))


def title(books, value: str):
    return books.with_words("sort_title", _groups(folding.sort_title(value).split()))


def _shelf_filter(books, value: str):
    return books.missing("shelf") if value.casefold() == "none" else books.at_place_with_words(value)


def _status_filter(books, value: str):
    found = STATUSES.get(re.sub(r"[^a-z]", "", value.casefold()))
    return books.with_status(found) if found else books.none()


def isbn(books, value: str):
    digits = re.sub(r"[^0-9Xx]", "", value).upper()
    if value.casefold() == "none":
        return books.missing("isbn")
    return books.with_isbn(f"978{digits[:9]}" if len(digits) == 10 else digits)


def _language_filter(books, value: str):
    code = value.casefold()
    return books.in_language(LANGUAGES.get(code, code[:2] if len(code) in (2, 5) else code))


def _lent_filter(books, value: str):
    return books.lent(value) if terms.search_words(value) else books.none()


def _is_(books, value: str):
    value = value.casefold()
    meanings = {
        **dict.fromkeys(("lent", "borrowed", "away"), lambda: books.lent()),
        **dict.fromkeys(("favourite", "favorite", "fav", "loved"), lambda: books.favourites()),
        "overdue": lambda: books.lent(overdue=True),
        "rated": lambda: books.having("rating"),
        "unrated": lambda: books.missing("rating"),
        "shelved": lambda: books.having("shelf"),
        "unshelved": lambda: books.missing("shelf"),
    }
    return meanings[value]() if value in meanings else _status_filter(books, value)


def _has_filter(books, value: str):
    field = PARTS.get(value.casefold(), value.casefold())
    if field == "photo":
        return books.filter(is_on_a_photo(books.owner))
    return books.having(field) if field in FIELDS else books.none()


def _contains(*columns: str):
    return lambda books, value: books.containing(value, *columns)


MEANINGS = {
    "author": _author_filter,
    "tag": _tag_filter,
    "shelf": _shelf_filter,
    "status": _status_filter,
    "isbn": isbn,
    "year": year,
    "language": _language_filter,
    "rating": _number_filter("rating", UserBookQuerySet.rated, times=2, step=0.5),
    "is": _is_,
    "has": _has_filter,
    "pages": _number_filter("pages", UserBookQuerySet.with_pages),
    "lent": _lent_filter,
    "added": _added_filter,
    "publisher": _contains("publisher"),
    "category": _contains("categories"),
    "notes": _contains("notes", "review"),
    "title": title,
    "series": series,
}
