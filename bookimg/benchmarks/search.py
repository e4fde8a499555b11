"""Benchmarks the search with 10,000 books among a million: each mode compared with the bare query in the same run."""

import random
import statistics
import time
from collections.abc import Callable

import numpy as np
from django.db import connection

from bookimg.benchmarks import Figure, Options
from bookimg.benchmarks.library import BOOKS, ENTRIES, furnished
from library.models import Embedding, EmbeddingStamp, UserBook
from library.search import choosing, embedding, hybrid, terms, vectors
from library.search.fulltext import Ask, following

QUESTIONS = 100
PAGE = 20
TEXT, VECTOR, HYBRID = 2, 1.5, 1.2  # limit: the ratio to the bare engine
MILLISECONDS = {"text": 5, "vector": 15, "hybrid": 20}  # limit: the 95th percentile
COLUMNS = "title, subtitle, authors, cover, language, published_date, status"


def measure_search(options: Options) -> list[Figure]:
    """`--records BOOKS ENTRIES` replaces 10,000 books among 1,000,000."""
    books, entries = options.records if len(options.records) == 2 else (BOOKS, ENTRIES)
    user = furnished(books, entries)
    _fill_vectors(user)
    questions = _typical_queries(user)
    print(f"{connection.vendor}: {books:,} books among {entries:,}; {QUESTIONS} queries, meaning with {choosing.embedder().name}")
    print(f"{'milliseconds':40} {'p50':>7} {'p95':>7}")
    bare_text = _time_queries("bare full text and 20 books", questions, lambda q: _bare_search(user, q))
    bare_vector = _time_queries("embedding, exact scan and 20 books", questions, lambda q: _bare_scan(user, q))
    rows = {
        mode: _time_queries(mode, questions, lambda q, mode=mode: hybrid.find_books(user, q, mode, limit=PAGE).hits)
        for mode in hybrid.MODES
    }
    limits = {
        "text": (bare_text[0], TEXT),
        "vector": (bare_vector[0], VECTOR),
        "hybrid": (rows["text"][0] + rows["vector"][0], HYBRID),
    }
    figures = []
    for mode, (middle, late) in rows.items():
        least, times = limits[mode]
        figures.append(Figure(f"{connection.vendor}, {mode} compared with the bare engine", middle / least, "x", times))
        figures.append(Figure(f"{connection.vendor}, {mode}, 95th percentile", late, "ms", MILLISECONDS[mode]))
    return figures


def _typical_queries(user) -> list[str]:
    """Typical queries: one to three words of existing books, the last one sometimes unfinished."""
    chance, found = random.Random(5), []
    titles = list(UserBook.objects.of(user).values_list("title", "sort_author"))
    while len(found) < QUESTIONS:
        title, author = chance.choice(titles)
        words = terms.telling_words(terms.search_words(title))
        some = chance.sample(words, min(len(words), chance.choice((1, 2, 2, 3)))) + author.split()[: chance.choice((0, 0, 1))]
        question = " ".join(some)
        if len(question) > 3:
            found.append(question[:-1] if chance.random() < 0.2 else question)
    return found


def _fill_vectors(user):
    """Random vectors: a scan takes as long with them, and computing 10,000 real ones takes minutes."""
    embedder, chance = choosing.embedder(), np.random.default_rng(3)
    pks = list(UserBook.objects.of(user).values_list("pk", flat=True))
    rows = chance.normal(size=(len(pks), embedder.size)).astype(np.float32)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(vectors.STORED)
    made = [
        Embedding(copy_id=pk, user=user, model=embedder.name, size=embedder.size, vector=row.tobytes(), stale=False)
        for pk, row in zip(pks, rows, strict=True)
    ]
    columns = ["model", "size", "vector", "stale"]
    Embedding.objects.bulk_create(made, batch_size=500, update_conflicts=True, unique_fields=["copy"], update_fields=columns)
    EmbeddingStamp.objects.update_or_create(user=user, defaults={"count": 1})


def _time_queries(name: str, questions: list[str], run: Callable) -> tuple[float, float]:
    """The median and the 95th percentile in milliseconds."""
    for question in questions[:10]:
        run(question)
    times = []
    for question in questions:
        embedding.forget_query_vectors()  # not cached
        started = time.perf_counter()
        run(question)
        times.append((time.perf_counter() - started) * 1000)
    middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"{name:40} {middle:7.2f} {late:7.2f}", flush=True)
    return middle, late


def _bare_search(user, question: str) -> list:
    """How long the engine alone takes for the same words and the rows of a page."""
    words = question.split()
    ask = Ask(tuple(tuple(terms.forms(word)) for word in words), typing=True)
    with connection.cursor() as cursor:
        found = following.engine_of(connection).match(cursor, user.pk, ask)
        return _rows_of(cursor, [pk for pk, _ in found[:PAGE]])


def _bare_scan(user, question: str) -> list:
    embedder = choosing.embedder()
    vector = embedder.embed([question]).vectors[0]
    matrix = vectors.matrix_of(user, embedder.name)
    found = vectors.nearest(matrix, vector, PAGE)
    with connection.cursor() as cursor:
        return _rows_of(cursor, [pk for pk, _ in found])


def _rows_of(cursor, pks: list[int]) -> list:
    if not pks:
        return []
    cursor.execute(f"SELECT {COLUMNS} FROM library_userbook WHERE id IN ({', '.join(map(str, pks))})")
    return cursor.fetchall()
