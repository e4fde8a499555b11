"""What people type about their books, checked and turned into rows, by what it is about. The forms save."""

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
