"""Editions that catalogues offer to somebody, who then takes one: it is signed, so that what is added is what the catalogue said
and not what a page was made to say."""

from dataclasses import dataclass

from django.core import signing

from catalogs import Record, isbn, lookup
from library.copies import identity

SALT = "record of a catalogue"
OFFERED_FOR = 24 * 3600  # seconds
WAIT_FOR_SEARCH = 15.0  # seconds for all catalogues; a person waits
WAIT_FOR_EDITIONS = 8.0
MOST = 30


@dataclass(frozen=True)
class CatalogOffer:
    record: Record
    owned: bool
    key: str


def offer_key(record: Record) -> str:
    return signing.dumps(record.as_dict(), salt=SALT, compress=True)


def offered_record(key: str, max_age: int | None = None) -> Record:
    """Raises BadSignature where it was not offered, or longer ago than `max_age` seconds."""
    return Record.from_dict(signing.loads(key, salt=SALT, max_age=max_age))


def search_catalogs(user, text: str) -> dict:
    """The editions that the catalogues name, each once; an ISBN in the search box is looked up as such."""
    catalogs = lookup.from_settings(seconds=WAIT_FOR_SEARCH)
    number = isbn.clean(text)
    if number:
        records = [record] if (record := catalogs.by_isbn(number)) else []
    else:
        records = _once(catalogs.search([text], limit=12).get(text, []))[:MOST]
    flags = identity.owned_flags(user, records) if records else []
    results = [CatalogOffer(record, owned, offer_key(record)) for record, owned in zip(records, flags, strict=True)]
    return {"results": results, "problems": catalogs.problems, "number": number}


def _once(records: list[Record]) -> list[Record]:
    """One edition is shown once, whoever knows it; the first word counts, and a cover that it lacks comes from the next."""
    seen: dict[str, Record] = {}
    for record in records:
        key = record.isbn or f"{identity.work_key(record.title, record.authors)}|{record.published_date[:4]}|{record.publisher}"
        seen[key] = lookup.completed(seen[key], record) if key in seen else record
    return list(seen.values())
