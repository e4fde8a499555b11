"""A model that is not one: it looks things up and answers as its script says."""

from chat.providers import Call, Said


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
