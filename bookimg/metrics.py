"""What Prometheus asks: calls and their seconds as this process has answered them, and what stands in the database for all."""

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
SECONDS = Histogram("bookimg_request_seconds", "How long they took", registry=registry)


def count(method: str, status: int, seconds: float):
    """One request. Methods that nobody knows are one, so that the number of series stays small."""
    known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    REQUESTS.labels(known, str(status)).inc()
    SECONDS.observe(seconds)


def metrics(request):
    """For who knows METRICS_TOKEN, where the settings name one; else for callers on this machine."""
    if not is_allowed(request):
        return HttpResponse("Not for you.", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(registry) + generate_latest(of_database()), content_type=CONTENT_TYPE_LATEST)


def is_allowed(request) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def of_database() -> CollectorRegistry:
    """The same whichever process is asked."""
    made = CollectorRegistry()
    queued = Gauge("bookimg_tasks_waiting", "Tasks in the queue, and those that a worker has taken", ["queue"], registry=made)
    answers = Gauge("bookimg_queue_up", "Whether the queue answers", ["queue"], registry=made)
    for queue, number in queue_depth.waiting().items():
        answers.labels(queue).set(number is not None)
        if number is not None:
            queued.labels(queue).set(number)
    for name, rows, column in (
        ("scans", Scan.objects, "status"),
        ("imports", Import.objects, "state"),
        ("webhook_deliveries", Delivery.objects, "state"),
    ):
        gauge = Gauge(f"bookimg_{name}", f"How many {name.replace('_', ' ')} there are", [column], registry=made)
        for value, number in rows.order_by().values_list(column).annotate(n=Count("pk")):
            gauge.labels(value).set(number)
    spent = Gauge("bookimg_spent_usd", "What answers for photos have cost, in US dollars", ["service"], registry=made)
    for service, usd in Purchase.objects.order_by().values_list("service").annotate(usd=Sum("usd")):
        spent.labels(service).set(usd)
    month = Gauge("bookimg_spent_usd_this_month", "The same since the month began", ["service"], registry=made)
    for service, usd in purchases.this_month().order_by().values_list("service").annotate(usd=Sum("usd")):
        month.labels(service).set(usd)
    return made
