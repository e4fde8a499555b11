"""Questions about one book: where it is, whether it is there at all, what stands in it, what its owner said about it."""

import re
from dataclasses import replace

from chat.answers.many import listed, query_in_words, some, titled
from chat.book_query import BookQuery, language_name
from chat.questions import Question, Reply, is_pronoun
from library.in_words import day_in_words
from library.models import Status, UserBook

STATE_SENTENCES = {
    Status.TO_READ: "It waits to be read.", Status.READING: "You are reading it.", Status.READ: "You have read it.",
    Status.DID_NOT_FINISH: "You did not finish it.", Status.WISHLIST: "It is on your wishlist.",
}  # fmt: skip


def _find_one(question: Question, title: str) -> UserBook | None:
    if not title or is_pronoun(title):
        return question.pronoun()
    found = question.tools.titled(title)
    return found[0] if found else None


def _missing_book(title: str) -> Reply:
    return Reply(f"I do not find “{title}” in your library." if title else "Say which book you mean.")


def where(question: Question) -> Reply | None:
    title = question.subject(
        r"(?:where(?:'s| is| are| did i (?:put|leave|shelve)| do i (?:find|have|keep)| can i find| have i (?:put|got)| do you have)|find me|locate|find)\s+(?P<it>.+)",
        r"(?:which|what) (?:shelf|bookcase|room)(?: is| are| has| holds| contains| did i put| (?:do|can|did|have) i (?:find|keep|have|store|shelve|put|kept))?\s+(?P<it>.+?)(?: (?:on|in|at|standing))?$",
        r"(?:place|location|position|spot) of\s+(?P<it>.+)",
    )
    if not title:
        return None
    copies = (
        [one] if is_pronoun(title) and (one := question.pronoun()) else [] if is_pronoun(title) else question.tools.titled(title)
    )
    query = question.query(f"which {title}")
    if not copies and query.narrows and (not query.topic or query != BookQuery(topic=query.topic)):
        return _places_of(question, query)
    if not copies:
        return _missing_book(title)
    copies = [copy for copy in copies if copy.title == copies[0].title] or copies
    return Reply(
        " ".join(_place_sentence(question, copy, len(copies) > 1) for copy in copies[:4]), [copy.pk for copy in copies[:4]]
    )


def _place_sentence(question: Question, copy: UserBook, several: bool = False) -> str:
    place = question.tools.place(copy)
    loan = copy.loans.filter(returned__isnull=True).first()
    name = titled(copy)
    if loan:
        due = f", due back {day_in_words(loan.due)}" if loan.due else ""
        home = f" It belongs on “{place['shelf']}”." if place["shelf"] else ""
        return f"{loan.borrower} has {name} since {day_in_words(loan.since)}{due}.{home}"
    if copy.status == Status.WISHLIST and not place["shelf"]:
        return f"{name} is on your wishlist; you do not have it yet."
    shelf = f"on “{place['shelf']}”" if place["shelf"] else "on no shelf that I know of"
    seen = f" On the photo of {day_in_words(place['photo']['day'])}: {place['photo']['words']}." if place["photo"] else ""
    return f"{name} is {shelf}.{seen}"


def _places_of(question: Question, query: BookQuery) -> Reply:
    """`where are my cookbooks`: by shelf, most first."""
    keys = question.tools.find(query)
    if not keys:
        return Reply(f"You have no {query_in_words(query, 0)}.")
    shelves = question.tools.most("shelf", replace(BookQuery(), among=tuple(keys)))
    homeless = len(keys) - sum(number for _, number in shelves)
    parts = [f"{number:,} on “{name}”" for name, number in shelves] + ([f"{homeless:,} on no shelf"] if homeless else [])
    return Reply(f"Your {len(keys):,} {query_in_words(query, len(keys))}: {', '.join(parts)}.", keys)


