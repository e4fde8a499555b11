"""Synthetic catalogue records, by the million: plausible titles and authors made from the words of the built-in list.

Real catalogues have few words that are everywhere and very many rare ones, and more of those the larger they are. So a
word is drawn by rank: the first ranks are words of the built-in list, and each later one is composed of their letter
sequences and is the same for every seed. Authors are drawn in the same way: some wrote a hundred books, most wrote one.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from catalogs import Record
from catalogs.loading import BUILTIN

WORDS, AUTHORS = 600_000, 900_000  # the number of ranks; a national library has about as many
GIVEN_NAMES = 4_000
STEEPNESS = 3.2  # how much more likely the first ranks are: 0.5 % of the ranks make half of the text
LANGUAGES = frozenset({"en", "de", "es", "fr", "it", "ca", "pt", "nl"})
JOINTS = ("of", "and", "the", "in", "de", "der", "und", "la", "y", "et")
PATTERNS = (
    "w",
    "w w",
    "w j w",
    "w w w",
    "w j w w",
    "w w j w",
    "w w w w",
    "w w j w w w",
    "w w: w j w w",
    "w j w: w w j w w w",
    "w w (w, #n)",
)
PUBLISHERS = ("Penguin", "Vintage", "Suhrkamp", "Gallimard", "Anagrama", "Oxford", "Faber", "Harper")


class _Letters:
    """Words composed of the letter sequences of others: each letter follows two that it followed there."""

    def __init__(self, words: list[str]):
        self.words = list(dict.fromkeys(words))
        self.made: dict[int, str] = {}
        self.after: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            padded = f"  {word}\n"
            for start in range(len(padded) - 2):
                self.after[padded[start : start + 2]].append(padded[start + 2])

    def word(self, rank: int) -> str:
        if rank < len(self.words):
            return self.words[rank]
        if rank not in self.made:
            self.made[rank] = self.make(random.Random(rank))
        return self.made[rank]

    def make(self, chance: random.Random) -> str:
        made = "  "
        while len(made) < 4 or (made[-1] != "\n" and len(made) < 16):
            made = "  " if made[-1] == "\n" else made + chance.choice(self.after[made[-2:]])
        return made.strip()


class MadeUp:
    """The same records for the same seed, in the same order; a longer catalogue begins with a shorter one."""

    def __init__(self, seed: int = 1):
        self.seed = seed
        with BUILTIN.open(encoding="utf-8") as file:
            self.known = [row for row in csv.DictReader(file) if row["language"] in LANGUAGES and row["author"]]

    @cached_property
    def title_words(self) -> _Letters:
        return _Letters([word.lower() for row in self.known for word in row["title"].split() if word.isalpha() and len(word) > 2])

    @cached_property
    def surnames(self) -> _Letters:
        return _Letters([row["author"].split()[-1] for row in self.known])

    @cached_property
    def given_names(self) -> _Letters:
        return _Letters([row["author"].split()[0] for row in self.known])

    def records(self, number: int) -> Iterator[Record]:
        return islice(self._records(), number)

    def _records(self) -> Iterator[Record]:
        chance, count = random.Random(self.seed), 0
        while True:
            count += 1
            title, author = self.title(chance), self.author(skewed_rank(chance, AUTHORS))
            for edition in range(chance.choices((1, 2, 3), (80, 15, 5))[0]):
                isbn = isbn13(chance.randrange(10**9)) if chance.random() < 0.85 else ""
                publisher = chance.choice(PUBLISHERS)
                year = str(chance.randint(1950 + 10 * edition, 2024))
                yield Record(title, (author,), isbn=isbn, publisher=publisher, published_date=year)

    def title(self, chance: random.Random) -> str:
        pattern = chance.choice(PATTERNS)
        words = {"w": lambda: self.title_words.word(skewed_rank(chance, WORDS)).capitalize(), "j": lambda: chance.choice(JOINTS)}
        text = "".join(words[letter]() if letter in words else letter for letter in pattern)
        return text.replace("#n", f"#{chance.randint(1, 9)}")

    def author(self, rank: int) -> str:
        chance = random.Random(f"author {rank}")
        return (
            f"{self.given_names.word(skewed_rank(chance, GIVEN_NAMES))} {self.surnames.word(skewed_rank(chance, AUTHORS // 3))}"
        )


def skewed_rank(chance: random.Random, number: int) -> int:
    """A random rank below `number`; the first ones are much more likely."""
    return int(number * chance.random() ** STEEPNESS)


def isbn13(number: int) -> str:
    digits = f"978{number:09}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
