"""Shelves: adding, renaming, moving and deleting them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from library import shelf_order
from library.forms import ShelfForm
from library.models import Shelf

FEW_OPEN = 24  # shelves; if there are more, rooms and bookcases are folded


def _own_shelf(request, pk) -> Shelf:
    return get_object_or_404(Shelf, pk=pk, user=request.user)


@login_required
def shelves(request):
    form = ShelfForm(request.POST or None, instance=Shelf(user=request.user))
    if request.method == "POST" and form.is_valid():
        shelf = form.save()
        messages.success(request, f"Added the shelf “{shelf}”.")
        return redirect("shelves")
    change = request.GET.get("change", "")
    if change.isdecimal() and len(change) < 19:
        shelf = _own_shelf(request, change)
        return _shelves_page(request, ShelfForm(instance=shelf), renaming=shelf)
    return _shelves_page(request, form)


def _shelves_page(request, form, renaming: Shelf | None = None):
    """`renaming` is the shelf being edited. Only its form is rendered: one for every shelf would make up most of the page."""
    rows, homeless = shelf_order.shelves_with_counts(request.user)
    rooms = shelf_order.group_shelves(rows)
    context = {"shelves": rows, "rooms": rooms, "form": form, "renaming": renaming, "homeless": homeless}
    context["many"] = len(rows) > FEW_OPEN
    context["room_names"] = [room.name for room in rooms if room.name]
    context["bookcase_names"] = sorted({shelf.bookcase for shelf in rows} - {""})
    return render(request, "library/shelves.html", context)


@login_required
@require_POST
def shelf_rename(request, pk):
    shelf = _own_shelf(request, pk)
    form = ShelfForm(request.POST, instance=shelf)
    if form.is_valid():
        form.save()
        return redirect("shelves")
    return _shelves_page(request, form, renaming=shelf)


@login_required
@require_POST
def shelf_move(request, pk):
    """Moves a shelf up or down, or by dragging to before or `after` the shelf `beside`."""
    shelf = _own_shelf(request, pk)
    beside = request.POST.get("beside", "")
    if not beside.isdecimal() or len(beside) > 18:
        shelf_order.move_shelf(shelf, request.POST.get("what", "shelf"), -1 if request.POST.get("to") == "up" else 1)
        return redirect("shelves")
    try:
        shelf_order.move_beside(shelf, _own_shelf(request, int(beside)), after="after" in request.POST)
    except shelf_order.PlaceError as error:
        messages.error(request, str(error))
    # The script that dragged it reloads the page.
    return HttpResponse(status=204) if request.headers.get("X-Drag") else redirect("shelves")


@login_required
@require_POST
def shelf_delete(request, pk):
    undo = shelf_order.remove_shelf(_own_shelf(request, pk))
    messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
    return redirect("shelves")