def owned(question: Question) -> Reply | None:
    """`do I own Dune`, and `do I have anything by Le Guin`."""
    title = question.subject(
        r"(?:do i (?:already |still |really )?(?:own|have|possess)|have i (?:already )?got|have i|is there|are there|do you (?:have|see|know)|did i (?:already )?(?:buy|get|own)|i (?:already )?(?:own|have))\s+(?P<it>.+)",
        r"^is\s+(?P<it>.+?)\s+(?:in|part of|among|on) (?:my|the) (?:library|collection|books|shelf|shelves|wish ?list)",
    )
    if not title:
        return None
    query = question.query()
    generic = (
        question.has("any|anything|books?|novels?|something|some|titles?|volumes?|stuff|poems?|else|ones")
        and not question.quoted()
    )
    if generic or not query.topic:
        exact = [] if generic else list(question.tools.titled(title))
        if not exact and query.narrows:
            keys = question.tools.find(query)
            if keys:
                return Reply(f"Yes, {len(keys):,} {query_in_words(query, len(keys))}: {some(question, keys)}.", keys)
            return Reply(f"No, you have no {query_in_words(query, 0)}.")
    title, author = _split_author(question, title)
    found = question.tools.titled(title, author)
    if not found and " and " in title and (both := several(question, title)):
        return both
    if not found:
        if query.narrows and not query.topic and (keys := question.tools.find(query)):
            return Reply(f"Yes, {len(keys):,} {query_in_words(query, len(keys))}: {some(question, keys)}.", keys)
        return Reply(f"No, “{title}” is not in your library.")
    copy = found[0]
    same = [item for item in found if item.book.work_key == copy.book.work_key]
    if copy.status == Status.WISHLIST:
        return Reply(f"No, {titled(copy)} is on your wishlist only.", [copy.pk])
    shelf = f" It stands on “{copy.shelf}”." if copy.shelf else ""
    number = f"{len(same)} copies of " if len(same) > 1 else ""
    return Reply(f"Yes, you have {number}{titled(copy)}.{shelf} {STATE_SENTENCES[copy.status]}", [item.pk for item in same])


def several(question: Question, title: str) -> Reply | None:
    """`both Emma and Persuasion`: each of them."""
    titles = [part.strip() for part in title.removeprefix("both ").replace(",", " and ").split(" and ") if part.strip()]
    copies = [next(iter(question.tools.titled(item)), None) for item in titles]
    there = [titled(copy) for copy in copies if copy]
    lacking = [f"“{item}”" for item, copy in zip(titles, copies, strict=True) if not copy]
    if not there:
        return None
    if not lacking:
        return Reply(f"Yes, you have {' and '.join(there)}.", [copy.pk for copy in copies])
    return Reply(
        f"Not all: you have {' and '.join(there)}, but not {' and '.join(lacking)}.", [copy.pk for copy in copies if copy]
    )


def _split_author(question: Question, title: str) -> tuple[str, str]:
    """`Emma by Jane Austen` is a title and an author, when the library knows that author."""
    first, joint, last = title.rpartition(" by ")
    name = question.names.author(last) if joint else ""
    return (first, name) if name else (title, "")


