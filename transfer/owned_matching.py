"""Whether a row is a book that its owner has: by the program's own number, else by ISBN, else by title and author.

Two ISBNs are never taken for one book. What the program numbers differently is not the same either, so that volumes of one
title stay apart; and where a file lists copies, each of its rows finds a copy of its own."""

from collections import defaultdict
from dataclasses import dataclass, field

from library.copies.identity import work_key
from library.models import UserBook
from transfer import gains
from transfer.items import Item
from transfer.models import Import, ImportRow


@dataclass
class Known:
    """A copy that is there, or will be at the end of this chunk (`pk` is None until then)."""

    pk: int | None
    title: str
    isbn: str
    number: str  # in its series
    work: str
    ids: dict[str, str]
    removed: bool = False
    added: str = ""
    taken: bool = field(default=False, compare=False)  # by a row that stands for a copy
    first: Item | None = field(default=None, compare=False)  # the row of this chunk that it will be made of
    copy: UserBook | None = field(default=None, compare=False)
    filled: set[str] = field(default_factory=set, compare=False)  # what is not empty, by the names of transfer/gains.py


class Owned:
    """What a person has of the books that the rows of one chunk may be; asked in five queries at most."""

    def __init__(self, file: Import, items: list[tuple[int, Item]], by_id: dict[tuple[str, str], int]):
        self.file, self.by_id = file, by_id
        self.by_pk: dict[int, Known] = {}
        self.by_isbn: dict[str, list[Known]] = defaultdict(list)
        self.by_work: dict[str, list[Known]] = defaultdict(list)
        self.new_ids: dict[tuple[str, str], Known] = {}
        isbns = {isbn_of(item) for _, item in items} - {""}
        works = {work_of(item) for _, item in items} - {""}
        pks = {by_id[key] for _, item in items for key in item.ids.items() if key in by_id}
        self.moments = {item.whole.get("added") for _, item in items if item.whole}
        self.before = self._before([line for line, _ in items])
        for question in ({"isbn13__in": isbns}, {"book__work_key__in": works}, {"pk__in": pks | set(self.before.values())}):
            if next(iter(question.values())):
                self._learn(UserBook.objects.filter(user=file.user, **question))
        if any(item.is_a_copy for _, item in items) and self.by_pk:
            taken = ImportRow.objects.filter(file=file, copy__in=list(self.by_pk)).values_list("copy", flat=True)
            for pk in taken:
                self.by_pk[pk].taken = True

    def _before(self, lines: list[int]) -> dict[int, int]:
        """What became of these lines when the same file was brought in before."""
        if not self.file.sha256:
            return {}
        earlier = Import.objects.filter(user=self.file.user, sha256=self.file.sha256).exclude(pk=self.file.pk)
        pks = list(earlier.values_list("pk", flat=True))
        rows = ImportRow.objects.filter(file__in=pks, number__in=lines, copy__isnull=False) if pks else ImportRow.objects.none()
        return dict(rows.values_list("number", "copy"))

    def _learn(self, copies):
        columns = ("pk", "title", "isbn13", "series_number", "book__work_key", "imported__ids", "removed", "added")
        for pk, title, isbn, number, work, ids, removed, added in copies.values_list(*columns).iterator():
            if pk not in self.by_pk:
                self.add(Known(pk, title, isbn, number, work, ids or {}, removed is not None, added.isoformat()))

    def add(self, known: Known):
        if known.pk:
            self.by_pk[known.pk] = known
        if known.isbn:
            self.by_isbn[known.isbn].append(known)
        if known.work:
            self.by_work[known.work].append(known)
        for key in known.ids.items():
            self.new_ids[key] = known

    def promise(self, item: Item) -> Known:
        """`item` will be there when the chunk is written; a row after it is to find it."""
        number = (item.whole or item.facts).get("series_number", "")
        known = Known(None, item.title, isbn_of(item), number, work_of(item), item.ids, taken=item.is_a_copy, first=item)
        known.filled = gains.names_in_item(item)
        self.add(known)
        return known

    def find(self, line: int, item: Item) -> Known | None:
        """The copy that `item` is; one that is in the trash only where no other is there."""
        if line in self.before and (known := self.by_pk.get(self.before[line])) and not known.taken:
            return self._take(known, item)
        for key in item.ids.items():
            pk = self.by_id.get(key)
            if known := self.new_ids.get(key) or self.by_pk.get(pk):
                return known
        fitting = [known for known in self._alike(item) if self._may_be(known, item)]
        if item.whole:  # the very copy, or else one that is not that of another row
            added = item.whole.get("added")
            fitting = [known for known in fitting if known.added == added or known.added not in self.moments]
            fitting.sort(key=lambda known: known.added != added)
        else:
            fitting.sort(key=lambda known: known.removed)
        return self._take(fitting[0], item) if fitting else None

    def _alike(self, item: Item) -> list[Known]:
        isbn, work = isbn_of(item), work_of(item)
        same_isbn = self.by_isbn.get(isbn, []) if isbn else []
        same_work = [known for known in self.by_work.get(work, []) if not (isbn and known.isbn)] if work else []
        return [*same_isbn, *(known for known in same_work if known not in same_isbn)]

    def _may_be(self, known: Known, item: Item) -> bool:
        number = (item.whole or item.facts).get("series_number", "")
        if known.number and number and known.number != number:
            return False
        if any(known.ids.get(program, own) != own for program, own in item.ids.items()):
            return False
        return not (item.is_a_copy and known.taken)

    def _take(self, known: Known, item: Item) -> Known:
        known.taken = known.taken or item.is_a_copy
        return known


def ids_of(user) -> dict[tuple[str, str], int]:
    """The numbers that other programs gave this person's copies."""
    numbered = UserBook.objects.filter(user=user, imported__has_key="ids").values_list("pk", "imported__ids")
    return {key: pk for pk, ids in numbered.iterator() if isinstance(ids, dict) for key in ids.items()}


def isbn_of(item: Item) -> str:
    return (item.whole or item.facts).get("isbn13") or ""


def work_of(item: Item) -> str:
    """ "" where there is an ISBN alone."""
    edition = (item.whole or {}).get("edition") or item.whole or item.facts
    return work_key(edition["title"], edition.get("authors") or []) if edition.get("title") else ""
