"""Two books beside each other, or two kinds of books by their number."""

import re
from dataclasses import replace

from chat.answers.many import query_in_words, titled
from chat.questions import Question, Reply
from library.models import Status, UserBook

# What is compared: the words for more and for less of it, how it is read from a copy, and how it is said.
MORE = {
    "pages": ("longer|thicker|bigger|has more pages|more pages", "shorter|thinner|smaller|has fewer pages|fewer pages"),
    "year": ("newer|more recent|younger|later", "older|earlier"),
    "rating": ("better rated|rated higher|rated better|better|higher rated|has the higher rating", "rated lower|worse rated|worse|lower rated"),
    "price": ("more expensive|dearer", "cheaper|less expensive"),
}  # fmt: skip
WORDS = "|".join(words for pair in MORE.values() for words in pair)
THAN = re.compile(rf"^(?:is|was|has) (?P<a>.+?) (?P<how>{WORDS}) than (?P<b>.+)$", re.IGNORECASE)
WHICH = re.compile(
    rf"^(?:which|what)(?: one| book)?(?: of (?:them|these))? (?:is|was|has)(?: the)? (?P<how>{WORDS})(?: one| book)?[:,]? (?P<a>.+?),? or (?P<b>.+)$",
    re.IGNORECASE,
)
LIKED = re.compile(
    r"^did i (?:like|rate|enjoy|love) (?P<a>.+?) (?P<how>better|more|higher|less|lower|worse) than (?P<b>.+)$"
    r"|^which (?:one |book )?did i (?:like|rate|enjoy|love) (?P<how2>better|more|higher|less|lower|worse)[:,]? (?P<a2>.+?) or (?P<b2>.+)$",
    re.IGNORECASE,
)
NUMBERS = re.compile(
    r"^(?:do i (?:have|own)|are there|is there|have i (?P<read>read)) (?P<how>more|fewer|less) (?P<a>.+?) (?:or|than)(?: (?:more|fewer|less))? (?P<b>.+)$",
    re.IGNORECASE,
)


def compare(question: Question) -> Reply | None:
    question_text = " ".join(question.wording.replace("’", "'").split()).rstrip(" ?!.")
    if found := THAN.match(question_text) or WHICH.match(question_text):
        kind, more = _kind_of(found["how"])
        return _two_books(
            question, found["a"], found["b"], kind, more, yes_or_no=question_text.lower().startswith(("is", "was", "has"))
        )
    if found := LIKED.match(question_text):
        how = found["how"] or found["how2"]
        more = how.lower() in ("better", "more", "higher")
        return _two_books(question, found["a"] or found["a2"], found["b"] or found["b2"], "rating", more, bool(found["how"]))
    if found := NUMBERS.match(question_text):
        return _two_numbers(question, found["a"], found["b"], bool(found["read"]))
    return None


def _kind_of(how: str) -> tuple[str, bool]:
    for kind, (more, less) in MORE.items():
        for words, is_more in ((more, True), (less, False)):
            if how.lower() in words.split("|"):
                return kind, is_more
    raise KeyError(how)


def _value_of(copy: UserBook, kind: str):
    if kind == "year":
        return int(copy.year) if str(copy.year or "").isdecimal() else None
    return getattr(copy, kind)


def _described(copy: UserBook, kind: str) -> str:
    value = _value_of(copy, kind)
    if value is None or value == "":
        return f"{titled(copy)}: not noted"
    words = {"pages": f"{value} pages", "year": f"{value}", "rating": f"{(copy.rating or 0) / 2:g} stars"}
    return f"{titled(copy)}: {words.get(kind) or f'{value} {copy.currency}'.strip()}"


def _two_books(question: Question, first: str, second: str, kind: str, more: bool, yes_or_no: bool) -> Reply | None:
    copies = [next(iter(question.tools.titled(title.strip(" ,'\"“”"))), None) for title in (first, second)]
    if not any(copies):
        return None
    if not all(copies):
        missing = (first, second)[copies.index(None)]
        return Reply(f"I do not find “{missing}” in your library, so I cannot compare.", [copy.pk for copy in copies if copy])
    facts, keys = "; ".join(_described(copy, kind) for copy in copies), [copy.pk for copy in copies]
    values = [_value_of(copy, kind) for copy in copies]
    if None in values:
        return Reply(f"I cannot tell. {facts}.", keys)
    if values[0] == values[1]:
        return Reply(f"They are equal. {facts}.", keys)
    first_wins = (values[0] > values[1]) == more
    begin = ("Yes" if first_wins else "No") if yes_or_no else titled(copies[0 if first_wins else 1])
    return Reply(f"{begin}. {facts}.", keys)


def _two_numbers(question: Question, first: str, second: str, read: bool) -> Reply | None:
    """`more fantasy or more science fiction`; `more books by Pratchett or by Asimov`."""
    queries = [question.query(f"which {text}").without_order() for text in (first, second)]
    if not all(query.narrows for query in queries):
        return None
    if read:
        queries = [replace(query, status=(Status.READ,)) for query in queries]
    counts = [question.tools.count(query) for query in queries]
    parts = [f"{count:,} {query_in_words(query, count)}" for count, query in zip(counts, queries, strict=True)]
    if counts[0] == counts[1]:
        return Reply(f"As many of one as of the other: {parts[0]} and {parts[1]}.")
    ahead = 0 if counts[0] > counts[1] else 1
    return Reply(f"You have {parts[ahead]}, and {parts[1 - ahead]}.")
