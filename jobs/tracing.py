"""OpenTelemetry traces from a click to the last event it leads to, if OTEL_EXPORTER_OTLP_ENDPOINT is set. Otherwise
nothing is loaded.

Every request and every attempt at work is a span. A row remembers the span that created it, so its attempts belong to the same
trace in whatever process they are made. Calls of other services become spans by their log lines."""

import logging
import os
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

from django.core.exceptions import ImproperlyConfigured

NAMES = {
    "route": "http.route",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "service": "peer.service",
    "tokens_in": "gen_ai.usage.input_tokens",
    "tokens_out": "gen_ai.usage.output_tokens",
}
FIELDS = (
    *NAMES,
    *("request_id", "user_id", "job_id", "work", "key", "stage", "state", "attempt", "deaths", "result", "usd"),
)
FAILED = ("failed", "to be repeated")
_api: Any = None  # opentelemetry.trace
_carrier: Any = None


def start_tracing(version: str):
    """Begins to send traces, from this process and those that it forks. The library itself reads its OTEL_ settings."""
    global _api, _carrier
    try:
        sdk, export = import_module("opentelemetry.sdk.trace"), import_module("opentelemetry.sdk.trace.export")
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured("OTEL_EXPORTER_OTLP_ENDPOINT needs the packages in requirements-tracing.txt") from error
    os.environ.setdefault("OTEL_SERVICE_NAME", "bookimg")
    os.environ.setdefault("OTEL_BSP_SCHEDULE_DELAY", "1000")  # ms, because the last spans of a killed process are lost
    resource = import_module("opentelemetry.sdk.resources").Resource.create({"service.version": version})
    provider = sdk.TracerProvider(resource=resource)
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    _api = import_module("opentelemetry.trace")
    _api.set_tracer_provider(provider)
    _carrier = import_module("opentelemetry.trace.propagation.tracecontext").TraceContextTextMapPropagator()


def span(name: str, parent: str = "") -> AbstractContextManager:
    """What happens inside belongs to a span of that name, below `parent` if there is one."""
    if _api is None:
        return nullcontext()
    context = _carrier.extract({"traceparent": parent}) if parent else None
    return _api.get_tracer("bookimg").start_as_current_span(name, context=context)


def current_traceparent() -> str:
    """The current span as the W3C's header; empty if there is none."""
    headers: dict[str, str] = {}
    if _carrier is not None:
        _carrier.inject(headers)
    return headers.get("traceparent", "")


def add_span_event(name: str, **attributes):
    if _api is not None:
        _api.get_current_span().add_event(name, attributes)


class TracingHandler(logging.Handler):
    """The log line of a request or an attempt describes the current span; that of a call becomes a span below it."""

    def emit(self, record: logging.LogRecord):
        fields = vars(record)
        if _api is None or "duration_ms" not in fields:
            return
        values = {NAMES.get(name, f"bookimg.{name}"): fields[name] for name in FIELDS if fields.get(name) is not None}
        span, end = _api.get_current_span(), int(record.created * 1e9)
        if "service" in fields:
            start = end - int(fields["duration_ms"] * 1e6)
            span = _api.get_tracer("bookimg").start_span(fields["service"], kind=_api.SpanKind.CLIENT, start_time=start)
        elif "route" in fields:
            span.update_name(f"{fields['method']} {fields['route']}")
        span.set_attributes(values)
        if fields.get("result", fields.get("state")) in FAILED or fields.get("status", 0) >= 500:
            span.set_status(_api.StatusCode.ERROR)
        if "service" in fields:
            span.end(end)
