"""Columns with the people of a book, by the form in which a program writes them."""

import re
from collections.abc import Callable

from catalogs import names
from catalogs.statements import repaired
from library.copies.tagging import split_list
from transfer.items import Hints, Item

WRITERS = frozenset(["author", "writer", "goodreads author", "autor", "auteur", ""])
WITH_ROLE = re.compile(r"(.*?)\s*\(([^()]*)\)")
HEADING = re.compile(r"(.+?),\s*(author|editor|translator|illustrator|compiler|contributor|narrator)\.?", re.IGNORECASE)
LIFETIME = re.compile(r"[\d\s?–-]*")


def _authors(item: Item, text: str, hints: Hints):
    """As a person typed them: a comma that may mean two things stays."""
    unclear = False
    for piece in re.split(r"\s*[;|\n]\s*|(?<=\))\s*[,&]\s*(?!\s*\d{3})", repaired(text)):
        match = WITH_ROLE.fullmatch(piece) or HEADING.fullmatch(piece)
        match = None if match and _spells_out(*match.groups()) else match
        people, open_question = _as_typed(match[1] if match else piece)
        unclear = unclear or open_question
        if match and not _is_writer(match[2]) and people:
            _keep_by_role(item, match[2], people.pop())
        add_authors(item, people)
    if unclear:
        item.notes.append(f"“{text[:80]}” may be one author or several, so it was left as it is. Separate authors by semicolons.")


def _as_typed(text: str) -> tuple[list[str], bool]:
    """`Herbert, Frank, 1920-1986.` and `Lewis, C. S. (Clive Staples)` are headings of a library catalogue."""
    if "," in text and (names.DATES.search(text) or WITH_ROLE.fullmatch(text)):
        return [names.PersonName.surname_first(text).display], False
    return names.as_written(text)


def _spells_out(name: str, bracket: str) -> bool:
    """`C. S. (Clive Staples)`"""
    initials = names.INITIALS.search(name)
    return bool(initials) and re.findall(r"\w", initials[0].casefold()) == [word[0] for word in bracket.casefold().split()]


def _is_writer(role: str) -> bool:
    return role.casefold() in WRITERS or bool(LIFETIME.fullmatch(role))


def _keep_by_role(item: Item, role: str, name: str):
    item.extra[role] = "; ".join(filter(None, [item.extra.get(role), name]))


def _author_list(item: Item, text: str, hints: Hints):
    """`Terry Pratchett, Neil Gaiman (Narrator)`: who did something else than write is kept by the role."""
    for name in names.listed(repaired(text)):
        role = WITH_ROLE.fullmatch(name)
        if role and not _is_writer(role[2]):
            _keep_by_role(item, role[2], role[1])
        else:
            add_authors(item, [role[1] if role else name])


def read_surnames_first(item: Item, text: str, hints: Hints):
    """`García Márquez, Gabriel`, several of them between semicolons or lines."""
    people = re.split(r"\s*[;|&\n]\s*", repaired(text))
    add_authors(item, [names.PersonName.surname_first(name).display for name in people])


def _surname(item: Item, text: str, hints: Hints):
    item.name_parts["surname"] = repaired(text)


def _given_name(item: Item, text: str, hints: Hints):
    item.name_parts["given"] = repaired(text)


def _one_author(item: Item, text: str, hints: Hints):
    add_authors(item, [" ".join(repaired(text).split())])


def _more_authors(item: Item, text: str, hints: Hints):
    add_authors(item, names.listed(repaired(text)) if '"' not in text else split_list(repaired(text)))


def add_authors(item: Item, people):
    known = item.facts.setdefault("authors", [])
    known += [name for name in people if name and name not in known]


PEOPLE_FIELDS: dict[str, tuple[str, Callable]] = {
    "authors": ("Authors, as they were typed", _authors),
    "author_list": ("Authors: first last, first last", _author_list),
    "author_surname_first": ("Authors: last, first", read_surnames_first),
    "surname": ("Author’s surname", _surname),
    "given_name": ("Author’s given names", _given_name),
    "one_author": ("First author", _one_author),
    "more_authors": ("Other authors", _more_authors),
}
