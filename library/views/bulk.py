"""The same for many books: chosen one by one on the library's page, or all that its filters let through."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from library import bulk as batches
from library.forms import LibraryFilter
from library.forms.keeping import BulkForm
from library.models import UserBook

AT_MOST = 10_000  # chosen one by one; "all that match" has no limit


@login_required
@require_POST
def bulk(request):
    """`ids` are the chosen ones, or `all` with the library's filters in `query`. Without anything to do it asks what to do."""
    query = QueryDict(request.POST.get("query", "")[:2000])
    copies = chosen(request, query)
    form = BulkForm(request.user, request.POST if "act" in request.POST else None)
    if "act" not in request.POST or not form.is_valid():
        return render(request, "library/bulk.html", page(request, form, copies, query))
    undo = batches.apply(request.user, copies, form.change())
    if undo:
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    else:
        messages.info(request, "Nothing had to be changed.")
    return redirect(f"{reverse('library')}?{query.urlencode()}" if query else "library")


def chosen(request, query: QueryDict):
    """The books that are meant, and only this person's."""
    books = UserBook.objects.of(request.user)
    if "all" in request.POST:
        return books.filter(pk__in=LibraryFilter(query).select(books).order_by().values("pk"))
    numbers = [int(pk) for pk in request.POST.getlist("ids")[:AT_MOST] if pk.isdecimal() and len(pk) < 19]
    return books.filter(pk__in=numbers)


def page(request, form, copies, query: QueryDict) -> dict:
    """A page of its own, for when no script runs or something was wrong."""
    return {
        "form": form,
        "count": copies.count(),
        "some": copies.order_by("sort_title")[:5],
        "ids": [] if "all" in request.POST else copies.values_list("pk", flat=True),
        "query": query.urlencode(),
    }
