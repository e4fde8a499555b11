"""Benchmarks the library's pages with 10,000 books among a million, compared with the least time each could take."""

import json
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookimg import seeding
from bookimg.benchmarks import Figure, Options
from library import listing
from library.models import CopyAuthor, UserBook
from library.templatetags import covers

BOOKS, OTHERS, ENTRIES = 10_000, 999, 1_000_000
ROUNDS = 30
TIMES = 3  # limit: the page of covers compared with bare SQL and tiles
MILLISECONDS = 25  # limit: the page of covers
QUERIES = 16  # limit: queries of any page; a library of ten books needs as many
GROWTH = 3  # limit: any list compared with the page of covers

TILE = "SELECT id, title, authors, language, cover, cover_key FROM library_userbook"


def measure_library(options: Options) -> list[Figure]:
    """`--records BOOKS ENTRIES` replaces 10,000 books among 1,000,000."""
    books, entries = options.records if len(options.records) == 2 else (BOOKS, ENTRIES)
    user = furnished(books, entries)
    settings.ALLOWED_HOSTS = ["*"]
    visitor = Client()
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    floor, grid = map(statistics.median, _in_turn(lambda: _bare_page(user), lambda: visitor.get("/")))
    print(f"{connection.vendor}: {books:,} books among {entries:,}; {ROUNDS} rounds, milliseconds on the server")
    print(f"{'':48} {'p50':>7} {'p95':>7} {'queries':>8} {'times':>6}")
    print(f"{'bare SQL of a page and its 48 tiles':48} {floor:7.1f} {'':7} {2:8}   1.0")
    rows = [row(visitor, name, address, floor) for name, address in _library_pages(user)]
    slowest = max((item for item in rows if item.is_list), key=lambda item: item.middle)
    most = max(rows, key=lambda item: item.queries)
    return [
        Figure(f"{connection.vendor}, the page of covers compared with bare SQL and tiles", grid / floor, "x", TIMES),
        Figure(f"{connection.vendor}, the page of covers", grid, "ms", MILLISECONDS),
        Figure(f"{connection.vendor}, slowest list ({slowest.name}) against it", slowest.middle / rows[0].middle, "x", GROWTH),
        Figure(f"{connection.vendor}, most queries ({most.name})", most.queries, "queries", QUERIES),
    ]


def furnished(books: int, entries: int):
    """Creates the person whose pages are measured, among others."""
    user = get_user_model().objects.create_user("olive")
    editions = seeding.furnish(user, books, seed=1)
    others = max(1, OTHERS * entries // ENTRIES)
    for _ in seeding.neighbours(others, max(others, entries - books), editions, seed=1) if entries > books else ():
        pass
    seeding.update_sequences()
    return user


def _library_pages(user) -> list[tuple[str, str]]:
    mine = UserBook.objects.of(user)
    author = quote(CopyAuthor.objects.of(user).order_by("folded").values_list("name", flat=True).first())
    series = quote(mine.exclude(series="").values_list("series", flat=True).first() or "none")
    shelf, last = user.shelves.values_list("pk", flat=True).first(), mine.count() // listing.PAGE_SIZE
    return [
        ("covers", "/"),
        (f"covers, page {last}", f"/?page={last}"),
        ("list", "/?view=list"),
        *[(f"sorted by {name}, page {last}", f"/?sort={name}&page={last}") for name in ("title", "author", "series", "-year")],
        *[(f"sorted by {name}", f"/?sort={name}") for name in ("-author", "rating", "-changed")],
        ("status", "/?status=read"),
        ("shelf", f"/?shelf={shelf}"),
        ("room", "/?room=Study"),
        ("tag", "/?tag=islands"),
        ("author", f"/?author={author}"),
        ("series", f"/?series={series}"),
        ("language and years", "/?language=de&year_from=1990&year_to=2010"),
        ("rating at least four stars", "/?rating=8&sort=rating"),
        ("lent", "/?lent=on"),
        ("no cover and no ISBN", "/?missing=cover&missing=isbn"),
        ("search: a word", "/?q=walden"),
        ("search: nothing fits", "/?q=xyzzyxyzzy"),
        ("a book", f"/books/{mine.order_by('pk').values_list('pk', flat=True).first()}/"),
        ("authors", "/authors/"),
        ("an author", f"/authors/books/?name={author}"),
        ("all series", "/series/"),
        ("statistics", "/statistics/"),
        ("suggestions for an author", "/books/suggest/author/?q=w"),
    ]


class _PageTimes:
    def __init__(self, name: str, times: list[float], queries: int, is_list: bool):
        self.name, self.queries, self.is_list = name, queries, is_list
        self.middle, self.late = statistics.median(times), statistics.quantiles(times, n=20)[18]


def row(visitor: Client, name: str, address: str, floor: float) -> _PageTimes:
    visitor.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = visitor.get(address)
        queries = len(captured)
    assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    made = _PageTimes(name, _in_turn(lambda: visitor.get(address))[0], queries, address.startswith("/?") or address == "/")
    print(f"{name:48} {made.middle:7.1f} {made.late:7.1f} {queries:8} {made.middle / floor:6.1f}", flush=True)
    return made


def _in_turn(*doings: Callable) -> list[list[float]]:
    """Milliseconds for each round, after one to warm up. The pages take turns, because the machine may be slower a second
    later. Covers are drawn again every time, as for people who turn pages."""
    times = [[] for _ in doings]
    for _ in range(ROUNDS + 1):
        for do, taken in zip(doings, times, strict=True):
            covers.markup.cache_clear()
            covers.tile_markup.cache_clear()
            started = time.perf_counter()
            do()
            taken.append(1000 * (time.perf_counter() - started))
    return [taken[1:] for taken in times]


def _bare_page(user) -> str:
    """The least a page of covers can cost: count, rows and tiles, without session, user, filter, form or layout."""
    with connection.cursor() as cursor:
        mine = "WHERE user_id = %s AND removed IS NULL"
        cursor.execute(f"SELECT count(*) FROM library_userbook {mine}", [user.pk])
        cursor.fetchone()
        cursor.execute(f"{TILE} {mine} ORDER BY added DESC, id DESC LIMIT {listing.PAGE_SIZE}", [user.pk])
        page = [_tile_row(*columns) for columns in cursor.fetchall()]
    return get_template("library/_grid.html").render({"page": page})


def _tile_row(pk, title, authors, language, cover, cover_key) -> SimpleNamespace:
    named = json.loads(authors) if isinstance(authors, str) else authors
    facts = {"title": title, "authors": named, "author": ", ".join(named), "language": language}
    return SimpleNamespace(pk=pk, cover=cover, cover_key=cover_key, **facts)
