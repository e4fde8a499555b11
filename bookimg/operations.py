"""The page of the administration with the numbers that an operator needs: the last 24 hours, from the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncHour
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Delivery
from accounts.socket_auth import open_sockets
from bookimg.measurements import AllProcesses
from bookimg.metrics import oldest_work_seconds
from chat.models import Message
from jobs import queue_depth
from jobs.dead_letters import count_dead_letters
from library.models import UserBook
from scanning import purchases
from scanning.models import Scan
from transfer.models import Import

HOURS = 24
HEIGHT = 24  # of a plot; each hour is one unit wide


@dataclass(frozen=True)
class OperatorNumber:
    label: str
    value: str
    by_hour: tuple[float, ...] = ()  # oldest first
    bad: bool = False

    @property
    def bars(self) -> list[tuple[int, float, float]]:
        """The place, the top and the height of each bar."""
        most = max(self.by_hour, default=0) or 1
        return [(hour, HEIGHT - HEIGHT * value / most, HEIGHT * value / most) for hour, value in enumerate(self.by_hour)]


@admin.site.admin_view
def operations(request):
    context = {**admin.site.each_context(request), "title": "Operations", "numbers": [*operator_numbers()]}
    return render(request, "admin/operations.html", context)


def operator_numbers() -> Iterator[OperatorNumber]:
    yield from _of_scans()
    yield from _of_queues()
    yield from _of_people()
    yield from _of_requests()


def _of_scans() -> Iterator[OperatorNumber]:
    yield _counted("scans complete", Scan.objects.filter(status=Scan.Status.COMPLETE), "finished")
    yield _counted("scans failed", Scan.objects.filter(status=Scan.Status.FAILED), "finished", bad=True)
    ended = Scan.objects.filter(status=Scan.Status.COMPLETE, finished__gte=_start()).values_list("created", "finished")
    seconds = [(finished - created).total_seconds() for created, finished in ended]
    yield OperatorNumber("for a scan, median", f"{median(seconds):,.0f} s" if seconds else "–")
    slowest = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else max(seconds, default=None)
    yield OperatorNumber("for a scan, 95 % are quicker", "–" if slowest is None else f"{slowest:,.0f} s")


def _of_queues() -> Iterator[OperatorNumber]:
    depths = queue_depth.queue_depths().values()
    down = None in depths
    yield OperatorNumber("tasks waiting", "queue down" if down else f"{sum(depths):,}", bad=down)
    oldest = max(oldest_work_seconds().values())
    yield OperatorNumber("age of the oldest work", f"{oldest:,.0f} s", bad=oldest > 600)
    dead = count_dead_letters()
    yield OperatorNumber("dead letters", f"{dead:,}", bad=dead > 0)
    yield _counted("deliveries failed", Delivery.objects.filter(state=Delivery.State.FAILED), "changed", bad=True)
    yield _counted("imports ended", Import.objects, "finished")


def _of_people() -> Iterator[OperatorNumber]:
    busy = get_user_model().objects.filter(Q(scans__created__gte=_start()) | Q(books__added__gte=_start()))
    yield OperatorNumber("people with new photos or books", f"{busy.distinct().count():,}")
    yield _counted("books added", UserBook.objects, "added")
    yield _counted("questions to the chat", Message.objects, "created")
    photos = purchases.this_month().aggregate(usd=Sum("usd"))["usd"] or 0
    answers = Message.objects.filter(created__gte=_start_of_month()).aggregate(usd=Sum("usd"))["usd"] or 0
    yield OperatorNumber("spent this month", f"{float(photos) + float(answers):,.2f} USD")


def _of_requests() -> Iterator[OperatorNumber]:
    """Since the counters of this machine began."""
    requests = {metric.name: metric for metric in AllProcesses().collect()}.get("bookimg_requests")
    counts = [(sample.labels["status"], sample.value) for sample in requests.samples] if requests else []
    total, failed = sum(count for _, count in counts), sum(count for status, count in counts if status.startswith("5"))
    yield OperatorNumber(f"of {total:,.0f} requests failed", f"{failed:,.0f}", bad=failed > total / 50)
    yield OperatorNumber("open websockets", f"{open_sockets.total():,}")


def _counted(label: str, rows, column: str, bad: bool = False) -> OperatorNumber:
    """How many rows of the last day, by hour."""
    lately = rows.filter(**{f"{column}__gte": _start()}).order_by()
    counts = dict(lately.annotate(hour=TruncHour(column)).values_list("hour").annotate(count=Count("pk")))
    by_hour = tuple(counts.get(hour, 0) for hour in _hours())
    return OperatorNumber(label, f"{sum(by_hour):,}", by_hour, bad and any(by_hour))


def _hours() -> list:
    return [_start() + timedelta(hours=number) for number in range(HOURS)]


def _start():
    """Of the first of the last 24 hours, the current one included."""
    return timezone.localtime().replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)


def _start_of_month():
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
