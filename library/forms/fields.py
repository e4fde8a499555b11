"""Fields and parts that several forms share."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join

from catalogs import isbn
from library.copies import tagging


class AuthorsField(forms.CharField):
    """Authors in one line, joined by "; " where they are several; a comma may be part of a name."""

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
    """Tags in one line with commas between them; static/js/tags.js makes chips of them."""

    def __init__(self, **kwargs):
        super().__init__(max_length=5000, help_text="Separate tags with commas.", **kwargs)
        self.widget.attrs |= {"data-tags": "", "autocomplete": "off"}

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value):
        return tagging.split(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if len(value) > tagging.AT_MOST:
            raise ValidationError(f"A book can have at most {tagging.AT_MOST} tags.")

    def run_validators(self, value):
        super().run_validators(", ".join(value))

    def has_changed(self, initial, data):
        return {tagging.Tag.fold(str(name)) for name in initial or []} != {
            tagging.Tag.fold(name) for name in self.to_python(data)
        }


class ListField(forms.CharField):
    """Several words or phrases in one line, with commas between them."""

    def __init__(self, **kwargs):
        super().__init__(max_length=2000, **kwargs)

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [" ".join(part.split()) for part in super().to_python(value).split(",") if part.strip()]

    def run_validators(self, value):
        super().run_validators(", ".join(value))

    def has_changed(self, initial, data):
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class ISBNField(forms.CharField):
    """An ISBN as it is printed, with 10 or 13 digits and any hyphens; kept as 13 digits."""

    def __init__(self, **kwargs):
        super().__init__(label="ISBN", max_length=40, help_text="10 or 13 digits, with or without hyphens.", **kwargs)
        self.widget.attrs["inputmode"] = "text"

    def prepare_value(self, value):
        # What was typed comes back as typed: a wrong number is easier to put right than to type again.
        return isbn.hyphenated(value) if isbn.clean(value or "") == value else value

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return ""
        try:
            return isbn.parse(value)
        except isbn.ISBNError as error:
            raise ValidationError(str(error)) from error


class LongSelect(forms.Select):
    """For hundreds of options: Django renders a template for each, which takes longer than all else of a page."""

    def render(self, name, value, attrs=None, renderer=None):
        said = self.get_context(name, value, attrs)["widget"]
        offered = [option for _, group, _ in said["optgroups"] for option in group]
        parts = [(option["value"], flatatt(option["attrs"]), option["label"]) for option in offered]
        options = format_html_join("\n", '<option value="{}"{}>{}</option>', parts)
        return format_html('<select name="{}"{}>\n{}</select>', said["name"], flatatt(said["attrs"]), options)


class OwnShelfForm:
    """A form with a `shelf` field, which offers the person's own shelves and no others."""

    def offer_shelves_of(self, user):
        field = self.fields["shelf"]
        few, field.widget = field.widget, LongSelect(field.widget.attrs)
        field.widget.is_required = few.is_required
        field.queryset = user.shelves.all()
        field.empty_label = "No shelf"
