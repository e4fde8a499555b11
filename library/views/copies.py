"""One of a person's books: its page, its facts, reading dates, removing and restoring it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalogs.languages import language_name
from catalogs.links import SITE_NAMES, purchase_links
from library.copies import facts, loans, merging, owner_edits, readings, tagging, trash
from library.forms import CopyForm, FactsForm
from library.forms.copies import ReadingForm
from library.forms.edit_conflicts import THEIRS, question_of
from library.models import FACTS, FactChange, Reading, Status, UserBook
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


def _source_of(copy: UserBook, name: str) -> str:
    return facts.source_in_words(copy.origins.get(name, copy.book.source))


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
            source = _source_of(copy, name) if value else ""
            rows.append(_Fact(label[0].upper() + label[1:], value, source, past.get(name, [])))
    return rows


def _sources_of(copy: UserBook) -> str:
    """The sources of the book's details, in one line."""
    sources = [_source_of(copy, name) for name in FACTS if in_text(getattr(copy, name))]
    others = [name for name in dict.fromkeys([facts.source_in_words(copy.book.source), *sources]) if name != "you"]
    if not others:
        return "you"
    return ", ".join(others) + (", edited by you" if "you" in sources else "")


# ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class BookPart:
    """A line of a book's page that opens as a form. While it holds nothing, the line is only a link with the `invitation`."""

    name: str
    label: str
    invitation: str
    icon: str
    fields: tuple[str, ...] = ()


MARKS = BookPart("marks", "Status and rating", "", "", ("status", "rating", "favourite"))  # always open
PURCHASE = ("bought", "bought_from", "price", "currency", "condition", "condition_note")
PARTS = (
    BookPart("shelf", "Shelf", "Put on a shelf", "shelves", ("shelf",)),
    BookPart("tags", "Tags", "Add tags", "tag", ("tags",)),
    BookPart("review", "Review", "Write a review", "pen", ("review",)),
    BookPart("notes", "Private notes", "Add private notes", "lock", ("notes",)),
    BookPart("purchase", "Purchase and condition", "Add purchase and condition", "info", PURCHASE),
)
READINGS = BookPart("readings", "Reading dates", "Add reading dates", "books")
LOANS = BookPart("loans", "Loans", "Lend this book", "hand")


def _part_context(copy: UserBook, part: BookPart) -> dict:
    """What the template of a line needs to show what it holds."""
    context = {"copy": copy, "part": part}
    if part.name == "tags":
        return context | {"tags": tagging.names_of(copy)}
    if part == READINGS:
        return context | {"readings": copy.readings.all()}
    if part == LOANS:
        lent = list(copy.loans.all())
        loan = next((loan for loan in lent if not loan.returned), None)
        overdue = bool(loan) and loans.is_overdue(loan)
        return context | {"loan": loan, "overdue": overdue, "past_loans": [loan for loan in lent if loan.returned]}
    return context | {"holds": any(getattr(copy, field) not in ("", None) for field in part.fields)}


def _book_page(request, copy: UserBook):
    links = purchase_links(copy.isbn13, copy.title, copy.author)
    context = {
        "copy": copy,
        "statuses": Status.choices,
        "stars": [(value, f"{value / 2:g} of 5 stars") for value in range(1, 11)],
        "parts": [_part_context(copy, part) for part in (*PARTS, READINGS, LOANS)],
        "source": _sources_of(copy),
        "language": language_name(copy.language),
        "links": [(SITE_NAMES[site], address) for site, address in links.items()],
        "sections": [(section.template, content) for section in BOOK_SECTIONS if (content := section.content(copy))],
        "alike": merging.possible_duplicates(copy),
    }
    return render(request, "library/book.html", context)


def by_script(request) -> bool:
    """Whether a script sent the form (static/js/changes.js), and wants only the parts of the page that changed."""
    return bool(request.headers.get("X-Parts"))


def saved_parts(request, copy: UserBook, *parts: BookPart, **context):
    """The response to a form that a script sent: a short message, and `parts` of the page as they are now."""
    context |= {"copy": copy, "parts": [_part_context(copy, part) for part in parts]}
    return render(request, "library/_saved.html", context)


