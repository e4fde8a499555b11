"""What the library registers with the apps below it; `LibraryConfig.ready` calls `register`."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django_q.models import Schedule

from accounts.account_deletion import ACCOUNT_DATA, CHUNK, AccountData, delete_in_chunks
from accounts.page_links import PAGE_LINKS, SETTINGS_BOOKS, SETTINGS_PROGRAMS, PageLink
from jobs.outgoing import OUTGOING_KINDS, OutgoingKind
from jobs.periodic import register_periodic
from jobs.runner import register_kind
from library.copies import trash
from library.copies.identity import PEOPLE
from library.metadata_lookup import LOOKUPS
from library.models import Book, Undo, UserBook
from library.search.embedding import VECTORS


def register():
    OUTGOING_KINDS.append(OutgoingKind(LOOKUPS, person="user", threads=2))
    register_kind(VECTORS)
    register_periodic("trash", trash.purge_old, Schedule.DAILY)
    ACCOUNT_DATA.append(
        AccountData(
            mentions=_mentions,
            folders=("covers/own",),
            delete=_delete_books,
            weight=lambda user: user.books.count(),
        )
    )
    PAGE_LINKS[SETTINGS_BOOKS] += [
        PageLink("Shelves", "shelves", icon="shelves", hint="Rooms, bookcases, shelves and their order"),
        PageLink("Lent", "loans", icon="hand", hint="Who has your books, and when they are due back"),
        PageLink("Tags", "tags", icon="tag", hint="Rename, merge or delete them"),
        PageLink("Removed books", "books_removed", icon="trash", hint=_removed_books),
    ]
    link = PageLink("Feeds", "feeds", icon="feed", hint="For calendars, feed readers and reader apps")
    PAGE_LINKS[SETTINGS_PROGRAMS].append(link)


def _mentions(user) -> list[str]:
    books, shelves = user.books.count(), user.shelves.count()
    numbers = [f"{books:,} book{'' if books == 1 else 's'}", f"{shelves:,} shel{'f' if shelves == 1 else 'ves'}"]
    return [*numbers, "reviews", "notes", "loans"]


def _removed_books(user) -> str:
    return f"{UserBook.objects.in_trash(user).count()} you can restore"


def _delete_books(user):
    """Also deletes editions that nobody else owns and no catalogue knows, because their titles are this person's own words."""
    while books := dict(UserBook.objects.filter(user=user).values_list("pk", "book")[:CHUNK]):
        with transaction.atomic():
            UserBook.objects.filter(pk__in=books).delete()
            typed = Book.objects.filter(pk__in=set(books.values()), source__in=PEOPLE)
            typed.filter(~Exists(UserBook.objects.filter(book=OuterRef("pk")))).delete()
    delete_in_chunks(Undo.objects.filter(user=user))
