"""The places where books stand."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max

from library.models import Shelf


class ShelfForm(forms.ModelForm):
    """A shelf by its name, perhaps in a bookcase, perhaps in a room. What is not in the post stays as it is."""

    class Meta:
        model = Shelf
        fields = ["name", "bookcase", "room"]
        widgets = {name: forms.TextInput(attrs={"list": f"{name}s", "autocomplete": "off"}) for name in ("bookcase", "room")}

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        for name in ("bookcase", "room"):
            if data is not None and self.add_prefix(name) not in data:
                del self.fields[name]

    def clean(self):
        typed = super().clean()
        for name in self.fields:
            if name in typed:
                typed[name] = " ".join(typed[name].split())
        if "name" in typed:
            self._refuse_taken(typed)
        return typed

    def _refuse_taken(self, typed: dict):
        """The database minds the exact name only; “kitchen” beside “Kitchen” would be a slip."""
        place = {f"{name}__iexact": typed.get(name, getattr(self.instance, name)) for name in ("name", "bookcase", "room")}
        if Shelf.objects.filter(user=self.instance.user, **place).exclude(pk=self.instance.pk).exists():
            there = " there" if place["bookcase__iexact"] or place["room__iexact"] else ""
            self.add_error("name", ValidationError(f"You already have a shelf called “{typed['name']}”{there}."))

    def save(self, commit=True):
        if self.instance.pk is None:  # a new one goes last
            last = self.instance.user.shelves.aggregate(last=Max("position"))["last"] or 0
            self.instance.position = last + 1
        return super().save(commit)
