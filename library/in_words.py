"""Numbers and dates as they are written in sentences."""

from datetime import date

ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def count_of(number: int, one: str, many: str = "") -> str:
    """`1 book`, `2,000 books`; pass `many` for irregular plurals: `2 books are`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def ordinal(number: int) -> str:
    """`second`, `tenth`; in figures from `11th` on."""
    if number < len(ORDINALS):
        return ORDINALS[number]
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


def day_in_words(day: date) -> str:
    return f"{day:%-d %B %Y}"
