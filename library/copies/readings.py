"""Reading dates, which are started and finished by changes of the status."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from library.models import Reading, Status, UserBook


class ReadingError(Exception):
    """Explains to the person why these dates are not valid."""


@transaction.atomic
def mark_status(copy: UserBook, status: str, today: date | None = None) -> UserBook:
    """Saves the copy's status and updates its reading dates accordingly."""
    before, copy.status = copy.status, status
    copy.save(update_fields=["status"])
    update_readings(copy, before, today)
    return copy


def update_readings(copy: UserBook, before: str, today: date | None = None):
    """Updates the reading dates after the status has changed: "reading" starts a reading, "read" finishes the open one.

    A wrong status that is corrected on the same day leaves no trace. Marking a book as read without having started it sets no
    date, because none is known."""
    today, after = today or timezone.localdate(), copy.status
    if after == before:
        return
    open_one = copy.readings.filter(finished__isnull=True).order_by("-pk").first()
    if after == Status.READING and not open_one:
        ended_today = before == Status.READ and copy.readings.filter(finished=today).order_by("-pk").first()
        if ended_today:
            copy.readings.filter(pk=ended_today.pk).update(finished=None)
        else:
            Reading.objects.create(copy=copy, started=today)
    elif after == Status.READ and open_one:
        copy.readings.filter(pk=open_one.pk).update(finished=today)
    elif after in (Status.TO_READ, Status.WISHLIST) and open_one and open_one.started == today:
        open_one.delete()


def check_reading_dates(started: date | None, finished: date | None, today: date | None = None):
    """Raises ReadingError if the dates are not valid."""
    today = today or timezone.localdate()
    if not started and not finished:
        raise ReadingError("Enter a start date or a finish date.")
    if started and finished and finished < started:
        raise ReadingError("The finish date cannot be before the start date.")
    if max(filter(None, (started, finished))) > today:
        raise ReadingError("The date cannot be in the future.")


def add_reading(copy: UserBook, started: date | None, finished: date | None) -> Reading:
    """Adding the same dates again changes nothing, so that a form can safely be sent twice."""
    check_reading_dates(started, finished)
    same = copy.readings.filter(started=started, finished=finished).first()
    return same or Reading.objects.create(copy=copy, started=started, finished=finished)


def finished_today(copy: UserBook, today: date | None = None) -> Reading:
    """Finishes the open reading today, or adds one with only a finish date. Calling it twice changes nothing more."""
    today = today or timezone.localdate()
    reading = copy.readings.filter(finished=today).first() or copy.readings.filter(finished__isnull=True).order_by("-pk").first()
    reading = reading or Reading(copy=copy)
    reading.finished = today
    reading.save()
    return reading


def change_reading(reading: Reading, started: date | None, finished: date | None) -> Reading:
    check_reading_dates(started, finished)
    reading.started, reading.finished = started, finished
    reading.save()
    return reading
