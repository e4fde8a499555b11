"""The choice of a cover for one copy."""

from django import forms
from django.core.exceptions import ValidationError

from library.covers import cover_choice
from library.covers.pictures import PictureError, as_cover
from library.models import UserBook

MOST_MB = 15


class CoverForm(forms.Form):
    """`choice` says what; `edition` is the number of the one whose cover it is, `picture` the upload."""

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
            chosen["book"] = cover_choice.editions(self.copy).filter(pk=chosen.get("edition") or 0).first()
            if chosen["book"] is None:
                raise ValidationError("Choose one of the covers shown.")
        return chosen

    def save(self) -> UserBook:
        chosen = self.cleaned_data
        if chosen["choice"] == cover_choice.EDITION:
            return cover_choice.of_edition(self.copy, chosen["book"])
        return (
            cover_choice.own(self.copy, chosen["picture"])
            if chosen["choice"] == cover_choice.UPLOAD
            else cover_choice.drawn(self.copy)
        )
