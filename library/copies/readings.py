"""When a book was read, each time that it was; begun and ended by what its owner says about its status."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from library.models import Reading, Status, UserBook


class ReadingError(Exception):
    """A sentence for the person: why these dates cannot be."""


@transaction.atomic
def mark_status(copy: UserBook, status: str, today: date | None = None) -> UserBook:
    """The copy's status, and what follows from it for its readings; saved."""
    before, copy.status = copy.status, status
    copy.save(update_fields=["status"])
    follow(copy, before, today)
    return copy


def follow(copy: UserBook, before: str, today: date | None = None):
    """The status went from `before` to what it is: "reading" begins a reading, "read" ends the one that is open.

    A status that was tapped by mistake and put right on the same day leaves no trace. Who marks a book as read that was not
    being read says nothing about when: no date is made up."""
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
    """Raises ReadingError with a sentence where this cannot be a reading."""
    today = today or timezone.localdate()
    if not started and not finished:
        raise ReadingError("Enter a start date or a finish date.")
    if started and finished and finished < started:
        raise ReadingError("The finish date cannot be before the start date.")
    if max(filter(None, (started, finished))) > today:
        raise ReadingError("The date cannot be in the future.")


def add_reading(copy: UserBook, started: date | None, finished: date | None) -> Reading:
    check_reading_dates(started, finished)
    return Reading.objects.create(copy=copy, started=started, finished=finished)


def finished_today(copy: UserBook, today: date | None = None) -> Reading:
    """Two taps are one: the reading that is open ends today, or there is one of which only its end is known."""
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
