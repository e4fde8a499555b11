"""Asks all catalogues at once, in order of preference, with a cache; a failing catalogue does not delay the others."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce

import httpx
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from catalogs import Catalog, CatalogError, Record, folding
from catalogs.deadline_transport import DeadlineTransport
from catalogs.google_books import GoogleBooks
from catalogs.local import LocalCatalog
from catalogs.open_library import OpenLibrary
from catalogs.retrying_transport import RetryingTransport

CACHE_SECONDS = 7 * 24 * 3600
AT_ONCE = 8  # concurrent requests
REQUEST_SECONDS = 10.0
SECONDS = 90.0  # for all requests of one search together
SECONDS_ON_A_PAGE = 12.0  # the same while somebody is waiting
PATIENCE = 6.0  # once one catalogue knows a book, how many seconds to wait for the others


@dataclass
class Answer:
    """What the catalogues know about one ISBN, in their order; `problems` explains which could not be asked."""

    records: list[Record] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def record(self) -> Record | None:
        """All records combined: the first takes precedence, and the next ones fill its gaps."""
        return reduce(completed_record, self.records) if self.records else None


class Lookup:
    """The catalogues for one scan or form; `problems` tells its owner which did not respond."""

    def __init__(self, catalogs: Sequence[Catalog], seconds: float = SECONDS):
        self.catalogs, self.seconds = tuple(catalogs), seconds
        self._failed: dict[str, list[str]] = {}

    @property
    def problems(self) -> list[str]:
        return [
            reasons[0] if len(reasons) == 1 else f"{reasons[0]} ({len(reasons)} requests failed.)"
            for reasons in self._failed.values()
        ]

    def by_isbn(self, isbn13: str) -> Record | None:
        """The record of the first catalogue that knows the book, with missing facts filled in from the others."""
        return dict(self.by_isbns([isbn13]))[isbn13].record

    def by_isbns(self, numbers: Sequence[str]) -> Iterator[tuple[str, Answer]]:
        """Yields each ISBN with its answer as soon as there is one. The outside catalogues are asked for anything incomplete,
        all at once and each in its own threads, so that a slow one does not delay the others."""
        numbers = list(dict.fromkeys(numbers))
        outside = [catalog for catalog in self.catalogs if is_outside_catalog(catalog)]
        known = {number: self._known_inside(number) for number in numbers}
        open_questions: dict[str, list[Catalog]] = {}
        for number in numbers:
            if outside and not any(record.cover and record.authors for record in known[number].values()):
                open_questions[number] = self._not_in_cache(number, outside, known[number])
            if not open_questions.get(number):
                yield number, self._answer(known[number], [])
        yield from self._isbns_from_outside({number: catalogs for number, catalogs in open_questions.items() if catalogs}, known)

    def forget(self, isbn13: str) -> None:
        """Removes the answers about this ISBN from the cache, so that the catalogues are asked again next time."""
        cache.delete_many([_cache_key(catalog, "isbn", isbn13) for catalog in self.catalogs if is_outside_catalog(catalog)])

    @property
    def asks_outside(self) -> bool:
        return any(is_outside_catalog(catalog) for catalog in self.catalogs)

    def search(self, texts: list[str], limit: int = 10, here: bool = True, outside: bool = True) -> dict[str, list[Record]]:
        """The records for each text, catalogue by catalogue, most likely first.

        `here` are the catalogues on this machine, searched in one batch; `outside` are those searched over the network.
        """
        texts = list(dict.fromkeys(texts))
        answers: dict[str, list[Record]] = {text: [] for text in texts}
        wanted = [catalog for catalog in self.catalogs if (outside if is_outside_catalog(catalog) else here)]
        from_outside = self._search_outside([catalog for catalog in wanted if is_outside_catalog(catalog)], texts, limit)
        for catalog in wanted:
            found = from_outside.get(catalog.name)
            if found is None:
                found = self._search_batch(catalog, texts, limit)
            for text in texts:
                answers[text] += found.get(text, [])
        return answers

    def _search_batch(self, catalog, texts: list[str], limit: int) -> dict[str, list[Record]]:
        try:
            return dict(zip(texts, catalog.search_many(texts, limit), strict=True))
        except CatalogError as error:
            self._note(catalog, error)
            return {}

    def _search_outside(self, catalogs: list[Catalog], texts: list[str], limit: int) -> dict[str, dict[str, list[Record]]]:
        """Catalogue name -> text -> records. The cache is read and filled here; the threads only call the catalogues."""
        keys = {(catalog, text): _cache_key(catalog, f"{limit}", folding.fold(text)) for catalog in catalogs for text in texts}
        cached = cache.get_many(keys.values())
        answers: dict[str, dict[str, list[Record]]] = {catalog.name: {} for catalog in catalogs}
        open_questions = []
        for (catalog, text), key in keys.items():
            if key in cached:
                answers[catalog.name][text] = [Record.from_dict(data) for data in cached[key]]
            elif folding.fold(text):
                open_questions.append((catalog, text))
        fresh = {}
        for (catalog, text), records in self._ask_all(open_questions, limit):
            answers[catalog.name][text] = records
            fresh[keys[catalog, text]] = [record.as_dict() for record in records]
        cache.set_many(fresh, CACHE_SECONDS)
        return answers

    def _ask_all(self, questions: list[tuple[Catalog, str]], limit: int):
        """Yields the requests that were answered in time, with their answers."""
        if not questions:
            return
        # Text by text, not catalogue by catalogue: a slow one must not occupy all threads while the others wait.
        questions = sorted(questions, key=lambda question: question[1])
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="catalogs")
        under_way: dict[Future, tuple[Catalog, str]] = {
            pool.submit(catalog.search, text, limit): (catalog, text) for catalog, text in questions
        }
        done, late = wait(under_way, timeout=self.seconds)
        pool.shutdown(wait=False, cancel_futures=True)
        for future in late:
            catalog = under_way[future][0]
            self._note(catalog, CatalogError(f"{_title(catalog)} did not respond in time."))
        for future in done:
            try:
                yield under_way[future], future.result()
            except CatalogError as error:
                self._note(under_way[future][0], error)

    def _known_inside(self, number: str) -> dict[str, Record]:
        known = {}
        for catalog in self.catalogs:
            try:
                record = None if is_outside_catalog(catalog) else catalog.by_isbn(number)
            except CatalogError as error:
                self._note(catalog, error)
                continue
            if record:
                known[catalog.name] = record
        return known

    def _not_in_cache(self, number: str, catalogs: list[Catalog], known: dict[str, Record]) -> list[Catalog]:
        """The catalogues that have to be asked; cached answers of the others are added to `known`."""
        keys = {catalog.name: _cache_key(catalog, "isbn", number) for catalog in catalogs}
        cached = cache.get_many(keys.values())
        known |= {name: Record.from_dict(cached[key]) for name, key in keys.items() if cached.get(key)}
        return [catalog for catalog in catalogs if keys[catalog.name] not in cached]

    def _isbns_from_outside(self, questions: dict[str, list[Catalog]], known: dict[str, dict[str, Record]]):
        involved = dict.fromkeys(catalog for catalogs in questions.values() for catalog in catalogs)
        pools = [ThreadPoolExecutor(max(1, AT_ONCE // len(involved)), thread_name_prefix="catalogs") for _ in involved]
        under_way: dict[Future, tuple[str, Catalog]] = {}
        for pool, catalog in zip(pools, involved, strict=True):
            mine = [number for number, catalogs in questions.items() if catalog in catalogs]
            under_way |= {pool.submit(catalog.by_isbn, number): (number, catalog) for number in mine}
        waiting = {number: len(catalogs) for number, catalogs in questions.items()}
        problems: dict[str, list[str]] = {number: [] for number in questions}
        try:
            yield from self._as_they_come(under_way, waiting, known, problems)
        finally:
            for pool in pools:
                pool.shutdown(wait=False, cancel_futures=True)

    def _as_they_come(self, under_way: dict, waiting: dict[str, int], known: dict, problems: dict):
        started = time.monotonic()
        while waiting:
            done, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                number, catalog = under_way.pop(future)
                if number in waiting:
                    self._take(future, number, catalog, known[number], problems[number])
                    waiting[number] -= 1
            passed = time.monotonic() - started
            for number, count in list(waiting.items()):
                if count and passed > self.seconds:
                    late = [catalog for isbn, catalog in under_way.values() if isbn == number]
                    problems[number] += [self._note(c, CatalogError(f"{_title(c)} did not respond in time.")) for c in late]
                if not count or passed > self.seconds or (known[number] and passed > PATIENCE):
                    del waiting[number]
                    yield number, self._answer(known[number], problems[number])

    def _take(self, future: Future, number: str, catalog: Catalog, known: dict[str, Record], problems: list[str]):
        try:
            record = future.result()
        except CatalogError as error:
            problems.append(self._note(catalog, error))
            return
        cache.set(_cache_key(catalog, "isbn", number), record.as_dict() if record else {}, CACHE_SECONDS)
        if record:
            known[catalog.name] = record

    def _answer(self, known: dict[str, Record], problems: list[str]) -> Answer:
        return Answer([known[catalog.name] for catalog in self.catalogs if catalog.name in known], problems)

    def _note(self, catalog: Catalog, error: CatalogError) -> str:
        self._failed.setdefault(catalog.name, []).append(str(error))
        return str(error)


def is_outside_catalog(catalog: Catalog) -> bool:
    return not hasattr(catalog, "search_many")


def catalog_title(name: str) -> str:
    """The name of a catalogue for people: its class's `title`, or `name` itself for a catalogue that is unknown or has none."""
    known = [LocalCatalog, OpenLibrary, GoogleBooks, *(import_string(path) for path in settings.CATALOGS if "." in path)]
    return {catalog.name: _title(catalog) for catalog in known if hasattr(catalog, "name")}.get(name, name)


