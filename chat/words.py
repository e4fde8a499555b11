"""What words mean to a question about books, in four languages: the phrases of words.txt, and names that Django translates."""

import calendar
import re
from functools import lru_cache
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.translation import trans_real

from catalogs import folding

LANGUAGES = ("en", "de", "fr", "es")
SINGLE = ("digit", "decade", "century", "silent", "capital")  # single words, which are looked up one by one


@lru_cache(maxsize=1)
def _rows() -> list[tuple[tuple[str, str], list[str]]]:
    """Kind and value, and the words of one phrase for it."""
    lines = [line for line in Path(__file__).with_name("words.txt").read_text().splitlines() if line and line[0] != "#"]
    rows = [(line.partition(":")[0].partition(" "), line.partition(": ")[2].split(" / ")) for line in lines]
    written = [((kind, value), phrase) for (kind, _, value), phrases in rows for phrase in phrases]
    sloppy = [(meaning, phrase.replace("n t", "nt")) for meaning, phrase in written if re.search(r"n t\b", phrase)]  # `havent`
    return [(meaning, phrase.split()) for meaning, phrase in (*written, *sloppy)]


@lru_cache(maxsize=len(SINGLE))
def single_words(kind: str) -> dict[str, str]:
    """`single_words("digit")["zwei"]` is 2."""
    return {phrase[0]: value for (its_kind, value), phrase in _rows() if its_kind == kind}


@lru_cache(maxsize=1)
def names_of_rooms() -> dict[str, list[str]]:
    """`names_of_rooms()["schlafzimmer"]` is bedroom, schlafzimmer, chambre, …"""
    rooms: dict[str, list[str]] = {}
    for (kind, value), phrase in _rows():
        if kind == "room":
            rooms.setdefault(value, []).append(" ".join(phrase))
    return {name: names for names in rooms.values() for name in names}


def _translated_names():
    """Languages and months, as Django's own translations call them."""
    for catalogue in map(trans_real.translation, LANGUAGES):
        for code, info in LANG_INFO.items():
            if "name" in info and len(code) == 2:
                name = folding.fold(catalogue.gettext(info["name"]))
                yield ("language", code), [f"{name}*" if len(name) > 4 else name]
        for number in range(1, 13):
            yield ("month", str(number)), [folding.fold(catalogue.gettext(calendar.month_name[number]))]


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list]:
    """By the first three letters: the words of a phrase, and what it means."""
    found: dict[str, list] = {}
    for (kind, value), phrase in (*_rows(), *_translated_names()):
        if kind not in (*SINGLE, "room"):
            found.setdefault(phrase[0][:3].rstrip("*"), []).append((phrase, (kind, value)))
    return found


def _is_form(word: str, pattern: str) -> bool:
    return word == pattern or (pattern[-1] == "*" and word.startswith(pattern[:-1]) and len(word) < len(pattern) + 4)


def longest_phrase(words: list[str], start: int) -> tuple[int, list[tuple[str, str]]]:
    """How many words from `start` on are a phrase of the tables, and all that it may mean."""
    size, meanings = 0, []
    for phrase, meaning in _phrases().get(words[start][:3], ()):
        here = words[start : start + len(phrase)]
        if len(here) == len(phrase) >= size and all(map(_is_form, here, phrase)):
            meanings = [*(meanings if len(phrase) == size else ()), meaning]
            size = len(phrase)
    return size, meanings
