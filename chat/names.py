"""The names of a library: its titles, authors, series, shelves, tags, publishers and borrowers, as questions have them."""

from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Count, Max

from catalogs import folding
from chat.words import names_of_rooms, single_words
from library.models import CopyAuthor, Loan, Shelf, Tag, UserBook
from library.search import terms

MOST = 40_000
LONGEST = 9  # words of a name that are looked for
Names = dict[str, list[tuple[str, str]]]  # as it is compared -> kinds, and how it stands in the library


def name_key(name: str) -> str:
    """Folded; what an apostrophe joins are two words, as in `d'Albert`."""
    return " ".join(terms.search_words(name.replace("’", " ").replace("'", " ")))


@dataclass
class LibraryNames:
    names: Names = field(default_factory=dict)
    given: Names = field(default_factory=dict)  # first names: only after "by"

    @classmethod
    def of(cls, user) -> "LibraryNames":
        books = UserBook.objects.of(user)
        state = books.aggregate(n=Count("pk"), changed=Max("changed"), last=Max("pk"))
        known = _names_of_books(user.pk, *state.values())
        made = cls(dict(known.names), known.given)
        for shelf in Shelf.objects.filter(user=user):
            for name in (shelf.name, shelf.room, shelf.bookcase, str(shelf)):
                for key in names_of_rooms().get(name_key(name), [""]):
                    made.add("shelf", name, key)
        for name in Tag.objects.filter(user=user).values_list("name", flat=True):
            made.add("tag", name)
            made.add("tag", name, " ".join(word for word in name_key(name).split() if word not in single_words("silent")))
        for name in Loan.objects.filter(copy__user=user).order_by().values_list("borrower", flat=True).distinct():
            made.add("person", name)
        return made

    def add(self, kind: str, name: str, key: str = ""):
        key = key or name_key(name)
        if key and (kind, name) not in self.names.get(key, ()):
            self.names[key] = [*self.names.get(key, ()), (kind, name)]

    def author(self, name: str) -> str:
        """The author that a name means, in full or by surname; "" for none."""
        found = self.names.get(name_key(name), ())
        return next((shown for kind, shown in found if kind == "author"), "")


@lru_cache(maxsize=64)
def _names_of_books(user_id: int, *state) -> LibraryNames:
    """Made once, until one of the books changes: what `state` is for."""
    books = UserBook.objects.filter(user=user_id, removed__isnull=True).order_by()
    made = LibraryNames()
    for title, series, publisher in books.values_list("title", "series", "publisher").distinct()[:MOST]:
        made.add("title", title)
        made.add("title", title, folding.sort_title(title))
        made.add("title", title, name_key(title.partition(":")[0]))
        made.add("series", series)
        made.add("series", series, folding.sort_title(series))
        made.add("publisher", publisher)
    for name in CopyAuthor.objects.filter(user=user_id).order_by().values_list("name", flat=True).distinct()[:MOST]:
        _add_author(made, name)
    return made


def _add_author(made: LibraryNames, name: str):
    """In full, without first names, and with the first of them: `Ursula K. Le Guin`, `Le Guin`, `Ursula Le Guin`."""
    given, surname = folding.split_name(name)
    words = name_key(name).split()
    for key in (" ".join(words), name_key(surname), *(" ".join(words[n:]) for n in range(1, len(words)))):
        if len(key) > 2:
            made.add("author", name, key)
    made.add("author", name, name_key(f"{given.partition(' ')[0]} {surname}"))
    if len(words[0] if words else "") > 3:
        made.given.setdefault(words[0], []).append(("author", name))
