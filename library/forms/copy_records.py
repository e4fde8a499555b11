"""What is kept about copies beside their facts: when they were read, who has them, and what is changed for many at once."""

from django import forms
from django.core.exceptions import ValidationError

from library.copies import bulk_changes, loans, readings, tagging
from library.forms.fields import TagsField
from library.models import Loan, Reading, Shelf, Status

NO_SHELF = "none"
LEAVE = ("", "Leave as it is")
FAVOURITE = [LEAVE, ("yes", "A favourite"), ("no", "Not a favourite")]


def day(**options) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)


class ReadingForm(forms.ModelForm):
    """One time that a book was read."""

    started = day(label="Started", required=False)
    finished = day(label="Finished", required=False)

    class Meta:
        model = Reading
        fields = ["started", "finished"]

    def clean(self):
        typed = super().clean()
        if not self.errors:
            try:
                readings.check(typed["started"], typed["finished"])
            except readings.ReadingError as error:
                raise ValidationError(str(error)) from error
        return typed


class LoanForm(forms.ModelForm):
    """To whom a book is lent, and until when. The form saves."""

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
        return loans.lend(self.instance.copy, **self.cleaned_data)

    def validate_unique(self):
        """Whether it is lent already is said by `loans.lend`, with the name of who has it."""


class TagForm(forms.Form):
    """A tag's new name, or the tag that it is to become one with."""

    name = forms.CharField(max_length=tagging.LONGEST)

    def clean_name(self):
        names = tagging.split(self.cleaned_data["name"])
        if len(names) != 1:
            raise ValidationError("Type one name, without commas.")
        return names[0]


class BulkForm(forms.Form):
    """What is to be done to all books that were chosen. What is left empty stays as it is."""

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
        said = self.cleaned_data
        shelf = {"": bulk_changes.KEEP, NO_SHELF: None}.get(said["shelf"], self.own.get(said["shelf"]))
        return bulk_changes.Change(
            shelf=shelf,
            status=said["status"],
            favourite={"yes": True, "no": False}.get(said["favourite"]),
            add_tags=tuple(said["add_tags"]),
            remove_tags=tuple(said["remove_tags"]),
            remove=said["remove"],
        )
