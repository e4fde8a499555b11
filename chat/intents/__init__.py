"""What can be asked: for every intent a module that looks it up and words the answer, and beside it a file of examples in
English, German, French and Spanish, a question on a line.

`{title}`, `{author}`, `{series}`, `{shelf}`, `{tag}` and `{person}` stand for any name of the library."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

NAMES = """count listing where owning facts opinion loans gaps numbers extremes random_pick like compare duplicates change help
refine""".split()
OF_ONE_BOOK = ("where", "owning", "facts", "opinion", "loans", "gaps", "like", "change")  # words left over may be its title


@dataclass(frozen=True)
class Intent:
    answer: Callable | None  # takes a Question and gives a Reply, or None where it is another question after all
    examples: tuple[str, ...]


def _intent(name: str) -> Intent:
    module = import_module(f"chat.intents.{name}")
    lines = Path(module.__file__).with_suffix(".txt").read_text().splitlines()
    return Intent(getattr(module, f"answer_{name}", None), tuple(line for line in lines if line))


INTENTS = {name: _intent(name) for name in NAMES}
