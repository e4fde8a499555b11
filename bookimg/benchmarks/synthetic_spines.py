"""Synthetic spines with typical OCR errors."""

import random

from catalogs import Record


def synthetic_spine(record: Record, chance: random.Random) -> str:
    """What OCR might read on this book's spine: any order, the surname or the full name, and one letter in twenty wrong."""
    title = record.title.partition(":")[0].partition(" (")[0]
    author = record.author if chance.random() < 0.5 else record.author.split()[-1]
    parts = [title, author] + [record.publisher] * (chance.random() < 0.4)
    chance.shuffle(parts)
    text = " ".join(parts)
    return misread(text.upper() if chance.random() < 0.6 else text, chance)


MISREADINGS = {"O": "0", "o": "0", "I": "1", "l": "1", "S": "5", "m": "rn", "B": "8", "e": "c", "u": "v", "N": "M", " ": ""}


def misread(text: str, chance: random.Random) -> str:
    read = []
    for letter in text:
        luck = chance.random()
        if letter in MISREADINGS and luck < 0.08:
            read.append(MISREADINGS[letter])
        elif luck > 0.01:
            read.append(letter)
    return "".join(read)
