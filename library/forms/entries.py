"""Forms for adding books, singly and in batches: by ISBN, by barcode, by hand."""

import re

from django import forms
from django.core.exceptions import ValidationError

from catalogs import Record, isbn
from catalogs.lookup import Lookup
from library.copies import identity, isbn_entry
from library.copies.isbn_entry import Batch, OnDuplicate
from library.forms.fields import AuthorsField, ISBNField, LanguageField, OwnShelfForm, PartialDateField, TagsField
from library.models import Entry, Shelf, Status, UserBook

AT_ONCE = 200  # books in one request of the scanner's page


class EntryBatchForm(OwnShelfForm, forms.Form):
    """Settings for all books of a batch."""

    shelf = forms.ModelChoiceField(Shelf.objects.none(), required=False)
    status = forms.ChoiceField(choices=Status.choices, initial=Status.TO_READ)
    tags = TagsField(required=False)
    on_duplicate = forms.ChoiceField(label="If I already have a book", choices=OnDuplicate.choices, initial=OnDuplicate.SKIP)

    def __init__(self, user, *args, batch: Batch | None = None, **kwargs):
        if batch:
            kwargs["initial"] = {**batch.as_choices(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.user = user
        self.offer_shelves_of(user)

    def batch(self) -> Batch:
        chosen = self.cleaned_data
        return Batch(chosen["status"], chosen["shelf"], tuple(chosen["tags"]), chosen["on_duplicate"])


class EntriesForm(EntryBatchForm):
    """What the scanner page sends: `isbn` and `key`, repeated for every book."""

    def clean(self):
        cleaned = super().clean()
        texts, keys = [text.replace("\0", "") for text in self.data.getlist("isbn")], self.data.getlist("key")
        if len(texts) > AT_ONCE:
            raise ValidationError(f"At most {AT_ONCE} books in one request.")
        if any(not re.fullmatch(r"[\w-]{0,48}", key) for key in keys):
            raise ValidationError("A key has only letters, digits and hyphens, at most 48 of them.")
        keys = [*keys, *[""] * (len(texts) - len(keys))][: len(texts)]
        pairs = [pair for text, key in zip(texts, keys, strict=True) for pair in numbers_of(text, key)]
        if len(pairs) > isbn.AT_MOST:
            raise ValidationError(f"At most {isbn.AT_MOST:,} books in one request.")
        cleaned["texts"], cleaned["keys"] = [text for text, _ in pairs], [key for _, key in pairs]
        return cleaned


def numbers_of(text: str, key: str) -> list[tuple[str, str]]:
    """The ISBNs in a text, with a key for each that tells its place, so that sending the text twice adds them once. A text with
    one or none stays one entry."""
    found = isbn.find(text) if len(text) > isbn.LONGEST or "\n" in text or " " in text else []
    if len(found) < 2:
        return [(found[0].isbn or found[0].text if found else text[: isbn.LONGEST + 1], key)]
    return [(item.isbn or item.text, f"{key}-{place}" if key else "") for place, item in enumerate(found)]


class TypedForm(EntryBatchForm):
    """One ISBN, a list of them, or any text that contains some."""

    text = forms.CharField(
        label="ISBNs", max_length=1_000_000, strip=False,
        widget=forms.Textarea(attrs={
            "rows": 1, "class": "entry-field", "placeholder": "ISBN", "spellcheck": "false", "autocapitalize": "off",
            "enterkeyhint": "send", "inputmode": "text", "aria-describedby": "id_text_helptext",
        }),
    )  # fmt: skip
    entry_key = forms.RegexField(r"^[\w-]{1,48}$", widget=forms.HiddenInput, required=False)
    field_order = ["text"]

    def found(self) -> list[isbn.Found]:
        return isbn.find(self.cleaned_data["text"])

    def clean(self):
        cleaned = super().clean()
        if "text" in cleaned and not any(item.isbn for item in self.found()):
            problems = [item.problem for item in self.found()][:3]
            raise ValidationError(problems or ["There is no ISBN in this text. An ISBN has 10 or 13 digits."])
        return cleaned

    def save(self) -> list[isbn_entry.Entered]:
        """Keys every ISBN by its place in the text, so that sending the form twice adds the books once."""
        texts, keys = zip(*numbers_of(self.cleaned_data["text"], self.cleaned_data["entry_key"]), strict=True)
        return isbn_entry.add_isbns(self.user, texts, entry=Entry.ISBN, keys=keys, **self.batch().as_own())


class NameForm(forms.Form):
    """The title of a book that no catalogue knows."""

    title = forms.CharField(max_length=500)
    authors = AuthorsField(required=False)

    def given_values(self) -> dict:
        return {fact: value for fact, value in self.cleaned_data.items() if value}


class AddBookForm(OwnShelfForm, forms.Form):
    """One book by hand: a title is enough, or the ISBN of a book that a catalogue knows."""

    title = forms.CharField(
        max_length=500, required=False, help_text="If you enter an ISBN, you can leave this empty and it will be looked up."
    )
    authors = AuthorsField(required=False)
    isbn13 = ISBNField(required=False)
    status = forms.ChoiceField(choices=Status.choices, initial=Status.TO_READ)
    shelf = forms.ModelChoiceField(Shelf.objects.none(), required=False)
    series = forms.CharField(max_length=200, required=False)
    series_number = forms.CharField(label="Number in the series", max_length=20, required=False)
    subtitle = forms.CharField(max_length=500, required=False)
    publisher = forms.CharField(max_length=200, required=False)
    published_date = PartialDateField(label="Published")
    language = LanguageField()
    pages = forms.IntegerField(min_value=1, max_value=100_000, required=False)
    binding = forms.CharField(max_length=50, required=False, help_text="Hardcover, paperback, …")
    tags = TagsField(required=False)
    entry_key = forms.RegexField(r"^[\w-]{1,48}$", widget=forms.HiddenInput, required=False)
    FIRST = ("title", "authors", "isbn13", "shelf", "status")
    FACTS = (
        "title",
        "authors",
        "series",
        "series_number",
        "subtitle",
        "publisher",
        "published_date",
        "language",
        "pages",
        "binding",
    )

    def __init__(self, user, catalogs: Lookup, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.catalogs = user, catalogs
        self.known: Record | None = None
        self.offer_shelves_of(user)

    def first(self):
        return [self[name] for name in self.FIRST]

    def more(self):
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def has_more_values(self) -> bool:
        return any(field.errors or field.value() for field in self.more())

    def clean(self):
        typed = super().clean()
        if typed.get("title") or self.errors:
            return typed
        if not typed["isbn13"]:
            raise ValidationError("Enter the title of the book, or its ISBN.")
        self.known = isbn_entry.known_here([typed["isbn13"]]).get(typed["isbn13"])
        if self.known is None and not self.catalogs.asks_outside:
            raise ValidationError(f"No catalogue has {isbn.hyphenated(typed['isbn13'])}. Please enter the title.")
        return typed

    def given_values(self) -> dict:
        """The facts that the owner typed, which no catalogue overwrites."""
        return {fact: self.cleaned_data[fact] for fact in self.FACTS if self.cleaned_data[fact]}

    def record(self) -> Record:
        """The typed details, or what is known about the ISBN if only that was typed."""
        number, cleaned = self.cleaned_data["isbn13"], self.given_values()
        if "title" not in cleaned:
            return self.known or identity.placeholder(number)
        return Record(**{**cleaned, "authors": tuple(cleaned.get("authors", ()))}, isbn=number, source="typed")

    def owned(self) -> list[UserBook]:
        key = self.cleaned_data["entry_key"]
        if key and UserBook.objects.filter(user=self.user, entry_key=key).exists():
            return []  # this form has been sent before
        return list(identity.owned_copies(self.user, self.record())[:5])

    def save(self) -> UserBook:
        own = {name: self.cleaned_data[name] for name in ("shelf", "status", "tags")}
        key = self.cleaned_data["entry_key"]
        return isbn_entry.add_record(self.user, self.record(), given=self.given_values(), entry=Entry.HAND, key=key, **own).copy
