"""Forms for a copy: personal fields, facts, reading dates, loans and cover; and the form for changing many copies."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from library.copies import bulk_changes, loans, owner_edits, readings, tagging
from library.covers import cover_choice
from library.covers.cover_files import PictureError, as_cover
from library.forms.edit_conflicts import CarefulForm, EditConflict, LongTextField
from library.forms.fields import (
    AuthorsField,
    ISBNField,
    LanguageField,
    ListField,
    OwnShelfForm,
    PartialDateField,
    PriceField,
    TagsField,
)
from library.models import Loan, Reading, Shelf, Status, UserBook

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CopyForm(OwnShelfForm, CarefulForm):
    """The personal fields of a copy, saved one by one while typing."""

    status = forms.ChoiceField(choices=Status.choices)
    rating = forms.TypedChoiceField(
        choices=[("", "No rating")] + [(n, f"{n / 2:g} of 5 stars") for n in range(1, 11)],
        coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    tags = TagsField(required=False)
    review = LongTextField(
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "What you think of this book"}), max_length=50_000
    )
    notes = LongTextField(
        label="Private notes",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What you want to remember"}),
    )
    currency = forms.CharField(max_length=3, required=False, widget=forms.TextInput(attrs={"placeholder": "EUR", "size": 4}))

    class Meta:
        model = UserBook
        fields = [
            "status", "shelf", "rating", "favourite", "tags", "review", "notes", "bought", "bought_from", "price", "currency",
            "condition", "condition_note",
        ]  # fmt: skip
        field_classes = {"price": PriceField}
        widgets = {"bought": DAY, "price": forms.TextInput(attrs={"inputmode": "decimal"})}
        labels = {"bought": "Bought on", "bought_from": "Bought from", "condition_note": "Notes on its condition"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "tags" in self.fields:
            self.initial["tags"] = tagging.names_of(self.instance)
        if "shelf" in self.fields:
            self.offer_shelves_of(self.instance.user)

    def clean_currency(self):
        currency = self.cleaned_data["currency"].strip().upper()
        if currency and not re.fullmatch(r"[A-Z]{3}", currency):
            raise ValidationError("Enter the currency as three letters, such as EUR or USD.")
        return currency

    def clean_price(self):
        price = self.cleaned_data["price"]
        if price is not None and price < 0:
            raise ValidationError("The price cannot be negative.")
        return price

    def current(self, copy, name):
        return tagging.names_of(copy) if name == "tags" else super().current(copy, name)

    @transaction.atomic
    def save(self) -> list[EditConflict]:
        """Saves the changes and returns the fields that were also changed elsewhere, which are not saved."""
        copy = UserBook.objects.select_for_update(of=("self",)).get(pk=self.instance.pk, user=self.instance.user_id)
        cleaned, clashes = self.settle(copy)
        names, before = cleaned.pop("tags", None), copy.status
        for name, value in cleaned.items():
            setattr(copy, name, value)
        if cleaned:
            copy.save(update_fields=list(cleaned))
        if names is not None:
            tagging.set_tags(copy, names)
        readings.update_readings(copy, before)
        return clashes


class FactsForm(CarefulForm):
    """The facts of one person's copy. The shared edition does not change."""

    authors = AuthorsField(required=False)
    isbn13 = ISBNField(required=False)
    published_date = PartialDateField()
    language = LanguageField()
    description = LongTextField(widget=forms.Textarea(attrs={"rows": 5}), max_length=50_000)
    categories = ListField(required=False, help_text="Separate several with commas.")
    cover = forms.URLField(
        label="Cover picture address", help_text="Leave this empty for a drawn cover.", max_length=500,
        required=False, assume_scheme="https", widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )  # fmt: skip

    class Meta:
        model = UserBook
        fields = [
            "title", "subtitle", "authors", "isbn13", "series", "series_number", "publisher", "published_date",
            "first_published", "language", "pages", "binding", "description", "categories", "cover",
        ]  # fmt: skip
        help_texts = {
            "first_published": "The year in which the work appeared, in whatever edition.",
            "series_number": "Such as 1, 2.5 or 1-3.",
            "binding": "Hardcover, paperback, …",
        }

    def clean_first_published(self):
        year = self.cleaned_data["first_published"]
        if year is not None and not -4000 <= year <= 2100:
            raise ValidationError("Enter the year with four digits, such as 1869.")
        return year

    def clean_cover(self):
        cover = self.cleaned_data["cover"]
        if cover and not cover.startswith("https://"):
            raise ValidationError("The picture's address must begin with https://.")
        return cover

    def clean_pages(self):
        pages = self.cleaned_data["pages"]
        if pages is not None and not 0 < pages <= 100_000:
            raise ValidationError("The number of pages must be between 1 and 100,000.")
        return pages

    def save(self) -> list[EditConflict]:
        """Saves the changes as the owner's, unless fields were also changed elsewhere: then saves nothing and returns those."""
        user, pk = self.instance.user, self.instance.pk
        stored = UserBook.objects.get(pk=pk, user=user)
        while True:
            cleaned, clashes = self.settle(stored)
            if clashes:
                return clashes
            try:
                owner_edits.edit_copy(user, pk, cleaned, version=stored.version)
                return []
            except owner_edits.Stale as stale:
                stored = stale.copy


NO_SHELF = "none"
LEAVE = ("", "Leave as it is")


def day(**options) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)


