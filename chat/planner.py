"""The built-in planner: a question goes to the intent whose examples it is most like, if it is near enough, and that intent
answers with the tools and from nothing else. Every word is accounted for: what nothing was made of is looked for, or named."""

import string
from dataclasses import replace
from datetime import date

from django.utils import timezone

from chat.book_query import BookQuery
from chat.intents import INTENTS, OF_ONE_BOOK
from chat.intents.help import ABILITIES
from chat.marking import read_question
from chat.models import Memory
from chat.names import LibraryNames
from chat.nearest import NEAR, examples, nearest_intent
from chat.questions import Question, Reply, owned, some
from chat.reading import Mark
from chat.tools import MOST_KEPT, Tools
from chat.words import single_words
from library.models import Status, UserBook
from library.search import hybrid

LONGEST = 1000
SHOWN = 12
ALL = frozenset("all whole entire complete alle ganze gesamte tous toutes toute todos todas toda completa".split())
SINGLE_LETTERS = frozenset(string.ascii_lowercase)
OF_MANY = ("count", "listing", "extremes", "random_pick", "numbers")  # intents that answer from conditions
SORTS = {"pages": "longest", "year": "oldest", "rating": "best", "added": "added", "price": "dearest"}


def plan_answer(
    user, question_text: str, memory: Memory | None = None, today: date | None = None, tools: Tools | None = None
) -> tuple[Reply, Tools]:
    """The reply to one question, and the tools that were used for it. `memory` is what the reply before left."""
    tools, text = tools or Tools(user), question_text.replace("\0", " ")[:LONGEST]
    reading = read_question(text, LibraryNames.of(user), today or timezone.localdate())
    name, likeness = nearest_intent(reading)
    carriers = examples().carriers[name] | single_words("silent").keys() | SINGLE_LETTERS
    unused = [reading.raw[place] for place in reading.free() if reading.words[place] not in carriers] + reading.dropped
    question = _with_context(Question(text, reading, tools, memory or Memory(), reading.query, unused))
    reply = None
    if reading.words and likeness >= NEAR:
        question, name = _settled(question, name)
        reply = INTENTS[name].answer(question)
    if reply is None or not reply.understood:
        reply = _search(question, reply)
    elif question.unused:
        reply.text += f" I did not use “{question.unknown}”."
    return _remembered(question, reply, name), tools


def _with_context(question: Question) -> Question:
    """What "those" and "her" mean."""
    memory, query = question.memory, question.query
    if question.has("those") and memory.get("books") and not question.titles():
        query = replace(query, among=tuple(memory["books"]))
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
    if name == "refine":
        question, name = _refined(question)
    if name in ("owning", "listing") and question.has("many") and not question.titles():
        name = "count"
    if name == "loans" and not question.unused and not question.has("lent", "overdue", "person", "title", "it"):
        name = "listing"
    if name == "owning" and question.has("about") and question.unused and not question.titles():
        name = "listing"
    if name == "change" and question.wording.rstrip().endswith("?"):
        name = "owning"
    if name == "owning" and question.titles() and question.field("rating", "opinion", "review", "notes"):
        name = "opinion"
    if name == "owning" and not question.titles() and question.query.narrows:
        if question.has("series") and ALL & set(question.reading.words):
            name = "gaps"
        elif question.unknown.islower():
            name = "listing"
    if name == "numbers" and question.query.lacks and not question.has("average", "percent"):
        name = "listing"
    if name in ("listing", "count") and question.has("missing"):
        name = "gaps"
    if name == "random_pick" and Status.READING in question.query.status:
        name = "listing"
    if name in ("count", "listing") and question.titles() and not question.query.narrows:
        return question, "owning"
    if name in OF_MANY:
        question = _with_topic(_with_unused_marks(question, name))
    if name == "listing" and question.query.sort:
        name = "extremes"
    return question, name


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
    counted = (
        query.pages
        or query.year
        or query.rating
        or query.read
        or query.added
        or query.bought
        or query.sort
        or question.has("atleast")
    )
    denied = (
        query.status
        or query.not_status
        or query.lacks
        or query.not_tags
        or query.not_author
        or query.not_language
        or query.lent is False
    )

    def is_unused(mark: Mark) -> bool:
        if name == "count" and "sort" in mark.kinds:
            return True
        only = mark.kinds <= {"title", "person", "and", "by"}
        details = {"cover", "isbn", "price", "notes", "review"} - {*query.has, *query.lacks}
        if mark.kinds & {"twice", "percent", "average"} or (mark.value("field") in details and not query.rating):
            return name != "numbers"
        return (
            (only and "title" in mark.kinds)
            or ("number" in mark.kinds and not counted)
            or (mark.kinds & {"neg", "without"} and not denied)
        )

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
    sorry = reply.text if reply else "I am not sure what you ask, so I do not answer it."
    if not found or not found.ids:
        return Reply(f"{sorry} {ABILITIES}", understood=False)
    return Reply(f"{sorry} The search finds: {some(question.tools, found.ids)}.", found.ids, found.total, understood=False)


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
