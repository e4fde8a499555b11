"""LibraryThing, between tabs, often in ISO-8859-1: numbers and dates in brackets, every author as `Last, First`.
https://www.librarything.com/export.php"""

import re

from catalogs.statements import repaired
from library.models import Status
from transfer import dates
from transfer.fields.people import read_surnames_first
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

OTHER_MEDIA = re.compile(r"(?i)\b(?:video|dvd|blu-?ray|vhs|music|vinyl|map|game|software)\b")
UNOWNED = "read but unowned"  # more than a status, so it is a tag as well
OURS = {  # what their collections say about a book
    "your library": "",
    "all collections": "",
    "wishlist": Status.WISHLIST,
    "to read": Status.TO_READ,
    "currently reading": Status.READING,
    UNOWNED: Status.READ,
}


def _clean(values: dict[str, str]) -> dict[str, str]:
    return {name: text[1:-1] if text.startswith("[") and text.endswith("]") else text for name, text in values.items()}


def _complete(item: Item, values: dict[str, str], hints: Hints):
    if OTHER_MEDIA.search(values.get("Media", "")):
        item.left_out = f"This is not a book but “{values['Media']}”."
    for name in re.split(r"\s*,\s*", values.get("Collections", "")):
        if status := OURS.get(name.casefold()):
            item.own.setdefault("status", status.value)
        if (name and name.casefold() not in OURS) or name.casefold() == UNOWNED:
            item.tags.append(name)
    _more_authors(item, values)
    if publisher := publisher_of(values.get("Publication", "")):
        item.facts["publisher"] = repaired(publisher)
    if item.loans:
        since, back = (dates.parse_date(values.get(name, ""), hints.date_order).text for name in ("Lending Start", "Lending End"))
        item.loans[0] |= {name: day for name, day in (("since", since), ("returned", back)) if len(day) == 10}
    if item.readings and not any(end for _, end in item.readings):
        item.own.setdefault("status", Status.READING.value)


def publisher_of(text: str) -> str:
    """`Little, Brown and Company (2000), Hardcover, 288 pages`, or as libraries write it: `New York : Random House, c1998.`"""
    if match := re.match(r"(.+?)\s*\([^()]*\d{4}[^()]*\)", text):
        return match[1].strip()
    if match := re.match(r"[^:]+\s:\s(.+?)\s*,\s*[\[©]?\s*c?\d{4}", text):
        return match[1].strip()
    return re.split(r",\s*(?:Edition:|\d+ pages|Paperback|Hardcover|Kindle|c?\d{4}\b)", text)[0].strip(" .,")


def _more_authors(item: Item, values: dict[str, str]):
    """Translators and the like stay with the imported columns."""
    names = values.get("Secondary Author", "").split("|")
    roles = values.get("Secondary Author Roles", "").split("|")
    for number, name in enumerate(names):
        role = roles[number].strip() if number < len(roles) else ""
        if name.strip() and role.casefold() in ("", "author"):
            read_surnames_first(item, name, Hints())
        elif name.strip():
            item.extra[role] = "; ".join(filter(None, [item.extra.get(role), name.strip()]))


FORMAT = Table(
    "librarything",
    "LibraryThing",
    where="More → Import/Export → Tab-delimited",
    signature=(
        "Primary Author",
        "Secondary Author",
        "Work id",
        "Collections",
        "ISBNs",
        "Entry Date",
        "Private Comment",
        "From Where",
    ),
    columns=columns_of("""
        id: Book Id | title: Title | drop: Sort Character; Primary Author Role; Summary; Lending Status
        author_surname_first: Primary Author
        together: Secondary Author; Secondary Author Roles; Publication; Collections; Lending Start; Lending End
        published: Date | review: Review | rating: Rating | notes: Comment; Private Comment | binding: Media | pages: Page Count
        bought: Acquired | begun: Date Started | finished: Date Read | tags: Tags | language: Languages | isbn: ISBN; ISBNs
        categories: Subjects | copies: Copies | added: Entry Date | bought_from: From Where | lent_to: Lending Patron
        price: Purchase Price | condition: Condition
    """),
    clean=_clean,
    complete=_complete,
    stars=5,
)
