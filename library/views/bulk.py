"""The same for many books: chosen one by one on the library's page, or all that its filters let through."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from library.copies import bulk_changes as batches
from library.forms import LibraryFilter
from library.forms.copy_records import BulkForm
from library.models import UserBook

AT_MOST = 10_000  # chosen one by one; "all that match" has no limit


@login_required
@require_POST
def bulk(request):
    """`ids` are the chosen ones (several, or joined by commas); or `all`, with the library's filters in `query`. Without `act` it
    asks what is to be done."""
    query = QueryDict(request.POST.get("query", "")[:2000])
    copies = chosen(request, query)
    asked = request.POST.copy()
    if asked.get("act") == "remove":  # the bar's own button
        asked["remove"] = "on"
    form = BulkForm(request.user, asked if "act" in asked else None)
    if "act" not in request.POST or not form.is_valid():
        return render(request, "library/bulk.html", page(request, form, copies, query))
    undo = batches.apply(request.user, copies, form.change())
    if undo:
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    else:
        messages.info(request, "There was nothing to change.")
    return redirect(f"{reverse('library')}?{query.urlencode()}" if query else "library")


def chosen(request, query: QueryDict):
    """The books that are meant, and only this person's."""
    books = UserBook.objects.of(request.user)
    if "all" in request.POST:
        return books.filter(pk__in=LibraryFilter(query, request.user).narrow(books).values("pk"))
    chosen = ",".join(request.POST.getlist("ids")).split(",", AT_MOST)[:AT_MOST]
    return books.filter(pk__in=[int(pk) for pk in chosen if pk.isdecimal() and len(pk) < 19])


def page(request, form, copies, query: QueryDict) -> dict:
    """A page of its own, for when no script runs or something was wrong."""
    return {
        "form": form,
        "count": copies.count(),
        "some": copies.order_by("sort_title")[:5],
        # In one field: a form may have a thousand fields at most.
        "ids": "" if "all" in request.POST else ",".join(map(str, copies.values_list("pk", flat=True))),
        "query": query.urlencode(),
    }
