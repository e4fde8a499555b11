"""What a column of a file may be here, and how its text is read; a module for every kind, which write to an Item."""

from library.models import Status, UserBook
from transfer.fields.book_facts import FACT_FIELDS, TITLE_FIELDS
from transfer.fields.ownership import OWNERSHIP_FIELDS
from transfer.fields.people import PEOPLE_FIELDS, add_authors
from transfer.fields.reading import FAVOURITES, READING_FIELDS
from transfer.items import Item

# Our name for it -> (what people read, how its text is read), in the order of the choice in the preview, in which they are read.
TARGETS = TITLE_FIELDS | PEOPLE_FIELDS | FACT_FIELDS | READING_FIELDS | OWNERSHIP_FIELDS
KEEP, DROP = "keep", "drop"  # among the imported columns, or not at all
TOGETHER = "together"  # read by the format itself, with other columns

LONGEST = {field.name: field.max_length for field in UserBook._meta.fields if getattr(field, "max_length", None)}
NAMES = {"authors": "author", "isbn13": "ISBN"} | {name: name.replace("_", " ") for name in ("bought_from", "condition_note")}
LENT_TODAY = "The file does not say when this book was lent, so the loan begins today."


def finish_item(item: Item):
    """Cuts what does not fit, and says so; a row without title and ISBN is none."""
    if item.name_parts and not item.facts.get("authors"):
        add_authors(item, [" ".join(filter(None, [item.name_parts.get("given"), item.name_parts.get("surname")]))])
    if any(name.casefold() in FAVOURITES for name in (*item.tags, *item.shelf)):
        item.own["favourite"] = True
    for values in (item.facts, item.own):
        _shorten(item, values)
    if any(end for _, end in item.readings):
        item.own.setdefault("status", Status.READ.value)
    if item.loans and not item.loans[0].get("since"):
        item.notes.append(LENT_TODAY)
    if not item.title and not item.isbn13 and "open_library" not in item.ids and not item.problem and not item.left_out:
        item.problem = item.notes[0] if item.notes else "This row has neither a title nor an ISBN."


def _shorten(item: Item, values: dict):
    for name, value in values.items():
        if isinstance(value, str) and len(value) > LONGEST.get(name, len(value)):
            item.notes.append(f"The {NAMES.get(name, name)} was too long and has been shortened.")
            values[name] = value[: LONGEST[name]]
