"""The names of a library, looked for in what somebody asks: its authors, series, shelves, tags, publishers and borrowers."""

import re
from dataclasses import dataclass, field

from catalogs import folding
from library.models import CopyAuthor, Loan, Shelf, Tag, UserBook
from library.search import terms

MOST = 20_000
# Surnames and names that are words as well: taken for a name only where the sentence says so ("by King").
WORDS = frozenset(
    """king green brown white black gray grey young long short small rice wood stone rivers lake hill field bush rose may june april
    day knight bishop pope prince duke count page penny cook baker butler carpenter hunter fisher shepherd taylor smith mason miller
    fox wolf bird swift crane finch lamb hart love grace hope faith joy rich poor wise good best strong sharp sterling moon star storm
    snow frost winter summer west north south east england france german french english church hall house home banks bridge ford
    london paris york history art science war peace fiction library unknown various anonymous book books reader reading read author
    title series shelf first last new old great more less many much like one two three""".split()
)


def padded(text: str) -> str:
    """Folded, with a space on both sides so that whole words can be looked for; `Pratchett's` is pratchett."""
    return f" {' '.join(terms.search_words(re.sub(r'[’‘´`]', chr(39), text).replace(chr(39) + 's ', ' ').removesuffix(chr(39) + 's')))} "


def name_key(name: str) -> str:
    return " ".join(terms.search_words(name))


@dataclass
class LibraryNames:
    """For each kind of name: as it is compared -> as it stands in the library."""

    authors: dict[str, str] = field(default_factory=dict)
    surnames: dict[str, list[str]] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    shelves: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    publishers: dict[str, str] = field(default_factory=dict)
    borrowers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, user) -> "LibraryNames":
        books = UserBook.objects.of(user).order_by()
        made = cls()
        rows = CopyAuthor.objects.of(user).order_by().values_list("name", flat=True).distinct()[:MOST]
        for name in rows:
            made.authors.setdefault(name_key(name), name)
            made.surnames.setdefault(surname(name), []).append(name)
        made.series = {name_key(name): name for name in distinct(books, "series")}
        made.publishers = {name_key(name): name for name in distinct(books, "publisher")}
        for shelf in Shelf.objects.filter(user=user):
            for name in (shelf.name, shelf.room, shelf.bookcase, str(shelf)):
                if name:
                    made.shelves.setdefault(name_key(name), name)
        made.tags = {name_key(name): name for name in Tag.objects.filter(user=user).values_list("name", flat=True)}
        loans = Loan.objects.filter(copy__user=user).order_by().values_list("borrower", flat=True).distinct()
        made.borrowers = {name_key(name): name for name in loans}
        for names in (made.authors, made.series, made.publishers, made.shelves, made.tags, made.borrowers):
            names.pop("", None)
        return made

    def author(self, name: str) -> str:
        """The author that `name` means: in full, by surname, or by both in any order; "" for none."""
        wanted = name_key(name)
        if not wanted:
            return ""
        if wanted in self.authors:
            return self.authors[wanted]
        if len(self.surnames.get(wanted, ())) >= 1:
            return self.surnames[wanted][0]
        words = set(wanted.split())
        some = [full for full in self.authors if words <= set(full.split())]
        return self.authors[min(some, key=len)] if some else ""


def distinct(books, column: str) -> list[str]:
    return list(books.exclude(**{column: ""}).values_list(column, flat=True).distinct()[:MOST])


def surname(name: str) -> str:
    """`Le Guin` of `Ursula K. Le Guin`; what names are sorted by."""
    return name_key(name.split(",")[0] if "," in name else folding.split_name(name)[1])


def longest_in(text: str, names: dict[str, str], least: int = 3) -> str:
    """The key of the longest of `names` that stands in `text` as whole words."""
    words = text.split()
    for size in range(min(8, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            some = " ".join(words[start : start + size])
            if len(some) >= least and some in names:
                return some
    return ""
