"""The facts of a copy: where each comes from, what it said before, and who may change it.

`UserBook.origins` names for each fact who says it: `you`, `photo`, `import`, or the catalogue (`local`, `open_library`, …).
What its owner has said is changed by nobody else."""

from catalogs import Record
from library.covers import cover_files
from library.models import FACTS, Book, FactChange, UserBook

YOU, PHOTO, IMPORT = "you", "photo", "import"
IN_WORDS = {
    YOU: "you", "typed": "you", PHOTO: "the photo", IMPORT: "an import", "merge": "another record of this book",
    "local": "the local catalogue", "open_library": "Open Library", "google_books": "Google Books",
}  # fmt: skip
LONGEST = {field.name: field.max_length for field in Book._meta.fields if getattr(field, "max_length", None)}


def of_record(record: Record) -> dict:
    """What `record` says, as the columns of a Book, without the ISBN; cut to what they hold."""
    values = {fact: getattr(record, fact) for fact in FACTS if fact != "isbn13"}
    values |= {"authors": list(record.authors), "categories": list(record.categories)}
    return {
        fact: value[: LONGEST[fact]] if fact in LONGEST and isinstance(value, str) else value for fact, value in values.items()
    }


def change_facts(copy: UserBook, values: dict, source: str) -> list[str]:
    """Sets what `source` says on `copy` (not saved yet) and keeps what stood there; the names of the facts that changed.

    Anybody but the owner changes only what the owner has not said, and never to nothing."""
    changed = []
    for fact, after in values.items():
        before = getattr(copy, fact)
        if source != YOU and (copy.origins.get(fact) == YOU or after in ("", None, [])):
            continue
        if after == before:
            continue
        FactChange.objects.create(copy=copy, fact=fact, before=before, after=after, source=source)
        setattr(copy, fact, after)
        copy.origins[fact] = source
        changed.append(fact)
    if "cover" in changed:
        cover_files.cover_changed(copy)
    return changed


def fill_facts(copy: UserBook, values: dict, source: str) -> list[str]:
    """Sets what `copy` (not saved yet) lacks and its owner did not leave empty; nothing stood there, so no history begins."""
    known = {fact: value for fact, value in values.items() if value not in ("", None, [])}
    if copy.cover_key:
        known.pop("cover", None)  # a picture of the owner's stands there
    filled = [fact for fact in known if not getattr(copy, fact) and copy.origins.get(fact) != YOU]
    for fact in filled:
        setattr(copy, fact, known[fact])
        copy.origins[fact] = source
    if "cover" in filled:
        cover_files.cover_changed(copy)
    return filled


def source_in_words(source: str) -> str:
    """`open_library` as people know it."""
    return IN_WORDS.get(source, source) or "you"
