"""Benchmarks the local catalogue as it grows: how long it takes to search for 100 spines, and how many books are found."""

import random
import statistics
import time
from itertools import islice

from django.db import connection
from tqdm import tqdm

from bookimg.benchmarks import Figure, Options
from bookimg.benchmarks.synthetic_spines import synthetic_spine
from catalogs import Record, loading, local
from catalogs.local import LocalCatalog
from catalogs.models import CatalogRecord
from catalogs.synthetic import MadeUp

RECORDS = (90_000, 300_000, 1_000_000)
SPINES, ROUNDS = 100, 5  # each round has its own spines, so that nothing is cached from the previous one
ANSWERS = 20  # results for each spine, as matching uses them
MILLISECONDS, GROWTH = 1500, 3  # limits for the first size, and for the growth to the others


def measure_catalog(options: Options) -> list[Figure]:
    sizes = sorted(options.records or RECORDS)
    stream = MadeUp().records(sizes[-1])
    rounds, rows, loaded = [], [], 0
    print(f"{connection.vendor}: {SPINES} spines, the median of {ROUNDS} rounds, {ANSWERS} results per spine")
    print(f"{'records':>12} {'ms':>8} {'times':>6} {'first':>7} {'among results':>14} {'loaded in':>10}")
    for size in sizes:
        started = time.monotonic()
        books = _load_records(stream, size - loaded)
        loaded, seconds = size, time.monotonic() - started
        rounds = rounds or _pick_spines(books)
        times, first, among = _time_searches(rounds)
        rows.append(statistics.median(times))
        grown = rows[-1] / rows[0]
        number = CatalogRecord.objects.count()
        print(f"{number:12,} {rows[-1]:8.0f} {grown:6.2f} {first:7.1%} {among:14.1%} {seconds:8.0f} s", flush=True)
    name = f"{connection.vendor}, {SPINES} spines among"
    figures = [Figure(f"{name} {sizes[0]:,} records", rows[0], "ms", MILLISECONDS)]
    grown = zip(sizes[1:], rows[1:], strict=True)
    return figures + [Figure(f"{name} {size:,} compared with {sizes[0]:,}", row / rows[0], "x", GROWTH) for size, row in grown]


def _load_records(stream, number: int) -> list[Record]:
    """Loads the next `number` records in batches, as `load_catalog` does. Some of the first are kept to search for."""
    kept, chance = [], random.Random(7)
    with tqdm(total=number, unit="record", leave=False, disable=None) as progress:
        while number > 0 and (batch := list(islice(stream, min(loading.BATCH, number)))):
            local.add_records(batch)
            if len(kept) < 20 * SPINES * ROUNDS:
                kept += chance.sample(batch, min(len(batch), SPINES * ROUNDS))
            number -= len(batch)
            progress.update(len(batch))
    _update_statistics()
    return kept


def _update_statistics():
    """Updates the statistics, as the database does some time after a large load."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _pick_spines(books: list[Record]) -> list[list[tuple[str, Record]]]:
    """The same spines for every size of the catalogue."""
    chance = random.Random(11)
    return [[(synthetic_spine(book, chance), book) for book in chance.sample(books, SPINES)] for _ in range(ROUNDS)]


def _time_searches(rounds: list[list[tuple[str, Record]]]) -> tuple[list[float], float, float]:
    """Milliseconds per round, and the shares of spines whose book is the first result or among the results."""
    catalog, times, first, among = LocalCatalog(), [], 0, 0
    catalog.search_many(["a first search that opens the index"])
    for spines in rounds:
        started = time.monotonic()
        answers = catalog.search_many([text for text, _ in spines], ANSWERS)
        times.append(1000 * (time.monotonic() - started))
        for (_, book), found in zip(spines, answers, strict=True):
            titles = [(record.title, record.authors) for record in found]
            first += titles[:1] == [(book.title, book.authors)]
            among += (book.title, book.authors) in titles
    total = sum(len(spines) for spines in rounds)
    return times, first / total, among / total
