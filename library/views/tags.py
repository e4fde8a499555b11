"""A person's tags: with how many books each has, renamed, merged, deleted; and completed while they are typed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from library.copies import tag_changes, tagging
from library.forms.copy_records import TagForm
from library.models import Tag


def own_tag(request, pk) -> Tag:
    return get_object_or_404(Tag, pk=pk, user=request.user)


@login_required
def tags(request):
    return tags_page(request)


def tags_page(request, form: TagForm | None = None, renaming: Tag | None = None):
    """`renaming` is the tag whose new name did not do: its form stays open, with what was typed."""
    return render(request, "library/tags.html", {"tags": tagging.counted(request.user), "form": form, "renaming": renaming})


@login_required
@require_POST
def rename(request, pk):
    """A name that another tag has makes the two one: that is asked about first."""
    tag = own_tag(request, pk)
    form = TagForm(request.POST)
    if not form.is_valid():
        return tags_page(request, form, tag)
    name = form.cleaned_data["name"]
    other = tagging.named(request.user, name)
    if other and other != tag and "merge" not in request.POST:
        return render(request, "library/tags_merge.html", {"tag": tag, "into": other, "name": name})
    undo = tag_changes.rename(tag, name)
    if undo:
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    else:
        messages.success(request, f"Renamed the tag to “{name}”.")
    return redirect("tags")


@login_required
@require_POST
def delete(request, pk):
    undo = tag_changes.delete(own_tag(request, pk))
    messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    return redirect("tags")


@login_required
@require_GET
def suggest(request):
    """For static/js/tags.js: tags that begin with what was typed."""
    found = tagging.beginning(request.user, request.GET.get("q", "")[:100])
    return JsonResponse({"tags": [{"name": tag.name, "count": tag.count} for tag in found]})
