"""Copies, shelves and loans as JSON, for the API and for webhooks."""

from catalogs.links import purchase_links
from library.copies import facts, loans, tagging
from library.models import FACTS, Loan, Reading, Shelf, Tag, UserBook

IN_JSON = (
    *FACTS, "status", "rating", "favourite", "review", "notes", "bought", "bought_from", "price", "currency", "condition",
    "condition_note", "entry", "origins", "imported", "sync_status", "version", "added", "changed", "removed", "shelf__name",
)  # fmt: skip


def with_related(copies):
    """Only the columns of `copies` that `books_json` needs."""
    return copies.select_related("shelf").only(*IN_JSON)


def books_json(copies) -> list[dict]:
    """One more query for the tags of all of them."""
    copies = list(copies)
    tags = tagging.names_by_copy(copies)
    return [_book_json(copy, tags[copy.pk]) for copy in copies]


def book_json(copy: UserBook) -> dict:
    return books_json([copy])[0]


def _book_json(copy: UserBook, tags: list[str]) -> dict:
    return {
        "id": copy.pk,
        **{name: getattr(copy, name) for name in ("title", "subtitle", "author", "authors")},
        "isbn": copy.isbn13,
        "publisher": copy.publisher,
        "publishedDate": copy.published_date,
        "firstPublished": copy.first_published,
        "language": copy.language,
        "series": copy.series,
        "seriesNumber": copy.series_number,
        "pages": copy.pages,
        "binding": copy.binding,
        "description": copy.description,
        "categories": copy.categories,
        "coverImage": copy.cover,
        "purchaseLinks": purchase_links(copy.isbn13, copy.title, copy.author),
        "specifications": copy.specifications,
        "status": str(copy.status),
        "rating": copy.rating and copy.rating / 2,
        "favourite": copy.favourite,
        "review": copy.review,
        "notes": copy.notes,
        "tags": tags,
        "shelf": shelf_name_json(copy.shelf) if copy.shelf else None,
        "bought": copy.bought and copy.bought.isoformat(),
        "boughtFrom": copy.bought_from,
        "price": None if copy.price is None else str(copy.price),
        "currency": copy.currency,
        "condition": str(copy.condition),
        "conditionNote": copy.condition_note,
        "entry": str(copy.entry),
        "sources": {fact: facts.source_in_words(source) for fact, source in copy.origins.items()},
        "lookUp": str(copy.sync_status),
        "version": copy.version,
        "added": copy.added.isoformat(),
        "changed": copy.changed.isoformat(),
        "removed": copy.removed and copy.removed.isoformat(),
    }


def books_by_key(copies, keys) -> dict[int, dict]:
    """Primary key -> JSON, for those of `keys` that are among `copies`."""
    return {book["id"]: book for book in books_json(with_related(copies).in_bulk(keys).values())}


def book_by_key(pk: int) -> dict | None:
    """For webhooks: the book as it is when the message is sent."""
    copy = with_related(UserBook.objects.filter(pk=pk)).first()
    return copy and book_json(copy)


def shelf_name_json(shelf: Shelf) -> dict:
    return {"id": shelf.pk, "name": shelf.name}


def shelf_json(row: Shelf) -> dict:
    """Includes `count` if the queryset has annotated the number of books."""
    place = {"room": row.room, "bookcase": row.bookcase, "position": row.position, "created": row.created.isoformat()}
    return shelf_name_json(row) | place | {"count": getattr(row, "count", 0)}


def tag_json(row: Tag) -> dict:
    return {"id": row.pk, "name": row.name, "count": getattr(row, "count", 0)}


def loan_json(row: Loan) -> dict:
    days = {
        name: value and value.isoformat() for name, value in (("since", row.since), ("due", row.due), ("returned", row.returned))
    }
    about = {"id": row.pk, "book": {"id": row.copy_id, "title": row.copy.title}, "borrower": row.borrower, "note": row.note}
    return about | days | {"overdue": loans.is_overdue(row)}


def reading_json(row: Reading) -> dict:
    return {
        "id": row.pk,
        "started": row.started and row.started.isoformat(),
        "finished": row.finished and row.finished.isoformat(),
    }
