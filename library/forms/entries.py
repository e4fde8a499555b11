"""How books come in one by one."""

from dataclasses import replace

from django import forms
from django.core.exceptions import ValidationError

from library import isbn
from library.catalogs import Record
from library.catalogs.lookup import Lookup
from library.forms.fields import AuthorsField, ISBNField, OwnShelfForm
from library.identity import add_copy, owned_copies
from library.models import Shelf, Status, UserBook


class AddBookForm(OwnShelfForm, forms.Form):
    """One book by hand: as it is typed, or by its ISBN alone, which the catalogues then say the rest to."""

    isbn13 = ISBNField(required=False)
    title = forms.CharField(max_length=500, required=False, help_text="With an ISBN you can leave it empty: it is looked up.")
    authors = AuthorsField(required=False)
    status = forms.ChoiceField(choices=Status.choices, initial=Status.TO_READ)
    shelf = forms.ModelChoiceField(Shelf.objects.none(), required=False)

    def __init__(self, user, catalogs: Lookup, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.catalogs = user, catalogs
        self.known: Record | None = None
        self.offer_shelves_of(user)

    def clean(self):
        typed = super().clean()
        if typed.get("title") or self.errors:
            return typed
        if not typed["isbn13"]:
            raise ValidationError("Type the title of the book, or its ISBN.")
        self.known = self.catalogs.by_isbn(typed["isbn13"])
        if self.known is None:
            unknown = f"No catalogue here knows {isbn.hyphenated(typed['isbn13'])}. Please type the title."
            raise ValidationError([unknown, *self.catalogs.problems])
        return typed

    def record(self) -> Record:
        """What was typed, and around it what a catalogue knows."""
        typed, known = self.cleaned_data, self.known or Record(title="", source="typed")
        authors = tuple(typed["authors"]) or known.authors
        return replace(known, title=typed["title"] or known.title, authors=authors, isbn=typed["isbn13"])

    def owned(self) -> list[UserBook]:
        return list(owned_copies(self.user, self.record())[:5])

    def save(self) -> UserBook:
        record = self.record()
        copy = add_copy(self.user, record, shelf=self.cleaned_data["shelf"], status=self.cleaned_data["status"])
        # Where the edition was known already, its owner's words still win on their own copy.
        copy.title, copy.authors = record.title, list(record.authors) or copy.authors
        copy.save()
        return copy