FACTS = {
    "author": (
        r"who(?:'s| is| was)? (?:the )?(?:author|writer) of\s+(?P<it>.+)",
        r"who wrote\s+(?P<it>.+)",
        r"(?:author|writer) of\s+(?P<it>.+)",
        r"who is\s+(?P<it>.+?)\s+by$",
    ),
    "year": (
        r"(?:when was|when were|what year was|in (?:which|what) year was)\s+(?P<it>.+?)\s+(?:first )?(?:published|written|released|printed|come out)",
        r"when did\s+(?P<it>.+?)\s+(?:come out|appear)",
        r"(?:publication (?:date|year)|year) of\s+(?P<it>.+)",
        r"how old is\s+(?P<it>.+)",
    ),
    "pages": (
        r"how many pages (?:does|do|has|have|are in|are there in|is)\s+(?P<it>.+?)(?:\s+have| got| long)?$",
        r"how long is\s+(?P<it>.+)",
        r"how thick is\s+(?P<it>.+)",
        r"(?:length|number of pages) of\s+(?P<it>.+)",
    ),
    "isbn": (
        r"(?:what(?:'s| is) )?(?:the )?isbn(?: number)? (?:of|for)\s+(?P<it>.+)",
        r"which isbn (?:does|has)\s+(?P<it>.+?)(?: have)?$",
    ),
    "publisher": (
        r"who published\s+(?P<it>.+)",
        r"(?:the )?publisher of\s+(?P<it>.+)",
        r"which publisher (?:is|published|did)\s+(?P<it>.+?)(?: from)?$",
    ),
    "language": (
        r"(?:what|which) language is\s+(?P<it>.+?)(?: (?:written )?in)?$",
        r"language of\s+(?P<it>.+)",
        r"in (?:what|which) language is\s+(?P<it>.+?)(?: written)?$",
    ),
    "series": (
        r"(?:which|what) series (?:is|does)\s+(?P<it>.+?)(?: (?:in|part of|from|belong to))?$",
        r"is\s+(?P<it>.+?)\s+(?:part of|in) a series",
        r"(?:which|what) (?:volume|number|part) (?:in the series )?is\s+(?P<it>.+)",
    ),
    "times": (
        r"how (?:often|many times) (?:have|did) i (?:read|finish(?:ed)?)\s+(?P<it>.+)",
    ),
    "read": (
        r"when (?:did|have) i (?:last |first )?(?:read|finish(?:ed)?|start(?:ed)?|begin)(?: reading)?\s+(?P<it>.+)",
        r"(?:have|did) i (?:already |ever )?(?:read|finish(?:ed)?)\s+(?P<it>.+)",
        r"am i (?:still |currently )?reading\s+(?P<it>.+)",
        r"is\s+(?P<it>.+?)\s+(?:already )?(?:read|unread)$",
        r"what(?:'s| is) the status of\s+(?P<it>.+)",
    ),
    "rating": (
        r"(?:what|how(?: many stars)?|which rating) did i (?:rate|give|like|grade)\s+(?P<it>.+)",
        r"(?:my )?rating (?:of|for)\s+(?P<it>.+)",
        r"how (?:good|well) (?:was|is|did i like)\s+(?P<it>.+)",
        r"what rating (?:has|does|did)\s+(?P<it>.+?)(?: have| get)?$",
        r"how many stars (?:has|does|did i give)\s+(?P<it>.+?)(?: have)?$",
        r"did i (?:like|enjoy|love)\s+(?P<it>.+)",
    ),
    "notes": (
        r"(?:what (?:did i|do i|have i) (?:think|say|write|note|written|said|noted)(?: about| of| on)?)\s+(?P<it>.+)",
        r"(?:my )?(?:notes?|reviews?|opinion|thoughts) (?:on|of|about|for)\s+(?P<it>.+)",
    ),
    "added": (
        r"when did i (?:add|buy|get|acquire|purchase|scan)\s+(?P<it>.+)",
        r"since when do i (?:have|own)\s+(?P<it>.+)",
        r"how long have i (?:had|owned)\s+(?P<it>.+)",
        r"where did i (?:buy|get|purchase)\s+(?P<it>.+)",
    ),
    "price": (
        r"(?:how much|what) (?:did i|have i) (?:pay|paid|spend|spent)(?: for| on)?\s+(?P<it>.+)",
        r"how much (?:was|is|did)\s+(?P<it>.+?)(?: worth| cost)?$",
        r"(?:price|cost) of\s+(?P<it>.+)",
        r"what did\s+(?P<it>.+?)\s+cost",
    ),
    "tags": (
        r"(?:which|what) tags (?:does|has|have|are on|did i (?:give|put on))\s+(?P<it>.+?)(?: have| got)?$",
        r"(?:how is|how did i tag)\s+(?P<it>.+?)(?: tagged)?$",
        r"tags of\s+(?P<it>.+)",
    ),
    "condition": (
        r"(?:what|which) condition is\s+(?P<it>.+?)(?: in)?$",
        r"condition of\s+(?P<it>.+)",
    ),
    "about": (
        r"what(?:'s| is)\s+(?P<it>.+?)\s+about$",
        r"tell me (?:more )?about\s+(?P<it>.+)",
        r"(?:describe|summar(?:y|ise|ize) of|details (?:of|about|on|for)|show me the details of|show me)\s+(?P<it>.+)",
        r"what do (?:i|you) know about\s+(?P<it>.+)",
    ),
}  # fmt: skip


def fact_answer(question: Question) -> Reply | None:
    for name, patterns in FACTS.items():
        title = next((found for pattern in patterns if (found := question.captured(pattern))), "")
        if not title:
            continue
        if name == "rating" and re.search(r"\bstars?$", title, re.IGNORECASE):
            return None  # "what did I give two stars" asks for books
        title, author = _split_author(question, question.quoted() or title)
        copies = question.tools.titled(title, author) if author else []
        copy = copies[0] if copies else _find_one(question, title)
        if copy:
            return Reply(ANSWERS[name](question, copy), [copy.pk])
        query = question.query()
        if name == "about" or (name == "read" and query.narrows and not query.topic):
            return None
        return _missing_book("" if is_pronoun(title) else title)
    return None