class ReadingForm(forms.ModelForm):
    """The dates of one reading."""

    started = day(label="Started", required=False)
    finished = day(label="Finished", required=False)

    class Meta:
        model = Reading
        fields = ["started", "finished"]

    def clean(self):
        typed = super().clean()
        if not self.errors:
            try:
                readings.check_reading_dates(typed["started"], typed["finished"])
            except readings.ReadingError as error:
                raise ValidationError(str(error)) from error
        return typed

    def save(self, commit=True) -> Reading:
        return super().save(commit) if self.instance.pk else readings.add_reading(self.instance.copy, **self.cleaned_data)


class LoanForm(forms.ModelForm):
    """Lending a book, and editing a loan."""

    since = day(label="Lent on", required=False)
    due = day(label="Due back", required=False)

    class Meta:
        model = Loan
        fields = ["borrower", "since", "due", "note"]
        widgets = {"borrower": forms.TextInput(attrs={"list": "borrowers", "autocomplete": "off"})}
        labels = {"borrower": "Lent to", "note": "Note"}

    def clean_since(self):
        return self.cleaned_data["since"] or Loan._meta.get_field("since").get_default()

    def clean(self):
        typed = super().clean()
        since, due, returned = typed.get("since"), typed.get("due"), self.instance.returned
        if since and due and due < since:
            self.add_error("due", "The due date cannot be before the loan date.")
        if since and returned and returned < since:
            self.add_error("since", "The loan date cannot be after the return date.")
        return typed

    def save(self, commit=True) -> Loan:
        if self.instance.pk:
            return super().save(commit)
        return loans.lend_copy(self.instance.copy, **self.cleaned_data)

    def validate_unique(self):
        """Skipped: `loans.lend_copy` reports a book that is already lent, with the borrower's name."""


class TagForm(forms.Form):
    """A tag's new name."""

    name = forms.CharField(max_length=tagging.LONGEST)

    def clean_name(self):
        names = tagging.tidy([self.cleaned_data["name"]])
        if not names:
            raise ValidationError("Type a name.")
        return names[0]


class BulkForm(forms.Form):
    """A change to all selected books. Empty fields stay as they are."""

    shelf = forms.ChoiceField(required=False)
    status = forms.ChoiceField(choices=[LEAVE, *Status.choices], required=False)
    favourite = forms.ChoiceField(
        choices=[("", "Leave as it is"), ("yes", "Favourites"), ("no", "Not favourites")], required=False
    )
    add_tags = TagsField(required=False, label="Add tags")
    remove_tags = TagsField(required=False, label="Remove tags")
    remove = forms.BooleanField(required=False)

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.own = {str(shelf.pk): shelf for shelf in Shelf.objects.filter(user=user)}
        named = [(key, str(shelf)) for key, shelf in self.own.items()]
        self.fields["shelf"].choices = [LEAVE, (NO_SHELF, "No shelf"), *named]

    def clean(self):
        typed = super().clean()
        if not self.errors and self.change().is_nothing:
            raise ValidationError("Choose something to change.")
        return typed

    def change(self) -> bulk_changes.Change:
        cleaned = self.cleaned_data
        shelf = {"": bulk_changes.KEEP, NO_SHELF: None}.get(cleaned["shelf"], self.own.get(cleaned["shelf"]))
        return bulk_changes.Change(
            shelf=shelf,
            status=cleaned["status"],
            favourite={"yes": True, "no": False}.get(cleaned["favourite"]),
            add_tags=tuple(cleaned["add_tags"]),
            remove_tags=tuple(cleaned["remove_tags"]),
            remove=cleaned["remove"],
        )


MOST_MB = 15


class CoverForm(forms.Form):
    """Chooses a cover: that of an `edition` (by primary key), an uploaded `picture`, or the drawn one."""

    choice = forms.ChoiceField(
        choices=[(name, name) for name in cover_choice.SENTENCES],
        error_messages={"required": "Choose a cover.", "invalid_choice": "Choose one of the covers shown."},
    )
    edition = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    picture = forms.FileField(required=False, allow_empty_file=True)

    def __init__(self, copy: UserBook, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.copy = copy

    def clean_picture(self) -> bytes:
        picture = self.cleaned_data["picture"]
        if not picture:
            return b""
        if picture.size > MOST_MB * 1024 * 1024:
            raise ValidationError(f"This picture is larger than {MOST_MB} MB. Choose a smaller one.")
        try:
            return as_cover(picture.read())
        except PictureError as error:
            raise ValidationError(str(error)) from error

    def clean(self):
        chosen = super().clean()
        if chosen.get("choice") == cover_choice.UPLOAD and not self.errors and not chosen["picture"]:
            raise ValidationError("Choose a picture first.")
        if chosen.get("choice") == cover_choice.EDITION:
            chosen["book"] = cover_choice.editions_with_covers(self.copy).filter(pk=chosen.get("edition") or 0).first()
            if chosen["book"] is None:
                raise ValidationError("Choose one of the covers shown.")
        return chosen

    def save(self) -> UserBook:
        chosen = self.cleaned_data
        if chosen["choice"] == cover_choice.EDITION:
            return cover_choice.choose_edition_cover(self.copy, chosen["book"])
        return (
            cover_choice.choose_own_cover(self.copy, chosen["picture"])
            if chosen["choice"] == cover_choice.UPLOAD
            else cover_choice.choose_drawn_cover(self.copy)
        )
