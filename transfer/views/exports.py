"""Taking one's books away."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from transfer import downloads


@login_required
def export_page(request):
    context = {"copies": request.user.books.filter(removed__isnull=True).count()}
    return render(request, "transfer/export.html", context)


@login_required
def csv_download(request):
    return downloads.books_as_csv(request)


@login_required
def json_download(request):
    return downloads.books_as_json(request)
