"""Forms for books, copies and shelves. They validate what people type, and save it."""

from library.forms.copies import CopyForm, FactsForm
from library.forms.entries import AddBookForm, EntriesForm, EntryBatchForm, NameForm, TypedForm
from library.forms.fields import AuthorsField, ISBNField, OwnShelfForm, ShelfForm
from library.forms.filters import NO_SHELF, SORTS, LibraryFilter

__all__ = [
    "NO_SHELF",
    "SORTS",
    "AddBookForm",
    "AuthorsField",
    "CopyForm",
    "EntriesForm",
    "EntryBatchForm",
    "FactsForm",
    "ISBNField",
    "LibraryFilter",
    "NameForm",
    "OwnShelfForm",
    "ShelfForm",
    "TypedForm",
]  # fmt: skip
