"""The owner's choice of cover for a copy: one from an edition of the same work, their own picture, or the drawn one."""

from dataclasses import dataclass

from django.db import transaction

from library.copies import facts, owner_edits
from library.covers import cover_files
from library.models import Book, UserBook

MOST_OFFERED = 12
EDITION, UPLOAD, DRAWN = "edition", "upload", "drawn"
SENTENCES = {
    EDITION: "Cover changed.",
    UPLOAD: "Cover changed to your own picture.",
    DRAWN: "Cover changed to the drawn one.",
}


@dataclass(frozen=True)
class _Offer:
    """A cover of an edition of the same work, with the attributes that the `cover` tag needs."""

    pk: int
    title: str
    authors: tuple[str, ...]
    language: str
    cover: str
    cover_key: str
    words: str
    chosen: bool


def editions_with_covers(copy: UserBook):
    """Editions of the same work that have a cover."""
    return Book.objects.filter(work_key=copy.book.work_key).exclude(cover="").order_by("-published_date", "pk")


def cover_offers(copy: UserBook) -> list[_Offer]:
    """Covers of editions of the same work, the copy's own edition first, without duplicates, in one query."""
    same = sorted(editions_with_covers(copy)[: MOST_OFFERED * 2], key=lambda book: book.pk != copy.book_id)
    first = {book.cover: book for book in reversed(same)}
    return [_offer(copy, book) for book in same if first[book.cover] is book][:MOST_OFFERED]


def _offer(copy: UserBook, book: Book) -> _Offer:
    words = ", ".join(part for part in (book.publisher, book.year, book.language) if part) or "Edition"
    chosen = copy.cover == book.cover
    return _Offer(book.pk, book.title, tuple(book.authors), book.language, book.cover, book.cover_key, words, chosen)


@transaction.atomic
def choose_edition_cover(copy: UserBook, book: Book) -> UserBook:
    """Uses the cover of the edition `book`, without changing the copy's own edition."""
    return _choose(copy, book.cover, book.cover_key)


@transaction.atomic
def choose_own_cover(copy: UserBook, picture: bytes) -> UserBook:
    """Uses the owner's picture, which must come from `as_cover`."""
    return _choose(copy, "", cover_files.store_own_cover(copy.user, picture))


@transaction.atomic
def choose_drawn_cover(copy: UserBook) -> UserBook:
    return _choose(copy, "", "")


def _choose(copy: UserBook, cover: str, key: str) -> UserBook:
    """Records the owner as the source even of an empty address, so that no catalogue fills it again."""
    edited = owner_edits.edit_copy(copy.user, copy.pk, {"cover": cover}, {"cover_key": key})
    edited.origins["cover"] = facts.YOU
    edited.save(update_fields=["origins"])
    cover_files.enqueue_cover(edited)
    return edited
