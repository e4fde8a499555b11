"""The built-in planner: a question goes to the intent whose examples it is most like, if it is near enough, and that intent
answers with the tools and from nothing else. Every word is accounted for: what nothing was made of is looked for, or named."""

import re
import string
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import pairwise

from django.utils import timezone
from rapidfuzz import process
from rapidfuzz.distance import OSA

from chat.actions import ActionError, propose_change
from chat.book_query import RANGES, BookQuery
from chat.intents import INTENTS, OF_ONE_BOOK
from chat.intents.help import ABILITIES
from chat.intents.numbers import DIMENSIONS
from chat.marking import read_question
from chat.models import Memory
from chat.names import LibraryNames, name_key
from chat.nearest import NEAR, examples, nearest_intent
from chat.questions import ALL, Question, Reply, owned, some
from chat.reading import Mark, ReadQuestion
from chat.tools import MOST_KEPT, Tools
from chat.words import single_words
from library.models import Status, UserBook
from library.search import hybrid

LONGEST = 1000
SHOWN = 12
SINGLE_LETTERS = frozenset(string.ascii_lowercase)
OF_MANY = ("count", "listing", "extremes", "random_pick", "numbers")  # intents that answer from conditions
SURE = 0.9  # likeness from which on a question about one book may have a word that nothing is made of
SHORTEST_RESPELT = 5  # letters; shorter words are too often near a name
WHICH = ("which", "what", "welch", "quel", "que", "cual")
COMPARING = frozenset("more less fewer mehr weniger plus moins mas menos".split())
THAN = frozenset("than als que qu".split())
SORTS = {"pages": "longest", "year": "oldest", "rating": "best", "added": "added", "price": "dearest"}


def plan_answer(
    user, question_text: str, memory: Memory | None = None, today: date | None = None, tools: Tools | None = None
) -> tuple[Reply, Tools]:
    """The reply to one question, and the tools that were used for it. `memory` is what the reply before left."""
    tools, text = tools or Tools(user), question_text.replace("\0", " ")[:LONGEST]
    reading, name, likeness = _read(text, LibraryNames.of(user), today or timezone.localdate())
    unused, respelt = _unused(reading, name), ""
    if near := _misspelt(unused, reading.names):
        word, right = near
        respelt = f" I took “{word}” for “{right}”."
        reading, name, likeness = _read(re.sub(rf"\b{re.escape(word)}\b", right, text), reading.names, reading.today)
        unused = _unused(reading, name)
    question = _with_context(Question(text, reading, tools, memory or Memory(), reading.query, unused))
    reply = None
    if reading.words and likeness >= NEAR:
        question, name = _settled(question, name)
        reply = INTENTS[name].answer(question)
        if reply is None and name in ("compare", "numbers") and question.query.narrows:  # nothing to compare or to add up
            question, name = _with_topic(_with_unused_marks(question, "listing")), "listing"
            reply = INTENTS[name].answer(question)
    if reply and reply.understood and question.unused and (name in OF_MANY or likeness < SURE):
        reply = Reply(f"I do not understand “{question.unknown}”, so I cannot answer that.", understood=False)
    if reply is None or not reply.understood:
        reply = _search(question, reply)
    else:
        _offer_to_fill_in(question, reply)
        reply.text += respelt + (f" I did not use “{question.unknown}”." if question.unused else "")
    return _remembered(question, reply, name), tools


def _offer_to_fill_in(question: Question, reply: Reply):
    """Where books lack a detail that the answer depends on, and catalogues may know it."""
    if question.gaps and not reply.action:
        with suppress(ActionError):
            proposal = propose_change(question.tools.user, "fill_in", question.gaps, "")
            reply.text, reply.action = f"{reply.text} {proposal.sentence}", proposal.as_json()


def _read(text: str, names: LibraryNames, today: date) -> tuple[ReadQuestion, str, float]:
    """The question, its intent and how near that is. `1984` is a year, unless the question is rather about one book."""
    readings = [read_question(text, names, today)]
    if any(word.isdecimal() and word in names.names for word in readings[0].words):
        readings.append(read_question(text, names, today, years=False))
    read = [(reading, *nearest_intent(reading)) for reading in readings]
    of_book = len(readings[0].words) == 1 or (read[-1][1] in (*OF_ONE_BOOK, "compare") and read[-1][2] > read[0][2])
    return read[-1] if of_book else read[0]


def _unused(reading: ReadQuestion, name: str) -> list[str]:
    carriers = examples().carriers[name] | single_words("silent").keys() | SINGLE_LETTERS
    return [reading.raw[place] for place in reading.free() if reading.words[place] not in carriers] + reading.dropped