def _read_sentence(question: Question, copy: UserBook) -> str:
    readings = list(copy.readings.all())
    days = [reading.finished for reading in readings if reading.finished]
    if copy.status == Status.READING or any(reading.started and not reading.finished for reading in readings):
        begun = [reading.started for reading in readings if reading.started and not reading.finished]
        return f"You are reading {titled(copy)}{f' since {day_in_words(begun[-1])}' if begun else ''}."
    if days:
        return f"Yes, you finished {titled(copy)} on {' and on '.join(f'{day_in_words(day)}' for day in days)}."
    if copy.status == Status.READ:
        return f"Yes, you have read {titled(copy)}; when is not noted."
    return f"No, you have not read {titled(copy)}." + (" You did not finish it." if copy.status == Status.DID_NOT_FINISH else "")


def times(question: Question, copy: UserBook) -> str:
    number = copy.readings.filter(finished__isnull=False).count() or int(copy.status == Status.READ)
    return f"You have read {titled(copy)} {'once' if number == 1 else 'twice' if number == 2 else f'{number} times' if number else 'not once'}."


def _notes_answer(question: Question, copy: UserBook) -> str:
    parts = [f"Your review of {titled(copy)}: “{copy.review[:600]}”" if copy.review else ""]
    parts += [f"Your notes on {titled(copy)}: “{copy.notes[:600]}”" if copy.notes else ""]
    parts += [f"You gave it {copy.rating / 2:g} stars." if copy.rating else ""]
    return " ".join(part for part in parts if part) or f"You have written nothing about {titled(copy)}, and not rated it."


def _series_answer(question: Question, copy: UserBook) -> str:
    if not copy.series:
        return f"{titled(copy)} is in no series that I know of."
    number = f", number {copy.series_number}" if copy.series_number else ""
    return f"{titled(copy)} is in the series “{copy.series}”{number}."


def _added_answer(question: Question, copy: UserBook) -> str:
    bought = (
        f" You bought it{f' on {day_in_words(copy.bought)}' if copy.bought else ''}{f' at {copy.bought_from}' if copy.bought_from else ''}."
        if copy.bought or copy.bought_from
        else ""
    )
    return f"{titled(copy)} is in your library since {day_in_words(copy.added)}.{bought}"


def about(question: Question, copy: UserBook) -> str:
    facts = [
        copy.year,
        copy.publisher,
        f"{copy.pages} pages" if copy.pages else "",
        language_name(copy.language),
        _series_answer(question, copy) if copy.series else "",
    ]
    description = f" {copy.description[:500]}" if copy.description else " I have no description of it."
    return f"{titled(copy)}: {', '.join(item.rstrip('.') for item in facts if item)}.{description} {_place_sentence(question, copy)} {STATE_SENTENCES[copy.status]}"


def _known_value(value, sentence: str, nothing: str):
    return sentence if value else nothing


ANSWERS = {
    "author": lambda q, c: _known_value(c.authors, f"“{c.title}” is by {c.author}.", f"I do not know who wrote “{c.title}”."),
    "year": lambda q, c: _known_value(c.published_date, f"Your edition of {titled(c)} is from {c.published_date}.", f"I do not know when {titled(c)} was published."),
    "pages": lambda q, c: _known_value(c.pages, f"{titled(c)} has {c.pages} pages.", f"I do not know how many pages {titled(c)} has."),
    "isbn": lambda q, c: _known_value(c.isbn13, f"The ISBN of {titled(c)} is {c.isbn_hyphenated} ({c.isbn13}).", f"{titled(c)} has no ISBN here."),
    "publisher": lambda q, c: _known_value(c.publisher, f"{titled(c)} is published by {c.publisher}.", f"I do not know who published {titled(c)}."),
    "language": lambda q, c: _known_value(c.language, f"Your copy of {titled(c)} is in {language_name(c.language)}.", f"I do not know the language of {titled(c)}."),
    "rating": lambda q, c: _known_value(c.rating, f"You gave {titled(c)} {(c.rating or 0) / 2:g} of 5 stars.", f"You have not rated {titled(c)}."),
    "price": lambda q, c: _known_value(c.price is not None, f"You paid {c.price} {c.currency} for {titled(c)}.", f"What {titled(c)} cost is not noted."),
    "tags": lambda q, c: _known_value(names := ", ".join(t.name for t in c.tags.all()), f"{titled(c)} is tagged: {names}.", f"{titled(c)} has no tags."),
    "condition": lambda q, c: _known_value(c.condition, f"{titled(c)}: {c.get_condition_display().lower()}. {c.condition_note}", f"The condition of {titled(c)} is not noted."),
    "series": _series_answer, "times": times, "read": _read_sentence, "notes": _notes_answer, "added": _added_answer, "about": about,
}  # fmt: skip

__all__ = ["fact_answer", "listed", "owned", "where"]
