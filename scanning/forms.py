"""What people tell about a photo and its books. The checks that need a catalogue or the row are in `uploads` and `review`."""

from django import forms

from library.forms import AuthorsField
from library.models import Shelf, Status
from scanning.models import Scan

NEW_SHELF = "new"


class _PlaceForm(forms.Form):
    """The shelf that a photo shows: one of the person's own, or the name of a new one."""

    shelf = forms.ChoiceField(required=False, label="Shelf")
    new_shelf = forms.CharField(required=False, max_length=100, label="Name of the new shelf")

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.own = {str(shelf.pk): shelf for shelf in user.shelves.all()}
        self.fields["shelf"].choices = [("", "No shelf yet"), *self.own.items(), (NEW_SHELF, "New shelf…")]
        self.fields["new_shelf"].widget.attrs["placeholder"] = "Living room, left"

    def clean(self):
        super().clean()
        if self.cleaned_data.get("shelf") == NEW_SHELF and not self.cleaned_data.get("new_shelf"):
            self.add_error("new_shelf", "Give the new shelf a name.")

    @property
    def place(self) -> Shelf | str:
        """One of the own shelves, or the name of a new one; "" for none."""
        chosen = self.cleaned_data["shelf"]
        return self.cleaned_data["new_shelf"] if chosen == NEW_SHELF else self.own.get(chosen, "")


class PhotoForm(_PlaceForm):
    """A photo to come: what it shows, and where that stands."""

    kind = forms.ChoiceField(choices=Scan.Kind, required=False, widget=forms.RadioSelect, label="What is in the photo?")
    field_order = ["kind"]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Scan.Kind.SHELF


class ScanBatchForm(_PlaceForm):
    """What holds for all books of one scan: where they go and how they are marked."""

    status = forms.ChoiceField(choices=Status.choices, label="Mark as")


class WordsForm(forms.Form):
    """A book in its owner's words, to be matched again."""

    title = forms.CharField(required=False, max_length=500)
    author = AuthorsField(required=False)
    isbn = forms.CharField(required=False, max_length=40, label="ISBN")

    def words(self) -> dict:
        """As `review` takes them; what does not fit a field is as good as empty."""
        typed = self.cleaned_data if self.is_valid() else {}
        return {
            "title": typed.get("title", ""),
            "author": "; ".join(typed.get("author") or []),
            "isbn_text": typed.get("isbn", ""),
        }
