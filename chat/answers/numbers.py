"""Questions for numbers: who or what is there most, sums, means, shares, by year or by shelf."""

from dataclasses import replace

from chat.answers.many import query_in_words, titled
from chat.book_query import BookQuery
from chat.questions import Question, Reply
from library.in_words import day_in_words
from library.models import Status, UserBook

# What is counted, by the word for it.
KINDS = {
    "author": "authors?|writers?", "genre": "genres?|categor(?:y|ies)|subjects?", "publisher": "publishers?|publishing houses?",
    "language": "languages?", "series": "series", "shelf": "shelf|shelves|bookcases?|rooms?", "tag": "tags?|labels?", "decade": "decades?",
    "status": "status|state|statuses", "binding": "bindings?|formats?", "rating": "ratings?|stars", "borrower": "borrowers?|people|friends?|persons?",
    "read year": "year (?:did|have) i (?:read|finish)", "year": "years?",
}  # fmt: skip


def kind_in(question: Question, lead: str = "") -> str:
    for kind, words in KINDS.items():
        if question.has(f"{lead}(?:{words})"):
            return kind
    return ""


def most_frequent_answer(question: Question) -> Reply | None:
    """`which author do I have the most books by`."""
    kind = kind_in(question)
    if not kind:
        return None
    query = _bare(question, kind)
    if kind == "borrower":
        query = BookQuery()
    if question.has("read") and kind in ("year", "read year"):
        kind, query = "read year", BookQuery()
    pairs = question.tools.most(kind, query, 0)
    if question.has("least|fewest|fullest|emptiest") and question.has("least|fewest|emptiest"):
        pairs = sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    if not pairs:
        return Reply(f"I cannot tell: for none of your {query_in_words(query, 2)} {_article(kind)} is noted.")
    top = [name for name, number in pairs if number == pairs[0][1]]
    rest = ", ".join(f"{name} ({number:,})" for name, number in pairs[len(top) : len(top) + 4])
    names = " and ".join(top[:3])
    keys = _keys_of(question, kind, top[0], query)
    unit = "loan" if kind == "borrower" else "book"
    return Reply(
        f"{names}, with {pairs[0][1]:,} {unit}{'' if pairs[0][1] == 1 else 's'}{' each' if len(top) > 1 else ''}.{f' Then {rest}.' if rest else ''}",
        keys,
    )


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _bare(question: Question, kind: str) -> BookQuery:
    """The books it is about, without what the question's own words would be taken for."""
    query = replace(question.query(), sort="", limit=0, topic="")
    return (
        replace(query, favourite=None)
        if query.favourite and question.has("(?:my )?favou?rite (?:author|writer|genre|publisher|series)")
        else query
    )


def _keys_of(question: Question, kind: str, name: str, query: BookQuery) -> list[int]:
    books = query.narrow(question.tools.books)
    if kind in ("author", "series", "publisher", "shelf"):
        books = BookQuery(**{kind: name}).narrow(books)
    elif kind == "tag":
        books = books.tagged(name)
    else:
        return []
    return list(books.order_by("sort_title").values_list("pk", flat=True))


def by(question: Question) -> Reply | None:
    """`how many books per shelf`."""
    kind = kind_in(question, "(?:per|by|in each|on each|on every|for each|each|every|of each) (?:publication )?")
    if not kind:
        return None
    pairs = question.tools.most(kind, _bare(question, kind), 0)
    if kind in ("year", "decade", "rating", "read year"):
        pairs.sort()
    rows = ", ".join(f"{name}: {number:,}" for name, number in pairs[:30])
    return Reply(f"By {kind}: {rows}." if rows else f"I cannot tell: no {kind} is noted.")


