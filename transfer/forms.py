"""What is asked about a list of books: which file, what for all of it, and what a row should have said."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from library.forms.fields import AuthorsField, ISBNField, OwnShelfForm, TagsField
from library.models import Preferences, Shelf, Status
from transfer import dates, fields, row_outcomes, source_files
from transfer.models import ImportOptions

LONGEST_TEXT = 500_000
ACCEPTED = ",".join([*source_files.TABLE_NAMES, ".zip", "text/*"])
ORDERS = {"": "Detect from the file", dates.DAY_FIRST: "Day first: 3 April", dates.MONTH_FIRST: "Month first: 4 March"}


class ImportFileForm(forms.Form):
    """A file, or a text that was pasted."""

    file = forms.FileField(required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED}))
    text = forms.CharField(
        label="Or paste a list", required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "9780441013593\n978-0-14-143951-8 …", "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self):
        given = super().clean()
        if not self.errors and not given.get("file") and not given.get("text", "").strip():
            raise ValidationError("Choose a file, or paste a list.")
        return given

    def upload(self):
        return self.cleaned_data["file"] or SimpleUploadedFile("Pasted list", self.cleaned_data["text"].encode())


class ImportOptionsForm(OwnShelfForm, forms.Form):
    """For all books of a file; offered again as it was chosen last."""

    on_duplicate = forms.ChoiceField(
        label="Books you already have",
        choices=list(row_outcomes.ON_DUPLICATE.items()),
        initial=row_outcomes.UPDATE,
        widget=forms.RadioSelect,
    )
    status = forms.ChoiceField(label="Reading status, if the file has none", choices=Status.choices, initial=Status.TO_READ)
    shelf = forms.ModelChoiceField(Shelf.objects.none(), label="Shelf, if the file has none", required=False)
    tags = TagsField(label="Tags for all books", required=False)
    look_up = forms.BooleanField(label="Look up missing details, such as covers, in the catalogues", required=False)

    def __init__(self, user, *args, rows: int = 0, **kwargs):
        kept = Preferences.objects.choices_of(user)
        initial = {"look_up": rows <= row_outcomes.LOOKED_UP_UNASKED} | kept.get("import", {})
        super().__init__(*args, initial=initial, **kwargs)
        self.user = user
        self.offer_shelves_of(user)

    def options(self) -> ImportOptions:
        """As kept with the import, and in the preferences for the next one."""
        chosen: Any = self.cleaned_data | {"shelf": self.cleaned_data["shelf"].pk if self.cleaned_data["shelf"] else None}
        kept = {name: value for name, value in chosen.items() if name != "look_up"}
        Preferences.objects.choose(self.user, **{"import": kept})
        return chosen


class ColumnsForm(forms.Form):
    """What each column of a table is here."""

    def __init__(self, file, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.file = file
        self.columns = [name for name in file.hints.get("header", []) if name in file.mapping]
        targets = [(name, label) for name, (label, _) in fields.TARGETS.items()]
        choices = [
            (fields.KEEP, "Keep unchanged"),
            (fields.DROP, "Skip"),
            (fields.TOGETHER, "Read together with others"),
            ("Import as", targets),
        ]
        for number, name in enumerate(self.columns):
            self.fields[f"column{number}"] = forms.ChoiceField(label=name, choices=choices, initial=file.mapping[name])
        order = file.hints.get("chosen_order", "")
        self.fields["order"] = forms.ChoiceField(
            label="03/04/2020 means", choices=list(ORDERS.items()), initial=order, required=False
        )

    def save(self):
        """Changes the mapping, not yet what it leads to."""
        chosen = {name: self.cleaned_data[f"column{number}"] for number, name in enumerate(self.columns)}
        self.file.mapping = chosen
        self.file.hints["chosen_order"] = self.cleaned_data["order"]


class ImportRowForm(forms.Form):
    """A row as it should have been."""

    title = forms.CharField(max_length=500, required=False)
    authors = AuthorsField(required=False)
    isbn13 = ISBNField(required=False)

    def clean(self):
        given = super().clean()
        if not self.errors and not given["title"] and not given["isbn13"]:
            raise ValidationError("Enter a title or an ISBN.")
        return given
