"""Whatever somebody types into a field: an error in words, or the value as it was typed; never an exception."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.book_schemas import BookIn
from catalogs.languages import TWO
from library.forms import copies as copy_forms
from library.forms.entries import AddBookForm
from tests.factories import make_copy
from tests.properties import quick

ODD = """2021-02-31 2021-13 0000 ١٩٩٩ 1999-1-1 19,99 1,234 1e400 nan -5 9780441013593 ]E09780441013593 978–0–441–01359–3 eng
xx English Deutsch <b>x</b> a,b ;;; "quoted \u202etext \x00 １２ 00012 12.345 ٣""".split()
TYPED = st.sampled_from(ODD) | st.text(max_size=40) | st.integers().map(str) | st.floats().map(str) | st.dates().map(str)


def letters(text) -> str:
    return re.sub(r"\W+", "", str(text)).casefold()


def check_values(values: dict, typed: dict):
    """What a form made of `typed` is in bounds and made of it."""
    assert re.fullmatch(r"(\d{4}(-\d\d){0,2})?", values.get("published_date", ""), re.ASCII)
    assert values.get("language", "") in TWO | {""}
    assert 0 < (values.get("pages") or 1) <= 100_000
    assert values.get("isbn13", values.get("isbn", ""))[3:12] in re.sub(
        r"\D", "", str(typed.get("isbn13", typed.get("isbn", "")))
    )
    for name in ("title", "publisher", "series", "series_number", "subtitle", "binding"):
        assert letters(values.get(name) or "") in letters(typed.get(name, ""))
    for name in ("tags", "categories", "authors"):
        assert all(letters(part) in letters(typed.get(name, "")) for part in values.get(name) or [])


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["FactsForm", "CopyForm"])
def test_nothing_typed_on_the_page_of_a_book_is_too_odd(form, owner):
    copy, kind = make_copy(owner, "Emma"), getattr(copy_forms, form)
    names = list(kind.base_fields)

    @quick
    @given(st.dictionaries(st.sampled_from(names), TYPED))
    def nothing_is_too_odd(typed):
        filled = kind(typed, instance=copy)
        if filled.is_valid():
            check_values(filled.cleaned_data, typed)
        assert all(str(error) for errors in filled.errors.values() for error in errors)

    assert nothing_is_too_odd() is None


@pytest.mark.django_db
def test_nothing_typed_for_a_new_book_is_too_odd(owner, settings):
    catalogs = type("NoCatalog", (), {"asks_outside": False})()

    @quick
    @given(st.dictionaries(st.sampled_from(list(AddBookForm.base_fields)), TYPED))
    def nothing_is_too_odd(typed):
        form = AddBookForm(owner, catalogs, {"status": "read"} | typed)
        if form.is_valid():
            check_values(form.cleaned_data, typed)

    assert nothing_is_too_odd() is None


@quick
@given(
    st.dictionaries(st.sampled_from(["isbn", "published_date", "language", "series", "publisher", "subtitle", "binding"]), TYPED)
)
def test_nothing_that_a_program_sends_for_a_book_is_too_odd(typed):
    try:
        made = BookIn(title="Emma", **typed)
    except ValueError as error:
        assert str(error)
    else:
        check_values(made.model_dump(exclude={"title"}), typed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name, text, value",
    [
        ("published_date", "2021-02-31", None),
        ("published_date", "١٩٩٩", None),
        ("published_date", "1999-02", "1999-02"),
        ("language", "German", "de"),
        ("language", "eng", "en"),
        ("language", "Klingon", None),
        ("categories", '"Bath, England", classic', ["Bath, England", "classic"]),
    ],
)
def test_a_page_and_a_program_agree_on_what_is_typed(name, text, value, owner):
    form = copy_forms.FactsForm({name: text, "title": "Emma"}, instance=make_copy(owner, "Emma"))
    assert (form.cleaned_data[name] if form.is_valid() else None) == value
    if name != "categories":
        sent = {name: text}
        try:
            assert getattr(BookIn(title="Emma", **sent), name) == value
        except ValueError:
            assert value is None
