"""Benchmarks the pages of one person as their library grows, with the statistics of the database and, as at home, without."""

import gc
import statistics
import time

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from bookimg import seeding
from bookimg.benchmarks import Figure, Options
from library.templatetags import covers

BOOKS = (1_000, 10_000, 100_000)
ROUNDS = 7
GROWTH = 2  # limit: the largest library compared with a tenth of it
PAGES = {
    "covers": "/",
    "covers, last page": "/?page=99999",
    "narrowed": "/?status=read",
    "narrowed by year": "/?language=de&year_from=1990&year_to=2010",
    "authors": "/authors/",
    "series": "/series/",
    "statistics": "/statistics/",
    "API, far offset": "/api/v1/books?offset={far}",
}


def measure_growth(options: Options) -> list[Figure]:
    """`--records` replaces the numbers of books."""
    settings.ALLOWED_HOSTS, settings.RATE_LIMIT = ["*"], (1_000_000, 60)
    sizes = sorted(options.records or BOOKS)
    visitors = {size: _visitor(size) for size in sizes}
    gc.collect()
    gc.freeze()
    figures = _table("without statistics", visitors) if connection.vendor == "sqlite" else []
    seeding.update_sequences()
    return figures + _table("with statistics", visitors)


def _visitor(books: int) -> Client:
    user = get_user_model().objects.create_user(f"reader-of-{books}")
    seeding.furnish(user, books, seed=books)
    visitor = Client()
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return visitor


def _table(state: str, visitors: dict[int, Client]) -> list[Figure]:
    sizes, figures = list(visitors), []
    print(f"{connection.vendor}, {state}: milliseconds of processor time of the web process, the median of {ROUNDS}")
    print(f"{'':24}" + "".join(f"{size:>12,}" for size in sizes))
    for name, address in PAGES.items():
        taken = [_milliseconds(visitors[size], address.format(far=size * 9 // 10)) for size in sizes]
        print(f"{name:24}" + "".join(f"{one:12.1f}" for one in taken), flush=True)
        label = f"{connection.vendor}, {state}, {name}: {sizes[-1]:,} compared with {sizes[-2]:,} books"
        figures.append(Figure(label, taken[-1] / taken[-2], "x", GROWTH))
    return figures


def _milliseconds(visitor: Client, address: str) -> float:
    """As for people who turn pages: covers are drawn again every time."""
    times = []
    for _ in range(ROUNDS + 1):
        covers.markup.cache_clear()
        covers.tile_markup.cache_clear()
        started = time.process_time()
        answer = visitor.get(address)
        times.append(1000 * (time.process_time() - started))
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return statistics.median(times[1:])
