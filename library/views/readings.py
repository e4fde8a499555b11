"""When a book was read: each time with its dates."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from library.copies import readings
from library.forms.copy_records import ReadingForm
from library.forms.error_sentence import error_sentence
from library.models import Reading
from library.views.copies import book_page, own_copy


def own_reading(request, pk) -> Reading:
    return get_object_or_404(Reading.objects.select_related("copy"), pk=pk, copy__user=request.user)


def to_readings(copy):
    return redirect(f"{copy.get_absolute_url()}#readings")


@login_required
@require_POST
def add(request, pk):
    """With its dates, or with one tap: `today` finished it today."""
    copy = own_copy(request, pk)
    if "today" in request.POST:
        readings.finished_today(copy)
        return to_readings(copy)
    form = ReadingForm(request.POST, instance=Reading(copy=copy), auto_id="reading-%s")
    if not form.is_valid():
        return book_page(request, copy, reading_form=form)
    form.save()
    return to_readings(copy)


@login_required
@require_POST
def change(request, pk):
    reading = own_reading(request, pk)
    if "delete" in request.POST:
        reading.delete()
        messages.success(request, "Reading dates deleted.")
        return to_readings(reading.copy)
    form = ReadingForm(request.POST, instance=reading, auto_id=f"reading-{pk}-%s")
    if form.is_valid():
        form.save()
    else:
        messages.error(request, error_sentence(form))
    return to_readings(reading.copy)
