"""What people type about their books, checked and turned into rows. The forms save."""

import re
from dataclasses import replace

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max

from library import isbn
from library.catalogs import Record
from library.catalogs.lookup import Lookup
from library.identity import add_copy, owned_copies
from library.models import Shelf, Status, UserBook

SORTS = {
    "added": ("Recently added", ["-added", "-pk"]),
    "title": ("Title", ["sort_title", "pk"]),
    "author": ("Author", ["sort_author", "sort_title", "pk"]),
    "year": ("Year, newest first", ["-published_date", "sort_title", "pk"]),
}
NO_SHELF = "none"


class LibraryFilter(forms.Form):
    """What the address of the library page asks for. What makes no sense in it is passed over."""

    q = forms.CharField(required=False, max_length=200)
    shelf = forms.RegexField(rf"^(\d{{1,18}}|{NO_SHELF})$", required=False)
    status = forms.ChoiceField(choices=Status.choices, required=False)
    sort = forms.ChoiceField(choices=[(name, label) for name, (label, _) in SORTS.items()], required=False)
    view = forms.ChoiceField(choices=[("grid", "Covers"), ("list", "List")], required=False)

    def __init__(self, data):
        super().__init__(data)
        self.full_clean()

    def value(self, name: str, default: str = "") -> str:
        return self.cleaned_data.get(name) or default

    @property
    def narrows(self) -> bool:
        return any(self.value(name) for name in ("q", "shelf", "status"))

    def select(self, books):
        books = books.matching(self.value("q"))
        if shelf := self.value("shelf"):
            books = books.filter(shelf=None if shelf == NO_SHELF else int(shelf))
        if status := self.value("status"):
            books = books.filter(status=status)
        return books.order_by(*SORTS[self.value("sort", "added")][1])


class AuthorsField(forms.CharField):
    """Authors in one line, joined by "; " where they are several; a comma may be part of a name."""

    def __init__(self, **kwargs):
        super().__init__(max_length=1000, help_text="Several authors? Put a semicolon between them.", **kwargs)

    def prepare_value(self, value):
        return "; ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [" ".join(name.split()) for name in super().to_python(value).split(";") if name.strip()]

    def run_validators(self, value):
        super().run_validators("; ".join(value))

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class ISBNField(forms.CharField):
    """An ISBN as it is printed, with 10 or 13 digits and any hyphens; kept as 13 digits."""

    def __init__(self, **kwargs):
        super().__init__(label="ISBN", max_length=40, help_text="10 or 13 digits, with or without hyphens.", **kwargs)
        self.widget.attrs["inputmode"] = "text"

    def prepare_value(self, value):
        # What was typed comes back as typed: a wrong number is easier to put right than to type again.
        return isbn.hyphenated(value) if isbn.clean(value or "") == value else value

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return ""
        try:
            return isbn.parse(value)
        except isbn.ISBNError as error:
            raise ValidationError(str(error)) from error


class OwnShelfForm:
    """A form with a `shelf` field, which offers the person's own shelves and no others."""

    def offer_shelves_of(self, user):
        field = self.fields["shelf"]
        field.queryset = user.shelves.all()
        field.empty_label = "No shelf"


class CopyForm(OwnShelfForm, forms.ModelForm):
    """What is the owner's own about a copy: status, shelf, rating, notes."""

    rating = forms.TypedChoiceField(
        choices=[("", "No rating")] + [(n, f"{n / 2:g} of 5 stars") for n in range(1, 11)],
        coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
    )  # fmt: skip

    class Meta:
        model = UserBook
        fields = ["status", "shelf", "rating", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 4, "placeholder": "What you want to remember"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_shelves_of(self.instance.user)


class FactsForm(forms.ModelForm):
    """The facts of one person's copy. The edition that everybody shares stays as the catalogues have it."""

    authors = AuthorsField(required=False)
    isbn13 = ISBNField(required=False)
    cover = forms.URLField(
        label="Address of a cover picture", help_text="Leave it empty for a drawn cover.", max_length=500,
        required=False, assume_scheme="https", widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )  # fmt: skip

    class Meta:
        model = UserBook
        fields = ["title", "subtitle", "authors", "isbn13", "publisher", "published_date", "language", "cover"]
        help_texts = {
            "published_date": "As far as you know it: 2017, 2017-02 or 2017-02-07.",
            "language": "Two letters, such as en or de.",
        }

    def clean_published_date(self):
        date = self.cleaned_data["published_date"].strip()
        if date and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", date):
            raise ValidationError("Write the date as 2017, 2017-02 or 2017-02-07.")
        return date

    def clean_cover(self):
        cover = self.cleaned_data["cover"]
        if cover and not cover.startswith("https://"):
            raise ValidationError("The picture's address must begin with https://.")
        return cover


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


class ShelfForm(forms.ModelForm):
    class Meta:
        model = Shelf
        fields = ["name"]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        same = Shelf.objects.filter(user=self.instance.user, name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(f"You already have a shelf called “{name}”.")
        return name

    def save(self, commit=True):
        if self.instance.pk is None:  # a new one goes last
            last = self.instance.user.shelves.aggregate(last=Max("position"))["last"] or 0
            self.instance.position = last + 1
        return super().save(commit)
