"""Metrics for Prometheus: what all processes measured, and figures from the database."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Min, Sum
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from accounts.models import Delivery
from accounts.socket_auth import open_sockets
from bookimg.measurements import AllProcesses
from jobs import queue_depth
from jobs.dead_letters import count_dead_letters
from scanning import purchases
from scanning.models import Purchase, Scan
from transfer.models import Import

WORK = {"scan": Scan, "import": Import, "webhook": Delivery}
OF_PROXIES = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


def metrics(request):
    """For callers with METRICS_TOKEN if it is set, otherwise for callers on this machine."""
    if not _is_allowed(request):
        return HttpResponse("You may not read the metrics.", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(AllProcesses())
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_allowed(request) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not any(name in request.headers for name in OF_PROXIES)


class _Figures:
    """Figures from the database, which are the same in every process, and the websockets of this one."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        depths = queue_depth.queue_depths()
        known = {queue: number for queue, number in depths.items() if number is not None}
        yield _gauge("tasks_waiting", "Tasks waiting in the queue or taken by a worker", "queue", known)
        up = {queue: queue in known for queue in depths}
        yield _gauge("queue_up", "Whether the queue responds", "queue", up)
        for name, rows, column in (
            ("scans", Scan.objects, "status"),
            ("imports", Import.objects, "state"),
            ("webhook_deliveries", Delivery.objects, "state"),
        ):
            counts = dict(rows.order_by().values_list(column).annotate(n=Count("pk")))
            yield _gauge(name, f"Number of {name.replace('_', ' ')}", column, counts)
        yield _gauge("oldest_work_seconds", "Age of the oldest unfinished work", "work", oldest_work_seconds())
        yield GaugeMetricFamily("bookimg_dead_letters", "Work that was given up and can be queued again", count_dead_letters())
        yield _gauge("open_sockets", "Open websockets of this process", "path", open_sockets)
        yield _gauge("spent_usd", "Cost of photos in US dollars", "service", _spent(Purchase.objects))
        yield _gauge("spent_usd_this_month", "Cost of photos this month in US dollars", "service", _spent(purchases.this_month()))


def oldest_work_seconds() -> dict[str, float]:
    """By kind; 0 if nothing is waiting or in progress."""
    oldest = {name: model.objects.unfinished().aggregate(oldest=Min("created"))["oldest"] for name, model in WORK.items()}
    return {name: (timezone.now() - moment).total_seconds() if moment else 0.0 for name, moment in oldest.items()}


def _spent(bought) -> dict[str, float]:
    return dict(bought.order_by().values_list("service").annotate(total=Sum("usd")))


def _gauge(name: str, text: str, label: str, values: dict) -> GaugeMetricFamily:
    made = GaugeMetricFamily(f"bookimg_{name}", text, labels=[label])
    for value, number in values.items():
        made.add_metric([value], float(number))
    return made
