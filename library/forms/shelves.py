"""The places where books stand."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max

from library.models import Shelf


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
