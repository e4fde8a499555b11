"""Full-text search: books with all words; if there are none, books with similar words, or with most of them."""

import time
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Max
from rapidfuzz import process
from rapidfuzz.distance import OSA

from library.models import UserBook
from library.search import choosing, glossary, terms
from library.search.fulltext import Ask, following
from library.search.query import Query

VOCABULARY_SECONDS = 30
MOST_VOCABULARIES = 64
_vocabularies: dict[tuple, tuple[float, dict[str, int]]] = {}

Ranked = list[tuple[int, float]]


@dataclass(frozen=True)
class _Found:
    """Copies with their scores, best first: those with all words, and those with some."""

    exact: Ranked = field(default_factory=list)
    close: Ranked = field(default_factory=list)
    meant: dict[str, str] = field(default_factory=dict)  # typed word -> the word it was corrected to
    abroad: bool = False  # words in other languages were also searched in English


class Asking:
    """Queries to this database's full-text engine, for one person's books."""

    def __init__(self, user_id: int):
        self.user_id = user_id
        self.engine = following.engine_of(connection)

    def match(self, ask: Ask) -> Ranked:
        with connection.cursor() as cursor:
            return self.engine.match(cursor, self.user_id, ask)

    def has(self, ask: Ask) -> bool:
        with connection.cursor() as cursor:
            return self.engine.has(cursor, self.user_id, ask)

    def vocabulary(self) -> dict[str, int]:
        """Cached until a book is added or removed, and for some seconds at most; until then, new words are not suggested."""
        stamp = UserBook.objects.filter(user=self.user_id).aggregate(number=Count("pk"), last=Max("pk"))
        key = (connection.settings_dict["NAME"], self.user_id, stamp["number"], stamp["last"])
        at, known = _vocabularies.get(key, (0.0, {}))
        if time.monotonic() - at > VOCABULARY_SECONDS:
            with connection.cursor() as cursor:
                known = self.engine.vocabulary(cursor, self.user_id)
            while len(_vocabularies) >= MOST_VOCABULARIES:
                _vocabularies.pop(next(iter(_vocabularies)), None)
            _vocabularies[key] = time.monotonic(), known
        return known


def search_text(user, query: Query) -> _Found:
    """Ranks the books of `user` by the words and phrases of `query`. Exclusions are handled elsewhere."""
    asking = Asking(user.pk)
    groups = tuple(tuple(terms.forms(word)) for word in query.words)
    exact = asking.match(Ask(groups, query.phrases, query.typing and bool(groups)))
    if exact or not groups:
        return _Found(exact)
    meant, wider, abroad = {}, [], False
    sentence = (
        len(terms.telling_words(list(query.words))) > 1
    )  # words in a sentence are not corrected just because no book has them
    for number, (word, group) in enumerate(zip(query.words, groups, strict=True)):
        typing = query.typing and number == len(groups) - 1
        if meanings := glossary.english(word):
            abroad = True
            wider.append((*group, *(form for item in meanings for part in item.split() for form in terms.forms(part))))
            continue
        if asking.has(Ask((group,), typing=typing)):
            wider.append(group)
            continue
        near = [] if sentence and choosing.is_word(word) else _close_words(word, asking.vocabulary())
        if near and not near[0].startswith(word):  # a longer form is not a correction: shipwreck, shipwrecked
            meant[word] = near[0]
        wider.append(tuple(near) or group)
    if tuple(wider) != groups:
        exact = asking.match(Ask(tuple(wider), query.phrases))
    close = []
    if not exact and len(groups) > 1:
        reported = set(terms.telling_words(list(query.words)))
        some = tuple(group for word, group in zip(query.words, wider, strict=True) if word in reported)
        close = asking.match(Ask(some, query.phrases, any_of=True))
    return _Found(exact, close, meant, abroad)


def _close_words(word: str, vocabulary: dict[str, int], most: int = 4) -> list[str]:
    """Words in this library that `word` may be a misspelling of, most likely first: similar and frequent."""
    if len(word) < 3 or word.isdecimal():
        return []
    slips = 1 if len(word) < 6 else 2
    found = process.extract(word, vocabulary.keys(), scorer=OSA.distance, score_cutoff=slips, limit=12)
    ranked = sorted(found, key=lambda hit: (hit[1], hit[0][0] != word[0], -vocabulary[hit[0]]))
    return [hit[0] for hit in ranked if not hit[0].isdecimal()][:most] or parts(word, vocabulary)


def parts(word: str, vocabulary: dict[str, int]) -> list[str]:
    """The second of two words that were typed as one: `wars` for `starwars`."""
    cuts = range(4, len(word) - 2)
    found = [word[cut:] for cut in cuts if word[cut:] in vocabulary and word[:cut] in vocabulary]
    return found[:1]


def books_without(user, query: Query) -> set[int]:
    """Copies that contain an excluded word or phrase."""
    asking = Asking(user.pk)
    found = set()
    for unwanted in query.without:
        ask = Ask(groups=(unwanted,)) if len(unwanted) == 1 else Ask(phrases=(unwanted,))
        found |= {pk for pk, _ in asking.match(ask)}
    return found


def with_phrases(user, query: Query) -> set[int]:
    return {pk for pk, _ in Asking(user.pk).match(Ask(phrases=query.phrases))}
