"""Two records of one book become one, and one becomes two: shown before it is done, and undoable."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from library.copies import merging
from library.models import UserBook
from library.views.copies import in_text, own_copy


def living(request, pk) -> UserBook:
    """A copy that is not in the trash."""
    books = UserBook.objects.of(request.user).select_related("book", "shelf")
    return get_object_or_404(books, pk=pk)


@login_required
def merge(request, pk, other):
    """`other` goes into `pk`; the page says what stays and what is kept in the history only."""
    keep, other = living(request, pk), living(request, other)
    two_isbns = bool(keep.isbn13 and other.isbn13 and keep.isbn13 != other.isbn13)
    error = ""
    if request.method == "POST":
        try:
            undo = merging.merge(request.user, keep, other, two_isbns="two_isbns" in request.POST)
            messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
            return redirect(keep)
        except merging.MergeError as problem:
            error = str(problem)
    differences = [
        (label(each.name), in_text(each.kept), in_text(each.other))
        for each in merging.differences(keep, other)
        if each.name not in ("cover", "shelf_id")
    ]
    context = {"keep": keep, "other": other, "two_isbns": two_isbns, "differences": differences, "error": error}
    return render(request, "library/merge.html", context)


def label(name: str) -> str:
    words = str(UserBook._meta.get_field(name).verbose_name)
    return words[0].upper() + words[1:]


@login_required
def split(request, pk):
    """What belongs to the second book is chosen; its facts can be edited afterwards."""
    copy = own_copy(request, pk)
    if request.method == "POST" and not copy.removed:
        rows = {rows.relation: numbers(request.POST.getlist(rows.relation)) for rows in _offered()}
        second, undo = merging.split(request.user, copy, **rows)
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
        return redirect("book_edit", second.pk)
    groups = [(rows, [(row.pk, rows.in_words(row)) for row in getattr(copy, rows.relation).all()]) for rows in _offered()]
    return render(request, "library/split.html", {"copy": copy, "groups": [group for group in groups if group[1]]})


def _offered() -> list[merging.CopyRows]:
    return [rows for rows in merging.COPY_ROWS if rows.heading]


def numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]
