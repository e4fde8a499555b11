"""What can be asked: for every intent a module that looks it up and words the answer, and beside it a file of examples in
English, German, French and Spanish, a question on a line.

`{title}`, `{author}`, `{series}`, `{shelf}`, `{tag}` and `{person}` stand for any name of the library. With `FINDS_TITLE`, words
that are left over may be a title."""

from importlib import import_module

NAMES = """count listing where owning facts opinion loans gaps numbers extremes random_pick like compare duplicates change help
refine""".split()
INTENTS = {name: import_module(f"chat.intents.{name}") for name in NAMES}
