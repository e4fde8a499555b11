"""Our own JSON: everything about each copy, written by transfer/exports/own_json.py."""

from collections.abc import Iterator
from typing import BinaryIO

import ijson
from django.core.exceptions import ValidationError

from library.copies import tagging
from library.models import FACTS, FactChange, Loan, Preferences, Reading, UserBook
from transfer import named_shelves
from transfer.items import Hints, Item, NotReadable, Row
from transfer.json_depth import shallow_events

VERSION = 1
# What a copy has of its own database: everything else is brought in as it was.
LEFT = {"id", "user", "book", "shelf", "version", *UserBook.FOLDED}
COLUMNS = {field.name: field for field in UserBook._meta.concrete_fields if field.name not in LEFT}
ROWS = {"readings": Reading, "loans": Loan, "changes": FactChange}
ROW_COLUMNS = {
    name: {field.name: field for field in model._meta.concrete_fields if field.name not in ("id", "copy")}
    for name, model in ROWS.items()
}
NUMBERS = {"pages": (1, 999_999), "first_published": (-4000, 2200)}
EDITION_TEXTS = {*FACTS, "source", "source_id"} - {"authors", "categories", *NUMBERS}
MOST = 2**31 - 1  # what a whole number may be everywhere
BROKEN = "The file ends too early, or is not valid JSON from here on: {}."


class OwnJSON:
    name = "bookimg"
    label = "BookImg"
    where = "Settings → Export → JSON"

    def starts(self, text: str) -> bool:
        return text.startswith("{") and '"bookimg"' in text[:2000]

    def header(self, start: bytes, encoding: str) -> list[str]:
        return []

    def mapping(self, header: list[str]) -> dict[str, str]:
        return {}

    def hints(self, stream: BinaryIO, encoding: str, mapping: dict[str, str]) -> Hints:
        return Hints(program=self.name)

    def items(
        self, stream: BinaryIO, encoding: str, mapping: dict[str, str], hints: Hints, after: int = 0
    ) -> Iterator[tuple[Row, Item]]:
        number = 0
        try:
            for number, book in enumerate(ijson.items(shallow_events(stream), "books.item"), start=1):
                if number <= after:
                    continue
                yield Row(number, {}), item_of(book)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            yield Row(number + 1, {}), Item(problem=BROKEN.format(str(error).splitlines()[0][:100]))

    def prepare(self, user, stream: BinaryIO):
        """What stands before the books: shelves, tags and preferences, also those that no book has."""
        try:
            for key, value in _before_books(stream):
                self._prepare(user, key, storable(value))
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise NotReadable(BROKEN.format(str(error).splitlines()[0][:100])) from error

    def _prepare(self, user, key: str, value):
        if key == "bookimg" and value != VERSION:
            raise NotReadable("This file was written by a newer version of BookImg. Update this one first.")
        if key == "shelves" and isinstance(value, list):
            for shelf in value:
                named_shelves.restore_shelf(user, shelf)
        if key == "tags" and isinstance(value, list):
            tagging.find_or_make_tags(user, [name for name in value if isinstance(name, str)])
        if key == "preferences" and isinstance(value, dict):
            kept, _ = Preferences.objects.get_or_create(user=user)
            kept.choices = value | kept.choices
            kept.save()


def item_of(book) -> Item:
    """One entry of the file; what is wrong with it is told by its column."""
    if not isinstance(book, dict):
        return Item(problem="This entry is not a book.")
    try:
        book = storable(book)
        whole = checked(book)
    except RecursionError:
        return Item(problem="This entry is nested too deeply to be a book.")
    except ValidationError as error:
        return Item(facts=_shown(book), problem=" ".join(error.messages))
    return Item(facts=_shown(book), tags=whole["tags"], shelf=whole["shelf"], whole=whole, is_a_copy=True)


def checked(book: dict) -> dict:
    """`book` with what has no place here left out. Raises ValidationError."""
    whole = {name: _valid(COLUMNS[name], name, book[name]) for name in COLUMNS if name in book}
    if not whole.get("title"):
        raise ValidationError("This entry has no title.")
    for name, columns in ROW_COLUMNS.items():
        rows = [row for row in _list(book.get(name)) if isinstance(row, dict)]
        whole[name] = [{key: _valid(columns[key], name, row[key]) for key in columns if key in row} for row in rows]
    if whole.get("rating") is not None and not 1 <= whole["rating"] <= 10:
        raise ValidationError("The rating of this entry is not between 1 and 10 half stars.")
    whole["tags"] = [name for name in _list(book.get("tags")) if isinstance(name, str)]
    whole["shelf"] = [str(part) for part in _list(book.get("shelf"))][:3]
    whole["edition"] = _edition(book.get("edition"))
    return whole


def _list(value) -> list:
    return value if isinstance(value, list) else []


def _valid(field, name: str, value):
    """The value as the column takes it; back as JSON, for it is kept beside the row until it is brought in."""
    lists = name in ("authors", "categories")
    if lists and not (isinstance(value, list) and all(isinstance(part, str) for part in value)):
        raise ValidationError(f"The {name} of this entry are not a list of names.")
    if name in ("origins", "imported") and not isinstance(value, dict):
        raise ValidationError(f"“{name}” of this entry is not valid.")
    try:
        if value is None and field.null:
            return None
        if isinstance(value, int | float) and abs(value) > MOST:
            raise ValueError
        if lists or field.get_internal_type() == "JSONField":
            return value
        if value == "" and field.blank:
            return ""
        valid = field.clean(value, None)
    except ValidationError as error:
        raise ValidationError(f"{name}: {' '.join(error.messages)}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise ValidationError(f"“{name}” of this entry is not valid.") from error
    return valid if isinstance(valid, str | int | bool) else field.value_to_string(_Holder(field, valid))


class _Holder:
    """What `value_to_string` wants: an object with that column."""

    def __init__(self, field, value):
        setattr(self, field.attname, value)


def _edition(values) -> dict:
    if not isinstance(values, dict) or not isinstance(values.get("title"), str):
        return {}
    texts = {name: values[name] for name in EDITION_TEXTS if isinstance(values.get(name), str)}
    lists = {name: values[name] for name in ("authors", "categories") if isinstance(values.get(name), list)}
    more = {"links": values["links"]} if isinstance(values.get("links"), dict) else {}
    more |= {name: values[name] for name, (low, high) in NUMBERS.items() if _is_between(values.get(name), low, high)}
    return texts | lists | more


def _is_between(value, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _shown(book: dict) -> dict:
    found = {name: book[name] for name in ("title", "isbn13") if isinstance(book.get(name), str)}
    found["title"] = found.get("title", "")[:500]
    authors = book.get("authors")
    return found | {"authors": [name for name in authors if isinstance(name, str)] if isinstance(authors, list) else []}


def storable(value):
    """Without what no database takes: NUL, and halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(part) for part in value]
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    return value


def _before_books(stream: BinaryIO) -> Iterator[tuple[str, object]]:
    """What the file says before its books begin, so that this is quick however many there are."""
    key, builder = "", ijson.ObjectBuilder()
    for prefix, event, value in shallow_events(stream):
        if not prefix and event in ("map_key", "end_map"):
            if key:
                yield key, builder.value
            key, builder = value, ijson.ObjectBuilder()
            if key == "books" or event == "end_map":
                return
        elif key:
            builder.event(event, value)


FORMAT = OwnJSON()
