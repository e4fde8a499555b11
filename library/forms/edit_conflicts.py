"""Forms that may be open in two tabs at once. Every field carries the value it had when the page was shown (Django's hidden
initial values). Only fields changed on this page are saved; if one was also changed elsewhere, the person chooses a value."""

import zlib
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError

from library.forms.fields import TagsField

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class EditConflict:
    """A field that was changed on this page and, differently, elsewhere."""

    name: str
    label: str
    mine: object
    theirs: object
    mine_in_words: str
    theirs_in_words: str


def question_of(clashes: list[EditConflict]) -> str:
    """Identifies a set of conflicts."""
    cleaned = [(clash.name, clash.mine_in_words, clash.theirs_in_words) for clash in clashes]
    return f"{zlib.crc32(repr(cleaned).encode()):x}" if clashes else ""


class LongTextField(forms.CharField):
    """Text with several lines, with normalised line endings."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").strip()

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class CarefulForm(forms.ModelForm):
    """Fields that are not in the request stay as they are, so a form can post a single field. A new form has the fields `only`,
    or all."""

    def __init__(self, data=None, *args, only=(), **kwargs):
        super().__init__(data, *args, **kwargs)
        if data is not None:
            only = [name for name in self.fields if self.add_prefix(name) in data or self.add_initial_prefix(name) in data]
        for name in set(self.fields).difference(only) if only or data is not None else ():
            del self.fields[name]
        for name, field in self.fields.items():
            # Without an initial value in the request, the field is compared with the current value.
            field.show_hidden_initial = data is None or self.add_initial_prefix(name) in data

    @classmethod
    def completed(cls, posted, instance):
        """The posted values, completed with the book's current ones, for showing the whole form again."""
        data = posted.copy()
        for bound in cls(instance=instance):
            if bound.html_name not in posted and bound.html_initial_name not in posted:
                value = bound.field.prepare_value(bound.initial)
                data[bound.html_initial_name] = "" if value is None else str(value)
                if value not in (None, False):
                    data[bound.html_name] = str(value)
        return cls(data, instance=instance)

    def current(self, copy, name: str):
        """The stored value, in the form of `cleaned_data`."""
        return getattr(copy, name)

    def settle(self, copy) -> tuple[dict, list[EditConflict]]:
        """Compares the form with `copy`, its stored state. Returns the values to save and the conflicts to ask about."""
        cleaned, clashes = {}, []
        for name in self.changed_data:
            mine, theirs, choice = self.cleaned_data[name], self.current(copy, name), self.data.get(f"keep-{name}")
            if choice == THEIRS:
                continue
            if choice == MINE or self._same(name, mine, theirs) or self._untouched(name, theirs, copy):
                cleaned[name] = mine
            else:
                label = self.fields[name].label or name.capitalize()
                clashes.append(EditConflict(name, label, mine, theirs, self.in_words(name, mine), self.in_words(name, theirs)))
        return cleaned, clashes

    def in_words(self, name: str, value) -> str:
        """A value as people read it: the label of a choice, a list in one line."""
        field = self.fields[name]
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value in (None, "", []):
            return "nothing"
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(value, value))
        return str(field.prepare_value(value) if isinstance(value, (str, list)) else value)

    def _untouched(self, name: str, theirs, copy) -> bool:
        """Whether the stored value is still the one that the page showed."""
        field = self.fields[name]
        if not field.show_hidden_initial:
            return self.data.get("version") in (None, "", str(copy.version))
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        try:
            was = field.clean(raw) if isinstance(field, forms.TypedChoiceField) else field.to_python(raw)
        except ValidationError:
            was = None  # a choice that no longer exists
        return self._same(name, was, theirs)

    def _same(self, name: str, one, other) -> bool:
        """Ignores spaces and line endings from catalogues, which a form does not preserve."""
        field = self.fields[name]
        if isinstance(other, (str, list)):
            try:
                other = field.to_python(field.prepare_value(other))
            except ValidationError:
                return one == other
        return not field.has_changed(other, field.prepare_value(one)) if isinstance(field, TagsField) else one == other

    def question_was_answered(self, clashes: list[EditConflict]) -> bool:
        """Whether the page already shows exactly these conflicts. Replacing them could make somebody tap the wrong choice."""
        return self.data.get("question") == question_of(clashes)

    def shown_now(self, clashes: list[EditConflict]) -> list[tuple[str, str, str]]:
        """The hidden initial values (id, name, value) after a save: the saved values, except for fields in conflict."""
        open_ones, rows = {clash.name for clash in clashes}, []
        for name, field in self.fields.items():
            bound = self[name]
            if field.show_hidden_initial:
                sent = bound.html_initial_name if name in open_ones else bound.html_name
                rows.append((bound.html_initial_id, bound.html_initial_name, self.data.get(sent, "")))
        return rows
