"""The places where a person's books stand: named, ordered, emptied."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from library.forms import ShelfForm
from library.models import Shelf


def own_shelf(request, pk) -> Shelf:
    return get_object_or_404(Shelf, pk=pk, user=request.user)


@login_required
def shelves(request):
    form = ShelfForm(request.POST or None, instance=Shelf(user=request.user))
    if request.method == "POST" and form.is_valid():
        shelf = form.save()
        messages.success(request, f"“{shelf.name}” is ready for books.")
        return redirect("shelves")
    return shelves_page(request, form)


def shelves_page(request, form, renaming: Shelf | None = None):
    """`renaming` is the shelf whose new name did not do: its form stays open, with what was typed."""
    count = Count("books", filter=Q(books__removed__isnull=True))
    rows = request.user.shelves.annotate(count=count)
    return render(request, "library/shelves.html", {"shelves": rows, "form": form, "renaming": renaming})


@login_required
@require_POST
def rename(request, pk):
    shelf = own_shelf(request, pk)
    form = ShelfForm(request.POST, instance=shelf)
    if form.is_valid():
        form.save()
        return redirect("shelves")
    return shelves_page(request, form, renaming=shelf)


@login_required
@require_POST
def move(request, pk):
    """One place up or down. Positions are written anew, so that they are always 1, 2, 3 …"""
    shelf = own_shelf(request, pk)
    order = list(request.user.shelves.all())
    here = order.index(shelf)
    there = min(max(here + (-1 if request.POST.get("to") == "up" else 1), 0), len(order) - 1)
    order.insert(there, order.pop(here))
    with transaction.atomic():
        for position, each in enumerate(order, start=1):
            if each.position != position:
                Shelf.objects.filter(pk=each.pk).update(position=position)
    return redirect("shelves")


@login_required
@require_POST
def delete(request, pk):
    shelf = own_shelf(request, pk)
    shelf.delete()
    messages.success(request, f"The shelf “{shelf.name}” is gone; its books are still in your library.")
    return redirect("shelves")