def different(question: Question) -> Reply | None:
    """`how many authors do I have`, and `which languages`."""
    kind = kind_in(
        question,
        "(?:how many|what|which|list|show me|number of|all|my|name)(?: (?:the|my|all|different|distinct|of my|all my|are the|are my))* ",
    )
    if not kind:
        return None
    query = _bare(question, kind)
    if kind in ("tag", "shelf") and not query.narrows:
        names = [str(item) for item in (question.user.tags.all() if kind == "tag" else question.user.shelves.all())]
        pairs = [(name, 0) for name in names]
        counted = dict(question.tools.most(kind, BookQuery(), 0))
        pairs = [(name, counted.get(name, 0)) for name in names]
    else:
        pairs = question.tools.most(kind, query, 0)
    plural = {"series": "series", "shelf": "shelves", "genre": "genres", "status": "statuses"}.get(kind, f"{kind}s")
    noun = plural if len(pairs) != 1 else kind
    shown = ", ".join(f"{name} ({number:,})" for name, number in pairs[:12])
    more = f" and {len(pairs) - 12:,} more" if len(pairs) > 12 else ""
    return Reply(f"{len(pairs):,} {noun}{f': {shown}{more}' if pairs else ''}.")


def pages_answer(question: Question) -> Reply:
    """`how many pages have I read this year`."""
    query = question.query()
    if question.has("read|finished|finish") and query.read:
        readings = question.tools.readings(query.read)
        total = sum(reading.copy.pages or 0 for reading in readings)
        unknown = sum(not reading.copy.pages for reading in readings)
        keys = list(dict.fromkeys(reading.copy_id for reading in readings))
        question.tools.step("readings", query.words(), f"{len(readings)} readings")
    else:
        query = replace(query.without_order(), topic="", pages=())
        query = replace(query, status=(Status.READ,)) if question.has("read|finished") and not query.status else query
        sums = question.tools.sums(query)
        total, unknown, keys = sums["all_pages"] or 0, sums["n"] - sums["with_pages"], []
    more = f" {unknown:,} of them have no page count." if unknown else ""
    return Reply(f"{total:,} pages in {query_in_words(replace(query, among=query.among), 2)}.{more}", keys)


def average(question: Question) -> Reply | None:
    query = replace(question.query().without_order(), topic="", rating=())
    if question.has("ratings?|stars|rated|rate"):
        sums = question.tools.sums(replace(query, lacks=()))
        if not sums["rated"]:
            return Reply(f"None of your {query_in_words(query, 2)} is rated.")
        return Reply(
            f"{sums['mean_rating'] / 2:.1f} of 5 stars on average, over {sums['rated']:,} rated {query_in_words(query, sums['rated'])}."
        )
    if question.has("pages|length|long"):
        sums = question.tools.sums(replace(query, pages=()))
        if not sums["with_pages"]:
            return Reply(f"None of your {query_in_words(query, 2)} has a page count.")
        return Reply(
            f"{sums['mean_pages']:.0f} pages on average, over {sums['with_pages']:,} {query_in_words(replace(query, pages=()), sums['with_pages'])}."
        )
    if question.has("price|cost|pay|spend|paid"):
        return money(question)
    if question.has("(?:per|a|each) (?:month|year|week)"):
        return None
    return None


def money(question: Question) -> Reply:
    query = replace(question.query().without_order(), topic="")
    sums = question.tools.sums(query)
    if not sums["priced"]:
        return Reply(f"For none of your {query_in_words(query, 2)} a price is noted.")
    total = " and ".join(f"{amount:,.2f} {currency}".strip() for currency, amount in sums["spent"])
    return Reply(
        f"{total} for {sums['priced']:,} {query_in_words(query, sums['priced'])} with a price; {sums['n'] - sums['priced']:,} have none."
    )


def share(question: Question) -> Reply | None:
    """`what share of my books have I read`."""
    query = replace(question.query().without_order(), topic="")
    if not query.narrows:
        return None
    part = query.narrow(question.tools.books)
    whole = question.tools.books.count()
    number = part.count()
    question.tools.step("count", query.words(), f"{number} of {whole}")
    return Reply(
        f"{number / max(1, whole):.0%}: {number:,} of your {whole:,} books are {query_in_words(query, number).replace('books', '').replace('book', '').strip() or 'such'}.",
        list(part.values_list("pk", flat=True)[:500]),
    )


def _span(question: Question) -> Reply | None:
    """`how long would it take`, `since when do I collect`: what it cannot know, it does not say."""
    first: UserBook | None = question.tools.books.order_by("added").first()
    return Reply(f"Your library begins on {day_in_words(first.added)} with {titled(first)}.", [first.pk]) if first else None
