"""Fields and mixins that several forms share, and the form for a shelf."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.forms import BaseForm
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join

from catalogs import isbn
from catalogs.languages import language_of
from catalogs.statements import is_partial_date
from library.copies import tagging
from library.models import Shelf


class AuthorsField(forms.CharField):
    """Authors in one line, separated by semicolons, because a comma may be part of a name."""

    def __init__(self, **kwargs):
        super().__init__(max_length=1000, help_text="Separate several authors with semicolons.", **kwargs)

    def prepare_value(self, value):
        return "; ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [" ".join(name.split()) for name in super().to_python(value).split(";") if name.strip()]

    def run_validators(self, value):
        super().run_validators("; ".join(value))

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class TagsField(forms.CharField):
    """Tags in one line, separated by commas or in quotes; static/js/tags.js turns them into chips."""

    def __init__(self, **kwargs):
        super().__init__(max_length=5000, help_text="Separate tags with commas.", **kwargs)
        self.widget.attrs |= {"data-tags": "", "autocomplete": "off"}

    def prepare_value(self, value):
        return tagging.join_list(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value):
        return tagging.split_tags(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if len(value) > tagging.AT_MOST:
            raise ValidationError(f"A book can have at most {tagging.AT_MOST} tags.")

    def run_validators(self, value):
        super().run_validators(tagging.join_list(value))

    def has_changed(self, initial, data):
        return {tagging.Tag.fold(str(name)) for name in initial or []} != {
            tagging.Tag.fold(name) for name in self.to_python(data)
        }


class ListField(forms.CharField):
    """Words or phrases in one line, separated by commas."""

    def __init__(self, **kwargs):
        super().__init__(max_length=2000, **kwargs)

    def prepare_value(self, value):
        return tagging.join_list(value) if isinstance(value, list) else value

    def to_python(self, value):
        return tagging.split_list(super().to_python(value))

    def run_validators(self, value):
        super().run_validators(tagging.join_list(value))

    def has_changed(self, initial, data):
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class ISBNField(forms.CharField):
    """An ISBN as printed, with 10 or 13 digits and any hyphens; stored as 13 digits."""

    def __init__(self, **kwargs):
        super().__init__(label="ISBN", max_length=isbn.LONGEST, help_text="10 or 13 digits, with or without hyphens.", **kwargs)
        self.widget.attrs["inputmode"] = "text"

    def prepare_value(self, value):
        # An invalid number is shown as it was typed, so that it can be corrected.
        return isbn.hyphenated(value) if isbn.clean(value or "") == value else value

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return ""
        try:
            return isbn.parse(value)
        except isbn.ISBNError as error:
            raise ValidationError(str(error)) from error


class PartialDateField(forms.CharField):
    def __init__(self, **kwargs):
        help_text = "As much as you know, such as 2017, 2017-02 or 2017-02-07."
        super().__init__(**{"required": False, "max_length": 10, "help_text": help_text} | kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        if value and not is_partial_date(value):
            raise ValidationError("Enter the date as 2017, 2017-02 or 2017-02-07.")
        return value


class LanguageField(forms.CharField):
    """A language by its code or its name, stored as two letters."""

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=40, help_text="Two letters, such as en or de, or a name.", **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        if value and not language_of(value):
            raise ValidationError("Enter the language as two letters, such as en or de, or by its name.")
        return language_of(value)


class _LongSelect(forms.Select):
    """For hundreds of options: Django renders a template for every one, which takes longer than the rest of the page."""

    def render(self, name, value, attrs=None, renderer=None):
        cleaned = self.get_context(name, value, attrs)["widget"]
        offered = [option for _, group, _ in cleaned["optgroups"] for option in group]
        parts = [(option["value"], flatatt(option["attrs"]), option["label"]) for option in offered]
        options = format_html_join("\n", '<option value="{}"{}>{}</option>', parts)
        return format_html('<select name="{}"{}>\n{}</select>', cleaned["name"], flatatt(cleaned["attrs"]), options)


class OwnShelfForm:
    """A form with a `shelf` field that offers only the person's own shelves."""

    def offer_shelves_of(self, user):
        field = self.fields["shelf"]
        few, field.widget = field.widget, _LongSelect(field.widget.attrs)
        field.widget.is_required = few.is_required
        field.queryset = user.shelves.all()
        field.empty_label = "No shelf"


def error_sentence(form: BaseForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


class ShelfForm(forms.ModelForm):
    """A shelf with an optional bookcase and room. Fields that are not in the request stay as they are."""

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
        """Ignores case, unlike the database: “kitchen” beside “Kitchen” would be a mistake."""
        place = {f"{name}__iexact": typed.get(name, getattr(self.instance, name)) for name in ("name", "bookcase", "room")}
        if Shelf.objects.filter(user=self.instance.user, **place).exclude(pk=self.instance.pk).exists():
            there = " there" if place["bookcase__iexact"] or place["room__iexact"] else ""
            self.add_error("name", ValidationError(f"You already have a shelf called “{typed['name']}”{there}."))

    def save(self, commit=True):
        if self.instance.pk is None:  # new shelves go last
            last = self.instance.user.shelves.aggregate(last=Max("position"))["last"] or 0
            self.instance.position = last + 1
        return super().save(commit)


class PriceField(forms.DecimalField):
    """Takes `12,99` as well as `12.99`. `1,234` is refused, because it may be either number."""

    def to_python(self, value):
        return super().to_python(re.sub(r",(?=\d{1,2}$)", ".", value.strip()) if isinstance(value, str) else value)
