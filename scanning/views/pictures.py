"""The pictures of a scan, for its owner's pages."""

from django.contrib.auth.decorators import login_required
from django.views.decorators.http import require_GET

from scanning import picture_answers
from scanning.views.pages import own_scan


@login_required
@require_GET
def scan_photo(request, job_id):
    return picture_answers.photo(request, own_scan(request, job_id))


@login_required
@require_GET
def scan_thumbnail(request, job_id):
    return picture_answers.thumbnail(request, own_scan(request, job_id))


@login_required
@require_GET
def scan_spine(request, job_id, number):
    return picture_answers.spine(request, own_scan(request, job_id), number)
