"""Changes to many books: those selected on the library page, all that match its filters, or all with a tag."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from library.copies import bulk_changes, tagging
from library.forms import LibraryFilter
from library.forms.copies import BulkForm, TagForm
from library.models import Tag, UserBook
from library.views.books import changed_results, wants_results_only
from library.views.copies import by_script

AT_MOST = 10_000  # selected one by one; “All matching” has no limit


@login_required
@require_POST
def bulk(request):
    """`ids` are the selected books (repeated, or joined by commas); or `all`, with the library's filters in `query`. Without
    `act`, shows the form that asks what to change."""
    query = QueryDict(request.POST.get("query", "")[:2000])
    copies = _selected_books(request, query)
    requested = request.POST.copy()
    if requested.get("act") == "remove":  # the bar's own button
        requested["remove"] = "on"
    form = BulkForm(request.user, requested if "act" in requested else None)
    if "act" not in request.POST or not form.is_valid():
        return _bulk_form(request, _bulk_page_context(request, form, copies, query))
    undo = bulk_changes.apply_change(request.user, copies, form.change())
    if undo:
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    else:
        messages.info(request, "There was nothing to change.")
    if by_script(request):
        return HttpResponse()
    if wants_results_only(request):
        return changed_results(request, query)
    return redirect(f"{reverse('library')}?{query.urlencode()}" if query else "library")


def _bulk_form(request, context: dict):
    """In a dialog over the list, or on a page of its own without scripts."""
    if not wants_results_only(request):
        return render(request, "library/bulk.html", context)
    response = render(request, "library/_bulk_dialog.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#bulk-dialog", "innerHTML"
    return response


def _selected_books(request, query: QueryDict):
    """The selected books, limited to this person's."""
    books = UserBook.objects.of(request.user)
    if "all" in request.POST:
        return books.filter(pk__in=LibraryFilter(query, request.user).narrow(books).values("pk"))
    chosen = ",".join(request.POST.getlist("ids")).split(",", AT_MOST)[:AT_MOST]
    return books.filter(pk__in=[int(pk) for pk in chosen if pk.isdecimal() and len(pk) < 19])


def _bulk_page_context(request, form, copies, query: QueryDict) -> dict:
    """The context of the page that asks what to change."""
    return {
        "form": form,
        "count": copies.count(),
        "some": copies.order_by("sort_title")[:5],
        # In one field, because Django accepts at most a thousand fields.
        "ids": "" if "all" in request.POST else ",".join(map(str, copies.values_list("pk", flat=True))),
        "query": query.urlencode(),
    }


def _own_tag(request, pk) -> Tag:
    return get_object_or_404(Tag, pk=pk, user=request.user)


@login_required
def tags(request):
    return _tags_page(request)


def _tags_page(request, form: TagForm | None = None, renaming: Tag | None = None):
    """`renaming` is the tag whose new name was not valid: its form stays open, with what was typed."""
    return render(
        request, "library/tags.html", {"tags": tagging.tags_with_counts(request.user), "form": form, "renaming": renaming}
    )


@login_required
@require_POST
def rename_tag(request, pk):
    """Renames a tag. If another tag has that name, asks for confirmation and merges them."""
    tag = _own_tag(request, pk)
    form = TagForm(request.POST)
    if not form.is_valid():
        return _tags_page(request, form, tag)
    name = form.cleaned_data["name"]
    other = tagging.tag_named(request.user, name)
    if other and other != tag and "merge" not in request.POST:
        return render(request, "library/tags_merge.html", {"tag": tag, "into": other, "name": name})
    undo = bulk_changes.rename_tag(tag, name)
    if undo:
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    else:
        messages.success(request, f"Renamed the tag to “{name}”.")
    return redirect("tags")


@login_required
@require_POST
def delete_tag(request, pk):
    undo = bulk_changes.delete_tag(_own_tag(request, pk))
    messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    return redirect("tags")


@login_required
@require_GET
def suggest_tags(request):
    """For static/js/tags.js: tags that begin with what was typed."""
    found = tagging.matching_tags(request.user, request.GET.get("q", "")[:100])
    return JsonResponse({"tags": [{"name": tag.name, "count": tag.count} for tag in found]})
