"""What is known of one book: who wrote it, when it came out, how long it is, when it was read."""

from catalogs.languages import language_name
from chat.intents.owning import STATE_SENTENCES
from chat.intents.where import place_sentence
from chat.questions import Question, Reply, titled
from library.in_words import day_in_words
from library.models import Status, UserBook

DETAILS = "finished isbn pages price publisher language series genre tag added description author year".split()


def answer_facts(question: Question) -> Reply | None:
    unused = list(question.unused)
    copies = question.one()
    if not copies:
        return Reply(f"I could not find “{' '.join(unused)}” in your library.", understood=False) if unused else None
    name = next((name for name in DETAILS if question.field(name)), "year" if question.has("published") else "")
    if name in ("", "finished", "year") and question.has("bought"):
        name = "added"
    if name in ("", "finished", "year", "added") and question.has("read"):
        name = "finished"
    if not name and len(question.reading.words) > sum(
        mark.end - mark.start for mark in question.reading.all("title", "by", "author")
    ):
        return Reply(f"I do not understand what you are asking about {titled(copies[0])}.", understood=False)
    copy = copies[0]
    return Reply(_noted(name, copy) if name in NOTED else SENTENCES[name](question, copy), [copy.pk])


def _finished(question: Question, copy: UserBook) -> str:
    days = sorted(reading.finished for reading in copy.readings.all() if reading.finished)
    number = len(days) or int(copy.status == Status.READ)
    if not number:
        return f"You have not read {titled(copy)}. {STATE_SENTENCES[copy.status]}"
    times = {1: "once", 2: "twice"}.get(number, f"{number} times")
    on = f", on {' and on '.join(map(day_in_words, days))}" if days else "; the date is not recorded"
    return f"You have read {titled(copy)} {times}{on}."


def _series(question: Question, copy: UserBook) -> str:
    number = f", number {copy.series_number}" if copy.series_number else ""
    return f"{titled(copy)} is in {f'the series “{copy.series}”{number}' if copy.series else 'no series that I know of'}."


def _added(question: Question, copy: UserBook) -> str:
    bought = f" You bought it on {day_in_words(copy.bought)}." if copy.bought else ""
    return f"{titled(copy)} has been in your library since {day_in_words(copy.added)}.{bought}"


def _year(question: Question, copy: UserBook) -> str:
    if not copy.year and not copy.first_published:
        return f"I do not know when {titled(copy)} was published."
    first = f"{titled(copy)} first came out in {copy.first_published}." if copy.first_published else ""
    edition = f"Your edition of {titled(copy)} is from {copy.published_date}." if copy.year else ""
    return f"{first} {edition}".strip()


def _summary(question: Question, copy: UserBook) -> str:
    facts = [copy.year, copy.publisher, f"{copy.pages} pages" if copy.pages else "", language_name(copy.language), copy.series]
    description = f" {copy.description[:500]}" if copy.description else " I have no description of it."
    known = ", ".join(fact for fact in facts if fact) or "no details"
    return f"{titled(copy)}: {known}.{description} {place_sentence(question, copy)} {STATE_SENTENCES[copy.status]}"


SENTENCES = {"year": _year, "series": _series, "finished": _finished, "added": _added, "description": _summary, "": _summary}
# What is looked at, what the answer is, and what it is where nothing is noted.
NOTED = {
    "author": ("author", "{book} is by {value}.", "I do not know who wrote {book}."),
    "pages": ("pages", "{book} has {value} pages.", "I do not know how many pages {book} has."),
    "isbn": ("isbn13", "The ISBN of {book} is {value}.", "{book} has no ISBN here."),
    "publisher": ("publisher", "{book} is published by {value}.", "I do not know who published {book}."),
    "language": ("language", "Your copy of {book} is in {value}.", "I do not know the language of {book}."),
    "price": ("price", "You paid {value} for {book}.", "You have not recorded what {book} cost."),
    "genre": ("categories", "{book} is {value}.", "{book} has no category."),
    "tag": ("tags", "{book} is tagged: {value}.", "{book} has no tags."),
}


def _noted(name: str, copy: UserBook) -> str:
    column, known, unknown = NOTED[name]
    value = getattr(copy, column)
    if name == "genre":
        value = ", ".join(map(str, value))
    elif name == "tag":
        value = ", ".join(tag.name for tag in copy.tags.all())
    elif value and name in ("language", "price"):
        value = language_name(value) if name == "language" else f"{value} {copy.currency}".strip()
    book = f"“{copy.title}”" if name == "author" else titled(copy)
    return (known if value or value == 0 else unknown).format(book=book, value=value)