def _misspelt(unused: list[str], names: LibraryNames) -> tuple[str, str] | None:
    """A word that nothing was made of, and the name of the library that is one or two letters away from it."""
    for word in unused:
        key = name_key(word)
        if len(key) < SHORTEST_RESPELT or key in examples().known or not key.isalpha():
            continue
        near = process.extract(key, names.names.keys(), scorer=OSA.distance, score_cutoff=1 + (len(key) > 8), limit=2)
        near = [name for name, distance, _ in near if name[0] == key[0] and distance == near[0][1]]
        if len(near) == 1:
            return word, near[0].title()
    return None


def _with_context(question: Question) -> Question:
    """What "those" and "her" mean."""
    memory, query = question.memory, question.query
    if question.has("those") and not question.titles():
        query = replace(query, among=tuple(memory.get("books", ())) or None)
    if question.has("her") and not query.author and (author := _last_author(question)):
        query = replace(query, author=author)
    return replace(question, query=query)


def _last_author(question: Question) -> str:
    last = BookQuery.of_json(question.memory.get("query") or {})
    books = [question.memory.get("focus"), *question.memory.get("books", [])[:1]]
    copy = UserBook.objects.of(question.tools.user).filter(pk__in=[pk for pk in books if pk]).first()
    return last.author or (copy.authors[0] if copy and copy.authors else "")


def _settled(question: Question, name: str) -> tuple[Question, str]:
    """The question as its intent answers it, and the intent that does."""
    if name in (*OF_MANY, "owning", "refine") and _compares_periods(question):
        known = {*question.reading.dropped, *COMPARING, *THAN}
        return replace(question, unused=[word for word in question.unused if word not in known]), "compare"
    if name in OF_MANY and question.query.narrows and _goes_on(question):
        name = "refine"
    if name == "refine":
        question, name = _refined(question)
    name = _of_title(question, _by_what_stands_in_it(question, name))
    if name in ("count", "listing") and question.titles() and not question.query.narrows:
        return question, "owning"
    if name in OF_MANY:
        question = _with_topic(_with_unused_marks(question, name))
    if name in ("listing", "random_pick") and question.query.sort:
        name = "extremes"
    return question, name


def _by_what_stands_in_it(question: Question, name: str) -> str:
    """Another intent than that of the nearest example, where names and conditions leave no doubt."""
    if name in ("owning", "listing") and question.has("many") and not question.titles():
        name = "count"
    if name == "listing" and question.has("lent") and question.has("it"):
        name = "loans"
    elif name == "loans" and not question.unused and not question.has("lent", "overdue", "person", "title", "it"):
        name = "listing"
    if name == "owning" and question.has("about") and question.unused and not question.titles():
        name = "listing"
    if name == "change" and question.wording.rstrip().endswith("?"):
        name = "owning"
    if name == "owning" and not question.titles() and question.query.narrows:
        if question.has("series") and ALL & set(question.reading.words):
            name = "gaps"
        elif question.unknown.islower():
            name = "listing"
    if name == "numbers" and question.query.lacks and not question.has("average", "percent"):
        name = "listing"
    if (name == "listing" or (name == "gaps" and question.query.status)) and _asks_for_kind(question):
        name = "numbers"
    elif name == "numbers" and question.query.pages and not question.has("average", "percent") and not question.field("price"):
        name = "count"
    if name == "extremes" and not question.query.sort and question.query.narrows:
        name = "listing"
    if name == "gaps" and question.query.status and not question.has("next"):
        name = "listing"
    if name == "gaps" and question.query.number:
        name = "listing"
    if name in ("listing", "count") and question.has("missing"):
        name = "gaps"
    if name == "random_pick" and Status.READING in question.query.status:
        name = "listing"
    return name


def _of_title(question: Question, name: str) -> str:
    """What is asked about a book that is named: a detail in the question counts for more than the nearest example."""
    if not question.titles():
        return name
    named = question.field("isbn", "publisher", "language", "price", "pages", "author") and not question.has("person")
    if (name in ("opinion", "loans", "where", "owning") and named) or (name == "loans" and question.has("bought", "added")):
        return "facts"
    return "opinion" if name == "owning" and question.field("rating", "opinion", "review", "notes") else name


def _asks_for_kind(question: Question) -> bool:
    """`which series am I reading?`, `my favourite author`: no books are asked for, but what they are counted by."""
    words = question.reading.words
    return any(
        question.has("favourite") or (mark.start and words[mark.start - 1].startswith(WHICH))
        for mark in question.reading.all("field")
        if mark.value("field") in DIMENSIONS
    )


