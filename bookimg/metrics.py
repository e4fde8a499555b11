"""Metrics for Prometheus: requests and durations of this process, and figures from the database for all processes."""

from django.conf import settings
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from accounts.models import Delivery
from jobs import queue_depth
from scanning import purchases
from scanning.models import Purchase, Scan
from transfer.models import Import

registry = CollectorRegistry()
REQUESTS = Counter("bookimg_requests", "Requests answered by this process", ["method", "status"], registry=registry)
SECONDS = Histogram("bookimg_request_seconds", "Duration of requests in seconds", registry=registry)


def count_request(method: str, status: int, seconds: float):
    """Counts one request. Unknown methods are counted together, to keep the number of series small."""
    known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    REQUESTS.labels(known, str(status)).inc()
    SECONDS.observe(seconds)


def metrics(request):
    """For callers with METRICS_TOKEN if it is set, otherwise for callers on this machine."""
    if not _is_allowed(request):
        return HttpResponse("You may not read the metrics.", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(registry) + generate_latest(_of_database()), content_type=CONTENT_TYPE_LATEST)


def _is_allowed(request) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def _of_database() -> CollectorRegistry:
    """Figures from the database, which are the same in every process."""
    made = CollectorRegistry()
    queued = Gauge("bookimg_tasks_waiting", "Tasks waiting in the queue or taken by a worker", ["queue"], registry=made)
    answers = Gauge("bookimg_queue_up", "Whether the queue responds", ["queue"], registry=made)
    for queue, number in queue_depth.queue_depths().items():
        answers.labels(queue).set(number is not None)
        if number is not None:
            queued.labels(queue).set(number)
    for name, rows, column in (
        ("scans", Scan.objects, "status"),
        ("imports", Import.objects, "state"),
        ("webhook_deliveries", Delivery.objects, "state"),
    ):
        gauge = Gauge(f"bookimg_{name}", f"Number of {name.replace('_', ' ')}", [column], registry=made)
        for value, number in rows.order_by().values_list(column).annotate(n=Count("pk")):
            gauge.labels(value).set(number)
    spent = Gauge("bookimg_spent_usd", "Cost of photos in US dollars", ["service"], registry=made)
    for service, usd in Purchase.objects.order_by().values_list("service").annotate(usd=Sum("usd")):
        spent.labels(service).set(usd)
    month = Gauge("bookimg_spent_usd_this_month", "Cost of photos this month in US dollars", ["service"], registry=made)
    for service, usd in purchases.this_month().order_by().values_list("service").annotate(usd=Sum("usd")):
        month.labels(service).set(usd)
    return made
