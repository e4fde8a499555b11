"""A model that is not one: it looks things up as its script says, fails now and then, and answers with what it was told."""

import itertools
import json
import random
import re
import threading

from library.chat.providers import Call, ModelError, Said


class Scripted:
    """Uses the calls it was given, one a turn, then says its last words; `{found}` in them is what was found last."""

    name = "scripted"

    def __init__(self, calls=(), last="Done.", errors=()):
        self.calls, self.last, self.errors = list(calls), last, list(errors)
        self.heard: list[list] = []

    def ask(self, system, turns, tools, hear=None):
        self.heard.append(turns)
        if self.errors:
            raise self.errors.pop(0)
        if self.calls:
            name, arguments = self.calls.pop(0)
            return Said("", (Call(f"c{len(self.heard)}", name, arguments),), 100, 10)
        return Said(self.last.replace("{found}", turns[-1].results[0][1] if turns[-1].results else ""), (), 100, 10)


class Faulty:
    """Five in a hundred of its answers are errors; the others name the book that the question asks for."""

    name = "faulty"
    numbers = itertools.count()
    lock = threading.Lock()

    def ask(self, system, turns, tools, hear=None):
        with self.lock:
            chance = random.Random(next(self.numbers))
        if chance.random() < 0.05:
            raise ModelError("The model is out of order.", permanent=chance.random() < 0.3)
        if turns[-1].role == "user":
            title = re.search(r"Book \d+", turns[-1].text)[0]
            return Said("", (Call("c1", "find_title", {"title": title}),), 50, 5)
        found = json.loads(turns[-1].results[0][1])["books"]
        return Said(f"You have {found[0]['title']} [{found[0]['id']}]." if found else "You do not have it.", (), 50, 5)
