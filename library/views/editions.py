"""Choosing another edition for a copy, from those known here and those the catalogues answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse

from catalogs import Record, lookup
from library.copies import editions, facts
from library.views.copies import own_copy

SALT = "edition"  # what is offered is signed, so that nobody writes an edition of their own into what all share
SECONDS = 8.0  # somebody waits for the page


@login_required
def choose(request, pk):
    copy = own_copy(request, pk)
    if request.method == "POST":
        try:
            record = Record.from_dict(signing.loads(request.POST.get("edition", ""), salt=SALT))
        except signing.BadSignature:
            messages.error(request, "That edition is no longer on the list. Choose again.")
            return redirect("book_editions", pk)
        undo = editions.choose(request.user, copy, record, over_mine="over_mine" in request.POST)
        messages.success(request, "Edition changed.", extra_tags=reverse("undo", args=[undo.pk]))
        return redirect(copy)
    catalogs = lookup.from_settings(SECONDS)
    found = [offered(record) for record in editions.others(copy, catalogs)]
    return render(request, "library/editions.html", {"copy": copy, "editions": found, "problems": catalogs.problems})


def offered(record: Record) -> dict:
    key = signing.dumps(record.as_dict(), salt=SALT, compress=True)
    return {"record": record, "key": key, "source": facts.in_words(record.source)}
