"""What the chat may change, and only after its owner has agreed: a tag, a shelf, a status. Until then it is a proposal."""

import re
from dataclasses import dataclass

from django.db import transaction

from chat.models import Action, Message
from chat.names import name_key
from chat.words import longest_phrase
from library import metadata_lookup
from library.copies import readings, tagging
from library.in_words import count_of
from library.models import Shelf, Status, UserBook

NAMES = ("add_tag", "move_to_shelf", "mark", "fill_in")
MOST = 500  # books of one action


class ActionError(Exception):
    """A sentence for the person: why this cannot be done."""


@dataclass(frozen=True)
class _Proposal:
    name: str
    books: tuple[int, ...]
    value: str
    sentence: str

    def as_json(self) -> Action:
        return {"name": self.name, "books": list(self.books), "value": self.value, "sentence": self.sentence, "state": "proposed"}


def propose_change(user, name: str, books: list[int], value: str) -> _Proposal:
    """Checks what is wanted against what there is; changes nothing."""
    copies = UserBook.objects.of(user).filter(pk__in=books[:MOST])
    copies = copies.exclude(isbn13="") if name == "fill_in" else copies
    found = list(copies.values_list("pk", "title"))
    if not found:
        raise ActionError("You have no matching books.")
    what = f"“{found[0][1]}”" if len(found) == 1 else f"{len(found):,} books"
    if name == "add_tag":
        names = tagging.tidy([value])
        if not names:
            raise ActionError("Please say which tag.")
        value, sentence = names[0], f"Add the tag “{names[0]}” to {what}?"
    elif name == "move_to_shelf":
        shelf = _shelf_named(user, value)
        value, sentence = str(shelf.pk), f"Move {what} to “{shelf}”?"
    elif name == "mark":
        status = _status_named(value)
        if not status:
            names = ", ".join(status.label.lower() for status in Status)
            raise ActionError(f"“{value}” is not a status. Choose one of: {names}.")
        value, sentence = status.value, f"Mark {what} as “{status.label.lower()}”?"
    elif name == "fill_in":
        sentence = f"Look up {what} by ISBN, to fill in what is missing?"
    else:
        raise ActionError("I cannot do that.")
    return _Proposal(name, tuple(pk for pk, _ in found), value, sentence)


def _status_named(name: str) -> Status | None:
    """A status by its name, or as questions call it."""
    key, words = name_key(name), name_key(name).split()
    size, meanings = longest_phrase(words, 0) if words else (0, [])
    names = [value.upper() or kind.upper() for kind, value in meanings if kind in ("status", "read") and size == len(words)]
    by_label = {name_key(text): status for status in Status for text in (status.label, status.value)}
    return by_label.get(key) or (Status[names[0]] if names and names[0] in Status.names else None)


def _shelf_named(user, name: str) -> Shelf:
    wanted = name_key(re.sub(r"\b(?:the|my|shelf|bookcase)\b", " ", name, flags=re.IGNORECASE)) or name_key(name)
    shelves = list(Shelf.objects.filter(user=user))
    same = [shelf for shelf in shelves if {wanted, name_key(name)} & {name_key(shelf.name), name_key(str(shelf))}]
    some = same or [shelf for shelf in shelves if set(wanted.split()) <= set(name_key(str(shelf)).split())]
    if not some:
        raise ActionError(f"You have no shelf called “{name}”.")
    if len(some) > 1:
        raise ActionError(f"Which one do you mean: {', '.join(f'“{shelf}”' for shelf in some[:5])}?")
    return some[0]


@transaction.atomic
def confirm(message: Message) -> str:
    """Does what the message proposes, once; a sentence about what was done."""
    message = Message.objects.select_for_update(of=("self",)).select_related("chat__user").get(pk=message.pk)
    if message.action.get("state") != "proposed":
        raise ActionError("That has already been decided.")
    user, value = message.chat.user, message.action["value"]
    copies = list(UserBook.objects.of(user).filter(pk__in=message.action["books"]))
    if message.action["name"] == "add_tag":
        for copy in copies:
            tagging.set_tags(copy, [*tagging.names_of(copy), value])
        done = f"Tagged “{value}”"
    elif message.action["name"] == "move_to_shelf":
        shelf = Shelf.objects.filter(user=user, pk=value).first()
        if shelf is None:
            raise ActionError("That shelf no longer exists.")
        for copy in copies:
            copy.shelf = shelf
            copy.save(update_fields=["shelf"])
        done = f"Moved to “{shelf}”"
    elif message.action["name"] == "fill_in":
        metadata_lookup.look_up_again(UserBook.objects.of(user).filter(pk__in=message.action["books"]))
        done = "Being looked up"
    else:
        for copy in copies:
            readings.mark_status(copy, value)
        done = f"Marked as “{Status(value).label.lower()}”"
    sentence = f"{done}: {count_of(len(copies), 'book')}."
    _decide(message, "done", sentence)
    return sentence


def dismiss(message: Message):
    if message.action.get("state") == "proposed":
        _decide(message, "dismissed", "Nothing was changed.")


def _decide(message: Message, state: str, sentence: str):
    message.action = {**message.action, "state": state, "result": sentence}
    message.save(update_fields=["action", "changed"])
