"""Pages for exporting books."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from library.models import UserBook
from transfer import downloads


@login_required
def export_page(request):
    owned, wished = UserBook.objects.of(request.user).owned_and_wished()
    return render(request, "transfer/export.html", {"owned": owned, "wished": wished})


@login_required
def csv_download(request):
    return downloads.books_as_csv(request)


@login_required
def json_download(request):
    return downloads.books_as_json(request)
