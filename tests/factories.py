"""Books, shelves and copies for tests, made the way the product makes them."""

from catalogs import Record
from library.copies.bulk_add import NewCopy, add_copies
from library.copies.identity import add_copy
from library.models import Shelf, UserBook


def make_record(title: str = "The Left Hand of Darkness", author: str = "Ursula K. Le Guin", **facts) -> Record:
    return Record(title=title, authors=(author,) if author else (), **facts)


def make_copy(user, title: str = "The Left Hand of Darkness", author: str = "Ursula K. Le Guin", **facts) -> UserBook:
    """A copy in `user`'s library; facts named as in `Record` describe the edition, the others are the owner's own."""
    edition = {name: facts.pop(name) for name in list(facts) if name in Record.__dataclass_fields__}
    return add_copy(user, make_record(title, author, **edition), **facts)


def make_copies(user, titles, author: str = "Anon", *, tags=(), loans=(), **own) -> list[UserBook]:
    """A copy for each of `titles`, many times quicker than one by one; facts as in `Record`, the others are the owner's own."""
    edition = {name: own.pop(name) for name in list(own) if name in Record.__dataclass_fields__}
    facts = {"authors": [author], **edition}
    return add_copies(user, [NewCopy(facts | {"title": title}, own, list(tags), loans=list(loans)) for title in titles])


def make_shelf(user, name: str = "Living room", **more) -> Shelf:
    return Shelf.objects.create(user=user, name=name, **more)
