"""What the address of the library page asks for."""

from django import forms

from library.models import Status

SORTS = {
    "added": ("Recently added", ["-added", "-pk"]),
    "title": ("Title", ["sort_title", "pk"]),
    "author": ("Author", ["sort_author", "sort_title", "pk"]),
    "year": ("Year, newest first", ["-published_date", "sort_title", "pk"]),
}
NO_SHELF = "none"


class LibraryFilter(forms.Form):
    """What the address of the library page asks for. What makes no sense in it is passed over."""

    q = forms.CharField(required=False, max_length=200)
    shelf = forms.RegexField(rf"^(\d{{1,18}}|{NO_SHELF})$", required=False)
    status = forms.ChoiceField(choices=Status.choices, required=False)
    sort = forms.ChoiceField(choices=[(name, label) for name, (label, _) in SORTS.items()], required=False)
    view = forms.ChoiceField(choices=[("grid", "Covers"), ("list", "List")], required=False)

    def __init__(self, data):
        super().__init__(data)
        self.full_clean()

    def value(self, name: str, default: str = "") -> str:
        return self.cleaned_data.get(name) or default

    @property
    def narrows(self) -> bool:
        return any(self.value(name) for name in ("q", "shelf", "status"))

    def select(self, books):
        books = books.matching(self.value("q"))
        if shelf := self.value("shelf"):
            books = books.filter(shelf=None if shelf == NO_SHELF else int(shelf))
        if status := self.value("status"):
            books = books.filter(status=status)
        return books.order_by(*SORTS[self.value("sort", "added")][1])
