"""Forms that two tabs may have open at once. Each field carries what stood in it when the page was shown (Django's hidden initial
values); only what was changed on this page is saved, and what was changed elsewhere as well is asked about."""

import zlib
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError

from library.forms.fields import TagsField

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class EditConflict:
    """A field that says one thing here and was given another elsewhere in the meantime."""

    name: str
    label: str
    mine: object
    theirs: object
    mine_in_words: str
    theirs_in_words: str


def question_of(clashes: list[EditConflict]) -> str:
    """Tells one question from another."""
    cleaned = [(clash.name, clash.mine_in_words, clash.theirs_in_words) for clash in clashes]
    return f"{zlib.crc32(repr(cleaned).encode()):x}" if clashes else ""


class LongTextField(forms.CharField):
    """Text of several lines, whatever the browser ends them with."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").strip()

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class CarefulForm(forms.ModelForm):
    """What is not in the post stays as it is, so that a form with one of the fields will do."""

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        for name in list(self.fields) if data is not None else ():
            if self.add_prefix(name) not in data and self.add_initial_prefix(name) not in data:
                del self.fields[name]
        for name, field in self.fields.items():
            # A post that does not say what stood there is compared with what stands there now.
            field.show_hidden_initial = data is None or self.add_initial_prefix(name) in data

    @classmethod
    def completed(cls, posted, instance):
        """What was posted, and around it the rest of the book as it is: the form to be shown again, with all of its fields."""
        data = posted.copy()
        for bound in cls(instance=instance):
            if bound.html_name not in posted and bound.html_initial_name not in posted:
                value = bound.field.prepare_value(bound.initial)
                data[bound.html_initial_name] = "" if value is None else str(value)
                if value not in (None, False):
                    data[bound.html_name] = str(value)
        return cls(data, instance=instance)

    def current(self, copy, name: str):
        """What the stored `copy` says, as `cleaned_data` would have it."""
        return getattr(copy, name)

    def settle(self, copy) -> tuple[dict, list[EditConflict]]:
        """What is to be saved on `copy`, which is how it is stored now, and what has to be asked first."""
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
        """As a person reads it: the label of a choice, a list in one line."""
        field = self.fields[name]
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value in (None, "", []):
            return "nothing"
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(value, value))
        return str(field.prepare_value(value) if isinstance(value, (str, list)) else value)

    def _untouched(self, name: str, theirs, copy) -> bool:
        """Whether what is stored is what stood in the field when the page was shown."""
        field = self.fields[name]
        if not field.show_hidden_initial:
            return self.data.get("version") in (None, "", str(copy.version))
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        try:
            was = field.clean(raw) if isinstance(field, forms.TypedChoiceField) else field.to_python(raw)
        except ValidationError:
            was = None  # what stood there does not exist any more
        return self._same(name, was, theirs)

    def _same(self, name: str, one, other) -> bool:
        """Catalogues have spaces and line ends that do not survive a form."""
        field = self.fields[name]
        if isinstance(other, (str, list)):
            try:
                other = field.to_python(field.prepare_value(other))
            except ValidationError:
                return one == other
        return not field.has_changed(other, field.prepare_value(one)) if isinstance(field, TagsField) else one == other

    def question_was_answered(self, clashes: list[EditConflict]) -> bool:
        """Whether the page that sent this asks about just these: it is not to take the question away under the finger."""
        return self.data.get("question") == question_of(clashes)

    def shown_now(self, clashes: list[EditConflict]) -> list[tuple[str, str, str]]:
        """The hidden fields (id, name, value) for the page after a save: what it shows is saved by now, but for what is asked."""
        open_ones, rows = {clash.name for clash in clashes}, []
        for name, field in self.fields.items():
            bound = self[name]
            if field.show_hidden_initial:
                sent = bound.html_initial_name if name in open_ones else bound.html_name
                rows.append((bound.html_initial_id, bound.html_initial_name, self.data.get(sent, "")))
        return rows