def _compares_periods(question: Question) -> bool:
    """`more in 2023 than in 2024`, and `more than last year?` after a question about another period."""
    words, spans = question.reading.words, question.reading.spans
    if len(spans) == 2 and not question.titles():
        return bool(COMPARING & set(words)) or len(question.reading.all("many")) > 1
    followed = any(first in COMPARING and then in THAN for first, then in pairwise(words))
    return len(spans) == 1 and followed and bool((question.memory.get("query") or {}).get("read"))


def _goes_on(question: Question) -> bool:
    """Whether it begins with an "and" after an answer."""
    return bool(question.memory.get("query")) and any(mark.start == 0 for mark in question.reading.all("and"))


def _refined(question: Question) -> tuple[Question, str]:
    """The last query with what this question changes of it, for the last intent."""
    last, intent = BookQuery.of_json(question.memory.get("query") or {}), question.memory.get("intent", "listing")
    if question.titles() and not question.query.narrows:
        return question, intent if intent in OF_ONE_BOOK else "owning"
    new = {name: getattr(question.query, name) for name in question.query.as_json()}
    field = question.field(*SORTS) or ("pages" if "pages" in question.reading.values("unit") and "pages" not in new else "")
    if field:
        new.setdefault("sort", SORTS[field])
    intent = intent if intent in OF_MANY and not new.get("sort") else "listing"
    return replace(question, query=replace(last, **({"sort": "", "limit": 0} | new))), intent


def _with_unused_marks(question: Question, name: str) -> Question:
    """Titles, numbers and denials that no condition was made of are words like others."""
    query, reading = question.query, question.reading
    counted = any(getattr(query, name) for name in (*RANGES, "sort", "number")) or question.has("atleast")
    denied = query.status or query.not_status or query.lacks or query.but_not or query.lent is False

    def is_unused(mark: Mark) -> bool:
        if name == "count" and "sort" in mark.kinds:
            return True
        only = mark.kinds <= {"title", "person", "and", "by"}
        details = {"cover", "isbn", "price", "notes", "review"} - {*query.has, *query.lacks}
        if mark.kinds & {"twice", "percent", "average"} or (mark.value("field") in details and not query.rating):
            return name != "numbers"
        unused = [("title", only), ("number", not counted), ("neg", not denied), ("without", not denied)]
        return any(kind in mark.kinds and holds for kind, holds in unused)

    marks = [mark for mark in reading.marks if is_unused(mark) and single_words("digit").get(reading.words[mark.start]) != "1"]
    words = [word for mark in marks for word in reading.raw[mark.start : mark.end]]
    return replace(question, unused=[*question.unused, *words])


def _with_topic(question: Question) -> Question:
    """What is left over is what the books are about, where that was asked or some of them have these words."""
    if not question.unused:
        return question
    topic, reading = question.unknown, question.reading
    start = reading.raw.index(question.unused[0])
    lead = next((mark for mark in reading.marks if mark.end == start), None)
    if lead and lead.value("by") is not None and question.unused[0][0].isupper():
        return replace(question.change(author=topic), unused=[])
    within = owned(question.query).narrow(question.tools.books)
    found = hybrid.find_books(question.tools.user, topic, "text", within=within)
    if question.has("about") or (found.exact and not found.meant):
        return replace(question.change(topic=topic), unused=[])
    return question


def _search(question: Question, reply: Reply | None) -> Reply:
    """Not understood: what the search finds, under a sentence that says so."""
    words = [word for word in question.reading.raw if word.casefold() not in examples().common] or question.reading.raw
    found = hybrid.find_books(question.tools.user, " ".join(words), "hybrid", limit=SHOWN) if words else None
    question.tools.step("search", " ".join(words), f"{found.total if found else 0} books")
    sorry = reply.text if reply else "I am not sure what you are asking."
    if not found or not found.ids:
        return Reply(f"{sorry} {ABILITIES}", understood=False)
    return Reply(f"{sorry} A search found: {some(question.tools, found.ids)}.", found.ids, found.total, understood=False)


def _remembered(question: Question, reply: Reply, name: str) -> Reply:
    """What "those", "it" and "the unread ones" mean in the next question."""
    reply.total = reply.total or len(reply.books)
    if not reply.understood:
        reply.memory = question.memory
        return reply
    focus = reply.books[0] if len(reply.books) == 1 else None
    query = replace(question.query, among=None).as_json()
    reply.memory = {"books": reply.books[:MOST_KEPT], "focus": focus, "query": query, "intent": name}
    if not reply.books and not query:
        reply.memory = question.memory
    return reply
