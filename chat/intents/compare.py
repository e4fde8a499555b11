"""Two books beside each other, or two kinds of books or two periods by the number of books."""

from dataclasses import replace

from chat.book_query import BookQuery
from chat.conditions import OR
from chat.questions import Question, Reply, in_words, titled, work_year
from library.models import UserBook

OF_SORT = {
    "longest": ("pages", True), "shortest": ("pages", False), "oldest": ("year", False), "newest": ("year", True),
    "best": ("rating", True), "worst": ("rating", False), "dearest": ("price", True), "cheapest": ("price", False),
}  # fmt: skip
FIELDS = ("pages", "year", "rating", "price")


def answer_compare(question: Question) -> Reply | None:
    titles = question.titles()
    if len(titles) < 2:
        return _numbers(question)
    kind, more = _compared(question)
    first, second = titles[0][0], titles[1][0]
    facts, keys = "; ".join(_described(copy, kind) for copy in (first, second)), [first.pk, second.pk]
    values = [_value(copy, kind) for copy in (first, second)]
    if None in values:
        return Reply(f"I cannot tell. {facts}.", keys)
    if values[0] == values[1]:
        return Reply(f"They are equal. {facts}.", keys)
    first_wins = (values[0] > values[1]) == more
    begin = ("Yes" if first_wins else "No") if _is_than(question) else titled(first if first_wins else second)
    return Reply(f"{begin}. {facts}.", keys)


def _compared(question: Question) -> tuple[str, bool]:
    for mark in question.reading.all("more", "less", "sort"):
        for kind, value in mark.meanings:
            if value in FIELDS:
                return value, kind == "more"
            if kind == "sort" and value in OF_SORT:
                return OF_SORT[value]
    return ("rating", True) if question.field("opinion", "review", "rating") else ("pages", True)


def _is_than(question: Question) -> bool:
    return bool({"than", "als", "que"} & set(question.reading.words)) and not OR & set(question.reading.words)


def _value(copy: UserBook, kind: str):
    return (int(work_year(copy)) if work_year(copy) else None) if kind == "year" else getattr(copy, kind)


def _described(copy: UserBook, kind: str) -> str:
    value = _value(copy, kind)
    words = {"pages": f"{value} pages", "rating": f"{(copy.rating or 0) / 2:g} stars", "price": f"{value} {copy.currency}"}
    return f"{titled(copy)}: {'not recorded' if value is None else words.get(kind, str(value))}"


def _numbers(question: Question) -> Reply | None:
    """`more fantasy or more crime`, `more by Pratchett or by Asimov`."""
    conditions = [{"author": name} for name in question.reading.values("author")]
    conditions += [{"genres": (name,)} for name in question.reading.values("genre")]
    conditions += [{"language": code} for code in question.reading.values("language")]
    conditions = conditions or [{_happened(question): span} for span in _spans(question)]
    if len(conditions) != 2:
        return None
    free: dict = dict.fromkeys(("genres", "either", "read", "year", "added", "bought"), ())
    base = replace(question.owned.without_order(), author="", language="", **free)
    queries = [replace(base, **condition) for condition in conditions]
    in_pages = "pages" in question.reading.values("unit") and all(query.read for query in queries)
    counts = [_pages(question, query) if in_pages else question.tools.count(query) for query in queries]
    of = "pages in " if in_pages else ""
    nouns = [in_words(query, None if in_pages else count) for count, query in zip(counts, queries, strict=True)]
    parts = [f"{count:,} {of}{noun}" for count, noun in zip(counts, nouns, strict=True)]
    if counts[0] == counts[1]:
        return Reply(f"You have the same number of each: {parts[0]} and {parts[1]}.")
    ahead = int(counts[1] > counts[0])
    return Reply(f"You have {parts[ahead]}, and {parts[1 - ahead]}.")


def _spans(question: Question) -> list[tuple]:
    """The periods to compare; the last question had the first of them where this one has only one."""
    last = BookQuery.of_json(question.memory.get("query") or {}).read
    return question.reading.spans if len(question.reading.spans) > 1 or not last else [last, *question.reading.spans]


def _happened(question: Question) -> str:
    return next((kind for kind in ("added", "bought") if question.has(kind)), "year" if question.has("published") else "read")


def _pages(question: Question, query: BookQuery) -> int:
    return sum(reading.copy.pages or 0 for reading in question.tools.readings(query.read))
