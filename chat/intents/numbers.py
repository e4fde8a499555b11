"""Books counted by author, shelf, language, …, and sums, means and shares, of all of them or of a period."""

from dataclasses import replace

from chat.book_query import BookQuery
from chat.questions import Question, Reply, in_words, owned
from library.models import Status

DIMENSIONS = ("author", "genre", "publisher", "language", "series", "shelf", "tag", "decade", "status", "borrower", "year")
PLURALS = {"series": "series", "shelf": "shelves", "genre": "genres", "status": "statuses"}
SHOWN = 12


def answer_numbers(question: Question) -> Reply | None:
    query = replace(question.owned.without_order(), lacks=(), has=())
    if question.has("percent"):
        return _share(question, query)
    if question.field("price"):
        return _spent(question, query)
    if question.has("average"):
        return _mean(question, query)
    kind = question.field(*DIMENSIONS)
    if not kind and ("pages" in question.reading.values("unit") or question.field("pages")):
        return _pages(question, query)
    if not kind:
        return None
    return _by(question, kind, query)


def _by(question: Question, kind: str, query: BookQuery) -> Reply:
    read_years = kind == "year" and question.has("read")
    if read_years:
        query = replace(query, status=(), year=())
    pairs = question.tools.most("read year" if read_years else kind, replace(query, favourite=None), 0)
    least = next((question.reading.number(mark) for mark in question.reading.all("number")), None)
    if question.has("atleast") and least:
        pairs = [pair for pair in pairs if pair[1] >= least]
    if question.has("least"):
        pairs.reverse()
    total = query.books(question.tools.user).count()
    shown = ", ".join(f"{name}: {number:,}" for name, number in pairs[:SHOWN])
    shown += f" and {len(pairs) - SHOWN:,} more" if len(pairs) > SHOWN else ""
    single = kind in ("language", "publisher", "shelf", "series", "year", "decade") and not read_years
    missing = total - sum(number for _, number in pairs) if single and not question.has("atleast") else 0
    note = f" {missing:,} of {total:,} have none that I know of." if missing > 0 else ""
    if not pairs:
        return Reply(f"I cannot tell: no {kind} is recorded for these books.{note}")
    if question.has("most", "favourite") and not question.has("per"):
        top = [name for name, number in pairs if number == pairs[0][1]]
        of_kind = kind in ("author", "series", "publisher", "shelf")
        keys = question.tools.find(replace(query, **{kind: top[0]})) if of_kind else []
        return Reply(f"{' and '.join(top[:3])}, with {pairs[0][1]:,} of them. In all: {shown}.{note}", keys)
    return Reply(f"{len(pairs):,} {PLURALS.get(kind, f'{kind}s') if len(pairs) != 1 else kind}: {shown}.{note}")


def _pages(question: Question, query: BookQuery) -> Reply:
    """`how many pages have I read this year`: every reading counts."""
    query = replace(query, pages=())
    if query.read:
        readings = question.tools.readings(query.read)
        pages, keys = [reading.copy.pages for reading in readings], list(dict.fromkeys(reading.copy_id for reading in readings))
    else:
        pages, keys = list(query.books(question.tools.user).values_list("pages", flat=True)), []
    unknown = sum(not number for number in pages)
    more = f" {unknown:,} of them have no page count." if unknown else ""
    return Reply(f"{sum(number or 0 for number in pages):,} pages in {in_words(query)}.{more}", keys)


def _mean(question: Question, query: BookQuery) -> Reply | None:
    of_ratings = bool(question.field("rating")) or "stars" in question.reading.values("unit")
    query = replace(query, rating=(), pages=())
    sums = question.tools.sums(query)
    number, mean = (sums["rated"], sums["mean_rating"]) if of_ratings else (sums["with_pages"], sums["mean_pages"])
    noun = in_words(query, number)
    if not number:
        return Reply(f"None of your {in_words(query)} has {'a rating' if of_ratings else 'a page count'}.")
    unknown = f"; {sums['n'] - number:,} others have none" if sums["n"] > number else ""
    value = f"{mean / 2:.1f} of 5 stars" if of_ratings else f"{mean:.0f} pages"
    return Reply(f"{value} on average, over {number:,} {noun}{unknown}.")


def _spent(question: Question, query: BookQuery) -> Reply:
    sums = question.tools.sums(query)
    if not sums["priced"]:
        return Reply(f"None of your {in_words(query)} has a price.")
    total = " and ".join(f"{amount:,.2f} {currency}".strip() for currency, amount in sums["spent"])
    priced, others = sums["priced"], sums["n"] - sums["priced"]
    return Reply(f"{total} for {priced:,} {in_words(query, priced)} with a price; {others:,} have none.")


def _share(question: Question, query: BookQuery) -> Reply | None:
    if not question.query.narrows:
        return None
    whole, part = owned(BookQuery()).books(question.tools.user).count(), query.books(question.tools.user)
    number = part.count()
    state = "read" if query.status == (Status.READ,) else in_words(query, number)
    keys = list(part.values_list("pk", flat=True)[:500])
    return Reply(f"{number / max(1, whole):.0%}: {number:,} of your {whole:,} books are {state}.", keys)
