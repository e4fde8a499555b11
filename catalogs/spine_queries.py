"""Queries for catalogues that need correct words, made from the OCR text of a spine."""

import re

from catalogs import folding

# Series, shops and blurbs that are on spines but not in catalogues.
NOISE = frozenset(
    "penguin classics modern press books book publishing publishers publications verlag editions edition edicions ediciones "
    "editorial paperback paperbacks bestseller international new york times pocket vintage harper collins harpercollins "
    "random house puffin bantam signet anchor mcgraw hill wiley pearson oreilly springer scholastic faber university second "
    "third fourth fifth vol volume author winner".split()
)
STOP = folding.ARTICLES | frozenset("of and in on to by with from und von et de du des y en e di da for at is i".split())
DIGITS_FOR_LETTERS = str.maketrans("015", "ois")


def _words_of(text: str) -> list[str]:
    """The intended words of `text`: split where lower case changes to CAPITALS, with digits turned back into letters."""
    text = re.sub(r"(?<=[a-zà-öø-ÿ]{2})(?=[A-ZÀ-ÖØ-Þ])", " ", text)
    words = []
    for word in folding.fold(text).split():
        if re.search(r"[a-z]", word) and re.search(r"[015]", word):
            word = word.translate(DIGITS_FOR_LETTERS)
        if word not in words:
            words.append(word)
    return words


def spine_queries(text: str) -> list[list[str]]:
    """At most three queries, each a list of words: first all that may matter, then fewer that are more likely to be correct."""
    words = _words_of(text)
    telling = [word for word in words if word not in NOISE and (len(word) > 1 or word.isdigit())] or words
    strong = [word for word in telling if word not in STOP and len(word) > 2]
    longest = sorted(strong, key=len, reverse=True)[:4]
    questions = []
    for question in (telling[:12], strong[:8], [word for word in strong if word in longest]):
        if question and question not in questions:
            questions.append(question)
    return questions