def part_form(request, copy: UserBook, part: BookPart, form, **context):
    """The form of one line: as part of the book's page where scripts run, otherwise on a page of its own."""
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    context |= {"copy": copy, "part": part, "form": form, "question": question_of(context.get("clashes", []))}
    alone = not (by_script(request) or request.headers.get("HX-Request"))
    return render(request, "library/book_part.html" if alone else "library/_part_form.html", context)


@login_required
@require_GET
def book_part(request, pk, name):
    part = next((part for part in PARTS if part.name == name), None)
    if part is None:
        raise Http404
    copy = own_copy(request, pk)
    return part_form(request, copy, part, CopyForm(instance=copy, only=part.fields))


@login_required
def book(request, pk):
    """Saves whichever personal fields are in the request."""
    copy = own_copy(request, pk)
    if request.method != "POST":
        return _book_page(request, copy)
    form = CopyForm(request.POST, instance=copy)
    clashes = form.save() if form.is_valid() else []
    copy = own_copy(request, pk)  # an invalid form has already written to its instance
    part = next((part for part in PARTS if set(part.fields) & set(form.fields)), MARKS)
    is_open = request.headers.get("X-Parts") != "closed"  # whether the page shows the form, with what was typed
    if (form.errors or clashes) and not (by_script(request) and is_open):
        return part_form(request, copy, part, form, clashes=clashes)
    if by_script(request):
        return _saved_fields(request, copy, part, form, clashes)
    messages.success(request, "Saved.")
    return redirect(copy)


def _saved_fields(request, copy: UserBook, part: BookPart, form: CopyForm, clashes: list):
    done = "done" in request.POST and not form.errors and not clashes
    parts = [part] if done else []
    if "status" in form.changed_data and not form.errors:
        parts.append(READINGS)  # a status can begin or end a reading
    context = {"form": form, "part": part, "errors": form.errors, "clashes": clashes, "question": question_of(clashes)}
    context |= {"was": () if done else form.shown_now(clashes)}
    context |= {"question_was_answered": bool(clashes) and form.question_was_answered(clashes)}
    response = saved_parts(request, copy, *parts, **context)
    if THEIRS in [value for name, value in request.POST.items() if name.startswith("keep-")]:
        response["HX-Refresh"] = "true"  # so that the page shows the chosen version
    return response


@login_required
@require_GET
def book_sources(request, pk):
    """Every detail with its source and its earlier values."""
    copy = own_copy(request, pk)
    return render(request, "library/book_sources.html", {"copy": copy, "facts": _facts_of(copy)})


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
    return redirect("book_sources", copy.pk)


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


def _readings_saved(request, copy: UserBook):
    return saved_parts(request, copy, READINGS) if by_script(request) else redirect(f"{copy.get_absolute_url()}#readings")


@login_required
def add_reading(request, pk):
    """Adds dates from the form, or with `today` marks the book as finished today."""
    copy = own_copy(request, pk)
    if request.method == "POST" and "today" in request.POST:
        readings.finished_today(copy)
        return _readings_saved(request, copy)
    form = ReadingForm(request.POST or None, instance=Reading(copy=copy), auto_id="reading-%s")
    if request.method == "POST" and form.is_valid():
        form.save()
        return _readings_saved(request, copy)
    return part_form(request, copy, READINGS, form, action=request.path, submit="Add", today=True)


@login_required
def change_reading(request, pk):
    reading = _own_reading(request, pk)
    copy = own_copy(request, reading.copy_id)
    if request.method == "POST" and "delete" in request.POST:
        reading.delete()
        return _readings_saved(request, copy)
    form = ReadingForm(request.POST or None, instance=reading, auto_id=f"reading-{pk}-%s")
    if request.method == "POST" and form.is_valid():
        form.save()
        return _readings_saved(request, copy)
    return part_form(request, copy, READINGS, form, action=request.path, submit="Save", delete="Delete these dates")