def _title(catalog) -> str:
    return getattr(catalog, "title", catalog.name)


def _cache_key(catalog: Catalog, *parts: str) -> str:
    identity = "\n".join([catalog.name, getattr(catalog, "base_url", ""), *parts])
    return "catalog:" + hashlib.sha256(identity.encode()).hexdigest()


COMPLETED = (
    "authors", "subtitle", "publisher", "published_date", "first_published", "language", "cover", "pages", "binding",
    "description", "categories",
)  # fmt: skip


def completed_record(record: Record, other: Record) -> Record:
    """`record` with its gaps filled from `other`, which is the same edition."""
    lacking = {name: getattr(other, name) for name in COMPLETED if not getattr(record, name)}
    if not record.series:  # the number belongs to the series name of the same catalogue
        lacking |= {"series": other.series, "series_number": other.series_number}
    return replace(record, **lacking, links={**other.links, **record.links})


def lookup_from_settings(seconds: float = SECONDS, names: Sequence[str] = ()) -> Lookup:
    """The catalogues in `names`, or those in CATALOGS, in their order; a dotted path is called without arguments."""
    makers = {"local": LocalCatalog, "open_library": _open_library, "google_books": _google_books}
    return Lookup([makers[name]() if name in makers else import_string(name)() for name in names or settings.CATALOGS], seconds)


def _open_library() -> OpenLibrary:
    return OpenLibrary(_client(OpenLibrary.name, _agent()), settings.OPEN_LIBRARY_URL)


def _google_books() -> GoogleBooks:
    return GoogleBooks(_client(GoogleBooks.name, _agent()), settings.GOOGLE_BOOKS_URL, settings.GOOGLE_BOOKS_API_KEY)


def _agent() -> str:
    return f"BookImg/{settings.VERSION}" + (f" (+{settings.CONTACT})" if settings.CONTACT else "")


@lru_cache(maxsize=8)
def _client(source: str, agent: str) -> httpx.Client:
    """One client per source and process, so that the circuit breaker works across requests."""
    return httpx.Client(
        transport=RetryingTransport(DeadlineTransport(REQUEST_SECONDS, limits=httpx.Limits(max_connections=AT_ONCE))),
        headers={"User-Agent": agent},
        timeout=REQUEST_SECONDS,
        follow_redirects=True,
    )
