"""One book of a person's own: its page, its facts, adding it by hand, removing it and putting it back."""

from django.conf.locale import LANG_INFO
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from library.catalogs import lookup
from library.forms import AddBookForm, CopyForm, FactsForm
from library.links import SITE_NAMES, purchase_links
from library.models import UserBook
from library.views.books import PAGE_SIZE, pages_around


def own_copy(request, pk) -> UserBook:
    """A removed one too, so that it can be put back."""
    return get_object_or_404(UserBook.objects.select_related("book", "shelf"), pk=pk, user=request.user)


FACTS = ["title", "subtitle", "authors", "publisher", "published_date", "language", "cover"]
SOURCES = {"local": "the catalogue of this BookImg", "open_library": "Open Library", "google_books": "Google Books"}


def facts_from(copy) -> str:
    """Who says what stands on the book's page."""
    source = SOURCES.get(copy.book.source, "you")
    own = [name for name in FACTS if getattr(copy, name) != getattr(copy.book, name)]
    own += ["isbn13"] if copy.isbn13 != (copy.book.isbn13 or "") else []
    return f"{source}, changed by you" if own and source != "you" else source


@login_required
def book(request, pk):
    copy = own_copy(request, pk)
    form = CopyForm(request.POST or None, instance=copy)
    if request.method == "POST" and form.is_valid():
        form.save()
        if request.headers.get("HX-Request"):
            return render(request, "library/_saved.html")
        messages.success(request, "Saved.")
        return redirect(copy)
    if request.headers.get("HX-Request") and form.errors:
        return render(request, "library/_saved.html", {"errors": form.errors})
    links = purchase_links(copy.isbn13, copy.title, copy.author)
    context = {
        "copy": copy,
        "form": form,
        "source": facts_from(copy),
        "language": LANG_INFO.get(copy.language, {}).get("name", copy.language),
        "links": [(SITE_NAMES[site], address) for site, address in links.items()],
        "sightings": copy.sightings.select_related("scan").order_by("-scan__created"),
    }
    return render(request, "library/book.html", context)


@login_required
def edit(request, pk):
    copy = own_copy(request, pk)
    form = FactsForm(request.POST or None, instance=copy)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "The facts are saved, for your copy.")
        return redirect("book", pk)
    # An invalid form has already written to its instance; the page shows the book as it still is.
    return render(request, "library/book_edit.html", {"form": form, "copy": own_copy(request, pk)})


@login_required
def add(request):
    form = AddBookForm(request.user, lookup.from_settings(), request.POST or None, initial=request.GET.dict())
    owned = []
    if request.method == "POST" and form.is_valid():
        owned = [] if "again" in request.POST else form.owned()
        if not owned:
            copy = form.save()
            messages.success(request, f"“{copy.title}” is in your library.")
            return redirect("book_add") if "another" in request.POST else redirect(copy)
    return render(request, "library/book_add.html", {"form": form, "owned": owned})


@login_required
@require_POST
def remove(request, pk):
    copy = own_copy(request, pk)
    copy.removed = timezone.now()
    copy.save()
    undo = reverse("book_restore", args=[pk])
    messages.success(request, f"“{copy.title}” is removed from your library.", extra_tags=undo)
    return redirect("library")


@login_required
def removed(request):
    """The trash: what was removed last comes first."""
    copies = request.user.books.filter(removed__isnull=False).order_by("-removed").defer("search_text", "notes")
    page = Paginator(copies, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "library/removed.html", {"page": page, "pages": pages_around(page)})


@login_required
@require_POST
def restore(request, pk):
    copy = own_copy(request, pk)
    copy.removed = None
    copy.save()
    messages.success(request, f"“{copy.title}” is back in your library.")
    return redirect(copy)
