"""One of a person's books: its page, its facts, reading dates, removing and restoring it."""

from dataclasses import dataclass

from django.conf.locale import LANG_INFO
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from catalogs.links import SITE_NAMES, purchase_links
from library.copies import facts, loans, merging, owner_edits, readings, trash
from library.forms import CopyForm, FactsForm
from library.forms.copies import LoanForm, ReadingForm
from library.forms.edit_conflicts import THEIRS, question_of
from library.forms.fields import error_sentence
from library.models import FACTS, FactChange, Loan, Reading, UserBook
from library.page_parts import BOOK_SECTIONS


def own_copy(request, pk) -> UserBook:
    """This person's copy, even if it is in the trash, so that it can be restored."""
    copy = get_object_or_404(UserBook.objects.select_related("book", "shelf"), pk=pk, user=request.user)
    copy.user = request.user  # saves a query
    return copy


@dataclass(frozen=True)
class _Fact:
    """One row of the table “Where the details come from”."""

    label: str
    value: str
    source: str
    past: list[FactChange]


def in_text(value) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _facts_of(copy: UserBook) -> list[_Fact]:
    """The copy's facts with their sources and earlier values, in one query."""
    past: dict[str, list[FactChange]] = {}
    for change in copy.fact_changes.all():
        change.shown, change.by = in_text(change.before), facts.source_in_words(change.source)
        past.setdefault(change.fact, []).append(change)
    rows = []
    for name in FACTS:
        value = in_text(getattr(copy, name))
        if value or name in past:
            label = UserBook._meta.get_field(name).verbose_name
            source = facts.source_in_words(copy.origins.get(name, copy.book.source)) if value else ""
            rows.append(_Fact(label[0].upper() + label[1:], value, source, past.get(name, [])))
    return rows


def _sources_of(copy: UserBook, rows: list[_Fact]) -> str:
    """The sources of the book's details, in one line."""
    named = dict.fromkeys([facts.source_in_words(copy.book.source), *(row.source for row in rows if row.source)])
    others = [name for name in named if name != "you"]
    if not others:
        return "you"
    return ", ".join(others) + (", edited by you" if any(row.source == "you" for row in rows) else "")


def book_page(request, copy: UserBook, **forms):
    """The page of a book. `forms` are invalid forms, shown again with what was typed."""
    rows, links = _facts_of(copy), purchase_links(copy.isbn13, copy.title, copy.author)
    lent = list(copy.loans.all())
    context = {
        "copy": copy,
        "form": forms.get("form") or CopyForm(instance=copy),
        "clashes": forms.get("clashes", ()),
        "question": question_of(forms.get("clashes", [])),
        "facts": rows,
        "source": _sources_of(copy, rows),
        "language": LANG_INFO.get(copy.language, {}).get("name", copy.language),
        "links": [(SITE_NAMES[site], address) for site, address in links.items()],
        "sections": [(section.template, content) for section in BOOK_SECTIONS if (content := section.content(copy))],
        "alike": merging.possible_duplicates(copy),
        "loan": next((loan for loan in lent if not loan.returned), None),
        "past_loans": [loan for loan in lent if loan.returned],
        "loan_form": forms.get("loan_form") or LoanForm(instance=Loan(copy=copy), auto_id="loan-%s"),
        **_readings_context(copy, forms.get("reading_form")),
    }
    if context["loan"]:
        context["overdue"] = loans.is_overdue(context["loan"])
    return render(request, "library/book.html", context)


def _readings_context(copy: UserBook, form: ReadingForm | None = None) -> dict:
    new = ReadingForm(instance=Reading(copy=copy), auto_id="reading-%s")
    return {"copy": copy, "readings": copy.readings.all(), "reading_form": form or new}


@login_required
def book(request, pk):
    copy = own_copy(request, pk)
    if request.method != "POST":
        return book_page(request, copy)
    form = CopyForm(request.POST, instance=copy)
    script, clashes = request.headers.get("HX-Request"), []
    if form.is_valid():
        clashes = form.save()
        if not clashes and not script:
            messages.success(request, "Saved.")
            return redirect(copy)
    copy = own_copy(request, pk)  # an invalid form has already written to its instance
    if not script:
        return book_page(request, copy, form=CopyForm.completed(request.POST, own_copy(request, pk)), clashes=clashes)
    context = {"form": form, "errors": form.errors, "clashes": clashes, "was": form.shown_now(clashes), "copy": copy}
    context |= {"question": question_of(clashes), "question_was_answered": bool(clashes) and form.question_was_answered(clashes)}
    if "status" in form.changed_data and not form.errors:
        context |= _readings_context(copy)
    answer = render(request, "library/_saved.html", context)
    if THEIRS in [value for name, value in request.POST.items() if name.startswith("keep-")]:
        answer["HX-Refresh"] = "true"  # so that the page shows the chosen version
    return answer


@login_required
def book_edit(request, pk):
    copy = own_copy(request, pk)
    form, clashes = FactsForm(request.POST or None, instance=copy), []
    if request.method == "POST" and form.is_valid():
        clashes = form.save()
        if not clashes:
            messages.success(request, "Changes saved.")
            return redirect("book", pk)
    # An invalid form has already written to its instance; the page shows the book as it still is.
    context = {"form": form, "copy": own_copy(request, pk), "clashes": clashes}
    if request.method == "POST":
        context["form"] = FactsForm.completed(request.POST, own_copy(request, pk))
    context["version"] = request.POST.get("version", context["copy"].version)  # as of when the page was first shown
    return render(request, "library/book_edit.html", context)


@login_required
@require_POST
def fact_back(request, pk):
    """Restores an earlier value of a fact."""
    try:
        copy = owner_edits.restore_fact(request.user, pk)
    except FactChange.DoesNotExist:
        raise Http404 from None
    messages.success(request, "Restored the earlier value.")
    return redirect(f"{copy.get_absolute_url()}#facts")


@login_required
@require_POST
def book_remove(request, pk):
    copy = trash.move_to_trash(own_copy(request, pk))
    undo = reverse("book_restore", args=[pk])
    messages.success(request, f"Removed “{copy.title}” from your library.", extra_tags=undo)
    return redirect("library")


@login_required
@require_POST
def book_restore(request, pk):
    copy = trash.restore_copy(own_copy(request, pk))
    messages.success(request, f"“{copy.title}” is back in your library.")
    return redirect(copy)


def _own_reading(request, pk) -> Reading:
    return get_object_or_404(Reading.objects.select_related("copy"), pk=pk, copy__user=request.user)


def _to_readings(copy):
    return redirect(f"{copy.get_absolute_url()}#readings")


@login_required
@require_POST
def add_reading(request, pk):
    """Adds dates from the form, or with `today` marks the book as finished today."""
    copy = own_copy(request, pk)
    if "today" in request.POST:
        readings.finished_today(copy)
        return _to_readings(copy)
    form = ReadingForm(request.POST, instance=Reading(copy=copy), auto_id="reading-%s")
    if not form.is_valid():
        return book_page(request, copy, reading_form=form)
    form.save()
    return _to_readings(copy)


@login_required
@require_POST
def change_reading(request, pk):
    reading = _own_reading(request, pk)
    if "delete" in request.POST:
        reading.delete()
        messages.success(request, "Reading dates deleted.")
        return _to_readings(reading.copy)
    form = ReadingForm(request.POST, instance=reading, auto_id=f"reading-{pk}-%s")
    if form.is_valid():
        form.save()
    else:
        messages.error(request, error_sentence(form))
    return _to_readings(reading.copy)
