"""Counters and durations, taken from the log: each request, each attempt at background work and each call of a service is a line.

Every process writes them to files of its own in DATA_DIR/metrics, and `/metrics` adds up those of all processes that share the
folder, so workers need no port."""

import logging
from pathlib import Path

from django.conf import settings
from prometheus_client import Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SLOW = (0.1, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 300)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REQUESTS = Counter("bookimg_requests", "Requests answered", ["method", "route", "status"], registry=None)
REQUEST_SECONDS = Histogram("bookimg_request_seconds", "Duration of requests", ["route"], buckets=QUICK, registry=None)
WORK_SECONDS = Histogram(
    "bookimg_work_seconds", "Duration of attempts at background work", ["work", "stage", "state"], buckets=SLOW, registry=None
)
CALL_SECONDS = Histogram(
    "bookimg_call_seconds", "Duration of calls of other services", ["service", "result"], buckets=SLOW, registry=None
)
CALL_USD = Counter("bookimg_call_usd", "Cost of calls of other services in US dollars", ["service"], registry=None)


class MeasuringHandler(logging.Handler):
    """Measures what a log line is about, by the fields that docs/running.md documents."""

    def emit(self, record: logging.LogRecord):
        fields = vars(record)
        if "duration_ms" not in fields:
            return
        seconds = fields["duration_ms"] / 1000
        if "route" in fields:
            _measure_request(fields, seconds)
        elif "work" in fields:
            WORK_SECONDS.labels(fields["work"], fields.get("stage", ""), fields["state"]).observe(seconds)
        elif "service" in fields:
            CALL_SECONDS.labels(fields["service"], fields["result"]).observe(seconds)
            CALL_USD.labels(fields["service"]).inc(fields.get("usd", 0))


def _measure_request(fields: dict, seconds: float):
    """Unknown methods are counted together, to keep the number of series small."""
    method = fields["method"] if fields["method"] in METHODS else "other"
    REQUESTS.labels(method, fields["route"], fields["status"]).inc()
    REQUEST_SECONDS.labels(fields["route"]).observe(seconds)


class AllProcesses(MultiProcessCollector):
    """Adds up the files of all processes, also of those that have ended."""

    def __init__(self):
        pass

    def collect(self):
        return self.merge([str(path) for path in _folder().glob("*/*.db")], accumulate=True)


def forget_ended_processes():
    """Deletes the files of this machine. Call it before any other process is started."""
    for path in Path(settings.METRICS_DIR).glob("*.db"):
        path.unlink()


def _folder() -> Path:
    return Path(settings.METRICS_DIR).parent
