"""How well the search finds what was meant: written queries over the books of a catalogue, and recall@10 of each mode."""

import csv
import gzip
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from catalogs import folding
from catalogs.files import csv_table
from library.copies.bulk_add import NewCopy, add_copies
from library.models import UserBook
from library.search import hybrid

QUERIES = Path(__file__).with_name("queries.csv")
AT = 10
CHUNK = 500


@dataclass(frozen=True)
class Asked:
    """One question and what should be among the first ten: beginnings of titles, one for each book."""

    group: str
    query: str
    wanted: tuple[str, ...]

    def recall(self, titles: list[str]) -> float:
        folded = [folding.fold(title) for title in titles]
        met = sum(any(title.startswith(folding.fold(wanted)) for title in folded) for wanted in self.wanted)
        return met / min(AT, len(self.wanted))


def read(path: Path = QUERIES) -> list[Asked]:
    with path.open(newline="") as file:
        return [Asked(row["group"], row["query"], tuple(row["wanted"].split("|"))) for row in csv.DictReader(file)]


def fill(user, path: Path, count: int) -> int:
    """The first books of a catalogue's table, in this person's library."""
    made = 0
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        rows = islice((row.record for row in csv_table.read(stream) if row.record), count)
        while chunk := list(islice(rows, CHUNK)):
            add_copies(user, [NewCopy(facts=facts_of(record)) for record in chunk])
            made += len(chunk)
    return made


def facts_of(record) -> dict:
    said = {
        name: getattr(record, name) for name in ("title", "subtitle", "publisher", "published_date", "language", "description")
    }
    return said | {"isbn13": record.isbn, "authors": list(record.authors), "categories": list(record.categories)}


def measure(user, asked: list[Asked], modes=hybrid.MODES) -> dict[str, dict[str, float]]:
    """Group -> mode -> mean recall@10; the group "all" is over all queries."""
    recalls: dict[str, dict[str, list[float]]] = {}
    for each in asked:
        for mode in modes:
            found = hybrid.search(user, each.query, mode, limit=AT)
            titles = UserBook.objects.in_bulk(found.ids)
            recall = each.recall([titles[pk].title for pk in found.ids])
            for group in (each.group, "all"):
                recalls.setdefault(group, {}).setdefault(mode, []).append(recall)
    return {group: {mode: sum(each) / len(each) for mode, each in by_mode.items()} for group, by_mode in recalls.items()}


def misses(user, asked: list[Asked], mode: str) -> list[str]:
    """The queries that mode does not answer in full, for whoever wants to make it better."""
    found = []
    for each in asked:
        ids = hybrid.search(user, each.query, mode, limit=AT).ids
        titles = UserBook.objects.in_bulk(ids)
        if each.recall([titles[pk].title for pk in ids]) < 1:
            found.append(f"{each.group}: {each.query} -> {'; '.join(titles[pk].title[:40] for pk in ids[:4])}")
    return found
