"""Choosing another edition for a copy, from those known here and those the catalogues answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse

from catalogs import lookup
from library.copies import editions, facts
from library.copies.catalog_offers import WAIT_FOR_EDITIONS, offer_key, offered_record
from library.views.copies import own_copy


@login_required
def choose(request, pk):
    copy = own_copy(request, pk)
    if request.method == "POST":
        try:
            record = offered_record(request.POST.get("edition", ""))
        except signing.BadSignature:
            messages.error(request, "That edition is no longer on the list. Choose again.")
            return redirect("book_editions", pk)
        undo = editions.choose(request.user, copy, record, over_mine="over_mine" in request.POST)
        messages.success(request, "Edition changed.", extra_tags=reverse("undo", args=[undo.pk]))
        return redirect(copy)
    catalogs = lookup.from_settings(WAIT_FOR_EDITIONS)
    found = [
        {"record": record, "key": offer_key(record), "source": facts.in_words(record.source)}
        for record in editions.others(copy, catalogs)
    ]
    return render(request, "library/editions.html", {"copy": copy, "editions": found, "problems": catalogs.problems})
