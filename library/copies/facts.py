"""The facts of a copy: their sources, their history, and who may change them.

`UserBook.origins` maps facts to their source: `you`, `photo`, `import`, or the catalogue (`local`, `open_library`, …).
Facts that the owner has entered are changed by nobody else."""

from catalogs import Record
from catalogs.lookup import catalog_title
from library.covers import cover_files
from library.models import FACTS, Book, FactChange, UserBook

YOU, PHOTO, IMPORT = "you", "photo", "import"
_IN_WORDS = {YOU: "you", "typed": "you", PHOTO: "the photo", IMPORT: "an import", "merge": "another record of this book"}
LONGEST = {field.name: field.max_length for field in Book._meta.fields if getattr(field, "max_length", None)}


def facts_of_record(record: Record) -> dict:
    """`record` as columns of a Book, without the ISBN, truncated to the columns' lengths."""
    values = {fact: getattr(record, fact) for fact in FACTS if fact != "isbn13"}
    values |= {"authors": list(record.authors), "categories": list(record.categories)}
    return {
        fact: value[: LONGEST[fact]] if fact in LONGEST and isinstance(value, str) else value for fact, value in values.items()
    }


def change_facts(copy: UserBook, values: dict, source: str) -> list[str]:
    """Sets facts of `copy` (without saving it), records the previous values, and returns the names of the changed facts.

    Sources other than the owner cannot change what the owner has entered, and cannot clear a fact."""
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
    """Fills empty facts of `copy` (without saving it), unless its owner has cleared them. The history is not affected."""
    known = {fact: value for fact, value in values.items() if value not in ("", None, [])}
    if copy.cover_key:
        known.pop("cover", None)  # the owner has uploaded a picture
    filled = [fact for fact in known if not getattr(copy, fact) and copy.origins.get(fact) != YOU]
    for fact in filled:
        setattr(copy, fact, known[fact])
        copy.origins[fact] = source
    if "cover" in filled:
        cover_files.cover_changed(copy)
    return filled


def source_in_words(source: str) -> str:
    """The name of a source for people: `open_library` is `Open Library`."""
    return _IN_WORDS.get(source or YOU) or catalog_title(source)
