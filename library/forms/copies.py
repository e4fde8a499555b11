"""What a person says about one copy: what is theirs, and its facts."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from library.copies import owner_edits, readings, tagging
from library.forms.edit_conflicts import CarefulForm, Clash, LongTextField
from library.forms.fields import AuthorsField, ISBNField, ListField, OwnShelfForm, TagsField
from library.models import Status, UserBook

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CopyForm(OwnShelfForm, CarefulForm):
    """What is the owner's own about a copy. Saved as it is typed, field by field."""

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
        widgets = {"bought": DAY, "price": forms.TextInput(attrs={"inputmode": "decimal"})}
        labels = {"bought": "Bought on", "bought_from": "Bought from", "condition_note": "Notes on its condition"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "tags" in self.fields:
            self.initial["tags"] = tagging.names_of(self.instance)
        if "shelf" in self.fields:
            self.offer_shelves_of(self.instance.user)

    def hidden_rating(self) -> str:
        """The stars are drawn one by one, so what stood there is not drawn with them."""
        return self["rating"].as_hidden(only_initial=True)

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
    def save(self) -> list[Clash]:
        """Saves what was changed here; what was changed elsewhere too is not saved but answered."""
        copy = UserBook.objects.select_for_update(of=("self",)).get(pk=self.instance.pk, user=self.instance.user_id)
        said, clashes = self.settle(copy)
        names, before = said.pop("tags", None), copy.status
        for name, value in said.items():
            setattr(copy, name, value)
        if said:
            copy.save(update_fields=list(said))
        if names is not None:
            tagging.set_tags(copy, names)
        readings.follow(copy, before)
        return clashes


class FactsForm(CarefulForm):
    """The facts of one person's copy. The edition that everybody shares stays as the catalogues have it."""

    authors = AuthorsField(required=False)
    isbn13 = ISBNField(required=False)
    description = LongTextField(widget=forms.Textarea(attrs={"rows": 5}), max_length=50_000)
    categories = ListField(required=False, help_text="Separate several with commas.")
    cover = forms.URLField(
        label="Cover picture address", help_text="Leave this empty for a drawn cover.", max_length=500,
        required=False, assume_scheme="https", widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )  # fmt: skip

    class Meta:
        model = UserBook
        fields = [
            "title", "subtitle", "authors", "isbn13", "series", "series_number", "publisher", "published_date", "language",
            "pages", "binding", "description", "categories", "cover",
        ]  # fmt: skip
        help_texts = {
            "published_date": "As much as you know, such as 2017, 2017-02 or 2017-02-07.",
            "language": "Two letters, such as en or de.",
            "series_number": "Such as 1, 2.5 or 1-3.",
            "binding": "Hardcover, paperback, …",
        }

    def clean_published_date(self):
        date = self.cleaned_data["published_date"].strip()
        if date and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", date):
            raise ValidationError("Enter the date as 2017, 2017-02 or 2017-02-07.")
        return date

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

    def save(self) -> list[Clash]:
        """What was changed here becomes the owner's word; what was changed elsewhere too is not saved but answered."""
        user, pk = self.instance.user, self.instance.pk
        stored = UserBook.objects.get(pk=pk, user=user)
        while True:
            said, clashes = self.settle(stored)
            if clashes:
                return clashes
            try:
                owner_edits.edit(user, pk, said, version=stored.version)
                return []
            except owner_edits.Stale as stale:
                stored = stale.copy
