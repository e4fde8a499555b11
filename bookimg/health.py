"""The health probes: whether the process is alive, and whether it is ready to work."""

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django_q.brokers import get_broker


class ProbesMiddleware:
    """Responds to probes before the host name is checked, because load balancers use the IP address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


def _healthz(request):
    return HttpResponse("ok", content_type="text/plain")


def _readyz(request):
    """The state of each part; 503 if one is down."""
    parts = {"database": _check_database, "broker": _check_broker, "storage": _check_storage, "cache": _check_cache}
    states = {name: _state_of(check) for name, check in parts.items()}
    return JsonResponse(states, status=200 if set(states.values()) == {"ok"} else 503)


def _state_of(check) -> str:
    try:
        check()
    except Exception as error:  # whatever the error, the state is "down" with the kind of error
        return f"down: {type(error).__name__}"
    return "ok"


def _check_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _check_broker():
    get_broker().ping()


def _check_storage():
    default_storage.exists("readyz")


def _check_cache():
    cache.get("readyz")


PROBES = {"/healthz": _healthz, "/readyz": _readyz}
