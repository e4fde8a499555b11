"""What a person says about one copy: what is theirs, and its facts."""

import re

from django import forms
from django.core.exceptions import ValidationError

from library.forms.fields import AuthorsField, ISBNField, OwnShelfForm
from library.models import UserBook


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
